//! Messages for certificates that are refused. Names in certificates come from the server, and are escaped.

use std::time::Duration;

use ftp_protocol::server::Server;
use ftp_text::escape::Escaped;

use crate::report::tls_problem::CertificateProblem;
use crate::request::context::Context;
use crate::request::pin::Pin;
use crate::request::setting::Setting;

/// The most names of a certificate that are shown.
const SHOWN_NAMES: usize = 5;

/// The event: the certificate of `server` is refused.
pub fn event(context: &Context, server: &str, why: &CertificateProblem) -> String {
    let host = &context.host;
    let problem = match why {
        CertificateProblem::Expired(ago) => expired(*ago),
        CertificateProblem::NotValidYet => "is not valid yet".to_owned(),
        CertificateProblem::WrongName(names) if names.is_empty() => "has no name".to_owned(),
        CertificateProblem::WrongName(names) => format!("is for {}", list(names)),
        CertificateProblem::NameInSubject(name) if is_name_of(host, name) => {
            "has the server's name only as common name (CN), which is not accepted".to_owned()
        }
        CertificateProblem::NameInSubject(name) => format!("is for {}, as common name (CN)", Escaped(name.as_bytes())),
        CertificateProblem::SelfSigned => {
            format!("is self-signed, and was not given with {}", context.name(Setting::Authorities))
        }
        CertificateProblem::Authority => "belongs to an authority, and a server cannot use it".to_owned(),
        CertificateProblem::UnknownIssuer => "was issued by an authority that is not trusted here".to_owned(),
        CertificateProblem::Changed => "differs from that of the control connection".to_owned(),
        CertificateProblem::Unfit(text) => {
            format!("cannot be accepted: {}", Escaped(text.trim_end_matches('.').as_bytes()))
        }
        CertificateProblem::ShortKey => return format!("the key of {server} is too short (RSA below 2048 bits)"),
        CertificateProblem::UnknownKey => return format!("the key of {server} is of a type that is not supported"),
        CertificateProblem::NotPinned => return format!("the key of {server} is not the pinned one"),
        CertificateProblem::PinnedFingerprint => {
            return format!("the pin is the fingerprint of the certificate of {server}, and not of its key");
        }
        CertificateProblem::NotItsKey => return format!("{server} does not have the private key of its certificate"),
    };
    format!("the certificate of {server} {problem}")
}

/// The likely cause and the advice. `pin` is the pin with which the certificate would be accepted.
pub fn advice(context: &Context, why: &CertificateProblem, pin: Option<Pin>) -> String {
    format!("{}{}", cause(context, why), way_out(context, why, pin))
}

fn cause(context: &Context, why: &CertificateProblem) -> String {
    let host = &context.host;
    let cause = match why {
        CertificateProblem::Expired(_) => "Ask the server's administrator to renew it",
        CertificateProblem::NotValidYet => {
            "This machine's clock may be wrong; check it, or ask the server's administrator"
        }
        CertificateProblem::WrongName(names) if names.is_empty() => {
            "Ask the server's administrator for one with the server's name"
        }
        CertificateProblem::WrongName(_) => {
            return format!("If that is the same server, use that name for {}", context.name(Setting::Host));
        }
        CertificateProblem::NameInSubject(name) if is_name_of(host, name) => {
            "Ask the server's administrator for one with the name as subjectAltName"
        }
        CertificateProblem::NameInSubject(_) => {
            "Ask the server's administrator for one with the server's name as subjectAltName"
        }
        CertificateProblem::SelfSigned => {
            return untrusted(context, "if the server's administrator gives you the certificate");
        }
        CertificateProblem::UnknownIssuer => return untrusted(context, "if you have the authority's certificate"),
        CertificateProblem::Authority => "Ask the server's administrator for one that the authority has issued",
        CertificateProblem::Unfit(_) => "Ask the server's administrator for a better one",
        CertificateProblem::ShortKey => {
            "It cannot be pinned, because others could forge its signatures; ask the server's administrator for a new \
             key"
        }
        CertificateProblem::UnknownKey => {
            "It cannot be pinned; ask the server's administrator for an RSA, P-256 or Ed25519 key"
        }
        CertificateProblem::NotPinned => "It was replaced, or an attacker poses as the server",
        CertificateProblem::PinnedFingerprint => "A certificate changes when it is renewed, its key may stay",
        CertificateProblem::NotItsKey | CertificateProblem::Changed => {
            "An attacker may pose as the server; ask the server's administrator"
        }
    };
    cause.to_owned()
}

/// The cause and the advice for a certificate that nobody vouches for.
fn untrusted(context: &Context, condition: &str) -> String {
    let option = context.name(Setting::Authorities);
    format!("It may be the server's own, or an attacker may pose as the server; {condition}, use {option}")
}

/// Returns true if `host`, as the user typed it, is the server with this name.
fn is_name_of(host: &str, name: &str) -> bool {
    host.parse().is_ok_and(|server: Server| server.host().eq_ignore_ascii_case(name))
}

/// The advice to pin the key, if the key can be pinned. A key that changes during a run must never be pinned.
fn way_out(context: &Context, why: &CertificateProblem, pin: Option<Pin>) -> String {
    let option = context.name(Setting::Pin);
    match (why, pin) {
        (CertificateProblem::Changed, _) | (_, None) => String::new(),
        (CertificateProblem::NotPinned, Some(pin)) => {
            format!("; only if the server's administrator confirms the new key, use {option} {pin}")
        }
        // The fingerprint that the user trusts is that of the certificate with this key.
        (CertificateProblem::PinnedFingerprint, Some(pin)) => format!("; use the pin of its key, {option} {pin}"),
        (_, Some(pin)) => {
            format!("; or let the server's administrator confirm its key, and trust only that key with {option} {pin}")
        }
    }
}

/// The expiry of a certificate, with its age in days if that is known.
fn expired(ago: Option<Duration>) -> String {
    match ago.map(|ago| ago.as_secs() / 86_400) {
        None => "has expired".to_owned(),
        Some(0) => "expired today".to_owned(),
        Some(1) => "expired a day ago".to_owned(),
        Some(days) => format!("expired {days} days ago"),
    }
}

/// The names in a certificate.
fn list(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(SHOWN_NAMES).map(|name| Escaped(name.as_bytes()).to_string()).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more names", shown.join(", ")),
    }
}
