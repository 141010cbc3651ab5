//! The plan of a run: the directories to make and the files to store, in the order in which the workers take them. It
//! is complete before anything is sent.

use std::cmp::Reverse;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ftp_text::system_error::without_code;

use crate::confine::Readable;
use crate::files::local_file::LocalFile;
use crate::files::run_state::{InUse, Scratch};
use crate::files::tree::{Root, Scan, Tree};
use crate::report::error::UploadError;
use crate::report::skipped::{SkipReason, Skipped};
use crate::report::summary::{Failure, UploadReport};
use crate::request::Request;
use crate::request::check::Check;
use crate::request::job::{Job, Put};
use crate::request::sync::Sync;
use crate::request::tree::TreeRules;
use crate::run::check::sample::Sample;
use crate::run::local_names;
use crate::run::refused::Refused;
use crate::run::sync::owner::Owner;
use crate::run::temporary_name::Naming;

/// A file of this size, in bytes, is as much work for a connection as one more small file.
const BYTES_PER_UNIT: u64 = 4 * 1024 * 1024;

/// The most units that one file counts: a huge file occupies only one connection.
const MAX_UNITS_PER_FILE: u64 = 4;

/// The units of work for which another connection is worth its login, which takes as long as some small files.
const UNITS_PER_CONNECTION: u64 = 4;

/// The operations of a run.
#[derive(Default)]
pub(crate) struct Plan {
    /// The directories to make below the entered directory, parents first.
    pub(crate) directories: Vec<Directory>,
    /// The files, in the order in which they are begun.
    pub(crate) files: Vec<FileTask>,
    /// The local directories to which some of the files belong.
    pub(crate) trees: Vec<PlannedTree>,
    /// The state of a run of `sync` on this machine.
    pub(crate) sync: Option<RunState>,
    /// The content of the temporary file of a check that may write.
    pub(crate) sample: Option<Sample>,
    /// The named files and directories that cannot be sent, although others can.
    pub(crate) refused: Vec<Failure>,
}

/// The state of a run of `sync` on this machine.
pub(crate) struct RunState {
    /// The mark of the local directory; `None` if its file system has no locks.
    pub(crate) in_use: Option<InUse>,
    /// The file from which the manifest is sent; `None` without a manifest.
    pub(crate) scratch: Option<Scratch>,
    /// The name under which the run holds the lock.
    pub(crate) owner: Owner,
}

/// A local directory that is stored with its contents.
pub(crate) struct PlannedTree {
    pub(crate) tree: Arc<Tree>,
    /// The number of directories beneath it.
    pub(crate) directories: usize,
    /// The number of files beneath it, without those that are skipped.
    pub(crate) files: usize,
    /// The size of these files together, in bytes.
    pub(crate) bytes: u64,
    pub(crate) skipped: Vec<Skipped>,
}

/// One directory to make.
pub(crate) struct Directory {
    /// The path of the local directory, as messages show it.
    pub(crate) local: PathBuf,
    /// The path on the server, relative to the entered directory.
    pub(crate) remote: Box<[u8]>,
}

impl Directory {
    /// Returns true if the remote path `path` lies in this directory, at any depth.
    pub(crate) fn contains(&self, path: &[u8]) -> bool {
        path.strip_prefix(&*self.remote).is_some_and(|rest| rest.starts_with(b"/"))
    }

    /// Returns the number of directories above this one, up to the entered directory.
    pub(crate) fn depth(&self) -> usize {
        self.remote.iter().filter(|&&byte| byte == b'/').count()
    }

    /// Returns true if this directory lies in `other`.
    pub(crate) fn is_below(&self, other: &Self) -> bool {
        other.contains(&self.remote)
    }
}

/// One file to store.
pub(crate) struct FileTask {
    pub(crate) local: LocalFile,
    /// The path on the server, relative to the entered directory.
    pub(crate) remote: Box<[u8]>,
    pub(crate) naming: Naming,
}

impl FileTask {
    /// Returns the path of the local file, as messages show it.
    pub(crate) fn path(&self) -> PathBuf {
        self.local.path_shown().into_owned()
    }

    /// Returns the file as one that is left out, because it belongs to a directory and cannot be opened any more.
    ///
    /// # Errors
    /// The error itself, if it is a failure: the file was named, or the error does not concern this file alone.
    pub(crate) fn as_skipped(&self, error: UploadError) -> Result<Skipped, UploadError> {
        match (error, self.local.named()) {
            (UploadError::Source { file, problem }, None) => match SkipReason::of(problem) {
                Ok(why) => Ok(Skipped { path: file, why }),
                Err(problem) => Err(UploadError::Source { file, problem }),
            },
            (error, _) => Err(error),
        }
    }
}

impl Plan {
    /// Makes the plan for `request`: named files are opened or checked, and directories are listed, so that a run in which
    /// nothing can be sent ends before it connects.
    ///
    /// # Errors
    /// A report with [`UploadError::Source`] for each named file and directory, if none can be sent; for the first one that
    /// cannot, if that ends the run.
    pub(crate) fn of(request: &Request) -> Result<Self, Box<UploadReport>> {
        match &request.job {
            Job::Put(put) => Self::of_put(put, Refused::new(request.delivery.fail_fast)),
            Job::Sync(sync) => Self::of_sync(sync).map_err(|error| Box::new(error.into())),
            Job::Check(check) => Self::of_check(check).map_err(|error| Box::new(error.into())),
        }
    }

    fn of_check(check: &Check) -> Result<Self, UploadError> {
        let sample = (!check.read_only).then(Sample::new).transpose()?;
        Ok(Self { sample, ..Self::default() })
    }

    fn of_sync(sync: &Sync) -> Result<Self, UploadError> {
        let mut plan = Self { sync: Some(RunState::of(sync)?), ..Self::default() };
        plan.add_tree(Tree::open(&sync.local, sync.rules.links())?.into_whole_job(), &sync.rules, true)?;
        Ok(plan)
    }

    fn of_put(put: &Put, mut refused: Refused) -> Result<Self, Box<UploadReport>> {
        let mut plan = Self { files: local_names::open_files(put, &mut refused)?, ..Self::default() };
        let keeps_open = put.trees.len() <= local_names::TREES_KEPT_OPEN;
        for path in &put.trees {
            let tree = Tree::open(path, put.rules.links());
            let added = tree.and_then(|tree| plan.add_tree(tree, &put.rules, keeps_open));
            refused.check(path, added)?;
        }
        local_names::check(&plan).map_err(|error| Box::new(error.into()))?;
        plan.refused = refused.unless_all(!plan.files.is_empty() || !plan.trees.is_empty())?;
        Ok(plan)
    }

    /// Opens every named file and directory of `request`, and closes it again.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub(crate) fn check(request: &Request) -> Result<(), Box<UploadReport>> {
        match &request.job {
            Job::Put(put) => {
                let mut refused = Refused::new(request.delivery.fail_fast);
                let mut can_send = !local_names::open_files(put, &mut refused)?.is_empty();
                for path in &put.trees {
                    can_send |= refused.check(path, Tree::open(path, put.rules.links()))?.is_some();
                }
                refused.unless_all(can_send).map(drop)
            }
            Job::Sync(sync) => {
                Tree::open(&sync.local, sync.rules.links()).map(drop).map_err(|error| Box::new(error.into()))
            }
            Job::Check(_) => Ok(()),
        }
    }

    /// Adds the contents of `tree`, without those that `rules` leave out.
    fn add_tree(&mut self, tree: Tree, rules: &TreeRules, keeps_open: bool) -> Result<(), UploadError> {
        let Scan { directories, mut files, skipped } = tree.scan(rules)?;
        let tree = Arc::new(if keeps_open { tree } else { tree.close()? });
        // The largest first: a large one at the end would keep one connection busy after all others are done.
        files.sort_by_key(|file| Reverse(file.size));
        let root = tree.remote_name().map(|name| Directory { local: tree.path().to_owned(), remote: name.into() });
        let beneath = |path: &Path| Directory { local: tree.shown(path), remote: tree.remote_path(path) };
        self.directories.extend(root.into_iter().chain(directories.iter().map(|path| beneath(path))));
        self.trees.push(PlannedTree {
            tree: Arc::clone(&tree),
            directories: directories.len(),
            files: files.len(),
            bytes: files.iter().map(|file| file.size).sum(),
            skipped,
        });
        self.files.extend(files.into_iter().map(|file| FileTask {
            remote: tree.remote_path(&file.path),
            naming: Naming::AsRequested,
            local: LocalFile::Beneath {
                tree: Arc::clone(&tree),
                path: file.path,
                size: file.size,
                modified: file.modified,
            },
        }));
        Ok(())
    }

    /// Returns the files that are opened while the plan is carried out.
    pub(crate) fn readable(&self) -> impl Iterator<Item = Readable<'_>> {
        let trees = self.trees.iter().map(|planned| match planned.tree.root() {
            Root::Open(root) => Readable::Beneath(root),
            Root::Closed { inode } => Readable::Named { path: planned.tree.path(), inode: *inode },
        });
        trees.chain(self.files.iter().filter_map(|task| match &task.local {
            LocalFile::Named(named) => Some(Readable::Named { path: named.path(), inode: named.inode() }),
            LocalFile::Open(_) | LocalFile::Beneath { .. } => None,
        }))
    }

    /// Returns the number of connections, at most `jobs`, that the files are worth.
    pub(crate) fn connections(&self, jobs: usize) -> usize {
        let units = |file: &FileTask| 1 + (file.local.size().unwrap_or(0) / BYTES_PER_UNIT).min(MAX_UNITS_PER_FILE - 1);
        let worth = self.files.iter().map(units).sum::<u64>() / UNITS_PER_CONNECTION;
        jobs.min(self.files.len()).min(usize::try_from(worth).unwrap_or(usize::MAX)).max(1)
    }
}

impl RunState {
    /// The state of a run that has none.
    pub(crate) fn without(local: &Path) -> Self {
        Self { in_use: None, scratch: None, owner: Owner::of_run(local) }
    }

    fn of(sync: &Sync) -> Result<Self, UploadError> {
        let memory = |error: io::Error| {
            UploadError::Fault(format!("there is no file for the manifest: {}", without_code(error)))
        };
        Ok(Self {
            in_use: InUse::mark(&sync.local).ok(),
            scratch: sync.options.manifest.as_ref().map(|_| Scratch::new()).transpose().map_err(memory)?,
            owner: Owner::of_run(&sync.local),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(remote: &str) -> Directory {
        Directory { local: remote.into(), remote: remote.as_bytes().into() }
    }

    #[test]
    fn a_directory_contains_what_its_path_is_a_parent_of() {
        let css = directory("site/css");
        assert!(css.contains(b"site/css/a") && css.contains(b"site/css/b/c") && directory("site/css/b").is_below(&css));
        assert!(!css.contains(b"site/css") && !css.contains(b"site/css2/a") && !css.is_below(&css));
    }
}
