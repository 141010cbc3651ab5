//! Opens a control connection to the first address of the destination that accepts one, directly or through a proxy,
//! within one deadline. The addresses were resolved before (`net/destination.rs`); no name is resolved here.
//!
//! Data connections are opened by `sandbox/capabilities/control_connection.rs`, always to the same machine.

use std::io;
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
use crate::report::event::{Event, Observer, Peer};
use crate::report::proxy_problem::ProxyProblem;
use crate::request::Request;
use crate::request::proxy::{Proxy, ProxyTarget};
use crate::sandbox::protection::Protection;
use crate::sandbox::state::ControlChannel;

/// Connects to `destination`, which was resolved for `request`.
pub(crate) fn dial(
    request: &Request,
    destination: &Destination,
    versions: Versions,
    cancellation: &Cancellation,
    observer: &dyn Observer,
) -> Result<ControlChannel, UploadError> {
    let protection = protection(&destination.security, versions)?;
    let until = Instant::now() + request.network.connect_timeout;
    let (socket, tunnel) = match &request.network.proxy {
        None => {
            let tell = |address| observer.event(&Event::Connecting { address, peer: Peer::Server });
            let addresses = destination.connect_addresses();
            (connect_to_first(addresses, &Route::of(&request.network), until, cancellation, &tell)?, None)
        }
        Some(proxy) => {
            let through = connect_through(proxy, request, destination, until, cancellation, observer);
            through.map(|(socket, to)| (socket, Some(to)))?
        }
    };
    // Keep-alive helps firewalls and NAT to keep an idle connection. The upload can succeed without it.
    let _ = socket.keep_alive();
    // Each command is one small write, and nothing follows it until the reply is here.
    let _ = socket.send_at_once();
    Ok(ControlChannel { socket, protection, tunnel })
}

/// Returns the protection of one control connection and of its data connections.
fn protection(security: &Security, versions: Versions) -> Result<Protection, UploadError> {
    Ok(match security {
        Security::Clear => Protection::Clear,
        Security::Explicit(terms) => Protection::Explicit(terms.client(versions).map_err(tls_failed)?),
        Security::Implicit(terms) => Protection::Implicit(terms.client(versions).map_err(tls_failed)?),
    })
}

/// Connects to the server through `proxy`. Tries each address of the server with its share of the remaining time. Only
/// after the proxy has refused an address, the next one is tried.
fn connect_through(
    proxy: &Proxy,
    request: &Request,
    destination: &Destination,
    until: Instant,
    cancellation: &Cancellation,
    observer: &dyn Observer,
) -> Result<(Socket, Tunnel), UploadError> {
    let tell = |address| observer.event(&Event::Connecting { address, peer: Peer::Proxy });
    let hosts = proxy_targets(request, destination);
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, host) in hosts.iter().enumerate() {
        let share = share(until, hosts.len() - tried);
        let (addresses, route) = (destination.connect_addresses(), Route::of(&request.network));
        let to_proxy = connect_to_first(addresses, &route, share, cancellation, &tell);
        let socket = to_proxy.map_err(|error| proxy_not_reached(proxy, error))?;
        observer.event(&Event::AskingProxy { proxy: socket.peer() });
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

/// Returns the targets that the proxy is asked for: the server's addresses, or its name if the proxy resolves names.
fn proxy_targets(request: &Request, destination: &Destination) -> Vec<ProxyTarget> {
    match &destination.server_addresses[..] {
        [] => vec![ProxyTarget::of(&request.target.server)],
        found => found.iter().map(SocketAddr::ip).map(ProxyTarget::Address).collect(),
    }
}

/// Returns the error of an exchange with a proxy that was reached.
fn failed(proxy: &Proxy, error: WaitError) -> UploadError {
    match error {
        WaitError::Failed(error) => proxy_failed(proxy, ProxyProblem::found_in(error)),
        error => ended_before_conversation(error),
    }
}

/// Connects to the first of `addresses` that accepts. Each gets an equal share of the remaining time, so that one that
/// does not answer cannot use up the time of the others. Calls `tell` before each try.
fn connect_to_first(
    addresses: &[SocketAddr],
    route: &Route,
    until: Instant,
    cancellation: &Cancellation,
    tell: &dyn Fn(SocketAddr),
) -> Result<Socket, UploadError> {
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, &address) in addresses.iter().enumerate() {
        tell(address);
        let deadline = Deadline::new(share(until, addresses.len() - tried), cancellation);
        match Socket::connect(address, route, deadline) {
            Ok(socket) => return Ok(socket),
            Err(WaitError::Failed(error)) => last = more_hopeful(last, UploadError::Unreachable { address, error }),
            Err(error) => return Err(ended_before_conversation(error)),
        }
    }
    Err(last)
}

/// Returns the error for several addresses of one machine: `next`, the later one, unless it means that nothing listens there
/// and an earlier one may pass.
fn more_hopeful(earlier: UploadError, next: UploadError) -> UploadError {
    let is_late = |error: &UploadError| matches!(error, UploadError::Unreachable { error, .. } if error.kind() == io::ErrorKind::TimedOut);
    if next.means_wrong_address() && is_late(&earlier) { earlier } else { next }
}

/// Returns the deadline for the next address, if `untried` addresses share the time until `until` equally.
fn share(until: Instant, untried: usize) -> Instant {
    let now = Instant::now();
    now + until.saturating_duration_since(now) / u32::try_from(untried).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::for_tests::forbid_connecting;
    use std::cell::RefCell;
    use std::net::TcpListener;
    use std::time::Duration;

    #[test]
    fn the_next_address_is_tried_after_one_that_refuses() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let far = Instant::now() + Duration::from_secs(10);
        let tried = RefCell::new(Vec::new());
        let tell = |address| tried.borrow_mut().push(address);
        let connect =
            |addresses: &[_]| connect_to_first(addresses, &Route::default(), far, &Cancellation::default(), &tell);
        assert_eq!(connect(&[closed, open]).unwrap().peer(), open);
        assert_eq!(*tried.borrow(), [closed, open]);
        assert!(matches!(connect(&[closed]), Err(UploadError::Unreachable { .. })));
    }

    #[test]
    fn an_address_that_may_answer_later_says_more_than_one_on_which_nothing_listens() {
        let error = |kind: io::ErrorKind| UploadError::Unreachable {
            address: "192.0.2.1:21".parse().unwrap(),
            error: kind.into(),
        };
        use io::ErrorKind::{ConnectionRefused, NetworkUnreachable, TimedOut};
        let wrong = |one, other| more_hopeful(error(one), error(other)).means_wrong_address();
        assert!(!wrong(TimedOut, ConnectionRefused) && !wrong(ConnectionRefused, TimedOut));
        // Most machines without IPv6 find an IPv6 address unreachable.
        assert!(wrong(NetworkUnreachable, ConnectionRefused));
    }

    #[test]
    fn a_connection_that_the_system_forbids_is_reported_in_its_words() {
        let test = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            if !forbid_connecting() {
                return;
            }
            let far = Instant::now() + Duration::from_secs(10);
            let addresses = [listener.local_addr().unwrap()];
            let connected = connect_to_first(&addresses, &Route::default(), far, &Cancellation::default(), &|_| {});
            let error = connected.unwrap_err();
            assert!(matches!(error, UploadError::Unreachable { .. }), "{error:?}");
            assert!(error.to_string().contains("Permission denied"), "{error}");
        };
        // The restriction holds for the rest of the thread's life.
        std::thread::spawn(test).join().unwrap();
    }
}
