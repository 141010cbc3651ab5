//! How many files may be open at once. All files are opened before anything is sent, so that none is missed too late, and
//! the 1024 that a process may usually have open are soon used up; it may have more as soon as it asks.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process open as many files as it may.
pub fn allow_all() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    // Where that is refused, what was allowed before may be enough.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
