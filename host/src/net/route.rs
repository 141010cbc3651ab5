//! From where a connection goes out: the address and the network interface of this machine, where the user names them.
//!
//! The same for the control connection and those for data. Where the connection goes is `connect.rs`'s business.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use crate::request::network::Network;

/// The way out of this machine; by default whichever the system takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub(crate) source: Option<IpAddr>,
    pub(crate) interface: Option<String>,
}

impl Route {
    /// The route that the options name.
    pub(crate) fn of(network: &Network) -> Self {
        Self { source: network.source_address, interface: network.interface.clone() }
    }

    /// Whether `peer` speaks the same version of IP as the address to start from.
    pub(crate) fn leads_to(&self, peer: SocketAddr) -> bool {
        self.source.is_none_or(|source| source.is_ipv4() == peer.is_ipv4())
    }

    /// Has `socket`, which is to be connected to `peer`, go this way.
    pub(crate) fn take(&self, socket: &socket2::Socket, peer: SocketAddr) -> io::Result<()> {
        self.take_interface(socket)?;
        if let Some(source) = self.source {
            let bound = socket.bind(&beside(source, peer).into());
            bound.map_err(|error| because(&format!("the source address {source}"), &error))?;
        }
        Ok(())
    }

    /// Only the interface, for a socket that is to have an address of its own.
    pub(crate) fn take_interface(&self, socket: &socket2::Socket) -> io::Result<()> {
        let Some(name) = &self.interface else { return Ok(()) };
        bind_to(socket, name).map_err(|error| because(&format!("the network interface {name:?}"), &error))
    }
}

/// The address to start from, any port. A link-local one is on the interface that leads to `peer`.
fn beside(source: IpAddr, peer: SocketAddr) -> SocketAddr {
    match (source, peer) {
        (IpAddr::V6(address), SocketAddr::V6(peer)) if address.is_unicast_link_local() => {
            SocketAddrV6::new(address, 0, 0, peer.scope_id()).into()
        }
        _ => SocketAddr::new(source, 0),
    }
}

/// SO_BINDTODEVICE (socket(7)).
#[cfg(any(target_os = "android", target_os = "linux"))]
fn bind_to(socket: &socket2::Socket, interface: &str) -> io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn bind_to(_: &socket2::Socket, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The system's error, with the name of what it is about.
fn because(what: &str, error: &io::Error) -> io::Error {
    let why = error.to_string();
    let number = error.raw_os_error().map(|number| format!(" (os error {number})")).unwrap_or_default();
    let why = why.strip_suffix(&number).unwrap_or(&why);
    io::Error::new(error.kind(), format!("cannot use {what}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};

    fn refusal(route: &Route) -> String {
        let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        route.take(&socket, "127.0.0.1:21".parse().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let elsewhere = Route { source: Some("192.0.2.1".parse().unwrap()), ..Route::default() };
        assert!(refusal(&elsewhere).starts_with("cannot use the source address 192.0.2.1: "));
        let nowhere = Route { interface: Some("nowhere0".to_owned()), ..Route::default() };
        assert!(refusal(&nowhere).starts_with("cannot use the network interface \"nowhere0\": "));
    }

    #[test]
    fn an_address_leads_only_to_its_own_kind() {
        let peers: [SocketAddr; 2] = ["127.0.0.1:21".parse().unwrap(), "[::1]:21".parse().unwrap()];
        let leads = |source: &str| {
            let route = Route { source: Some(source.parse().unwrap()), ..Route::default() };
            peers.map(|peer| route.leads_to(peer))
        };
        assert_eq!([leads("127.0.0.1"), leads("::1")], [[true, false], [false, true]]);
        assert_eq!(peers.map(|peer| Route::default().leads_to(peer)), [true, true]);
    }
}
