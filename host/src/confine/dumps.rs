//! Protects the memory of the process: it is not written to core dumps, and processes of the same user cannot read it.

use std::io;

use ftp_text::system_error::without_code;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

use crate::confine::Confined;

/// Forbids core dumps and access by other processes, permanently and for all threads. Raising a hard limit again
/// requires privileges.
pub(super) fn forbid() -> Confined {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // The limit does not apply if core dumps are piped to a program (core(5)); PR_SET_DUMPABLE does.
    let done = setrlimit(Resource::Core, none).and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    match done {
        Ok(()) => Confined::Active,
        Err(error) => Confined::Missing(without_code(io::Error::from(error))),
    }
}
