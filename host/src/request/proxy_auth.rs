//! The credentials for a proxy, wiped from memory when dropped. `net/proxy/socks/mod.rs` and `net/proxy/http.rs` send them.

use zeroize::Zeroizing;

/// The maximum length of the user name and of the password, in bytes (RFC 1929 §2).
const MAX: usize = 255;

/// The credentials for a proxy: a user name and a password (RFC 1929 for SOCKS, RFC 7617 for HTTP).
///
/// They are wiped from memory when they are dropped, and have no `Debug` and no `Display`.
pub struct ProxyAuth {
    text: Zeroizing<String>,
    /// The offset in bytes of the colon between the two.
    colon: usize,
}

/// The reason why text is not a [`ProxyAuth`], or does not suit a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotProxyAuth {
    /// The text contains no colon.
    #[error("it is not USER:PASSWORD")]
    NoColon,
    /// The user name, before the colon, is empty.
    #[error("it has no user name before the colon")]
    NoUser,
    /// The password, after the colon, is empty, and the proxy is a SOCKS proxy (RFC 1929 §2).
    #[error("it has no password after the colon, which SOCKS requires")]
    NoPassword,
    /// The user name or the password is longer than 255 bytes.
    #[error("its user name or its password is longer than 255 bytes")]
    TooLong,
    /// The text contains a control character.
    #[error("it contains a control character")]
    Control,
}

impl ProxyAuth {
    /// Parses `user:password`. The password may contain colons, and may be empty for an HTTP proxy.
    ///
    /// # Errors
    /// If `text` does not have that form, or if no proxy protocol can carry it.
    pub fn new(text: impl Into<Zeroizing<String>>) -> Result<Self, NotProxyAuth> {
        let text = text.into();
        let colon = text.find(':').ok_or(NotProxyAuth::NoColon)?;
        if colon == 0 {
            return Err(NotProxyAuth::NoUser);
        }
        if colon > MAX || text.len() - colon - 1 > MAX {
            return Err(NotProxyAuth::TooLong);
        }
        if text.contains(char::is_control) {
            return Err(NotProxyAuth::Control);
        }
        Ok(Self { text, colon })
    }

    pub(crate) fn user(&self) -> &str {
        &self.text[..self.colon]
    }

    pub(crate) fn password(&self) -> &str {
        &self.text[self.colon + 1..]
    }

    /// Returns user name, colon and password, which Basic authentication encodes in base64 (RFC 7617 §2).
    pub(crate) fn both(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Result<(String, String), NotProxyAuth> {
        ProxyAuth::new(text.to_owned()).map(|auth| (auth.user().to_owned(), auth.password().to_owned()))
    }

    #[test]
    fn the_first_colon_ends_the_user() {
        assert_eq!(parts("alice:s:e t"), Ok(("alice".to_owned(), "s:e t".to_owned())));
        assert_eq!(parts("jörg:"), Ok(("jörg".to_owned(), String::new())));
    }

    #[test]
    fn credentials_that_no_protocol_can_carry_are_refused() {
        let long = "x".repeat(256);
        for (text, why) in [
            ("", NotProxyAuth::NoColon),
            ("alice", NotProxyAuth::NoColon),
            (":secret", NotProxyAuth::NoUser),
            ("a:b\r\nHost: c", NotProxyAuth::Control),
            (&format!("{long}:x"), NotProxyAuth::TooLong),
            (&format!("x:{long}"), NotProxyAuth::TooLong),
        ] {
            assert_eq!(parts(text), Err(why), "{text}");
        }
        assert!(parts(&format!("{0}:{0}", &long[1..])).is_ok());
    }
}
