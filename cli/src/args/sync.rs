//! The command line of `sync`: the options of an upload, without those that say how single files get their names, and
//! with its own.

use std::ffi::OsString;

use clap::builder::Resettable;
use clap::{ArgMatches, Args as _, Command, Error, FromArgMatches, ValueEnum};

use super::values::whole_number;
use super::{Args, other_command};
use crate::output::explain::Format;

/// The word that selects this command.
pub const NAME: &str = "sync";

/// The options of an upload that `sync` does not have, each with the identifier that clap knows it by.
const NOT_OF_SYNC: [&str; 12] = [
    "recursive",
    "unique",
    "skip_existing",
    "atomic",
    "replace",
    "resume",
    "preserve_time",
    "from_stdin",
    "target_directory",
    "files_from",
    "null",
    "as",
];

/// The options that an upload has only with `--recursive`.
const OF_DIRECTORIES: [&str; 4] = ["exclude", "include", "exclude_from", "links"];

/// The options under the heading Sync.
#[derive(clap::Args)]
#[command(next_help_heading = "Sync")]
pub struct SyncArgs {
    /// Compare files in this way [default: by what the server can do; the last line says by what]
    #[arg(long, value_enum, value_name = "HOW")]
    pub compare: Option<Comparing>,

    /// Keep a list of the stored files, with their SHA-256, in this file on the server, and compare with it: for
    /// checkouts, whose times are new. The path is relative to REMOTEDIR [default path: .ftp-uploader.manifest]
    #[arg(long, value_name = "REMOTEPATH", num_args = 0..=1, require_equals = true)]
    pub manifest: Option<Option<OsString>>,

    /// Believe the manifest and list no directory. Files that somebody else has changed on the server are not noticed
    #[arg(long)]
    pub trust_manifest: bool,

    /// Remove files on the server that LOCALDIR does not have, after everything is stored
    #[arg(long, value_enum, value_name = "WHICH")]
    pub delete: Option<Removing>,

    /// Remove at most this many files; remove nothing if there are more [default: half of the files that are there]. If
    /// LOCALDIR has no file, N must be the exact number
    #[arg(long, value_name = "N", requires = "delete", value_parser = whole_number::<u64>)]
    pub max_delete: Option<u64>,

    /// Only say what would be done; ask the server, and change nothing
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text"
    )]
    pub dry_run: Option<Format>,

    /// Switch to the new files at this moment
    #[arg(id = "switch", long = "atomic", value_enum, value_name = "WHEN", default_value = "all")]
    pub switch: Switching,

    /// Switch the files that match GLOB after all others, instead of *.html, *.htm, *.php and *.xml. The option can be
    /// repeated
    #[arg(long, value_name = "GLOB")]
    pub last: Vec<String>,

    /// Take no lock on the server. Two runs at the same time can then undo each other's work
    #[arg(long)]
    pub no_lock: bool,

    /// Do not set the times of files on the server to those of the local files
    #[arg(long)]
    pub no_preserve_time: bool,
}

/// The values of `--compare`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Comparing {
    /// By size, and by the time that an earlier run has set
    Time,
    /// By size
    Size,
    /// By the hash that the server computes
    Hash,
    /// By the SHA-256 in the manifest, and by what the server still has of it
    Manifest,
    /// Send all files
    None,
}

/// The values of `--delete`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Removing {
    /// Files that an earlier run has stored and nobody has changed since; this needs the manifest, and keeps one
    Own,
    /// All files, except those that are excluded
    Extra,
}

/// The values of `--atomic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switching {
    /// When all files are there under temporary names: the old files stay until then
    All,
    /// For each file when it is complete
    PerFile,
    /// Never: files are stored under their own names
    Off,
}

/// The parser of `sync`.
pub(super) fn command() -> Command {
    // The own options come first in the help text. The texts of the command replace those of both structures.
    let command = Args::augment_args(SyncArgs::augment_args(Command::new("ftp-uploader-sync")))
        .bin_name("ftp-uploader sync")
        .about("Makes a directory on an FTP or FTPS server hold what a local directory holds")
        .long_about(
            "Makes REMOTEDIR hold what LOCALDIR holds: sends the files that are new or differ, and removes nothing \
             unless --delete says so. Files are stored under temporary names, and all get their own at the end, so that \
             a run that fails leaves the old files in place. A host that is called sync is written as ftpes://sync.",
        )
        .override_usage(
            "ftp-uploader sync [OPTIONS] HOST USERNAME LOCALDIR REMOTEDIR\n       \
             ftp-uploader sync [OPTIONS] LOCALDIR ftpes://USERNAME@HOST[/REMOTEDIR]",
        );
    let command = other_command::hide(command, &NOT_OF_SYNC);
    // `--atomic` has another meaning here.
    let command = command.mut_arg("atomic", |argument| argument.long("atomic-upload"));
    let command = command.mut_arg("replace", |argument| argument.requires(Resettable::Reset));
    OF_DIRECTORIES
        .into_iter()
        .fold(command, |command, id| command.mut_arg(id, |argument| argument.requires(Resettable::Reset)))
}

/// Reads the options.
///
/// # Errors
/// For an option of an upload that `sync` does not have.
pub(super) fn read(matches: &ArgMatches) -> Result<Args, Error> {
    other_command::refuse(matches, &NOT_OF_SYNC, NAME).map_err(|text| other_command::error(command(), text))?;
    let args = Args::from_arg_matches(matches)?;
    Ok(Args { sync: Some(SyncArgs::from_arg_matches(matches)?), ..args })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(options: &[&str]) -> Result<Args, Error> {
        let line = ["ftp-uploader sync"].iter().chain(options).chain(&["host", "user", "site", "www"]);
        command().try_get_matches_from(line).and_then(|matches| read(&matches))
    }

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn options_for_directories_need_no_recursive() {
        let args = parse(&["--exclude", "a", "--links", "skip", "--jobs", "2"]).ok().unwrap();
        assert_eq!(args.tree.rules.0.len(), 1);
        let sync = args.sync.unwrap();
        assert!(sync.switch == Switching::All && sync.delete.is_none() && sync.manifest.is_none());
    }

    #[test]
    fn options_of_an_upload_are_refused() {
        for option in [&["-r"][..], &["--unique"], &["--replace"], &["--resume"], &["--preserve-time"]] {
            let error = parse(option).err().unwrap().to_string();
            assert!(error.contains("not of sync"), "{option:?}: {error}");
        }
        for option in [&["--from-stdin", "x"][..], &["-t", "x"], &["--files-from", "x"], &["--as", "x"]] {
            let error = parse(option).err().unwrap().to_string();
            assert!(error.contains("not of sync"), "{option:?}: {error}");
        }
    }

    #[test]
    fn atomic_has_values_and_a_manifest_need_not_have_one() {
        let sync = |options: &[&str]| parse(options).ok().unwrap().sync.unwrap();
        assert_eq!(sync(&["--atomic", "per-file"]).switch, Switching::PerFile);
        assert_eq!(sync(&["--atomic=off"]).switch, Switching::Off);
        assert_eq!(sync(&["--manifest"]).manifest, Some(None));
        assert_eq!(sync(&["--manifest=m"]).manifest, Some(Some("m".into())));
        assert_eq!(sync(&["--dry-run=json"]).dry_run, Some(Format::Json));
        assert!(parse(&["--max-delete", "1"]).is_err(), "nothing is removed");
    }
}
