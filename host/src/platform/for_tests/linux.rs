//! Calls of the system that only tests need. Each returns false if the kernel does not support it.

use std::net::TcpStream;

use landlock::{AccessNet, Ruleset, RulesetAttr, RulesetStatus};

/// Forbids this thread to connect by TCP, for the rest of its life.
pub(crate) fn forbid_connecting() -> bool {
    let ruleset = Ruleset::default().handle_access(AccessNet::ConnectTcp).and_then(Ruleset::create);
    let restricted = ruleset.and_then(|ruleset| ruleset.restrict_self());
    restricted.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// Chooses the congestion control of a socket. Not every kernel has each, or lets every user choose it.
pub(crate) fn choose_congestion_control(socket: &TcpStream, name: &str) -> bool {
    rustix::net::sockopt::set_tcp_congestion(socket, name).is_ok()
}
