//! The first bytes that the server sends, before any command: they show if the server speaks another protocol than FTP.
//! The component reports only that they are no reply of FTP. This knowledge changes messages, and nothing else.

use crate::report::step::Protocol;

/// The most bytes that are kept: more than a line of SMTP (RFC 5321 §4.5.3.1.5).
const MAX_BYTES: usize = 1024;

/// The beginnings that no reply of FTP has. SSH: RFC 4253 §4.2; HTTP: RFC 9112 §4; POP3: RFC 1939 §3; IMAP: RFC 9051 §7.1;
/// TLS: an alert (RFC 8446 §5.1), which a server sends that has waited for a handshake.
const BEGINNINGS: [(&[u8], Protocol); 8] = [
    (b"SSH-", Protocol::Ssh),
    (b"HTTP/", Protocol::Http),
    (b"+OK", Protocol::Pop3),
    (b"-ERR", Protocol::Pop3),
    (b"* OK", Protocol::Imap),
    (b"* BYE", Protocol::Imap),
    (b"* PREAUTH", Protocol::Imap),
    (b"\x15\x03", Protocol::Tls),
];

/// The bytes so far.
#[derive(Default)]
pub(crate) struct Greeting {
    bytes: Vec<u8>,
    is_over: bool,
}

impl Greeting {
    /// Adds bytes of the server.
    pub(crate) fn received(&mut self, bytes: &[u8]) {
        if !self.is_over {
            let room = MAX_BYTES.saturating_sub(self.bytes.len());
            self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }

    /// Ends the greeting: a command is sent.
    pub(crate) fn end(&mut self) {
        self.is_over = true;
    }

    /// Returns the protocol other than FTP that the server certainly speaks.
    pub(crate) fn protocol(&self) -> Option<Protocol> {
        BEGINNINGS.iter().find(|(beginning, _)| self.bytes.starts_with(beginning)).map(|(_, protocol)| *protocol)
    }

    /// Returns true if the greeting is a reply of FTP that names SMTP (RFC 5321 §4.3.1). An FTP server might mention it,
    /// too: only if the server does not know the commands of FTP, it is certain.
    pub(crate) fn names_smtp(&self) -> bool {
        let words = self.bytes.split(|byte| !byte.is_ascii_alphanumeric());
        words.into_iter().any(|word| matches!(word, b"SMTP" | b"ESMTP"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(portions: &[&[u8]]) -> Greeting {
        let mut greeting = Greeting::default();
        portions.iter().for_each(|portion| greeting.received(portion));
        greeting
    }

    #[test]
    fn other_protocols_are_recognised_by_their_first_bytes() {
        for (sent, protocol) in [
            (&b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"[..], Protocol::Ssh),
            (b"HTTP/1.1 400 Bad Request\r\n", Protocol::Http),
            (b"+OK POP3 ready\r\n", Protocol::Pop3),
            (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", Protocol::Imap),
            (b"\x15\x03\x01\0\x02\x02\x0a", Protocol::Tls),
        ] {
            assert_eq!(greeting(&[sent]).protocol(), Some(protocol));
            assert_eq!(greeting(&[&sent[..1], &sent[1..]]).protocol(), Some(protocol));
        }
        for sent in ["220 SSH-2.0 is elsewhere", "", "SS", "HTTP", "* ", "What?", "-"] {
            assert_eq!(greeting(&[sent.as_bytes()]).protocol(), None, "{sent}");
        }
    }

    #[test]
    fn smtp_is_named_by_a_word() {
        assert!(greeting(&[b"220 mail.example.org ESMTP Postfix\r\n"]).names_smtp());
        assert!(greeting(&[b"220-mail.example.org SMTP; hello\r\n"]).names_smtp());
        assert!(!greeting(&[b"220 smtp.example.org FTP server, no XSMTPX\r\n"]).names_smtp());
    }

    #[test]
    fn later_and_endless_bytes_are_not_kept() {
        let mut greeting = greeting(&[&[b'x'; 5000], b"SSH-"]);
        assert_eq!(greeting.bytes.len(), MAX_BYTES);
        greeting = Greeting::default();
        greeting.end();
        greeting.received(b"SSH-2.0-x");
        assert_eq!(greeting.protocol(), None);
    }
}
