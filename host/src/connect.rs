//! A control connection to what `destination.rs` has found: to the first address that accepts one, through the proxy if
//! there is to be one. All of it within one deadline; no name is resolved any more.
//!
//! This is the only place that dials a server; data connections go to the same machine (`lent/control_connection.rs`).

use std::net::SocketAddr;
use std::time::Instant;

use crate::destination::{Destination, by_proxy, on_the_way, stopped};
use crate::error::UploadError;
use crate::interrupt::{Stop, Stops};
use crate::lent::Protection;
use crate::proxy::{FarHost, Proxy, ProxyProblem, Tunnel};
use crate::request::Request;
use crate::route::Route;
use crate::socket::Socket;
use crate::tls::Versions;

/// A control connection, before a byte of it is read.
pub(crate) struct Dialled {
    pub(crate) socket: Socket,
    /// How it is to be protected.
    pub(crate) protection: Protection,
    /// What it goes through.
    pub(crate) tunnel: Option<Tunnel>,
}

/// Connects to `destination`, which was found for `request`.
pub(crate) fn dial(
    request: &Request,
    destination: &Destination,
    versions: Versions,
    stops: &Stops,
) -> Result<Dialled, UploadError> {
    let protection = destination.security.protection(versions)?;
    let until = Instant::now() + request.connect_timeout;
    let (socket, tunnel) = match &request.proxy {
        None => (first_that_accepts(destination.dialled(), &request.route, until, stops)?, None),
        Some(proxy) => through(proxy, request, destination, until, stops).map(|(socket, to)| (socket, Some(to)))?,
    };
    // A convenience for those on the way: where it cannot be had, the upload may come off all the same.
    let _ = socket.keep_alive();
    Ok(Dialled { socket, protection, tunnel })
}

/// Tries one address of the server after the other, each with its share of the time left, as long as it is the proxy that
/// cannot reach it.
fn through(
    proxy: &Proxy,
    request: &Request,
    destination: &Destination,
    until: Instant,
    stops: &Stops,
) -> Result<(Socket, Tunnel), UploadError> {
    let hosts = far_hosts(request, destination);
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, host) in hosts.iter().enumerate() {
        let share = share(until, hosts.len() - tried);
        let to_proxy = first_that_accepts(destination.dialled(), &request.route, share, stops);
        let socket = to_proxy.map_err(|error| on_the_way(proxy, error))?;
        let tunnel = Tunnel::new(proxy.clone(), socket.peer(), host.clone());
        match tunnel.enter(&socket, request.port(), share, stops).map_err(|stop| failed(proxy, stop)) {
            Ok(()) => return Ok((socket, tunnel)),
            Err(error @ UploadError::Proxy { problem: ProxyProblem::Refused(_), .. }) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// What the proxy is to be told.
fn far_hosts(request: &Request, destination: &Destination) -> Vec<FarHost> {
    match &destination.addresses[..] {
        [] => vec![FarHost::of(&request.server)],
        found => found.iter().map(SocketAddr::ip).map(FarHost::Address).collect(),
    }
}

/// The proxy was reached, and that is all.
fn failed(proxy: &Proxy, stop: Stop) -> UploadError {
    match stop {
        Stop::Failed(error) => by_proxy(proxy, ProxyProblem::found_in(error)),
        stop => stopped(stop),
    }
}

/// Tries one address after the other, each with its share of the time left, so that none uses it all up.
fn first_that_accepts(
    addresses: &[SocketAddr],
    route: &Route,
    until: Instant,
    stops: &Stops,
) -> Result<Socket, UploadError> {
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, &address) in addresses.iter().enumerate() {
        match Socket::connect(address, route, share(until, addresses.len() - tried), stops) {
            Ok(socket) => return Ok(socket),
            Err(Stop::Failed(error)) => last = UploadError::Unreachable { address, error },
            Err(stop) => return Err(stopped(stop)),
        }
    }
    Err(last)
}

/// When the first of so many that are left to try has had its share of the time.
fn share(until: Instant, untried: usize) -> Instant {
    let now = Instant::now();
    now + until.saturating_duration_since(now) / u32::try_from(untried).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::time::Duration;

    #[test]
    fn an_address_that_refuses_does_not_keep_the_next_from_being_tried() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let far = Instant::now() + Duration::from_secs(10);
        assert_eq!(
            first_that_accepts(&[closed, open], &Route::default(), far, &Stops::default()).unwrap().peer(),
            open
        );
        assert!(matches!(
            first_that_accepts(&[closed], &Route::default(), far, &Stops::default()),
            Err(UploadError::Unreachable { .. })
        ));
    }
}
