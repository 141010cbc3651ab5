//! Where a run goes and how it has to be spoken to there, all of it found once, before anything is connected: the server's
//! addresses, the proxy's if there is to be one, the terms of TLS. A later connection asks nobody, and so cannot be led
//! elsewhere, and can do without the resolver, which is on the other side of the fence.
//!
//! Next: `connect.rs`, which dials.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ftp_protocol::server::Server;

use crate::cancel::{Cancellation, WaitError};
use crate::net::route::Route;
use crate::net::tls::TlsTerms;
use crate::report::error::UploadError;
use crate::report::proxy_problem::ProxyProblem;
use crate::report::step::Connection;
use crate::report::tls_problem::TlsProblem;
use crate::request::Request;
use crate::request::proxy::{Proxy, ProxyTarget};
use crate::request::security::Tls;

/// How often a wait for the resolver looks up, to hear an interrupt.
const RESOLVER_TICK: Duration = Duration::from_millis(50);

/// What was found of the server and of the way to it.
pub(crate) struct Destination {
    /// The server's addresses, in the order in which they are tried. There are none where a proxy is to resolve its name.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The proxy's, likewise, if there is one; then nothing else is connected to.
    pub(crate) proxy: Option<Vec<SocketAddr>>,
    pub(crate) security: Security,
}

impl Destination {
    /// Everything that this machine connects to.
    pub(crate) fn dialled(&self) -> &[SocketAddr] {
        self.proxy.as_ref().unwrap_or(&self.addresses)
    }
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

/// Finds the server that `request` names, and the proxy. Nothing is connected.
pub(crate) fn find(request: &Request, cancellation: &Cancellation) -> Result<Destination, UploadError> {
    let until = Instant::now() + request.network.connect_timeout;
    match &request.network.proxy {
        None => find_server(request, until, cancellation),
        Some(proxy) => find_behind(proxy, request, until, cancellation),
    }
}

fn find_server(request: &Request, until: Instant, cancellation: &Cancellation) -> Result<Destination, UploadError> {
    let resolved = resolve(&request.target.server, request.port(), until, cancellation)?;
    let addresses = within_reach(&resolved, &Route::of(&request.network))?;
    // Both: the resolver must not make another machine of `localhost`, nor this machine of another name.
    let is_loopback = |address: &SocketAddr| address.ip().to_canonical().is_loopback();
    let stays_here = request.target.server.is_this_machine() && addresses.iter().all(is_loopback);
    Ok(Destination { security: security(request, stays_here)?, addresses, proxy: None })
}

fn find_behind(
    proxy: &Proxy,
    request: &Request,
    until: Instant,
    cancellation: &Cancellation,
) -> Result<Destination, UploadError> {
    // "localhost" is the proxy's, and who knows where an address leads from there.
    let security = security(request, false)?;
    let addresses = match ProxyTarget::of(&request.target.server) {
        ProxyTarget::Name(_) if proxy.resolves_names() => Vec::new(),
        ProxyTarget::Name(_) => resolve(&request.target.server, request.port(), until, cancellation)?,
        ProxyTarget::Address(address) => vec![SocketAddr::new(address, request.port())],
    };
    let own = resolve(proxy.server(), proxy.port(), until, cancellation);
    let own = own
        .and_then(|own| within_reach(&own, &Route::of(&request.network)))
        .map_err(|error| on_the_way(proxy, error))?;
    Ok(Destination { addresses, proxy: Some(own), security })
}

/// It was the proxy that could not be reached.
pub(crate) fn on_the_way(proxy: &Proxy, error: UploadError) -> UploadError {
    match error {
        UploadError::Unresolved { error, .. } => by_proxy(proxy, ProxyProblem::Unresolved(error)),
        UploadError::Unreachable { address, error } => by_proxy(proxy, ProxyProblem::Unreachable { address, error }),
        error => error,
    }
}

/// There is no control connection, and that is the proxy's doing.
pub(crate) fn by_proxy(proxy: &Proxy, problem: ProxyProblem) -> UploadError {
    UploadError::Proxy { proxy: proxy.to_string(), connection: Connection::Control, problem }
}

/// The run is over before the conversation has begun.
pub(crate) fn stopped(stop: WaitError) -> UploadError {
    match stop {
        WaitError::Interrupted => UploadError::Interrupted { step: None },
        WaitError::OutOfTime => UploadError::OutOfTime { step: None },
        WaitError::Failed(error) => UploadError::Fault(error.to_string()),
    }
}

/// The resolver of the system knows no deadline, so it works on a thread that can be left behind.
fn resolve(
    server: &Server,
    port: u16,
    until: Instant,
    cancellation: &Cancellation,
) -> Result<Vec<SocketAddr>, UploadError> {
    let name = match (server.host().parse(), server.scope()) {
        (Ok(address), None) => return Ok(vec![SocketAddr::new(address, port)]),
        // The system knows the numbers of its interfaces, and asks nobody for them.
        (_, Some(scope)) => format!("{}%{scope}", server.host()),
        (Err(_), None) => server.host().to_owned(),
    };
    let unresolved = |error| UploadError::Unresolved { server: server.clone(), error };
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send((name, port).to_socket_addrs().map(Vec::from_iter)));
    loop {
        cancellation.check().map_err(stopped)?;
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
fn security(request: &Request, stays_here: bool) -> Result<Security, UploadError> {
    let terms = || {
        TlsTerms::new(request.target.server.host(), &request.security.trust, request.security.identity.as_ref())
            .map_err(no_tls)
    };
    match request.tls() {
        Tls::Off => Ok(Security::Clear),
        Tls::UnlessLoopback if stays_here => Ok(Security::Clear),
        Tls::UnlessLoopback | Tls::Explicit => terms().map(Security::Explicit),
        Tls::Implicit => terms().map(Security::Implicit),
    }
}

pub(crate) fn no_tls(problem: TlsProblem) -> UploadError {
    UploadError::Tls { connection: Connection::Control, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::job::Put;
    use crate::request::network::Network;
    use crate::request::security::Security as Options;
    use crate::request::target::Target;
    use crate::request::trust::Trust;

    fn request(server: &str, tls: Tls) -> Request {
        // Not the platform's: a machine may have no authorities at all.
        let security = Options { tls: Some(tls), trust: Trust::Pins(Vec::new()), ..Options::default() };
        let target = Target::new(server.parse().unwrap(), "u").unwrap();
        Request::new(target, Put::into_directory(".").unwrap()).security(security)
    }

    fn found(request: &Request) -> Result<Destination, UploadError> {
        find(request, &Cancellation::default())
    }

    #[test]
    fn clear_text_leaves_this_machine_only_when_tls_is_off() {
        let is_clear = |server: &str, tls| matches!(found(&request(server, tls)).unwrap().security, Security::Clear);
        assert!(is_clear("127.0.0.1", Tls::UnlessLoopback));
        assert!(is_clear("[::ffff:127.1.2.3]", Tls::UnlessLoopback));
        assert!(is_clear("localhost", Tls::UnlessLoopback));
        // The resolver takes this for 127.0.0.1, and could do so with any other name.
        assert!(!matches!(
            found(&request("127.1", Tls::UnlessLoopback)).map(|found| found.security),
            Ok(Security::Clear)
        ));
        assert!(!is_clear("192.0.2.1", Tls::UnlessLoopback));
        assert!(is_clear("192.0.2.1", Tls::Off));
        for tls in [Tls::Explicit, Tls::Implicit] {
            assert!(!is_clear("127.0.0.1", tls), "{tls:?}");
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
    fn behind_a_proxy_its_addresses_are_found_and_the_servers_as_far_as_it_wants_them() {
        for (scheme, server, addresses) in [
            ("socks5", "192.0.2.1:7", &["192.0.2.1:7"][..]),
            ("socks5h", "192.0.2.1:7", &["192.0.2.1:7"]),
            ("http", "[2001:db8::1]", &["[2001:db8::1]:21"]),
            ("socks5h", "behind.invalid", &[]),
            ("http", "behind.invalid", &[]),
        ] {
            let proxy = format!("{scheme}://127.0.0.1:1").parse().unwrap();
            let found = found(
                &request(server, Tls::UnlessLoopback)
                    .network(Network { proxy: Some(proxy), ..Network::default() })
                    .unwrap(),
            )
            .unwrap();
            assert_eq!(found.addresses, Vec::from_iter(addresses.iter().map(|address| address.parse().unwrap())));
            assert_eq!(found.dialled(), ["127.0.0.1:1".parse().unwrap()]);
            assert!(matches!(found.security, Security::Explicit(_)), "{scheme}");
        }
    }

    #[test]
    fn a_proxy_that_the_route_does_not_lead_to_is_named() {
        let proxy = "socks5h://127.0.0.1:1".parse().unwrap();
        let request = request("h", Tls::Off)
            .network(Network {
                proxy: Some(proxy),
                source_address: Some("2001:db8::7".parse().unwrap()),
                ..Network::default()
            })
            .unwrap();
        assert!(matches!(found(&request), Err(UploadError::Proxy { problem: ProxyProblem::Unreachable { .. }, .. })));
    }
}
