//! The manifest as it is before the first operation.

use super::storing::Storing;
use crate::Inputs;
use crate::compare::{Sight, sight};
use crate::local::LocalFile;
use crate::manifest::{Manifest, Remembered};
use crate::remote::Kind;

/// Returns the manifest: files of earlier runs unless they are known to be gone, and files that were found equal.
pub(super) fn manifest(inputs: &Inputs<'_>, storing: &Storing<'_>) -> Manifest {
    if inputs.rules.manifest.is_none() {
        return Manifest::default();
    }
    let mut manifest = inputs.manifest.cloned().unwrap_or_else(|| Manifest::new(inputs.rules.target));
    if inputs.trusted().is_some() {
        return manifest;
    }
    forget_missing(inputs, storing, &mut manifest);
    for (file, sight) in &storing.unchanged {
        let known = manifest.get(file.path.as_bytes()).copied().filter(|known| still_fits(known, file, *sight));
        let now = known.map_or_else(|| found(file, *sight), |known| Remembered { pending: false, ..known });
        manifest.record(file.path.clone(), now);
    }
    manifest
}

fn forget_missing(inputs: &Inputs<'_>, storing: &Storing<'_>, manifest: &mut Manifest) {
    storing.missing.iter().for_each(|file| manifest.forget(file.path.as_bytes()));
    // Both are in the order of paths, so that no local file has to be looked up.
    let mut local = inputs.local.files().iter().map(|file| &file.path).peekable();
    manifest.retain_files(|path, _| {
        while local.next_if(|file| *file < path).is_some() {}
        local.peek() == Some(&path) || sight(inputs, path.as_bytes()) != Sight::Missing
    });
    manifest.retain_directories(|path| sight(inputs, path.as_bytes()) != Sight::Missing);
}

/// Returns true if the knowledge about an unchanged file is still right.
fn still_fits(known: &Remembered, file: &LocalFile, sight: Sight) -> bool {
    match sight {
        Sight::Listed(entry) if entry.kind == Kind::File && entry.size.is_some() => known.looks_as_left(&entry),
        Sight::Listed(_) | Sight::Missing | Sight::Unseen => !known.pending && known.size == file.size,
    }
}

/// Returns the knowledge about a file that was found equal. No run is known to have stored it.
fn found(file: &LocalFile, sight: Sight) -> Remembered {
    let entry = match sight {
        Sight::Listed(entry) if entry.kind == Kind::File => Some(entry),
        Sight::Listed(_) | Sight::Missing | Sight::Unseen => None,
    };
    Remembered {
        stored: false,
        pending: false,
        sha256: None,
        size: file.size,
        server_size: entry.and_then(|entry| entry.size),
        server_modified: entry.and_then(|entry| entry.modified),
    }
}
