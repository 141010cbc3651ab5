//! Landlock (landlock(7)): what is not open already cannot be opened by this thread, nor by any that it starts; where the
//! kernel can do it, by no thread at all.
//!
//! Ports are told apart by their number alone. In passive mode the server names them, so there connecting cannot be
//! narrowed here, unless a proxy stands between; that the address is the server's is the host's own rule (`lent/control_connection.rs`).

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, NetPort, RestrictSelfAttr, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
};

use crate::confine::{Confined, Needs, threads};

/// The newest version whose rules are known to be kept by what is done here. Older kernels keep those that they know.
const VERSION: ABI = ABI::V10;

/// Whom it is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Threads {
    /// This one, and those that it starts later.
    This,
    /// All, where the kernel can do that; else as [`This`](Self::This).
    All,
}

/// Keeps away files, ports, and other processes, and says whether that holds for every thread it is for.
pub(super) fn restrict(threads: Threads, needs: &Needs) -> [Confined; 3] {
    // Before the restriction: afterwards `/proc` cannot be opened any more.
    let outside = if threads == Threads::All { threads::outside() } else { Ok(()) };
    let status = restricted(threads, needs).map_err(|error| error.to_string());
    let walls = [ABI::V1, ABI::V4, ABI::V6].map(|since| match &status {
        Ok(status) => wall(since, status, &outside),
        Err(error) => Confined::Missing(error.clone()),
    });
    if walls[0] == Confined::Active {
        threads::mark_this_one();
    }
    walls
}

/// The wall that Landlock has since that version.
fn wall(since: ABI, status: &RestrictionStatus, outside: &Result<(), String>) -> Confined {
    let missing = |why: &str| Confined::Missing(why.to_owned());
    match (&status.landlock, outside) {
        (LandlockStatus::Available { effective_abi, .. }, _) if *effective_abi < since => {
            missing("the Landlock of this kernel is too old")
        }
        (LandlockStatus::Available { .. }, Err(why)) if !status.all_threads => missing(why),
        (LandlockStatus::Available { .. }, _) => Confined::Active,
        (LandlockStatus::NotEnabled, _) => missing("Landlock is switched off on this machine"),
        (LandlockStatus::NotImplemented, _) => missing("this kernel has no Landlock"),
    }
}

fn restricted(threads: Threads, needs: &Needs) -> Result<RestrictionStatus, RulesetError> {
    let mut ports = AccessNet::from_all(VERSION);
    if needs.only_port.is_none() {
        ports.remove(AccessNet::ConnectTcp);
    }
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(VERSION))?
        .handle_access(ports)?
        .scope(Scope::from_all(VERSION))?;
    let connect = needs.only_port.map(|port| NetPort::new(port, AccessNet::ConnectTcp));
    // Port 0: the system chooses one.
    let bind = needs.binds.then(|| NetPort::new(0, AccessNet::BindTcp));
    let ruleset = ruleset.create()?.add_rules(connect.into_iter().chain(bind).map(Ok::<_, RulesetError>))?;
    ruleset.all_threads(threads == Threads::All)?.restrict_self()
}
