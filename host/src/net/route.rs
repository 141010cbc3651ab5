//! The local address and the network interface of a connection, if the user names them; the same for the control
//! connection and the data connections.

use std::io;
use std::net::{IpAddr, SocketAddr, SocketAddrV6};

use ftp_text::system_error::without_code;

use crate::platform::sockets::bind_to_interface;
use crate::request::network::Network;

/// The local end of every connection. By default the system chooses it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub(crate) source: Option<IpAddr>,
    pub(crate) interface: Option<String>,
}

impl Route {
    /// Returns the route that the options name.
    pub(crate) fn of(network: &Network) -> Self {
        Self { source: network.source_address, interface: network.interface.clone() }
    }

    /// Returns true if `peer` has the same version of IP as the source address.
    pub(crate) fn leads_to(&self, peer: SocketAddr) -> bool {
        self.source.is_none_or(|source| source.is_ipv4() == peer.is_ipv4())
    }

    /// Binds `socket`, which will be connected to `peer`, to the interface and the source address.
    pub(crate) fn apply(&self, socket: &socket2::Socket, peer: SocketAddr) -> io::Result<()> {
        self.apply_interface(socket)?;
        if let Some(source) = self.source {
            let bound = socket.bind(&local_address(source, peer).into());
            bound.map_err(|error| describe(&format!("the source address {source}"), &error))?;
        }
        Ok(())
    }

    /// Binds `socket` to the interface alone. This is for a socket that gets another local address.
    pub(crate) fn apply_interface(&self, socket: &socket2::Socket) -> io::Result<()> {
        let Some(name) = &self.interface else { return Ok(()) };
        bind_to_interface(socket, name).map_err(|error| describe(&format!("the network interface {name}"), &error))
    }
}

/// Returns the address to bind to, with any port. A link-local one is on the interface that leads to `peer`.
fn local_address(source: IpAddr, peer: SocketAddr) -> SocketAddr {
    match (source, peer) {
        (IpAddr::V6(address), SocketAddr::V6(peer)) if address.is_unicast_link_local() => {
            SocketAddrV6::new(address, 0, 0, peer.scope_id()).into()
        }
        _ => SocketAddr::new(source, 0),
    }
}

/// Returns the system's error, with the name of the address or interface.
fn describe(subject: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot use {subject}: {}", without_code(error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Type};

    fn refusal(route: &Route) -> String {
        let socket = socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        route.apply(&socket, "127.0.0.1:21".parse().unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn an_address_or_interface_that_cannot_be_used_is_named() {
        let elsewhere = Route { source: Some("192.0.2.1".parse().unwrap()), ..Route::default() };
        assert!(refusal(&elsewhere).starts_with("cannot use the source address 192.0.2.1: "));
        let nowhere = Route { interface: Some("nowhere0".to_owned()), ..Route::default() };
        assert!(refusal(&nowhere).starts_with("cannot use the network interface nowhere0: "));
    }

    #[test]
    fn a_source_address_leads_only_to_addresses_of_its_own_version() {
        let peers: [SocketAddr; 2] = ["127.0.0.1:21".parse().unwrap(), "[::1]:21".parse().unwrap()];
        let leads = |source: &str| {
            let route = Route { source: Some(source.parse().unwrap()), ..Route::default() };
            peers.map(|peer| route.leads_to(peer))
        };
        assert_eq!([leads("127.0.0.1"), leads("::1")], [[true, false], [false, true]]);
        assert_eq!(peers.map(|peer| Route::default().leads_to(peer)), [true, true]);
    }
}
