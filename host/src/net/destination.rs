//! The destination of a run: the server's addresses, the proxy's addresses, and the terms of TLS. Everything is found
//! once, before the first connection. Later connections do not resolve names again, so they go to the same machine, and
//! they work although the fence (Landlock and seccomp) does not allow the resolver.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use ftp_text::system_error::without_code;

use crate::cancel::{Cancellation, WaitError};
use crate::net::resolver::Resolver;
use crate::net::route::Route;
use crate::net::tls::TlsTerms;
use crate::net::wait::Deadline;
use crate::report::error::UploadError;
use crate::report::event::Observer;
use crate::report::proxy_problem::ProxyProblem;
use crate::report::step::Connection;
use crate::report::tls_problem::TlsProblem;
use crate::request::Request;
use crate::request::proxy::{Proxy, ProxyTarget};
use crate::request::security::Tls;

/// The addresses of the server and of the proxy, and the protection of the connections.
pub(crate) struct Destination {
    /// The server's addresses, in the order in which they are tried. Empty if the proxy resolves the name.
    pub(crate) server_addresses: Vec<SocketAddr>,
    /// The proxy's addresses, in the same order. If there is a proxy, every connection goes to it.
    pub(crate) proxy_addresses: Option<Vec<SocketAddr>>,
    pub(crate) security: Security,
}

impl Destination {
    /// Returns the addresses to which this machine connects: the proxy's if there is a proxy, or else the server's.
    pub(crate) fn connect_addresses(&self) -> &[SocketAddr] {
        self.proxy_addresses.as_ref().unwrap_or(&self.server_addresses)
    }
}

/// The protection of all connections of a run.
pub(crate) enum Security {
    /// None.
    Clear,
    /// TLS after AUTH.
    Explicit(TlsTerms),
    /// TLS from the first byte.
    Implicit(TlsTerms),
}

/// Resolves the server that `request` names, and the proxy. Opens no connection.
pub(crate) fn find(
    request: &Request,
    cancellation: &Cancellation,
    observer: &dyn Observer,
) -> Result<Destination, UploadError> {
    let deadline = Deadline::new(Instant::now() + request.network.connect_timeout, cancellation);
    let resolver = Resolver { deadline, observer };
    match &request.network.proxy {
        None => find_server(request, &resolver),
        Some(proxy) => find_behind_proxy(proxy, request, &resolver),
    }
}

fn find_server(request: &Request, resolver: &Resolver<'_>) -> Result<Destination, UploadError> {
    let resolved = resolver.resolve(&request.target.server, request.port())?;
    let server_addresses = reachable(&resolved, &Route::of(&request.network))?;
    // Both the name and the addresses: the resolver could return another machine for `localhost`, or this machine for
    // another name.
    let is_loopback = |address: &SocketAddr| address.ip().to_canonical().is_loopback();
    let stays_here = request.target.server.is_this_machine() && server_addresses.iter().all(is_loopback);
    Ok(Destination { security: security(request, stays_here)?, server_addresses, proxy_addresses: None })
}

fn find_behind_proxy(proxy: &Proxy, request: &Request, resolver: &Resolver<'_>) -> Result<Destination, UploadError> {
    // "localhost" and loopback addresses mean the proxy's machine.
    let security = security(request, false)?;
    let server_addresses = match ProxyTarget::of(&request.target.server) {
        ProxyTarget::Name(_) if proxy.resolves_names() => Vec::new(),
        ProxyTarget::Name(_) => resolver.resolve(&request.target.server, request.port())?,
        ProxyTarget::Address(address) => vec![SocketAddr::new(address, request.port())],
    };
    let proxy_addresses = resolver
        .resolve(proxy.server(), proxy.port())
        .and_then(|resolved| reachable(&resolved, &Route::of(&request.network)))
        .map_err(|error| proxy_not_reached(proxy, error))?;
    Ok(Destination { server_addresses, proxy_addresses: Some(proxy_addresses), security })
}

/// Turns an error of resolving or connecting into the error that the proxy was not reached.
pub(crate) fn proxy_not_reached(proxy: &Proxy, error: UploadError) -> UploadError {
    match error {
        UploadError::Unresolved { error, .. } => proxy_failed(proxy, ProxyProblem::Unresolved(error)),
        UploadError::Unreachable { address, error } => {
            proxy_failed(proxy, ProxyProblem::Unreachable { address, error })
        }
        error => error,
    }
}

/// Returns the error that the proxy gave no control connection.
pub(crate) fn proxy_failed(proxy: &Proxy, problem: ProxyProblem) -> UploadError {
    UploadError::Proxy { proxy: proxy.to_string(), connection: Connection::Control, problem }
}

/// Returns the error of a run that ends before the conversation has begun.
pub(crate) fn ended_before_conversation(error: WaitError) -> UploadError {
    match error {
        WaitError::Interrupted => UploadError::Interrupted { step: None },
        WaitError::OutOfTime => UploadError::OutOfTime { step: None },
        WaitError::Failed(error) => UploadError::Fault(without_code(error)),
    }
}

/// Returns the addresses that have the IP version of the source address.
///
/// # Errors
/// If there are addresses, but none of that version.
fn reachable(addresses: &[SocketAddr], route: &Route) -> Result<Vec<SocketAddr>, UploadError> {
    let reachable: Vec<_> = addresses.iter().copied().filter(|&address| route.leads_to(address)).collect();
    match (&reachable[..], addresses, route.source) {
        ([], &[address, ..], Some(source)) => {
            let kind = |is_ipv4| if is_ipv4 { "IPv4" } else { "IPv6" };
            let (wanted, found) = (kind(source.is_ipv4()), kind(address.is_ipv4()));
            let reason = format!("the source address is {wanted}, and it has only {found} addresses");
            Err(UploadError::Unreachable { address, error: io::Error::new(io::ErrorKind::AddrNotAvailable, reason) })
        }
        _ => Ok(reachable),
    }
}

/// Returns the protection that the options demand. By default, only connections within this machine are not protected.
fn security(request: &Request, stays_here: bool) -> Result<Security, UploadError> {
    let terms = || TlsTerms::new(request.target.server.host(), &request.security).map_err(tls_failed);
    match request.tls() {
        Tls::Off => Ok(Security::Clear),
        Tls::UnlessLoopback if stays_here => Ok(Security::Clear),
        Tls::UnlessLoopback | Tls::Explicit => terms().map(Security::Explicit),
        Tls::Implicit => terms().map(Security::Implicit),
    }
}

/// Returns the error that the control connection cannot have TLS.
pub(crate) fn tls_failed(problem: TlsProblem) -> UploadError {
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
        // Not the platform's authorities: a machine may have none.
        let security = Options { tls: Some(tls), trust: Trust::Pins(Vec::new()), ..Options::default() };
        let target = Target::new(server.parse().unwrap(), "u").unwrap();
        Request::of(target, Put::into_directory(".").unwrap()).security(security)
    }

    fn found(request: &Request) -> Result<Destination, UploadError> {
        find(request, &Cancellation::default(), &())
    }

    #[test]
    fn clear_text_leaves_this_machine_only_when_tls_is_off() {
        let is_clear = |server: &str, tls| matches!(found(&request(server, tls)).unwrap().security, Security::Clear);
        assert!(is_clear("127.0.0.1", Tls::UnlessLoopback));
        assert!(is_clear("[::ffff:127.1.2.3]", Tls::UnlessLoopback));
        assert!(is_clear("localhost", Tls::UnlessLoopback));
        // The resolver returns 127.0.0.1 for this, and could do so for any other name.
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
        let found = |from: &[SocketAddr]| {
            reachable(from, &Route { source: Some("2001:db8::7".parse().unwrap()), ..Route::default() })
        };
        assert_eq!(found(&both).unwrap(), both[1..]);
        assert!(found(&both[..1]).unwrap_err().to_string().contains("IPv6"));
        assert_eq!(reachable(&both, &Route::default()).unwrap(), both);
    }

    #[test]
    fn behind_a_proxy_the_servers_name_is_resolved_only_for_a_proxy_that_does_not_resolve_names() {
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
            assert_eq!(
                found.server_addresses,
                Vec::from_iter(addresses.iter().map(|address| address.parse().unwrap()))
            );
            assert_eq!(found.connect_addresses(), ["127.0.0.1:1".parse().unwrap()]);
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
