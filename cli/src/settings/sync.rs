//! The settings of `sync`.

use std::path::Path;

use ftp_uploader::{Compare, Delete, MANIFEST, Pages, Switch, Sync, SyncOptions};

use crate::args::{Args, Comparing, Places, Removing, Switching, SyncArgs, places};
use crate::cli_error::CliError;
use crate::settings::tree;

/// Returns the job that `args` describe, with the options of `sync`.
///
/// # Errors
/// If the command line can never be carried out.
pub(super) fn job(args: &Args, places: &Places, sync: &SyncArgs) -> Result<Sync, CliError> {
    let [local] = &places.files[..] else {
        return Err(CliError::Usage(places::incomplete(args.kind(), "LOCALDIR is")));
    };
    let job = Sync::new(Path::new(local), places.directory.as_encoded_bytes())?.rules(tree::rules(&args.tree)?);
    Ok(job.options(options(sync)?)?)
}

fn options(args: &SyncArgs) -> Result<SyncOptions, CliError> {
    let mut options = SyncOptions::default();
    options.compare = match args.compare {
        None => options.compare,
        Some(Comparing::Time) => Compare::Time,
        Some(Comparing::Size) => Compare::Size,
        Some(Comparing::Hash) => Compare::Hash,
        Some(Comparing::Manifest) => Compare::Manifest,
        Some(Comparing::None) => Compare::Nothing,
    };
    options.delete = match args.delete {
        None => options.delete,
        Some(Removing::Own) => Delete::Own,
        Some(Removing::Extra) => Delete::Extra,
    };
    options.switch = match args.switch {
        Switching::All => Switch::AllAtTheEnd,
        Switching::PerFile => Switch::EachWhenComplete,
        Switching::Off => Switch::InPlace,
    };
    options.manifest = manifest(args, &options);
    options.trust_manifest = args.trust_manifest;
    options.max_delete = args.max_delete;
    options.lock = !args.no_lock;
    options.dry_run = args.dry_run.is_some();
    if !args.last.is_empty() {
        options.last = Pages::new(args.last.iter().cloned())?;
    }
    Ok(options)
}

/// The path of the manifest: as it was typed, or the usual one if another option needs a manifest.
fn manifest(args: &SyncArgs, options: &SyncOptions) -> Option<Vec<u8>> {
    let needed = options.delete == Delete::Own || options.compare == Compare::Manifest || args.trust_manifest;
    match &args.manifest {
        Some(Some(path)) => Some(path.as_encoded_bytes().to_vec()),
        Some(None) => Some(MANIFEST.into()),
        None => needed.then(|| MANIFEST.into()),
    }
}
