//! The way to the server: its addresses and how it has to be spoken to, both found once, before anything is connected;
//! and a connection to the first that accepts one. Each within one deadline.
//!
//! This is the only place that dials a server; data connections go to the same machine (`lent/control_connection.rs`).

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ftp_protocol::server::Server;

use crate::error::{Connection, UploadError};
use crate::interrupt::{Stop, Stops};
use crate::lent::Protection;
use crate::request::Request;
use crate::route::Route;
use crate::socket::Socket;
use crate::tls::{Tls, TlsProblem, TlsTerms, Versions};

/// How often a wait for the resolver looks up, to hear an interrupt.
const RESOLVER_TICK: Duration = Duration::from_millis(50);

/// Where the server is, and how it is to be spoken to. All that has to be looked up or read for a connection is in it: a
/// later one asks nobody, and so cannot be led elsewhere.
pub(crate) struct Destination {
    /// In the order in which they are tried.
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) security: Security,
}

/// How every connection of a run is protected.
pub(crate) enum Security {
    /// Not at all.
    Clear,
    /// By TLS after AUTH.
    Explicit(TlsTerms),
    /// By TLS from the first byte.
    Implicit(TlsTerms),
}

impl Security {
    /// The protection of one control connection, and of the data connections that belong to it.
    fn protection(&self, versions: Versions) -> Result<Protection, UploadError> {
        Ok(match self {
            Self::Clear => Protection::Clear,
            Self::Explicit(terms) => Protection::Explicit(terms.client(versions).map_err(no_tls)?),
            Self::Implicit(terms) => Protection::Implicit(terms.client(versions).map_err(no_tls)?),
        })
    }
}

/// Finds the server that `request` names. Nothing is connected.
pub(crate) fn find(request: &Request, stops: &Stops) -> Result<Destination, UploadError> {
    let until = Instant::now() + request.connect_timeout;
    let resolved = resolve(&request.server, request.port(), until, stops)?;
    let addresses = within_reach(&resolved, &request.route)?;
    let security = security(request, &addresses)?;
    Ok(Destination { addresses, security })
}

/// Connects to `destination`, which was found for `request`.
pub(crate) fn dial(
    request: &Request,
    destination: &Destination,
    versions: Versions,
    stops: &Stops,
) -> Result<(Socket, Protection), UploadError> {
    let protection = destination.security.protection(versions)?;
    let until = Instant::now() + request.connect_timeout;
    let socket = first_that_accepts(&destination.addresses, &request.route, until, stops)?;
    // A convenience for those on the way: where it cannot be had, the upload may come off all the same.
    let _ = socket.keep_alive();
    Ok((socket, protection))
}

/// The resolver of the system knows no deadline, so it works on a thread that can be left behind.
fn resolve(server: &Server, port: u16, until: Instant, stops: &Stops) -> Result<Vec<SocketAddr>, UploadError> {
    let unresolved = |error| UploadError::Unresolved { server: server.clone(), error };
    let (sender, receiver) = mpsc::channel();
    let name = (server.host().to_owned(), port);
    thread::spawn(move || sender.send(name.to_socket_addrs().map(Vec::from_iter)));
    loop {
        stops.check().map_err(stopped)?;
        match receiver.recv_timeout(RESOLVER_TICK.min(until.saturating_duration_since(Instant::now()))) {
            Ok(Ok(found)) if found.is_empty() => return Err(unresolved(io::ErrorKind::NotFound.into())),
            Ok(found) => return found.map_err(unresolved),
            Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
            Err(_) => return Err(unresolved(io::ErrorKind::TimedOut.into())),
        }
    }
}

/// Those that the route leads to.
fn within_reach(addresses: &[SocketAddr], route: &Route) -> Result<Vec<SocketAddr>, UploadError> {
    let reached: Vec<_> = addresses.iter().copied().filter(|&address| route.leads_to(address)).collect();
    match (&reached[..], addresses, route.source) {
        ([], &[address, ..], Some(source)) => {
            let kind = |is_ipv4| if is_ipv4 { "IPv4" } else { "IPv6" };
            let (wanted, found) = (kind(source.is_ipv4()), kind(address.is_ipv4()));
            let why = format!("the source address is {wanted}, and it has only {found} addresses");
            Err(UploadError::Unreachable { address, error: io::Error::new(io::ErrorKind::AddrNotAvailable, why) })
        }
        _ => Ok(reached),
    }
}

/// Clear text stays on this machine unless the user says that it may leave.
fn security(request: &Request, addresses: &[SocketAddr]) -> Result<Security, UploadError> {
    let stays_here = addresses.iter().all(|address| address.ip().to_canonical().is_loopback());
    let terms = || TlsTerms::new(request.server.host(), &request.trust, request.identity.as_ref()).map_err(no_tls);
    match request.tls {
        Tls::Off => Ok(Security::Clear),
        Tls::UnlessLoopback if stays_here => Ok(Security::Clear),
        Tls::UnlessLoopback | Tls::Explicit => terms().map(Security::Explicit),
        Tls::Implicit => terms().map(Security::Implicit),
    }
}

fn no_tls(problem: TlsProblem) -> UploadError {
    UploadError::Tls { connection: Connection::Control, problem }
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
        let left = until.saturating_duration_since(Instant::now());
        let untried = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match Socket::connect(address, route, Instant::now() + left / untried, stops) {
            Ok(socket) => return Ok(socket),
            Err(Stop::Failed(error)) => last = UploadError::Unreachable { address, error },
            Err(stop) => return Err(stopped(stop)),
        }
    }
    Err(last)
}

/// The run is over before the conversation has begun.
fn stopped(stop: Stop) -> UploadError {
    match stop {
        Stop::Interrupted => UploadError::Interrupted { step: None },
        Stop::OutOfTime => UploadError::OutOfTime { step: None },
        Stop::Failed(error) => UploadError::Fault(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::Trust;
    use std::net::TcpListener;

    fn request(tls: Tls) -> Request {
        // Not the platform's: a machine may have no authorities at all.
        Request::new("h".parse().unwrap(), "u", ".").unwrap().tls(tls).trust(Trust::Pins(Vec::new()))
    }

    #[test]
    fn clear_text_leaves_this_machine_only_when_tls_is_off() {
        let here: SocketAddr = "127.0.0.1:21".parse().unwrap();
        let also_here: SocketAddr = "[::ffff:127.1.2.3]:21".parse().unwrap();
        let away: SocketAddr = "192.0.2.1:21".parse().unwrap();
        let is_clear = |tls, to: &[SocketAddr]| matches!(security(&request(tls), to).unwrap(), Security::Clear);
        assert!(is_clear(Tls::UnlessLoopback, &[here, also_here]));
        assert!(!is_clear(Tls::UnlessLoopback, &[here, away]));
        assert!(is_clear(Tls::Off, &[away]));
        for tls in [Tls::Explicit, Tls::Implicit] {
            assert!(!is_clear(tls, &[here]), "{tls:?}");
        }
    }

    #[test]
    fn addresses_of_the_other_kind_than_the_source_are_left_out() {
        let both: [SocketAddr; 2] = ["192.0.2.1:21".parse().unwrap(), "[2001:db8::1]:21".parse().unwrap()];
        let reached = |from: &[SocketAddr]| {
            within_reach(from, &Route { source: Some("2001:db8::7".parse().unwrap()), ..Route::default() })
        };
        assert_eq!(reached(&both).unwrap(), both[1..]);
        assert!(reached(&both[..1]).unwrap_err().to_string().contains("IPv6"));
        assert_eq!(within_reach(&both, &Route::default()).unwrap(), both);
    }

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
