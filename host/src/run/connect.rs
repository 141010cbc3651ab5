//! A control connection to what `destination.rs` has found: to the first address that accepts one, through the proxy if
//! there is to be one. All of it within one deadline; no name is resolved any more.
//!
//! This is the only place that dials a server; data connections go to the same machine (`lent/control_connection.rs`).

use std::net::SocketAddr;
use std::time::Instant;

use crate::cancel::{Cancellation, WaitError};
use crate::net::destination::{
    Destination, Security, ended_before_conversation, proxy_failed, proxy_not_reached, tls_failed,
};
use crate::net::proxy::Tunnel;
use crate::net::route::Route;
use crate::net::socket::Socket;
use crate::net::tls::Versions;
use crate::net::wait::Deadline;
use crate::report::error::UploadError;
use crate::report::proxy_problem::ProxyProblem;
use crate::request::Request;
use crate::request::proxy::{Proxy, ProxyTarget};
use crate::sandbox::protection::Protection;
use crate::sandbox::state::ControlChannel;

/// Connects to `destination`, which was found for `request`.
pub(crate) fn dial(
    request: &Request,
    destination: &Destination,
    versions: Versions,
    cancellation: &Cancellation,
) -> Result<ControlChannel, UploadError> {
    let protection = protection(&destination.security, versions)?;
    let until = Instant::now() + request.network.connect_timeout;
    let (socket, tunnel) = match &request.network.proxy {
        None => (
            first_that_accepts(destination.connect_addresses(), &Route::of(&request.network), until, cancellation)?,
            None,
        ),
        Some(proxy) => {
            through(proxy, request, destination, until, cancellation).map(|(socket, to)| (socket, Some(to)))?
        }
    };
    // A convenience for those on the way: where it cannot be had, the upload may come off all the same.
    let _ = socket.keep_alive();
    Ok(ControlChannel { socket, protection, tunnel })
}

/// The protection of one control connection, and of the data connections that belong to it.
fn protection(security: &Security, versions: Versions) -> Result<Protection, UploadError> {
    Ok(match security {
        Security::Clear => Protection::Clear,
        Security::Explicit(terms) => Protection::Explicit(terms.client(versions).map_err(tls_failed)?),
        Security::Implicit(terms) => Protection::Implicit(terms.client(versions).map_err(tls_failed)?),
    })
}

/// Tries one address of the server after the other, each with its share of the time left, as long as it is the proxy that
/// cannot reach it.
fn through(
    proxy: &Proxy,
    request: &Request,
    destination: &Destination,
    until: Instant,
    cancellation: &Cancellation,
) -> Result<(Socket, Tunnel), UploadError> {
    let hosts = proxy_targets(request, destination);
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, host) in hosts.iter().enumerate() {
        let share = share(until, hosts.len() - tried);
        let to_proxy =
            first_that_accepts(destination.connect_addresses(), &Route::of(&request.network), share, cancellation);
        let socket = to_proxy.map_err(|error| proxy_not_reached(proxy, error))?;
        let tunnel = Tunnel::new(proxy.clone(), socket.peer(), host.clone());
        let entered = tunnel.enter(&socket, request.port(), Deadline::new(share, cancellation));
        match entered.map_err(|error| failed(proxy, error)) {
            Ok(()) => return Ok((socket, tunnel)),
            Err(error @ UploadError::Proxy { problem: ProxyProblem::Refused(_), .. }) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// What the proxy is to be told.
fn proxy_targets(request: &Request, destination: &Destination) -> Vec<ProxyTarget> {
    match &destination.server_addresses[..] {
        [] => vec![ProxyTarget::of(&request.target.server)],
        found => found.iter().map(SocketAddr::ip).map(ProxyTarget::Address).collect(),
    }
}

/// The proxy was reached, and that is all.
fn failed(proxy: &Proxy, error: WaitError) -> UploadError {
    match error {
        WaitError::Failed(error) => proxy_failed(proxy, ProxyProblem::found_in(error)),
        error => ended_before_conversation(error),
    }
}

/// Tries one address after the other, each with its share of the time left, so that none uses it all up.
fn first_that_accepts(
    addresses: &[SocketAddr],
    route: &Route,
    until: Instant,
    cancellation: &Cancellation,
) -> Result<Socket, UploadError> {
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, &address) in addresses.iter().enumerate() {
        let deadline = Deadline::new(share(until, addresses.len() - tried), cancellation);
        match Socket::connect(address, route, deadline) {
            Ok(socket) => return Ok(socket),
            Err(WaitError::Failed(error)) => last = UploadError::Unreachable { address, error },
            Err(error) => return Err(ended_before_conversation(error)),
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
            first_that_accepts(&[closed, open], &Route::default(), far, &Cancellation::default()).unwrap().peer(),
            open
        );
        assert!(matches!(
            first_that_accepts(&[closed], &Route::default(), far, &Cancellation::default()),
            Err(UploadError::Unreachable { .. })
        ));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_that_the_system_forbids_is_reported_in_its_words() {
        use landlock::{AccessNet, Ruleset, RulesetAttr, RulesetStatus};

        let test = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let ruleset = Ruleset::default().handle_access(AccessNet::ConnectTcp).unwrap().create().unwrap();
            if ruleset.restrict_self().unwrap().ruleset == RulesetStatus::NotEnforced {
                return;
            }
            let far = Instant::now() + Duration::from_secs(10);
            let addresses = [listener.local_addr().unwrap()];
            let error = first_that_accepts(&addresses, &Route::default(), far, &Cancellation::default()).unwrap_err();
            assert!(matches!(error, UploadError::Unreachable { .. }), "{error:?}");
            assert!(error.to_string().contains("Permission denied"), "{error}");
        };
        // The restriction holds for the rest of the thread's life.
        std::thread::spawn(test).join().unwrap();
    }
}
