//! The manifest of a run while it goes on: what the server has, file by file, as the server tells it.
//!
//! Before anything is stored, a first version of the manifest names everything that the run is going to store and to make.
//! If the run is killed, the next one knows from it which files are its own. Such an entry is pending: the next run takes
//! the file for stored only if the server shows its size and the time that this run sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use ftp_plan::Branch;
use ftp_plan::links::Links;
use ftp_plan::local::LocalTree;
use ftp_plan::manifest::{Manifest, Remembered};
use ftp_plan::operations::{Plan as Operations, Store};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Directory, Entry, Kind};

use crate::report::error::UploadError;
use crate::report::summary::StoredFile;
use crate::run::sync::context::Context;
use crate::run::sync::inquiry;
use crate::run::sync::listing;
use crate::run::sync::spread::spread;
use crate::sandbox::values::{Inquiry, Known};

/// The most names in one call of the component.
const PER_CALL: usize = 64;

/// The directories for which another connection is worth its login.
const DIRECTORIES_PER_CONNECTION: usize = 16;

/// The manifest of a run while it goes on.
pub(super) struct Record<'a> {
    local: &'a LocalTree,
    manifest: Manifest,
    /// The directories that may be links of the server: what is below them is not this run's own.
    links: Links,
    /// The hashes that were computed for files to store.
    hashes: HashMap<RemotePath, [u8; 32]>,
    /// The stored files that the server was not asked about.
    unseen: BTreeSet<RemotePath>,
}

impl<'a> Record<'a> {
    /// The record before the first operation. Takes the manifest and the links of `operations`.
    pub(super) fn new(local: &'a LocalTree, operations: &mut Operations) -> Self {
        let manifest = std::mem::take(&mut operations.remembered);
        let links = std::mem::take(&mut operations.links);
        Self { local, manifest, links, hashes: HashMap::new(), unseen: BTreeSet::new() }
    }

    /// Returns the manifest.
    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns true if one of `directories` may be a link. A listing shows of the others that they are none, or that they
    /// do not exist.
    pub(super) fn may_have_links(&self, directories: &[RemotePath]) -> bool {
        directories.iter().any(|path| self.links.contains(path))
    }

    /// Records that the server has made `directory` for this run, which is no link therefore.
    pub(super) fn is_no_link(&mut self, directory: &RemotePath) {
        self.links.rule_out(directory);
    }

    /// Returns the manifest with everything that will be stored and made.
    pub(super) fn intended(&self, context: &Context<'_>, make: &[RemotePath], files: &[Store]) -> Manifest {
        let mut manifest = self.manifest.clone();
        make.iter().filter(|path| self.would_own(path)).for_each(|path| manifest.record_directory(path.clone()));
        for file in files {
            let server_modified = context.time(self.modified(file.path.as_bytes()));
            let intended = Remembered {
                stored: !self.links.lead_to(&file.path),
                pending: true,
                sha256: self.hashes.get(&file.path).copied(),
                size: file.size,
                server_size: Some(file.size),
                server_modified,
            };
            manifest.record(file.path.clone(), intended);
        }
        manifest
    }

    /// Computes the hashes of `files`, if the run keeps a manifest. A file that cannot be read has none; storing it fails.
    pub(super) fn hash(&mut self, context: &Context<'_>, files: &[Store]) {
        if context.manifest.is_none() {
            return;
        }
        for file in files.iter().take_while(|_| !context.run.is_cancelled()) {
            let known = self.local.file(file.path.as_bytes()).and_then(|local| local.hash);
            if let Some(hash) = known.or_else(|| inquiry::hash_of(context, &file.path).ok()) {
                self.hashes.insert(file.path.clone(), hash);
            }
        }
    }

    /// Returns the time of the local file in seconds since 1970, as the scan has found it.
    pub(super) fn modified(&self, path: &[u8]) -> Option<u64> {
        self.local.file(path)?.modified
    }

    /// Records a stored file.
    pub(super) fn stored(&mut self, context: &Context<'_>, stored: &StoredFile) {
        if context.manifest.is_none() {
            return;
        }
        let Ok(path) = RemotePath::parse(&stored.remote) else { return };
        let hash = self.hashes.remove(&path).filter(|_| self.is_unchanged(context, &path));
        let file = Remembered {
            stored: !self.links.lead_to(&path),
            pending: false,
            sha256: hash,
            size: stored.size,
            server_size: None,
            server_modified: None,
        };
        self.unseen.insert(path.clone());
        self.manifest.record(path, file);
    }

    /// Returns true if the local file is as the scan has found it. The hash of other bytes than those that were sent would
    /// make the next run take the file for equal.
    fn is_unchanged(&self, context: &Context<'_>, path: &RemotePath) -> bool {
        let now = context.files.get(path).and_then(|file| file.open().ok());
        let scanned = self.local.file(path.as_bytes());
        now.zip(scanned).is_some_and(|(now, scanned)| {
            now.length() == scanned.size && now.modified().and_then(|time| u64::try_from(time).ok()) == scanned.modified
        })
    }

    /// Records a file that is gone.
    pub(super) fn removed(&mut self, path: &RemotePath) {
        self.manifest.forget(path.as_bytes());
    }

    /// Records a directory that the server has made for this run.
    pub(super) fn made(&mut self, path: &RemotePath) {
        if self.would_own(path) {
            self.manifest.record_directory(path.clone());
        }
    }

    /// Returns true if a directory belongs to this run once the server has made it.
    fn would_own(&self, directory: &RemotePath) -> bool {
        !self.links.contains(directory) && !self.links.lead_to(directory)
    }

    /// Records a directory that was removed.
    pub(super) fn removed_directory(&mut self, path: &RemotePath) {
        self.manifest.forget_directory(path.as_bytes());
    }

    /// Asks the server for the sizes and times of the stored files: the clock of a server, and the zone of its listings,
    /// are its own. Directories are listed; files that a listing tells nothing about are asked for one by one.
    pub(super) fn look(&mut self, context: &Context<'_>) -> Result<(), UploadError> {
        let listed = listed(context, std::mem::take(&mut self.unseen))?;
        let mut unlisted = Vec::new();
        for (path, facts) in listed {
            match facts {
                Some((size, modified)) => self.told(&path, Some(size), Some(modified)),
                None => unlisted.push(path),
            }
        }
        for some in unlisted.chunks(PER_CALL) {
            let names: Vec<_> = some.iter().map(|path| path.as_bytes().to_vec()).collect();
            let known = context.run.with_worker(|worker| {
                worker.persist(|session, flight| session.ask(&names, Inquiry::SizeAndTime, flight))
            })?;
            for (path, Known { found, modified }) in some.iter().zip(known) {
                self.told(path, inquiry::size_in(found), modified);
            }
        }
        Ok(())
    }

    /// Records what the server tells about a stored file. If it has another size than the bytes that were sent, it is not
    /// the file that was sent, or the server converts files: the hash says nothing about it then.
    fn told(&mut self, path: &RemotePath, size: Option<u64>, modified: Option<u64>) {
        let Some(file) = self.manifest.get(path.as_bytes()).copied() else { return };
        let sha256 = file.sha256.filter(|_| size.is_none_or(|size| size == file.size));
        self.manifest.record(path.clone(), Remembered { sha256, server_size: size, server_modified: modified, ..file });
    }
}

/// The files, each with its size and its time if the listing of its directory tells both.
type Listed = Vec<(RemotePath, Option<(u64, u64)>)>;

/// Lists the directories of `files`, and keeps of each listing what it tells about these files.
fn listed(context: &Context<'_>, files: BTreeSet<RemotePath>) -> Result<Listed, UploadError> {
    let mut by_directory: BTreeMap<RemotePath, Vec<RemotePath>> = BTreeMap::new();
    for path in files {
        by_directory.entry(path.parent().unwrap_or_else(RemotePath::root)).or_default().push(path);
    }
    let listed = Mutex::new(Listed::new());
    let jobs = context.run.request.delivery.jobs.get();
    let connections = jobs.min(1 + by_directory.len() / DIRECTORIES_PER_CONNECTION);
    spread(context.run, &by_directory, connections, &|worker, (directory, files)| {
        let branch = Branch { path: directory.clone(), behind_link: false };
        let found = listing::list_one(worker, &branch)?;
        let facts = files.iter().map(|path| (path.clone(), facts_in(&found, path)));
        listed.lock().unwrap_or_else(PoisonError::into_inner).extend(facts);
        Ok(Vec::new())
    })?;
    Ok(listed.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn facts_in(directory: &Directory, path: &RemotePath) -> Option<(u64, u64)> {
    let Directory::Listed(listing) = directory else { return None };
    match listing.get(path.name())? {
        Entry { kind: Kind::File, size, modified } => size.zip(*modified),
        Entry { kind: Kind::Directory | Kind::Link | Kind::Other, .. } => None,
    }
}
