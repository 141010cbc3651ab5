//! The server that a user names as HOST, parsed into a name and a port.
//!
//! This file does not resolve the name, and does not decide whether a connection in clear is allowed: see
//! `host/src/net/destination.rs` and `guest/provider/src/dial.rs`.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::str::FromStr;

/// The port for FTP's control connection (RFC 959 §8).
pub const FTP_PORT: u16 = 21;

/// The port for a control connection with TLS from the first byte (IANA, `ftps`).
pub const FTPS_PORT: u16 = 990;

/// A server, given as `name`, `name:port`, `[v6]`, `[v6]:port`, or one of these after `ftp://`, `ftpes://` or
/// `ftps://`. A link-local IPv6 address may have a scope: `fe80::1%eth0` (RFC 4007 §11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    host: String,
    scope: Option<String>,
    port: Option<u16>,
    scheme: Option<Scheme>,
}

/// The scheme of an address: it selects the protection of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `ftp://`: in clear.
    Ftp,
    /// `ftps://`: TLS from the first byte.
    Ftps,
    /// `ftpes://`: TLS after AUTH (RFC 4217).
    Ftpes,
}

/// The reason why some text is not a [`Server`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAServer {
    /// It contains no name.
    NoHost,
    /// It contains blanks, control bytes, or other characters that no host name has.
    BadHost,
    /// The text after the colon is not a port.
    BadPort,
    /// A scheme other than ftp, ftps and ftpes.
    BadScheme,
    /// A user or password in the address.
    UserInfo,
    /// A path in the address.
    Path,
    /// The scope is not the name of an interface, or the address is of a kind that has no scope.
    BadScope,
}

impl Server {
    /// Returns the host name or IP address, without brackets and scope. This form may be sent to a server and compared
    /// with a certificate.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the network interface of this machine through which a link-local address is reached, by its name or
    /// number.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// Returns true if the user has named this machine; see [`is_this_machine`].
    pub fn is_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    /// Returns the port of the control connection, if the user gave one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the scheme, if the user gave one.
    pub fn scheme(&self) -> Option<Scheme> {
        self.scheme
    }
}

impl FromStr for Server {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        let (scheme, rest) = match text.split_once("://") {
            None => (None, text),
            Some((scheme, rest)) => (Some(parse_scheme(scheme)?), rest.strip_suffix('/').unwrap_or(rest)),
        };
        if rest.contains('@') {
            return Err(NotAServer::UserInfo);
        }
        if rest.contains('/') {
            return Err(NotAServer::Path);
        }
        let (host, port) = split_port(rest)?;
        let (host, scope) = split_scope(host)?;
        check_host(host)?;
        let port = port.map(parse_port).transpose()?;
        Ok(Self { host: host.to_owned(), scope: scope.map(ToOwned::to_owned), port, scheme })
    }
}

/// Returns true if `host` is `localhost`, a name below it (RFC 6761 §6.3), or a loopback address. No other name means
/// this machine, even if it resolves to a loopback address: a resolver, or an attacker who forges its answers, must not
/// decide that TLS is not needed.
pub fn is_this_machine(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

impl fmt::Display for NotAServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoHost => "it has no host name",
            Self::BadHost => "its host name contains a character that is not allowed there",
            Self::BadPort => "the text after the colon is not a port from 1 to 65535",
            Self::BadScheme => "its scheme is not ftp://, ftps:// or ftpes://",
            Self::UserInfo => "a user or password must not be part of the address, where others can see it",
            Self::Path => "a path must not be part of the address; the remote directory is a separate argument",
            Self::BadScope => {
                "the text after the % is not a network interface, or the address is not link-local (fe80::)"
            }
        })
    }
}

impl core::error::Error for NotAServer {}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.host.contains(':'), &self.scope) {
            (false, _) => f.write_str(&self.host)?,
            (true, None) => write!(f, "[{}]", self.host)?,
            (true, Some(scope)) => write!(f, "[{}%{scope}]", self.host)?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn parse_scheme(scheme: &str) -> Result<Scheme, NotAServer> {
    match scheme.to_ascii_lowercase().as_str() {
        "ftp" => Ok(Scheme::Ftp),
        "ftps" => Ok(Scheme::Ftps),
        "ftpes" => Ok(Scheme::Ftpes),
        _ => Err(NotAServer::BadScheme),
    }
}

/// In brackets, the colons of an IPv6 address are separate from the colon of the port; a bare IPv6 address has no port.
fn split_port(text: &str) -> Result<(&str, Option<&str>), NotAServer> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, rest) = bracketed.split_once(']').ok_or(NotAServer::BadHost)?;
        without_scope(address).parse::<Ipv6Addr>().map_err(|_| NotAServer::BadHost)?;
        return match rest.strip_prefix(':') {
            None if rest.is_empty() => Ok((address, None)),
            None => Err(NotAServer::BadPort),
            port => Ok((address, port)),
        };
    }
    if without_scope(text).parse::<Ipv6Addr>().is_ok() {
        return Ok((text, None));
    }
    Ok(text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))))
}

fn without_scope(address: &str) -> &str {
    address.split_once('%').map_or(address, |(address, _)| address)
}

/// Only a link-local address can mean a different machine on each interface.
fn split_scope(host: &str) -> Result<(&str, Option<&str>), NotAServer> {
    let Some((address, scope)) = host.split_once('%') else { return Ok((host, None)) };
    let address_of = address.parse::<Ipv6Addr>().map_err(|_| NotAServer::BadHost)?;
    // Linux allows 15 bytes in the name of an interface.
    let is_name = (1..16).contains(&scope.len())
        && scope.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'));
    if is_name && address_of.is_unicast_link_local() { Ok((address, Some(scope))) } else { Err(NotAServer::BadScope) }
}

fn check_host(host: &str) -> Result<(), NotAServer> {
    let in_names = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    match host {
        "" => Err(NotAServer::NoHost),
        _ if host.parse::<IpAddr>().is_ok() || host.chars().all(in_names) => Ok(()),
        _ => Err(NotAServer::BadHost),
    }
}

fn parse_port(digits: &str) -> Result<u16, NotAServer> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|&port| plain && port != 0).ok_or(NotAServer::BadPort)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn parse(text: &str) -> Result<(String, Option<u16>), NotAServer> {
        text.parse().map(|server: Server| (server.host, server.port))
    }

    #[test]
    fn every_form_of_a_server_is_understood() {
        for (text, host, port) in [
            ("ftp.example.org", "ftp.example.org", None),
            ("localhost:2121", "localhost", Some(2121)),
            ("127.0.0.1:1", "127.0.0.1", Some(1)),
            ("[::1]", "::1", None),
            ("[::1]:65535", "::1", Some(65535)),
            ("::1", "::1", None),
            ("ftp://h:2121/", "h", Some(2121)),
            ("FTP://h", "h", None),
            ("ftps://h:990", "h", Some(990)),
            ("fe80::1%eth0", "fe80::1", None),
            ("ftp://[fe80::1%eth0.7]:2121/", "fe80::1", Some(2121)),
        ] {
            assert_eq!(parse(text), Ok((host.to_owned(), port)), "{text}");
        }
    }

    #[test]
    fn a_malformed_server_is_refused_with_its_reason() {
        for (text, why) in [
            ("", NotAServer::NoHost),
            (":21", NotAServer::NoHost),
            ("a b", NotAServer::BadHost),
            ("a\r\nb", NotAServer::BadHost),
            ("[h]:21", NotAServer::BadHost),
            ("[::1", NotAServer::BadHost),
            ("[::1]21", NotAServer::BadPort),
            ("h:", NotAServer::BadPort),
            ("h:0", NotAServer::BadPort),
            ("h:+21", NotAServer::BadPort),
            ("h:65536", NotAServer::BadPort),
            ("http://h", NotAServer::BadScheme),
            ("ftp://alice:secret@h", NotAServer::UserInfo),
            ("alice@h", NotAServer::UserInfo),
            ("ftp://h/dir", NotAServer::Path),
            ("h/dir", NotAServer::Path),
            ("h%eth0", NotAServer::BadHost),
            ("192.0.2.1%eth0", NotAServer::BadHost),
            ("2001:db8::1%eth0", NotAServer::BadScope),
            ("fe80::1%", NotAServer::BadScope),
            ("[fe80::1%a b]:21", NotAServer::BadScope),
            ("[fe80::1%eth0%eth1]", NotAServer::BadScope),
            ("fe80::1%sixteen-or-more0", NotAServer::BadScope),
        ] {
            assert_eq!(parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn a_server_is_shown_as_it_could_be_typed() {
        for text in ["h", "h:2121", "[::1]", "[::1]:2121", "[fe80::1%2]", "[fe80::1%eth0]:2121"] {
            assert_eq!(text.parse::<Server>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_names_and_addresses_that_cannot_be_elsewhere_are_this_machine() {
        for here in ["localhost", "LocalHost.", "ftp.localhost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"] {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in [
            "localhost.example.org",
            "mylocalhost",
            "127.1",
            "127.0.0.1.example.org",
            "192.0.2.1",
            "::",
            "fe80::1",
            "0.0.0.0",
        ] {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }
}
