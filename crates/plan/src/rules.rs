//! The rules of the user, and the abilities of the server.

use crate::local::LocalFile;
use crate::path::RemotePath;

/// The name of the directory that is the lock, in the root.
pub const LOCK: &[u8] = b".ftp-uploader.lock";

/// The default path of the manifest.
pub const MANIFEST: &[u8] = b".ftp-uploader.manifest";

/// The rules of one run.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The comparison that the user wants.
    pub compare: Compare,
    /// The deletions that the user permits.
    pub delete: Delete,
    /// The most files to delete, and the exact number if the local tree is empty; `None` if the user has given no number.
    pub max_delete: Option<u64>,
    /// True if a plan is made also if it removes more than that: it is only shown.
    pub unlimited: bool,
    /// The path of the manifest, if this run writes one.
    pub manifest: Option<&'a RemotePath>,
    /// The server, user and directory, for a new manifest.
    pub target: &'a str,
    /// True if the manifest is taken for the state of the server, and nothing is listed.
    pub trust_manifest: bool,
    /// True if this run holds the lock, so that no other run is alive.
    pub locked: bool,
    /// True if this run sets the times of stored files, as far as is known.
    pub sets_times: bool,
    /// Returns true for the pages, which are switched last.
    pub last: &'a dyn Fn(&RemotePath) -> bool,
    /// Returns true if the user excludes this path; the second argument is true for a directory. It need not look at the
    /// directories above the path: they are asked for one by one.
    pub excluded: &'a dyn Fn(&RemotePath, bool) -> bool,
    /// Returns the path under which this run stores a file before it is renamed, if the path follows from the version of the
    /// file. It is called for files that are stored, in directories that have such names.
    pub temporary: &'a dyn Fn(&LocalFile) -> Option<RemotePath>,
    /// The abilities of the server.
    pub server: Abilities,
}

/// The comparison of a local file with that of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// The best that is possible: by the manifest, by time, or by size.
    Auto,
    /// By size and time: the time must equal that of the local file, cut to seconds.
    Time,
    /// By size alone.
    Size,
    /// By size and the server's hash.
    Hash,
    /// By the manifest of the last run, and by the sizes and times of the listings.
    Manifest,
    /// Not at all: every file is stored.
    Nothing,
}

/// The comparison that the plan has used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// By size and time.
    Time,
    /// By size.
    Size,
    /// By size and the server's hash.
    Hash,
    /// By the manifest.
    Manifest,
    /// Not at all.
    Nothing,
}

/// The deletions that are permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delete {
    /// None.
    Nothing,
    /// Files that the manifest names and that still look as an earlier run left them.
    Own,
    /// Everything that is neither in the local tree nor excluded.
    Extra,
}

/// The abilities of the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// True if its listings have facts (MLSD).
    pub facts: bool,
    /// True if single files can be asked for their size (SIZE).
    pub size: bool,
    /// True if single files can be asked for their time (MDTM).
    pub time: bool,
    /// True if it computes hashes.
    pub hash: bool,
    /// True if it was seen to refuse the removal of a directory that is not empty. The lock is such a directory while
    /// its owner is in it. Some servers remove the contents, too; there a directory is removed only if its listing shows
    /// names that begin with a dot.
    pub refuses_full_directories: bool,
}

impl Rules<'_> {
    /// Returns the comparison to use.
    pub(crate) fn compared(&self, has_manifest: bool) -> Compared {
        match self.compare {
            Compare::Auto if has_manifest || self.manifest.is_some() => Compared::Manifest,
            // Without this run's times no file would be equal the next time.
            Compare::Auto if self.sets_times && (self.server.facts || self.server.time) => Compared::Time,
            Compare::Auto | Compare::Size => Compared::Size,
            Compare::Time => Compared::Time,
            Compare::Hash => Compared::Hash,
            Compare::Manifest => Compared::Manifest,
            Compare::Nothing => Compared::Nothing,
        }
    }
}
