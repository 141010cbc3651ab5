//! The limit of open files. The library keeps few files open, but each connection needs some descriptors, and `--jobs` may
//! be large. A process may raise the usual soft limit of 1024 to the hard limit.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most files of a process on macOS (OPEN_MAX), where the hard limit says that there is no limit.
const MOST_ON_MACOS: u64 = 10_240;

/// Raises the soft limit of open files to the hard limit.
pub fn allow_all_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raise = |current| setrlimit(Resource::Nofile, Rlimit { current, maximum });
    // If the system refuses both, the old limit may be enough.
    let _ = raise(maximum).or_else(|_| raise(Some(MOST_ON_MACOS)));
}
