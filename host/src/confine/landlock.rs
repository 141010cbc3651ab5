//! Landlock (landlock(7)): this thread, and the threads that it starts, can open no file, except for reading those that
//! are sent later. If the kernel supports it, this applies to all threads of the process.
//!
//! Landlock restricts ports by number only. In passive mode the server names the ports, so connecting cannot be
//! restricted here, except to the port of a proxy. `sandbox/capabilities/control_connection.rs` checks that data
//! connections go to the address of the server.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use ftp_text::system_error::without_code;
use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, NetPort, PathBeneath, RestrictSelfAttr, RestrictionStatus,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
};

use rustix::fs::{CWD, Mode, OFlags, openat};

use crate::confine::{Confined, Needs, Readable, threads};

/// The newest version of Landlock that this module supports. An older kernel enforces the rules that it knows.
const VERSION: ABI = ABI::V10;

/// The threads to restrict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    /// The calling thread, and the threads that it starts later.
    This,
    /// All threads of the process, if the kernel supports it (version 8); else as [`This`](Self::This).
    All,
}

/// Removes the access to files, to ports, and to other processes. Returns the state of each of these three
/// restrictions.
pub(super) fn restrict(threads: Threads, needs: &Needs) -> [Confined; 3] {
    // Must be called before the restriction, because `/proc` cannot be opened afterwards.
    let others = if threads == Threads::All { threads::check_others() } else { Ok(()) };
    let status = apply(threads, needs).map_err(without_code);
    let states = [ABI::V1, ABI::V4, ABI::V6].map(|since| match &status {
        Ok(status) => state(since, status, &others),
        Err(error) => Confined::Missing(error.clone()),
    });
    if states[0] == Confined::Active {
        threads::register_current();
    }
    states
}

/// Returns the state of the restriction that Landlock supports since version `since`. `others` is an error if other
/// threads are not restricted.
fn state(since: ABI, status: &RestrictionStatus, others: &Result<(), String>) -> Confined {
    let missing = |why: &str| Confined::Missing(why.to_owned());
    match (&status.landlock, others) {
        (LandlockStatus::Available { effective_abi, .. }, _) if *effective_abi < since => {
            missing("the Landlock of this kernel is too old")
        }
        (LandlockStatus::Available { .. }, Err(why)) if !status.all_threads => missing(why),
        (LandlockStatus::Available { .. }, _) => Confined::Active,
        (LandlockStatus::NotEnabled, _) => missing("Landlock is switched off on this machine"),
        (LandlockStatus::NotImplemented, _) => missing("this kernel has no Landlock"),
    }
}

/// Applies the rules. Returns the parts of them that the kernel enforces.
fn apply(threads: Threads, needs: &Needs) -> Result<RestrictionStatus, RulesetError> {
    let mut ports = AccessNet::from_all(VERSION);
    if needs.only_port.is_none() {
        ports.remove(AccessNet::ConnectTcp);
    }
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(ports)?
        .scope(Scope::from_all(VERSION))?;
    let connect = needs.only_port.map(|port| NetPort::new(port, AccessNet::ConnectTcp));
    // Only port 0, with which the system chooses the port.
    let bind = needs.binds.then(|| NetPort::new(0, AccessNet::BindTcp));
    let ruleset = ruleset.create()?.add_rules(connect.into_iter().chain(bind).map(Ok::<_, RulesetError>))?;
    // Directories cannot be listed: they were listed before.
    let beneath = needs.readable.iter().filter_map(|readable| match readable {
        Readable::Beneath(root) => Some(PathBeneath::new(*root, AccessFs::ReadFile)),
        Readable::Named { .. } => None,
    });
    let files = needs.readable.iter().filter_map(|readable| match readable {
        Readable::Beneath(_) => None,
        Readable::Named { path, inode } => Some(PathBeneath::new(reference(path, *inode)?, AccessFs::ReadFile)),
    });
    // Both iterators are lazy: each file is closed after its rule was added.
    let ruleset = ruleset.add_rules(beneath.map(Ok::<_, RulesetError>))?.add_rules(files.map(Ok::<_, RulesetError>))?;
    ruleset.all_threads(threads == Threads::All)?.restrict_self()
}

/// Returns a reference to the file `path`; `None` if it is another file than that with this device and inode.
fn reference(path: &Path, inode: (u64, u64)) -> Option<OwnedFd> {
    let file = openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
    let file = File::from(file);
    let status = file.metadata().ok()?;
    ((status.dev(), status.ino()) == inode).then(|| file.into())
}
