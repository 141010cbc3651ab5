//! The local tree: directories and regular files. Links and everything else are left out, and so stay untouched on the
//! server.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ftp_plan::local::{LocalFile, LocalTree};
use ftp_plan::path::RemotePath;

use crate::bindings::ftp_uploader::wasi::grants::{FileError, LocalDirectory, LocalEntry, LocalKind};

/// The local tree, and the reasons why parts of it are missing.
pub(super) struct Scanned {
    pub(super) tree: LocalTree,
    /// The paths that are left out, each with the reason.
    pub(super) skipped: Vec<(String, &'static str)>,
}

/// The tree while it is read.
#[derive(Default)]
struct Scan {
    directories: Vec<RemotePath>,
    files: Vec<LocalFile>,
    left_out: Vec<RemotePath>,
    skipped: Vec<(String, &'static str)>,
}

/// Reads everything below `root`.
///
/// # Errors
/// If `root` itself cannot be read.
pub(super) fn scan(root: &LocalDirectory) -> Result<Scanned, FileError> {
    let mut scan = Scan::default();
    let mut open = vec![RemotePath::root()];
    while let Some(directory) = open.pop() {
        match root.entries(&text(&directory)) {
            Ok(entries) => entries.into_iter().for_each(|entry| scan.take(&directory, entry, &mut open)),
            Err(why) if directory.is_root() => return Err(why),
            Err(_) => scan.leave_out(directory, "the directory cannot be read"),
        }
    }
    let Scan { directories, files, left_out, skipped } = scan;
    Ok(Scanned { tree: LocalTree::new(directories, files, left_out), skipped })
}

impl Scan {
    fn take(&mut self, directory: &RemotePath, entry: LocalEntry, open: &mut Vec<RemotePath>) {
        let Ok(path) = directory.join(entry.name.as_bytes()) else {
            let reason = "no FTP command can carry its name";
            return self.skipped.push((entry.name, reason));
        };
        match entry.kind {
            LocalKind::File => {
                let (size, modified) = (entry.size, entry.modified);
                self.files.push(LocalFile { path, size, modified, hash: None });
            }
            LocalKind::Directory => {
                self.directories.push(path.clone());
                open.push(path);
            }
            LocalKind::Other => self.leave_out(path, "it is no regular file, or a link"),
        }
    }

    fn leave_out(&mut self, path: RemotePath, reason: &'static str) {
        self.skipped.push((text(&path), reason));
        self.left_out.push(path);
    }
}

/// Returns the path as WASI needs it. Local names are UTF-8 there.
pub(super) fn text(path: &RemotePath) -> String {
    String::from_utf8_lossy(path.as_bytes()).to_string()
}
