//! Connections through a proxy, all to one host: the control connection's, and then those for data, of which only the
//! port is another.
//!
//! Two protocols know how to ask for one: `socks.rs` and `http.rs`.

use std::net::SocketAddr;
use std::time::Instant;

use crate::cancel::{Cancellation, WaitError};
use crate::net::proxy::{http, socks};
use crate::net::route::Route;
use crate::net::socket::Socket;
use crate::report::proxy_problem::ProxyProblem;
use crate::request::proxy::{Kind, Proxy, ProxyTarget};

/// A way through a proxy to one host.
#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    proxy: Proxy,
    /// Which of the proxy's addresses.
    at: SocketAddr,
    host: ProxyTarget,
}

impl Tunnel {
    /// By the proxy at `at` to `host`.
    pub(crate) fn new(proxy: Proxy, at: SocketAddr, host: ProxyTarget) -> Self {
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
    pub(crate) fn open(
        &self,
        port: u16,
        route: &Route,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<Socket, WaitError> {
        let socket = Socket::connect(self.at, route, until, cancellation).map_err(|stop| match stop {
            WaitError::Failed(error) => ProxyProblem::Unreachable { address: self.at, error }.into(),
            stop => stop,
        })?;
        self.enter(&socket, port, until, cancellation)?;
        Ok(socket)
    }

    /// Turns a connection to the proxy into one to `port` of the host. Not a byte of what the host says is read.
    ///
    /// # Errors
    /// With a [`ProxyProblem`] inside.
    pub(crate) fn enter(
        &self,
        socket: &Socket,
        port: u16,
        until: Instant,
        cancellation: &Cancellation,
    ) -> Result<(), WaitError> {
        let auth = self.proxy.auth.as_deref();
        match self.proxy.kind {
            Kind::Socks5 | Kind::Socks5h => socks::ask(socket, &self.host, port, auth, until, cancellation),
            Kind::Http => http::ask(socket, &self.host, port, auth, until, cancellation),
        }
    }
}
