//! Connections through a proxy, all to one host: the control connection's, and then those for data, of which only the
//! port is another.
//!
//! Two protocols know how to ask for one: `socks.rs` and `http.rs`.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ftp_protocol::server::Server;

use super::{Kind, Proxy, ProxyProblem, http, socks};
use crate::interrupt::{Stop, Stops};
use crate::route::Route;
use crate::socket::Socket;

/// A way through a proxy to one host.
#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    proxy: Proxy,
    /// Which of the proxy's addresses.
    at: SocketAddr,
    host: FarHost,
}

/// The host behind a proxy, as the proxy is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FarHost {
    Address(IpAddr),
    Name(String),
}

impl Tunnel {
    /// By the proxy at `at` to `host`.
    pub(crate) fn new(proxy: Proxy, at: SocketAddr, host: FarHost) -> Self {
        Self { proxy, at, host }
    }

    /// The proxy.
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// A new connection to `port` of the host.
    ///
    /// # Errors
    /// With a [`ProxyProblem`] inside.
    pub(crate) fn open(&self, port: u16, route: &Route, until: Instant, stops: &Stops) -> Result<Socket, Stop> {
        let socket = Socket::connect(self.at, route, until, stops).map_err(|stop| match stop {
            Stop::Failed(error) => ProxyProblem::Unreachable { address: self.at, error }.into(),
            stop => stop,
        })?;
        self.enter(&socket, port, until, stops)?;
        Ok(socket)
    }

    /// Turns a connection to the proxy into one to `port` of the host. Not a byte of what the host says is read.
    ///
    /// # Errors
    /// With a [`ProxyProblem`] inside.
    pub(crate) fn enter(&self, socket: &Socket, port: u16, until: Instant, stops: &Stops) -> Result<(), Stop> {
        let auth = self.proxy.auth.as_deref();
        match self.proxy.kind {
            Kind::Socks5 | Kind::Socks5h => socks::ask(socket, &self.host, port, auth, until, stops),
            Kind::Http => http::ask(socket, &self.host, port, auth, until, stops),
        }
    }
}

impl FarHost {
    /// What was typed for HOST.
    pub(crate) fn of(server: &Server) -> Self {
        server.host().parse().map_or_else(|_| Self::Name(server.host().to_owned()), Self::Address)
    }

    /// As it stands in an address or a CONNECT.
    pub(super) fn with_port(&self, port: u16) -> String {
        match self {
            Self::Address(address) => SocketAddr::new(*address, port).to_string(),
            Self::Name(name) => format!("{name}:{port}"),
        }
    }
}

impl fmt::Display for FarHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}
