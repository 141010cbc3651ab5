//! The limit of open files. The library keeps few files open, but each connection needs some descriptors, and `--jobs` may
//! be large. A process may raise the usual soft limit of 1024 to the hard limit.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the soft limit of open files to the hard limit.
pub fn allow_all() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // If the system refuses, the old limit may be enough.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
