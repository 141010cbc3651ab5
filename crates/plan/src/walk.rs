//! Decides which directories of the server are listed, and into which of them deletions may go.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::local::LocalTree;
use crate::manifest::Manifest;
use crate::path::RemotePath;
use crate::remote::{Directory, Kind, Listing, RemoteTree};
use crate::rules::{Delete, LOCK, MANIFEST, Rules};

/// The names in the root that only a local tree with the same name can remove from the server.
const PROTECTED: [&str; 3] = [".well-known", ".ftpquota", "cgi-bin"];

/// A directory to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The directory.
    pub path: RemotePath,
    /// True if the path leads through a link of the server. Only directories that the local tree has are listed there.
    pub behind_link: bool,
}

impl Branch {
    /// Returns the root, with which listing begins, unless the manifest is trusted.
    pub fn root() -> Self {
        Self { path: RemotePath::root(), behind_link: false }
    }
}

/// Returns the directories in `branch` to list next, now that its listing is known: those that the local tree has, and
/// those in which something may be removed. The local ones are among them if the listing may have left them out.
pub fn directories_to_list(
    local: &LocalTree,
    manifest: Option<&Manifest>,
    rules: &Rules<'_>,
    branch: &Branch,
    listing: &Listing,
) -> Vec<Branch> {
    let scope = Scope { local, manifest, rules };
    let mut branches: Vec<_> = listing
        .entries()
        .filter_map(|(name, entry)| {
            let path = branch.path.join(name).ok()?;
            let is_wanted = match entry.kind {
                Kind::File => false,
                Kind::Directory if !branch.behind_link => {
                    local.has_directory(path.as_bytes()) || scope.removes_in(&path)
                }
                Kind::Directory | Kind::Link | Kind::Other => local.has_directory(path.as_bytes()),
            };
            let behind_link = branch.behind_link || entry.kind != Kind::Directory;
            is_wanted.then_some(Branch { path, behind_link })
        })
        .collect();
    let unseen = scope
        .local_directories(&branch.path)
        .filter(|path| listing.get(path.name()).is_none() && !listing.excludes(path.name()));
    // Nothing is removed in a directory that is not listed, so it can be taken for a link.
    branches.extend(unseen.map(|path| Branch { path: path.clone(), behind_link: true }));
    branches
}

/// The parts of the inputs that say where the run may do something.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) local: &'a LocalTree,
    pub(crate) manifest: Option<&'a Manifest>,
    pub(crate) rules: &'a Rules<'a>,
}

impl<'a> Scope<'a> {
    /// Returns true if something can be removed in a directory that the local tree does not have.
    fn removes_in(&self, path: &RemotePath) -> bool {
        let has_own = |manifest: &Manifest| manifest.owns_directory(path.as_bytes());
        let removes = match self.rules.delete {
            Delete::Nothing => false,
            Delete::Own => self.manifest.is_some_and(has_own),
            Delete::Extra => true,
        };
        removes && self.permits(path, true)
    }

    /// Returns true if the path itself may be touched: it is not left out, excluded, protected or reserved.
    pub(crate) fn permits(&self, path: &RemotePath, is_directory: bool) -> bool {
        !self.is_reserved(path)
            && !self.local.leaves_out(path.as_bytes())
            && !self.is_protected(path)
            && !(self.rules.excluded)(path, is_directory)
    }

    /// Returns true if the path, and each directory above it, may be touched.
    pub(crate) fn permits_all(&self, path: &RemotePath) -> bool {
        let above = core::iter::successors(path.parent(), RemotePath::parent);
        self.permits(path, false) && above.filter(|path| !path.is_root()).all(|path| self.permits(&path, true))
    }

    /// Returns true if the path is that of the lock or of the manifest, or below one of them; or that of the usual manifest,
    /// which may be another run's.
    pub(crate) fn is_reserved(&self, path: &RemotePath) -> bool {
        let is_manifest = self.rules.manifest.is_some_and(|manifest| path.starts_with(manifest));
        first_part(path) == LOCK || path.as_bytes() == MANIFEST || is_manifest
    }

    /// Returns true if the path is protected, and the local tree does not have the name.
    pub(crate) fn is_protected(&self, path: &RemotePath) -> bool {
        let first = first_part(path);
        let is_known = PROTECTED.iter().any(|name| first.eq_ignore_ascii_case(name.as_bytes()));
        is_known && !self.local.has_directory(first) && self.local.file(first).is_none()
    }

    /// Returns the local directories directly in `directory`.
    fn local_directories(&self, directory: &RemotePath) -> impl Iterator<Item = &'a RemotePath> {
        let all = self.local.directories();
        let start = all.partition_point(|other| other <= directory);
        let parent = directory.clone();
        let contents = all[start..].iter().take_while({
            let directory = directory.clone();
            move |path| path.as_bytes().starts_with(directory.as_bytes())
        });
        contents.filter(move |path| path.parent_bytes() == parent.as_bytes())
    }
}

/// Returns the first part of a path.
fn first_part(path: &RemotePath) -> &[u8] {
    path.as_bytes().split(|&byte| byte == b'/').next().unwrap_or_default()
}

/// Returns the directories in whose listing entries may be removed: real directories of the server, each of which may be
/// touched.
pub(crate) fn open_directories<'a>(scope: &Scope<'a>, remote: &'a RemoteTree) -> BTreeMap<&'a [u8], &'a Listing> {
    let mut open = BTreeMap::<&[u8], &Listing>::new();
    for (path, directory) in remote.iter() {
        let Directory::Listed(listing) = directory else { continue };
        let is_real = |parent: &&Listing| parent.get(path.name()).is_some_and(|entry| entry.kind == Kind::Directory);
        let is_reached = || open.get(path.parent_bytes()).copied().filter(is_real).is_some();
        if path.is_root() || is_reached() && scope.permits(path, true) {
            open.insert(path.as_bytes(), listing);
        }
    }
    open
}
