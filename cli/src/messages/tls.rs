//! Messages for TLS that could not be set up. Names in certificates come from the server, and are escaped.

use std::time::Duration;

use ftp_uploader::{CertificateProblem, Connection, Escaped, Pin, Server, ServerText, Step, TlsProblem};

use crate::context::Context;
use crate::messages::step::doing;

/// The advice if a refusal mentions TLS.
pub const WANTED: &str = "It seems to require TLS, or another mode of it; use --tls explicit or --tls implicit";

/// The most names of a certificate that are shown.
const SHOWN_NAMES: usize = 5;

/// The server refused AUTH.
pub fn not_offered(host: &str, code: u16, text: &ServerText) -> String {
    format!(
        "{host} does not offer TLS ({code} \"{text}\"). No password was sent; with --tls off the password and the files \
         are sent in clear, readable by anyone on the network."
    )
}

/// The server probably requires a resumed TLS session on the data connection, but did not resume the offered one.
pub fn not_resumed(code: u16, text: &ServerText) -> String {
    format!(
        "the server gave up the data connection ({code} \"{text}\"). It seems to require the TLS session of the control \
         connection there, but did not resume it when it was offered; ask the server's administrator to turn session \
         reuse on, or the requirement off."
    )
}

/// Returns true if the text of a refusal mentions TLS.
pub fn is_wanted(refusal: &ServerText) -> bool {
    let text = refusal.to_string().to_lowercase();
    ["tls", "ssl", "encrypt", "secure", "cleartext", "clear text"].iter().any(|word| text.contains(word))
}

/// The connection failed during the TLS handshake, without an error of TLS.
pub fn lost(host: &str, how: &str) -> String {
    let step = doing(Step::Protection);
    format!(
        "lost the connection to {host} while {step}: {how}. The server or the network failed, or the port does not use \
         TLS; try again, or check the port."
    )
}

/// The TLS handshake failed.
pub fn failed(context: &Context, host: &str, connection: Connection, problem: &TlsProblem) -> String {
    let server = match connection {
        Connection::Control => host.to_owned(),
        Connection::Data => format!("{host} (data connection)"),
    };
    match problem {
        TlsProblem::Certificate { why, pin } => certificate(&server, host, why, *pin),
        TlsProblem::TooOld => format!(
            "{server} offers no safe version of TLS, or no safe cipher. It needs TLS 1.2 or newer; ask the server's \
             administrator."
        ),
        TlsProblem::NothingInCommon => format!(
            "{server} ended the TLS handshake, because it has no cipher, or no type of key, in common with this client. \
             It may allow only old or rare ones; ask the server's administrator to allow those of TLS 1.3, or ECDHE with \
             AES-GCM."
        ),
        TlsProblem::ClientCertificate if context.client_certificate => format!(
            "{server} does not accept the client certificate. It may be meant for another server, or expired; check \
             --cert and --key."
        ),
        TlsProblem::ClientCertificate => {
            format!(
                "{server} requires a client certificate. Ask the server's administrator for one, and give it with --cert \
                 and --key."
            )
        }
        TlsProblem::Alert(alert) => format!(
            "{server} ended the TLS handshake ({alert}). The server, or a device on the network, refuses this client; ask \
             the server's administrator."
        ),
        TlsProblem::NotTls => format!(
            "{server} sent data that is not TLS. The port may need the other mode (--tls explicit or --tls implicit), or \
             a device on the network interferes; check the port."
        ),
        TlsProblem::NoName => format!(
            "no certificate can be valid for {server}. The name has characters that names in certificates cannot have; \
             use its ASCII form (xn--...)."
        ),
        TlsProblem::NoRoots => "there are no certificate authorities on this machine. Nothing was sent; install them \
                                (ca-certificates), or use --ca-file or --pin."
            .to_owned(),
        TlsProblem::Other(text) => format!(
            "the TLS handshake with {server} failed: {}. The server, or a device on the network, violates TLS; ask the \
             server's administrator.",
            Escaped(text.trim_end_matches('.').as_bytes())
        ),
    }
}

fn certificate(server: &str, host: &str, why: &CertificateProblem, pin: Option<Pin>) -> String {
    let (event, cause) = match why {
        CertificateProblem::Expired(ago) => (
            format!("the certificate of {server} has expired{}", since(*ago)),
            "Ask the server's administrator to renew it",
        ),
        CertificateProblem::NotValidYet => (
            format!("the certificate of {server} is not valid yet"),
            "This machine's clock may be wrong; check it, or ask the server's administrator",
        ),
        CertificateProblem::WrongName(names) => (
            format!("the certificate of {server} is for {}", list(names)),
            "If that is the same server, use that name for HOST",
        ),
        CertificateProblem::NameInSubject(name) => in_subject(server, host, name),
        CertificateProblem::SelfSigned => (
            format!("the certificate of {server} is self-signed, and was not given with --ca-file"),
            "It may be the server's own, or an attacker may pose as the server; if the server's administrator gives you \
             the certificate, use --ca-file",
        ),
        CertificateProblem::Authority => (
            format!("the certificate of {server} belongs to an authority, and a server cannot use it"),
            "Ask the server's administrator for one that the authority has issued",
        ),
        CertificateProblem::ShortKey => (
            format!("the key of {server} is too short (RSA below 2048 bits)"),
            "It cannot be pinned, because others could forge its signatures; ask the server's administrator for a new \
             certificate",
        ),
        CertificateProblem::UnknownKey => (
            format!("the key of {server} is of a type that is not supported"),
            "It cannot be pinned; ask the server's administrator for a certificate with an RSA, P-256 or Ed25519 key",
        ),
        CertificateProblem::NotItsKey => (
            format!("{server} does not have the private key of its certificate"),
            "An attacker may pose as the server; ask the server's administrator",
        ),
        CertificateProblem::UnknownIssuer => (
            format!("the certificate of {server} was issued by an authority that is not trusted here"),
            "It may be the server's own, or an attacker may pose as the server; if you have the authority's certificate, \
             use --ca-file",
        ),
        CertificateProblem::NotPinned => (
            format!("the key of {server} is not the pinned one"),
            "It was replaced, or an attacker poses as the server",
        ),
        CertificateProblem::Changed => (
            format!("the certificate of {server} differs from that of the control connection"),
            "An attacker may pose as the server; ask the server's administrator",
        ),
        CertificateProblem::Unfit(reason) => (
            format!(
                "the certificate of {server} cannot be accepted: {}",
                Escaped(reason.trim_end_matches('.').as_bytes())
            ),
            "Ask the server's administrator for a better one",
        ),
    };
    format!("{event}. {cause}{}.", way_out(why, pin))
}

/// The event and the cause for a certificate that has its name only as common name (CN) of the subject.
fn in_subject(server: &str, host: &str, name: &str) -> (String, &'static str) {
    // `host` is as the user typed it: a name, or an address with a scheme and a port.
    let is_the_server = host.parse().is_ok_and(|server: Server| server.host().eq_ignore_ascii_case(name));
    if is_the_server {
        (
            format!(
                "the certificate of {server} has the server's name only as common name (CN), which is not accepted"
            ),
            "Ask the server's administrator for one with the name as subjectAltName",
        )
    } else {
        (
            format!("the certificate of {server} is for {}, as common name (CN)", Escaped(name.as_bytes())),
            "Ask the server's administrator for one with the server's name as subjectAltName",
        )
    }
}

/// The advice to pin the key, if the key can be pinned. A key that changes during a run must never be pinned.
fn way_out(why: &CertificateProblem, pin: Option<Pin>) -> String {
    match (why, pin) {
        (CertificateProblem::Changed, _) | (_, None) => String::new(),
        (CertificateProblem::NotPinned, Some(pin)) => {
            format!("; only if the server's administrator confirms the new key, use --pin {pin}")
        }
        (_, Some(pin)) => {
            format!("; or let the server's administrator confirm its key, and trust only that key with --pin {pin}")
        }
    }
}

/// The time since a certificate expired, in days.
fn since(ago: Option<Duration>) -> String {
    match ago.map(|ago| ago.as_secs() / 86_400) {
        None => String::new(),
        Some(0) => " today".to_owned(),
        Some(1) => " a day ago".to_owned(),
        Some(days) => format!(" {days} days ago"),
    }
}

/// The names in a certificate.
fn list(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN_NAMES).map(|name| Escaped(name.as_bytes()).to_string()).collect();
    match names.len().saturating_sub(shown.len()) {
        _ if shown.is_empty() => "no name at all".to_owned(),
        0 => shown.join(", "),
        more => format!("{} and {more} more names", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_up_to_a_point_and_escaped() {
        let names: Vec<_> = (0..7).map(|n| format!("n{n}")).collect();
        assert_eq!(list(&names), "n0, n1, n2, n3, n4 and 2 more names");
        assert_eq!(list(&names[..1]), "n0");
        assert_eq!(list(&[]), "no name at all");
        assert!(!list(&["\x1b[2J".to_owned()]).contains('\x1b'));
    }

    #[test]
    fn how_long_ago_is_said_in_days() {
        assert_eq!(since(Some(Duration::from_secs(3600))), " today");
        assert_eq!(since(Some(Duration::from_secs(86_400 * 3))), " 3 days ago");
    }
}
