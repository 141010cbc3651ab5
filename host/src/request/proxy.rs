//! A proxy between this machine and the server, parsed from an address. `net/proxy/` speaks to it. TLS goes through it end to
//! end, so that it learns hosts, ports and amounts only.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use ftp_protocol::server::{NotAServer, Server};

use crate::request::proxy_auth::{NotProxyAuth, ProxyAuth};

/// Where a proxy listens unless the address says otherwise (RFC 1928 §3); as curl has it, for HTTP as well.
const PROXY_PORT: u16 = 1080;

/// A proxy, parsed from `socks5://HOST:PORT`, `socks5h://HOST:PORT` or `http://HOST:PORT`; the port is 1080 unless one is
/// given. With `socks5`, the server's name is resolved on this machine, with the others by the proxy.
///
/// A proxy is used only where it is named: no environment variable is obeyed.
#[derive(Clone)]
pub struct Proxy {
    pub(crate) kind: Kind,
    server: Server,
    pub(crate) auth: Option<Arc<ProxyAuth>>,
}

/// How a proxy is spoken to, and who resolves names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Socks5,
    Socks5h,
    Http,
}

/// Why some text is no [`Proxy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAProxy {
    /// No scheme, or one that is none of ours.
    #[error("its scheme is none of socks5://, socks5h:// and http://")]
    Scheme,
    /// A user or a password in it.
    #[error("a user or password does not belong into the address, where others can see it")]
    UserInfo,
    /// Something behind host and port.
    #[error("behind host and port there is nothing to say")]
    Path,
    /// What stands behind the scheme is no host, or the port is none.
    #[error("{0}")]
    Host(NotAServer),
}

/// The host behind a proxy, as the proxy is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyTarget {
    Address(IpAddr),
    Name(String),
}

impl Proxy {
    /// Has the proxy told who asks, if it wants to know.
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

    /// How it is spoken to: `socks5`, `socks5h` or `http`.
    pub fn scheme(&self) -> &'static str {
        match self.kind {
            Kind::Socks5 => "socks5",
            Kind::Socks5h => "socks5h",
            Kind::Http => "http",
        }
    }

    /// Whether there are credentials for it.
    pub(crate) fn has_auth(&self) -> bool {
        self.auth.is_some()
    }

    /// Its own address.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.server.port().unwrap_or(PROXY_PORT)
    }

    /// Whether names are for it to resolve.
    pub(crate) fn resolves_names(&self) -> bool {
        self.kind != Kind::Socks5
    }
}

impl FromStr for Proxy {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        // First of all: what is typed without a scheme may have a password in it just as well.
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
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), ProxyTarget::of(&self.server).with_port(self.port()))
    }
}

impl fmt::Debug for Proxy {
    /// Without the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

impl ProxyTarget {
    /// What was typed for HOST.
    pub(crate) fn of(server: &Server) -> Self {
        server.host().parse().map_or_else(|_| Self::Name(server.host().to_owned()), Self::Address)
    }

    /// As it stands in an address or a CONNECT.
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
        for (text, whole) in [
            ("socks5://h", "socks5://h:1080"),
            ("socks5h://h:9050", "socks5h://h:9050"),
            ("HTTP://proxy.example.org:3128/", "http://proxy.example.org:3128"),
            ("http://192.0.2.1", "http://192.0.2.1:1080"),
            ("socks5://[2001:db8::1]:1", "socks5://[2001:db8::1]:1"),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(whole));
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_with_its_reason() {
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
    fn socks_wants_a_password_and_http_does_not() {
        let with_auth = |proxy: &str| {
            let auth = ProxyAuth::new("token:".to_owned()).unwrap();
            proxy.parse::<Proxy>().unwrap().auth(auth).err()
        };
        assert_eq!([with_auth("http://h"), with_auth("socks5://h")], [None, Some(NotProxyAuth::NoPassword)]);
    }
}
