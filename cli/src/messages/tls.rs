//! Words for what became of TLS: what happened, the likely cause, what to do. Names out of
//! certificates are the server's words, and escaped.
//!
//! All other words are in `message.rs`.

use std::time::Duration;

use ftp_uploader::{CertificateProblem, Connection, Escaped, Pin, Server, ServerText, Step, TlsProblem};

use crate::context::Context;
use crate::messages::step::doing;

/// How many names of a certificate are shown.
const SHOWN_NAMES: usize = 5;

/// The server refuses AUTH.
pub fn not_offered(host: &str, code: u16, text: &ServerText) -> String {
    format!(
        "{host} does not offer TLS ({code} \"{text}\"). No password was sent; --tls off would send it and the files in \
         clear, readable for everyone on the way."
    )
}

/// The server wants a session resumed, and does not resume it itself.
pub fn not_resumed(code: u16, text: &ServerText) -> String {
    format!(
        "the server gave up on the data connection ({code} \"{text}\"). It did not resume the TLS session of the control \
         connection, which was offered, and seems to demand just that; ask whoever runs it to turn session reuse on, or \
         the demand for it off."
    )
}

/// What to do where a server refuses something and speaks of TLS.
pub const WANTED: &str = "It seems to want TLS, or another kind of it; use --tls explicit or --tls implicit";

/// Whether a refusal has to do with TLS, as far as its words tell.
pub fn is_wanted(refusal: &ServerText) -> bool {
    let words = refusal.to_string().to_lowercase();
    ["tls", "ssl", "encrypt", "secure", "cleartext", "clear text"].iter().any(|word| words.contains(word))
}

/// The connection broke before TLS had anything to say.
pub fn lost(host: &str, how: &str) -> String {
    let step = doing(Step::Protection);
    format!(
        "lost {host} while {step}: {how}. Server or network failed, or it does no TLS on this port; try again, or check it."
    )
}

/// TLS did not come about.
pub fn failed(context: &Context, host: &str, connection: Connection, problem: &TlsProblem) -> String {
    let whom = match connection {
        Connection::Control => host.to_owned(),
        Connection::Data => format!("{host} (data connection)"),
    };
    match problem {
        TlsProblem::Certificate { why, pin } => certificate(&whom, host, why, *pin),
        TlsProblem::TooOld => format!(
            "{whom} has no version of TLS, or no cipher, that is safe. It needs TLS 1.2 or newer; ask whoever runs it."
        ),
        TlsProblem::NothingInCommon => format!(
            "{whom} ended the TLS handshake, as it has no cipher, or no kind of key, in common with this client. It may \
             allow old or rare ones only; ask whoever runs it for those of TLS 1.3, or ECDHE with AES-GCM."
        ),
        TlsProblem::ClientCertificate if context.client_certificate => format!(
            "{whom} does not accept the client certificate. It may be another server's, or expired; check --cert and \
             --key."
        ),
        TlsProblem::ClientCertificate => {
            format!("{whom} wants a client certificate. Ask whoever runs it for one; give it with --cert and --key.")
        }
        TlsProblem::Alert(alert) => format!(
            "{whom} ended the TLS handshake ({alert}). Its configuration or something on the way refuses this client; \
             ask whoever runs it."
        ),
        TlsProblem::NotTls => format!(
            "what {whom} sends is not TLS. The port may be one for --tls explicit or --tls implicit, whichever was not \
             tried, or something on the way interferes; check the port."
        ),
        TlsProblem::NoName => format!(
            "no certificate can be for {whom}. It has letters that names in certificates cannot have; use its ASCII \
             form (xn--...)."
        ),
        TlsProblem::NoRoots => "there are no certificate authorities on this machine. Nothing was sent; install them \
                                (ca-certificates), or use --ca-file or --pin."
            .to_owned(),
        TlsProblem::Other(what) => format!(
            "the TLS handshake with {whom} failed: {}. Server, or something on the way, does TLS wrong; ask whoever \
             runs it.",
            Escaped(what.trim_end_matches('.').as_bytes())
        ),
    }
}

fn certificate(whom: &str, host: &str, why: &CertificateProblem, pin: Option<Pin>) -> String {
    let (what, cause) = match why {
        CertificateProblem::Expired(ago) => {
            (format!("the certificate of {whom} has expired{}", since(*ago)), "Ask whoever runs it to renew it")
        }
        CertificateProblem::NotValidYet => (
            format!("the certificate of {whom} is not valid yet"),
            "This machine's clock may be wrong; check it, or ask whoever runs the server",
        ),
        CertificateProblem::WrongName(names) => (
            format!("the certificate of {whom} is for {}", list(names)),
            "If that is the same server, use that name for HOST",
        ),
        CertificateProblem::NameInSubject(name) if is_name_of(host, name) => (
            format!("the certificate of {whom} names it only in the old way (CN), which nobody may trust any more"),
            "Ask whoever runs it for one with the name as subjectAltName",
        ),
        CertificateProblem::NameInSubject(name) => (
            format!("the certificate of {whom} is for {}, in the old way (CN)", Escaped(name.as_bytes())),
            "Ask whoever runs it for one with the server's name as subjectAltName",
        ),
        CertificateProblem::SelfSigned => (
            format!("the certificate of {whom} is signed by itself, and was not given with --ca-file"),
            "It may be the server's own, or someone poses as it; if whoever runs it gives you the certificate, use --ca-file",
        ),
        CertificateProblem::Authority => (
            format!("the certificate of {whom} is that of an authority, which no server can use"),
            "Ask whoever runs it for one that the authority has issued",
        ),
        CertificateProblem::ShortKey => (
            format!("the key of {whom} is too short (RSA below 2048 bits)"),
            "It cannot be pinned, as others could make up its signatures; ask whoever runs it for a new certificate",
        ),
        CertificateProblem::UnknownKey => (
            format!("the key of {whom} is of a kind that cannot be verified here"),
            "It cannot be pinned; ask whoever runs it for a certificate with a key of RSA, P-256 or Ed25519",
        ),
        CertificateProblem::NotItsKey => (
            format!("{whom} does not have the key of the certificate that it shows"),
            "Someone may pose as the server; ask whoever runs it",
        ),
        CertificateProblem::UnknownIssuer => (
            format!("the certificate of {whom} was issued by an authority that is not trusted here"),
            "It may be the server's own, or someone poses as it; if you have the authority's certificate, use --ca-file",
        ),
        CertificateProblem::NotPinned => {
            (format!("the key of {whom} is not the pinned one"), "It was replaced, or someone poses as the server")
        }
        CertificateProblem::Changed => (
            format!("the certificate of {whom} is another one than that of the control connection"),
            "Someone may pose as the server; ask whoever runs it",
        ),
        CertificateProblem::Unfit(what) => (
            format!("the certificate of {whom} is unfit: {}", Escaped(what.trim_end_matches('.').as_bytes())),
            "Ask whoever runs it for a better one",
        ),
    };
    format!("{what}. {cause}{}.", way_out(why, pin))
}

/// Whether `host`, as it was typed, is the server of this name.
fn is_name_of(host: &str, name: &str) -> bool {
    host.parse().is_ok_and(|server: Server| server.host().eq_ignore_ascii_case(name))
}

/// A person who knows the key can pin it; a key that changes in between is not to be trusted at all.
fn way_out(why: &CertificateProblem, pin: Option<Pin>) -> String {
    match (why, pin) {
        (CertificateProblem::Changed, _) | (_, None) => String::new(),
        (CertificateProblem::NotPinned, Some(pin)) => {
            format!("; compare the key with whoever runs it, and only if that is theirs, use --pin {pin}")
        }
        (_, Some(pin)) => {
            format!("; or compare its key with whoever runs it, and accept just that key with --pin {pin}")
        }
    }
}

fn since(ago: Option<Duration>) -> String {
    match ago.map(|ago| ago.as_secs() / 86_400) {
        None => String::new(),
        Some(0) => " today".to_owned(),
        Some(1) => " a day ago".to_owned(),
        Some(days) => format!(" {days} days ago"),
    }
}

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
