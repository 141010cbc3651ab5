//! A proxy between this machine and the server, parsed from an address. `net/proxy/` implements the protocols. TLS is
//! end to end between this machine and the server, so the proxy learns only hosts, ports and amounts of data.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ftp_protocol::server::{NotAServer, Server};

use crate::request::proxy_auth::{NotProxyAuth, ProxyAuth};

/// The default port of a SOCKS proxy (RFC 1928 §3). It is used for HTTP proxies as well, as curl does.
const PROXY_PORT: u16 = 1080;

/// A proxy: SOCKS5 (RFC 1928), or HTTP with the CONNECT method (RFC 9110 §9.3.6).
///
/// It is parsed from `socks5://HOST:PORT`, `socks5h://HOST:PORT` or `http://HOST:PORT`; the default port is 1080. With
/// `socks5` the server's name is resolved on this machine, with `socks5h` and `http` by the proxy. TLS with the server
/// is end to end.
///
/// The library does not read proxy settings from the environment.
#[derive(Clone)]
pub struct Proxy {
    pub(crate) kind: Kind,
    server: Server,
    pub(crate) auth: Option<Arc<ProxyAuth>>,
}

/// The protocol of a proxy, and the side that resolves names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Socks5,
    Socks5h,
    Http,
}

/// The reason why text is not a [`Proxy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAProxy {
    /// The scheme is missing, or is not supported.
    #[error("its scheme is not socks5://, socks5h:// or http://")]
    Scheme,
    /// The address contains a user name or a password. Addresses are shown in messages and in lists of processes; pass
    /// credentials with [`Proxy::auth`].
    #[error("it contains a user name or a password, which other users of this machine could read")]
    UserInfo,
    /// The address has a path, a query or a fragment.
    #[error("nothing may follow the host and port")]
    Path,
    /// The host or the port is invalid.
    #[error("{0}")]
    Host(NotAServer),
}

/// The host that a proxy is asked to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyTarget {
    Address(IpAddr),
    Name(String),
}

impl Proxy {
    /// Sets the credentials. An HTTP proxy gets them with each request, a SOCKS proxy if it chooses this method (RFC
    /// 1928 §3). They are sent to the proxy in clear text.
    ///
    /// # Errors
    /// [`NotProxyAuth::NoPassword`] for SOCKS without a password, which RFC 1929 §2 cannot express.
    pub fn auth(mut self, auth: ProxyAuth) -> Result<Self, NotProxyAuth> {
        if self.kind != Kind::Http && auth.password().is_empty() {
            return Err(NotProxyAuth::NoPassword);
        }
        self.auth = Some(Arc::new(auth));
        Ok(self)
    }

    /// Returns the scheme: `socks5`, `socks5h` or `http`.
    pub fn scheme(&self) -> &'static str {
        match self.kind {
            Kind::Socks5 => "socks5",
            Kind::Socks5h => "socks5h",
            Kind::Http => "http",
        }
    }

    /// Returns true if credentials are set.
    pub(crate) fn has_auth(&self) -> bool {
        self.auth.is_some()
    }

    /// Returns the host, and the port if the address has one.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Returns the port of the proxy.
    pub(crate) fn port(&self) -> u16 {
        self.server.port().unwrap_or(PROXY_PORT)
    }

    /// Returns true if the proxy resolves the server's name.
    pub(crate) fn resolves_names(&self) -> bool {
        self.kind != Kind::Socks5
    }
}

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        // This check comes first: an address without a scheme may contain a password, too, and must not be shown.
        if text.contains('@') {
            return Err(NotAProxy::UserInfo);
        }
        let (scheme, rest) = text.split_once("://").ok_or(NotAProxy::Scheme)?;
        let kind = match scheme.to_ascii_lowercase().as_str() {
            "socks5" => Kind::Socks5,
            "socks5h" => Kind::Socks5h,
            "http" => Kind::Http,
            _ => return Err(NotAProxy::Scheme),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(NotAProxy::Path);
        }
        let server = rest.parse().map_err(NotAProxy::Host)?;
        Ok(Self { kind, server, auth: None })
    }
}

impl fmt::Display for Proxy {
    /// Shows scheme, host and port, without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), ProxyTarget::of(&self.server).with_port(self.port()))
    }
}

impl fmt::Debug for Proxy {
    /// Shows the same as `Display`, without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl ProxyTarget {
    /// Returns the host of `server`: an address if it is one, else a name.
    pub(crate) fn of(server: &Server) -> Self {
        server.host().parse().map_or_else(|_| Self::Name(server.host().to_owned()), Self::Address)
    }

    /// Returns `HOST:PORT`, as in a URL or a CONNECT request, with brackets around an IPv6 address.
    pub(crate) fn with_port(&self, port: u16) -> String {
        match self {
            Self::Address(address) => SocketAddr::new(*address, port).to_string(),
            Self::Name(name) => format!("{name}:{port}"),
        }
    }
}

impl fmt::Display for ProxyTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, NotAProxy> {
        text.parse().map(|proxy: Proxy| proxy.to_string())
    }

    #[test]
    fn every_form_of_a_proxy_is_understood() {
        for (text, expected) in [
            ("socks5://h", "socks5://h:1080"),
            ("socks5h://h:9050", "socks5h://h:9050"),
            ("HTTP://proxy.example.org:3128/", "http://proxy.example.org:3128"),
            ("http://192.0.2.1", "http://192.0.2.1:1080"),
            ("socks5://[2001:db8::1]:1", "socks5://[2001:db8::1]:1"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_malformed_proxy_is_refused_with_the_reason() {
        for (text, why) in [
            ("h:1080", NotAProxy::Scheme),
            ("https://h", NotAProxy::Scheme),
            ("socks4://h", NotAProxy::Scheme),
            ("ftp://socks5://h", NotAProxy::Scheme),
            ("socks5://u:p@h", NotAProxy::UserInfo),
            ("u:p@h", NotAProxy::UserInfo),
            ("http://h/path", NotAProxy::Path),
            ("http://h?q", NotAProxy::Path),
            ("http://ftp://h", NotAProxy::Path),
            ("http://", NotAProxy::Host(NotAServer::NoHost)),
            ("http://h:0", NotAProxy::Host(NotAServer::BadPort)),
            ("http://a b", NotAProxy::Host(NotAServer::BadHost)),
            ("http://a\r\nX: y", NotAProxy::Host(NotAServer::BadHost)),
        ] {
            assert_eq!(shown(text), Err(why), "{text}");
        }
    }

    #[test]
    fn credentials_are_not_shown_with_the_proxy() {
        let auth = || ProxyAuth::new("alice:secret".to_owned()).unwrap();
        let proxy = "http://h".parse::<Proxy>().unwrap().auth(auth()).unwrap();
        assert_eq!(format!("{proxy} {proxy:?}"), "http://h:1080 Proxy(http://h:1080)");
    }

    #[test]
    fn socks_requires_a_password_and_http_does_not() {
        let with_auth = |proxy: &str| {
            let auth = ProxyAuth::new("token:".to_owned()).unwrap();
            proxy.parse::<Proxy>().unwrap().auth(auth).err()
        };
        assert_eq!([with_auth("http://h"), with_auth("socks5://h")], [None, Some(NotProxyAuth::NoPassword)]);
    }
}
