//! The limit of open files. All files of a run are opened before anything is sent, so that a missing file is found
//! early. The usual soft limit of 1024 is too small for that; a process may raise it to the hard limit.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open files to the hard limit.
pub fn allow_all() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // If the system refuses, the old limit may be enough.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
