//! The address and port to which a server should connect, in the forms of EPRT and PORT.
//!
//! The address stays the text that the embedder gave. Only its characters are checked: parsing it would double the size
//! of the component.

use alloc::format;
use alloc::string::String;

/// A port of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    host: &'a str,
    port: u16,
}

impl<'a> Endpoint<'a> {
    /// Creates the endpoint with this address, such as `192.0.2.1` or `2001:db8::1`, if all its characters can occur in
    /// an address.
    pub fn new(host: &'a str, port: u16) -> Option<Self> {
        let fit = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':'));
        fit.then_some(Self { host, port })
    }

    /// Returns true if the address is an IPv4 address, which PORT can express.
    pub fn is_ipv4(&self) -> bool {
        !self.host.contains(':')
    }

    /// RFC 2428 §2: `|`, the protocol number, the address, the port.
    pub(crate) fn eprt(&self) -> String {
        let protocol = if self.is_ipv4() { '1' } else { '2' };
        format!("EPRT |{protocol}|{}|{}|", self.host, self.port)
    }

    /// RFC 959 §4.1.2: six numbers with commas between them.
    pub(crate) fn port(&self) -> String {
        let [high, low] = self.port.to_be_bytes();
        format!("PORT {},{high},{low}", self.host.replace('.', ","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_written_as_its_rfc_has_it() {
        let v4 = Endpoint::new("192.0.2.1", 6275).unwrap();
        assert_eq!(v4.eprt(), "EPRT |1|192.0.2.1|6275|");
        assert_eq!(v4.port(), "PORT 192,0,2,1,24,131");
        assert_eq!(Endpoint::new("2001:db8::1", 1).unwrap().eprt(), "EPRT |2|2001:db8::1|1|");
    }

    #[test]
    fn nothing_but_an_address_gets_into_a_command() {
        for host in ["", "a b", "1.2.3.4\r\nDELE x", "h.example", "1|2"] {
            assert_eq!(Endpoint::new(host, 1), None, "{host:?}");
        }
    }
}
