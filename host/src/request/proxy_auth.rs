//! Who we are to a proxy: wiped from memory when dropped, and impossible to print, like `../password.rs`.
//!
//! `net/proxy/socks/mod.rs` and `net/proxy/http.rs` send it.

use zeroize::Zeroizing;

/// The longest user and the longest password, in bytes (RFC 1929 §2).
const MAX: usize = 255;

/// A user and a password for a proxy.
pub struct ProxyAuth {
    text: Zeroizing<String>,
    /// Where the colon between the two is.
    colon: usize,
}

/// Why some text is no [`ProxyAuth`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotProxyAuth {
    /// There is no colon between a user and a password.
    #[error("it is not USER:PASSWORD")]
    NoColon,
    /// There is nothing in front of the colon.
    #[error("it has no user in front of the colon")]
    NoUser,
    /// There is nothing behind the colon.
    #[error("it has no password behind the colon, which SOCKS needs")]
    NoPassword,
    /// One of the two is longer than 255 bytes.
    #[error("a part of it is longer than 255 bytes")]
    TooLong,
    /// A control character.
    #[error("it has a control character in it")]
    Control,
}

impl ProxyAuth {
    /// Takes `user:password` over; the password may have colons in it.
    ///
    /// # Errors
    /// When it is not of that form, or no proxy protocol can carry it.
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

    /// Both, as Basic authentication encodes them (RFC 7617 §2).
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
    fn what_no_protocol_can_carry_is_refused() {
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
