//! The way to the server: its addresses, how it has to be spoken to, and a connection to the first that accepts one,
//! through a proxy if there is to be one. All of it within one deadline.
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
use crate::proxy::{FarHost, Proxy, ProxyProblem, Tunnel};
use crate::request::Request;
use crate::route::Route;
use crate::socket::Socket;
use crate::tls::{Tls, TlsClient, Versions};

/// How often a wait for the resolver looks up, to hear an interrupt.
const RESOLVER_TICK: Duration = Duration::from_millis(50);

/// A control connection, before a byte of it is read.
pub(crate) struct Dialled {
    pub(crate) socket: Socket,
    /// How it is to be protected.
    pub(crate) protection: Protection,
    /// What it goes through.
    pub(crate) tunnel: Option<Tunnel>,
}

/// Connects to the server that `request` names.
pub(crate) fn dial(request: &Request, versions: Versions, stops: &Stops) -> Result<Dialled, UploadError> {
    let until = Instant::now() + request.connect_timeout;
    let dialled = match &request.proxy {
        None => directly(request, versions, until, stops)?,
        Some(_) if request.active => return Err(UploadError::ActiveThroughProxy),
        Some(proxy) => through(proxy, request, versions, until, stops)?,
    };
    // A convenience for those on the way: where it cannot be had, the upload may come off all the same.
    let _ = dialled.socket.keep_alive();
    Ok(dialled)
}

fn directly(request: &Request, versions: Versions, until: Instant, stops: &Stops) -> Result<Dialled, UploadError> {
    let resolved = resolve(&request.server, request.port(), until, stops)?;
    let addresses = within_reach(&resolved, &request.route)?;
    let protection = protection(request, versions, stay_here(&addresses))?;
    let socket = first_that_accepts(&addresses, &request.route, until, stops)?;
    Ok(Dialled { socket, protection, tunnel: None })
}

/// Tries one address of the server after the other, each with its share of the time left, as long as it is the proxy that
/// cannot reach it.
fn through(
    proxy: &Proxy,
    request: &Request,
    versions: Versions,
    until: Instant,
    stops: &Stops,
) -> Result<Dialled, UploadError> {
    // "localhost" is the proxy's, and who knows where an address leads from there.
    let protection = protection(request, versions, false)?;
    let hosts = far_hosts(proxy, request, until, stops)?;
    let mut last = UploadError::Fault("a name resolved to no address".into());
    for (tried, host) in hosts.iter().enumerate() {
        match tunnel(proxy, host, request, share(until, hosts.len() - tried), stops) {
            Ok((socket, tunnel)) => return Ok(Dialled { socket, protection, tunnel: Some(tunnel) }),
            Err(error @ UploadError::Proxy { problem: ProxyProblem::Refused(_), .. }) => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// What the proxy is to be told.
fn far_hosts(proxy: &Proxy, request: &Request, until: Instant, stops: &Stops) -> Result<Vec<FarHost>, UploadError> {
    let typed = FarHost::of(&request.server);
    if proxy.resolves_names() || matches!(typed, FarHost::Address(_)) {
        return Ok(vec![typed]);
    }
    let resolved = resolve(&request.server, request.port(), until, stops)?;
    Ok(resolved.iter().map(SocketAddr::ip).map(FarHost::Address).collect())
}

/// A connection to the proxy, and through it to `host`.
fn tunnel(
    proxy: &Proxy,
    host: &FarHost,
    request: &Request,
    until: Instant,
    stops: &Stops,
) -> Result<(Socket, Tunnel), UploadError> {
    let to_proxy = || {
        let resolved = resolve(proxy.server(), proxy.port(), until, stops)?;
        first_that_accepts(&within_reach(&resolved, &request.route)?, &request.route, until, stops)
    };
    let socket = to_proxy().map_err(|error| on_the_way(proxy, error))?;
    let tunnel = Tunnel::new(proxy.clone(), socket.peer(), host.clone());
    match tunnel.enter(&socket, request.port(), until, stops) {
        Ok(()) => Ok((socket, tunnel)),
        Err(Stop::Failed(error)) => Err(by_proxy(proxy, ProxyProblem::found_in(error))),
        Err(stop) => Err(stopped(stop)),
    }
}

/// It was the proxy that could not be reached.
fn on_the_way(proxy: &Proxy, error: UploadError) -> UploadError {
    match error {
        UploadError::Unresolved { error, .. } => by_proxy(proxy, ProxyProblem::Unresolved(error)),
        UploadError::Unreachable { address, error } => by_proxy(proxy, ProxyProblem::Unreachable { address, error }),
        error => error,
    }
}

fn by_proxy(proxy: &Proxy, problem: ProxyProblem) -> UploadError {
    UploadError::Proxy { proxy: proxy.to_string(), connection: Connection::Control, problem }
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

fn stay_here(addresses: &[SocketAddr]) -> bool {
    addresses.iter().all(|address| address.ip().to_canonical().is_loopback())
}

/// Clear text stays on this machine unless the user says that it may leave.
fn protection(request: &Request, versions: Versions, stays_here: bool) -> Result<Protection, UploadError> {
    match request.tls {
        Tls::Off => Ok(Protection::Clear),
        Tls::UnlessLoopback if stays_here => Ok(Protection::Clear),
        Tls::UnlessLoopback | Tls::Explicit => tls(request, versions).map(Protection::Explicit),
        Tls::Implicit => tls(request, versions).map(Protection::Implicit),
    }
}

fn tls(request: &Request, versions: Versions) -> Result<TlsClient, UploadError> {
    let made = TlsClient::new(request.server.host(), &request.trust, request.identity.as_ref(), versions);
    made.map_err(|problem| UploadError::Tls { connection: Connection::Control, problem })
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
        let is_clear = |tls, to: &[SocketAddr]| {
            matches!(protection(&request(tls), Versions::Safe, stay_here(to)).unwrap(), Protection::Clear)
        };
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
    fn nobody_is_asked_to_connect_to_us_through_a_proxy() {
        let active = request(Tls::Off).active(true).proxy("socks5://192.0.2.1:1".parse().unwrap());
        let dialled = dial(&active, Versions::Safe, &Stops::default());
        assert!(matches!(dialled, Err(UploadError::ActiveThroughProxy)));
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
