//! Connections through one proxy to one host: the control connection, and then data connections to other ports of the
//! same host.

use std::net::SocketAddr;

use crate::cancel::WaitError;
use crate::net::proxy::{http, socks};
use crate::net::route::Route;
use crate::net::socket::Socket;
use crate::net::wait::Deadline;
use crate::report::proxy_problem::ProxyProblem;
use crate::request::proxy::{Kind, Proxy, ProxyTarget};

/// A way through a proxy to one host.
#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    proxy: Proxy,
    /// The address of the proxy that accepted the control connection.
    proxy_address: SocketAddr,
    host: ProxyTarget,
}

impl Tunnel {
    /// Returns the way to `host` through the proxy at `proxy_address`.
    pub(crate) fn new(proxy: Proxy, proxy_address: SocketAddr, host: ProxyTarget) -> Self {
        Self { proxy, proxy_address, host }
    }

    /// Returns the proxy.
    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Opens a new connection to `port` of the host.
    ///
    /// # Errors
    /// `WaitError::Failed` with a [`ProxyProblem`] inside.
    pub(crate) fn open(&self, port: u16, route: &Route, deadline: Deadline<'_>) -> Result<Socket, WaitError> {
        let socket = Socket::connect(self.proxy_address, route, deadline).map_err(|error| match error {
            WaitError::Failed(error) => ProxyProblem::Unreachable { address: self.proxy_address, error }.into(),
            error @ (WaitError::Interrupted | WaitError::OutOfTime) => error,
        })?;
        self.enter(&socket, port, deadline)?;
        Ok(socket)
    }

    /// Turns a connection to the proxy into a connection to `port` of the host. Reads no byte of the host.
    ///
    /// # Errors
    /// `WaitError::Failed` with a [`ProxyProblem`] inside.
    pub(crate) fn enter(&self, socket: &Socket, port: u16, deadline: Deadline<'_>) -> Result<(), WaitError> {
        let auth = self.proxy.auth.as_deref();
        match self.proxy.kind {
            Kind::Socks5 | Kind::Socks5h => socks::connect(socket, &self.host, port, auth, deadline),
            Kind::Http => http::connect(socket, &self.host, port, auth, deadline),
        }
    }
}
