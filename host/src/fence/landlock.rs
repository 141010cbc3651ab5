//! Landlock (landlock(7)): what is not open already cannot be opened by this thread, nor by any that it starts; where the
//! kernel can do it, by no thread at all.
//!
//! Ports are told apart by their number alone. In passive mode the server names them, so there connecting cannot be
//! narrowed here, unless a proxy stands between; that the address is the server's is the host's own rule (`lent/control_connection.rs`).

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, NetPort, RestrictSelfAttr, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
};

use super::{Needs, Wall};

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

/// Keeps away files, ports, and other processes.
pub(super) fn restrict(threads: Threads, needs: &Needs) -> [Wall; 3] {
    let status = restricted(threads, needs).map(|status| status.landlock).map_err(|error| error.to_string());
    [ABI::V1, ABI::V4, ABI::V6].map(|since| match &status {
        Ok(LandlockStatus::Available { effective_abi, .. }) if *effective_abi >= since => Wall::Stands,
        Ok(LandlockStatus::Available { .. }) => Wall::Missing("the Landlock of this kernel is too old".to_owned()),
        Ok(LandlockStatus::NotEnabled) => Wall::Missing("Landlock is switched off on this machine".to_owned()),
        Ok(LandlockStatus::NotImplemented) => Wall::Missing("this kernel has no Landlock".to_owned()),
        Err(error) => Wall::Missing(error.clone()),
    })
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
