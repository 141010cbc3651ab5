//! Lists a directory and everything beneath it. The walk holds one descriptor beside the root, and no stack of calls, so
//! neither the number of files nor the depth is limited by them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use ftp_protocol::argument::{Argument, MAX_ARGUMENT};

use super::{Tree, unreadable};
use crate::platform::directories::{self, Directory, Kind, Listing, Name};
use crate::platform::file::OpenProblem;
use crate::platform::names::is_sendable;
use crate::report::error::UploadError;
use crate::report::skipped::{SkipReason, Skipped};
use crate::request::tree::{Links, TreeRules};

/// The contents of a directory.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The directories beneath it, relative to it, each after the one above it. Empty directories are among them.
    pub(crate) directories: Vec<Box<Path>>,
    /// The regular files.
    pub(crate) files: Vec<ScannedFile>,
    /// Everything that cannot be uploaded.
    pub(crate) skipped: Vec<Skipped>,
}

/// A regular file.
#[derive(Debug)]
pub(crate) struct ScannedFile {
    /// The path relative to the directory that was scanned.
    pub(crate) path: Box<Path>,
    /// The size in bytes.
    pub(crate) size: u64,
    /// The time of last modification, in whole seconds since 1970.
    pub(crate) modified: i64,
}

/// A directory that was found, and is not read yet.
struct Found {
    path: PathBuf,
    /// The number of directories above it, the root included.
    depth: usize,
}

/// The state of a scan.
struct Walk<'a> {
    tree: &'a Tree,
    root: &'a Directory,
    rules: &'a TreeRules,
    scan: Scan,
    /// The directories to read; the last one is the next.
    waiting: Vec<Found>,
    /// The device and inode of each directory above the current one, from the root.
    above: Vec<(u64, u64)>,
    /// The number of times that each directory was read. It is counted only if links are followed.
    read: HashMap<(u64, u64), u32>,
}

/// The most paths over which one directory is reached. Directories full of links to each other have exponentially many
/// paths, without any loop.
const MAX_PATHS: u32 = 1000;

/// The reason to skip a name that has no form in UTF-8, on Windows.
const NOT_UNICODE: &str = "its name has half of a surrogate pair, and cannot be sent as UTF-8";

/// Lists everything beneath the root of `tree`.
pub(super) fn scan(tree: &Tree, rules: &TreeRules) -> Result<Scan, UploadError> {
    let root = tree.root.get(&tree.path).map_err(|error| unreadable(tree.path.clone(), error))?;
    let mut walk = Walk {
        tree,
        root: root.directory(),
        rules,
        scan: Scan::default(),
        waiting: vec![Found { path: PathBuf::new(), depth: 0 }],
        above: Vec::new(),
        read: HashMap::new(),
    };
    while let Some(directory) = walk.waiting.pop() {
        walk.read(&directory)?;
    }
    Ok(walk.scan)
}

impl Walk<'_> {
    /// Adds the contents of a directory.
    fn read(&mut self, directory: &Found) -> Result<(), UploadError> {
        let opened = directories::open_listing(self.root, &directory.path, self.tree.links.are_followed());
        let listed = opened.and_then(|mut listing| {
            let names = listing.names()?;
            Ok((listing, names))
        });
        let (listing, names) = match listed {
            Ok(listed) => listed,
            Err(error) if directory.depth == 0 => return Err(unreadable(self.tree.path.clone(), error)),
            Err(error) => return self.skip_for(&directory.path, error),
        };
        self.above.truncate(directory.depth);
        if let Some(why) = self.repetition(listing.inode()) {
            self.skip(&directory.path, why);
            return Ok(());
        }
        self.above.push(listing.inode());
        if directory.depth > 0 {
            self.scan.directories.push(directory.path.clone().into_boxed_path());
        }
        let first = self.waiting.len();
        names.iter().try_for_each(|name| self.add(&listing, directory, name))?;
        // The last one is read next.
        self.waiting[first..].reverse();
        Ok(())
    }

    /// Returns the reason not to read the directory with this device and inode another time.
    fn repetition(&mut self, inode: (u64, u64)) -> Option<SkipReason> {
        if self.above.contains(&inode) {
            return Some(SkipReason::Loop);
        }
        if self.tree.links == Links::Skip {
            return None;
        }
        let paths = self.read.entry(inode).or_default();
        *paths += 1;
        (*paths > MAX_PATHS).then_some(SkipReason::TooManyPaths)
    }

    /// Adds one name of a directory, unless the rules leave it out.
    fn add(&mut self, listing: &Listing, directory: &Found, name: &Name) -> Result<(), UploadError> {
        let path = directory.path.join(directories::part(name));
        let own = match listing.kind(name) {
            Ok(own) => own,
            Err(error) => return self.skip_for(&path, error),
        };
        let kind = if own == Kind::Link && self.tree.links == Links::Follow { self.target(&path) } else { Ok(own) };
        if self.rules.excludes(&path, kind.as_ref().is_ok_and(|kind| *kind == Kind::Directory)) {
            return Ok(());
        }
        match (self.check_path(&path, name), kind) {
            (Err(why), _) => self.skip(&path, why),
            // These are errors of following a link.
            (_, Err(error)) => match OpenProblem::of(&error) {
                OpenProblem::Missing => self.skip(&path, SkipReason::BrokenLink),
                OpenProblem::Link => self.skip(&path, SkipReason::Loop),
                _ => return self.skip_for(&path, error),
            },
            (_, Ok(Kind::Link)) => self.skip(&path, SkipReason::Link),
            (_, Ok(Kind::Special)) => self.skip(&path, SkipReason::NotAFile),
            (_, Ok(Kind::Directory)) => self.waiting.push(Found { path, depth: directory.depth + 1 }),
            (_, Ok(Kind::File { size, modified })) => match listing.check_readable(name) {
                Ok(()) => self.scan.files.push(ScannedFile { path: path.into_boxed_path(), size, modified }),
                Err(error) => return self.skip_for(&path, error),
            },
        }
        Ok(())
    }

    /// Returns the kind of the target of the link `path`.
    fn target(&self, path: &Path) -> io::Result<Kind> {
        directories::kind_of_target(self.root, path)
    }

    /// Returns an error if no FTP command can carry the path, or this system cannot open it.
    fn check_path(&self, path: &Path, name: &Name) -> Result<(), SkipReason> {
        let name = directories::part(name);
        if !is_sendable(name) {
            return Err(SkipReason::Unreadable(io::Error::new(io::ErrorKind::InvalidData, NOT_UNICODE)));
        }
        Argument::new(name.as_encoded_bytes()).map_err(SkipReason::Name)?;
        let prefix = self.tree.remote_name().map_or(0, |name| name.len() + 1);
        // One byte less, because the system counts the byte that ends a path (PATH_MAX).
        if prefix + path.as_os_str().len() < MAX_ARGUMENT { Ok(()) } else { Err(SkipReason::PathTooLong) }
    }

    /// Skips `path` because of an error of the system.
    ///
    /// # Errors
    /// If it concerns not only this path.
    fn skip_for(&mut self, path: &Path, error: io::Error) -> Result<(), UploadError> {
        match SkipReason::of_open(error) {
            Ok(why) => {
                self.skip(path, why);
                Ok(())
            }
            Err(error) => Err(unreadable(self.tree.shown(path), error)),
        }
    }

    fn skip(&mut self, path: &Path, why: SkipReason) {
        self.scan.skipped.push(Skipped { path: self.tree.shown(path), why });
    }
}
