//! No picture of the memory: neither in a core dump, nor for a debugger of the same user.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::confine::Confined;

/// Forbids both, to all threads and for good: raising a hard limit again takes privileges.
pub(super) fn forbid() -> Confined {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // The second is what counts where dumps go to a program, which the limit does not keep from it (core(5)).
    let done = setrlimit(Resource::Core, none).and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    match done {
        Ok(()) => Confined::Active,
        Err(error) => Confined::Missing(io::Error::from(error).to_string()),
    }
}
