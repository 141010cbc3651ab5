//! Messages for TLS that could not be set up. Those for certificates are in `certificate.rs`.

use ftp_text::escape::Escaped;

use crate::report::server_text::ServerText;
use crate::report::step::Connection;
use crate::report::tls_problem::TlsProblem;
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::certificate;
use crate::words::message::Message;

/// The advice if a refusal mentions TLS.
pub fn wanted(context: &Context) -> String {
    let (explicit, implicit) = (context.name(Setting::TlsExplicit), context.name(Setting::TlsImplicit));
    format!("It seems to require TLS, or another mode of it; use {explicit} or {implicit}")
}

/// The advice if the control connection failed during the TLS handshake, without an error of TLS.
pub const LOST: &str = "The server or the network failed, or the port does not use TLS; try again, or check the port";

/// The server refused AUTH.
pub fn not_offered(context: &Context, code: u16, text: &ServerText) -> Message {
    Message::new(
        format!("{} does not offer TLS ({code} \"{text}\")", context.server()),
        format!(
            "No password was sent; with {} the password and the files are sent in clear, readable by anyone on the network",
            context.name(Setting::TlsOff)
        ),
    )
}

/// The server probably requires a resumed TLS session on the data connection, but did not resume the offered one.
pub fn not_resumed(code: u16, text: &ServerText) -> Message {
    Message::new(
        format!("the server gave up the data connection, and had not resumed the TLS session ({code} \"{text}\")"),
        "It seems to require the session of the control connection there; ask the server's administrator to turn \
         session reuse on, or the requirement off",
    )
}

/// Returns true if the text of a refusal mentions TLS.
pub fn is_wanted(refusal: &ServerText) -> bool {
    let text = refusal.to_string().to_lowercase();
    ["tls", "ssl", "encrypt", "secure", "cleartext", "clear text"].iter().any(|word| text.contains(word))
}

/// The message for TLS that could not be set up.
pub fn failed(context: &Context, connection: Connection, problem: &TlsProblem) -> Message {
    let server = match connection {
        Connection::Control => context.server(),
        Connection::Data => format!("{} (data connection)", context.server()),
    };
    let event = match problem {
        TlsProblem::Certificate { why, .. } => certificate::event(context, &server, why),
        TlsProblem::TooOld => format!("{server} offers no safe version of TLS, or no safe cipher"),
        TlsProblem::NothingInCommon => {
            format!("{server} ended the TLS handshake: it has no cipher, or no type of key, in common with this client")
        }
        TlsProblem::ClientCertificate if context.client_certificate => {
            format!("{server} does not accept the client certificate")
        }
        TlsProblem::ClientCertificate => format!("{server} requires a client certificate"),
        TlsProblem::Alert(alert) => format!("{server} ended the TLS handshake ({alert})"),
        TlsProblem::NotTls => format!("{server} sent data that is not TLS"),
        TlsProblem::NoName => format!("no certificate can be valid for {server}"),
        TlsProblem::NoRoots if !cfg!(feature = "platform-verifier") => {
            "this build does not know the certificate authorities of the machine".to_owned()
        }
        TlsProblem::NoRoots => "there are no certificate authorities on this machine".to_owned(),
        TlsProblem::Other(text) => {
            format!("the TLS handshake with {server} failed: {}", Escaped(text.trim_end_matches('.').as_bytes()))
        }
    };
    Message::new(event, advice(context, problem))
}

fn advice(context: &Context, problem: &TlsProblem) -> String {
    let (identity, authorities) = (context.name(Setting::Identity), context.name(Setting::Authorities));
    let advice = match problem {
        TlsProblem::Certificate { why, pin } => return certificate::advice(context, why, *pin),
        TlsProblem::TooOld => "It needs TLS 1.2 or newer; ask the server's administrator",
        TlsProblem::NothingInCommon => {
            "It may allow only old or rare ones; ask the server's administrator to allow those of TLS 1.3, or ECDHE \
             with AES-GCM"
        }
        TlsProblem::ClientCertificate if context.client_certificate => {
            return format!("It may be meant for another server, or expired; check {identity}");
        }
        TlsProblem::ClientCertificate => {
            return format!("Ask the server's administrator for one, and give it with {identity}");
        }
        TlsProblem::Alert(_) => {
            "The server, or a device on the network, refuses this client; ask the server's administrator"
        }
        TlsProblem::NotTls => {
            let (explicit, implicit) = (context.name(Setting::TlsExplicit), context.name(Setting::TlsImplicit));
            return format!(
                "The port may need the other mode ({explicit} or {implicit}), or a device on the network interferes; check \
                 the port"
            );
        }
        TlsProblem::NoName => {
            "The name has characters that names in certificates cannot have; use its ASCII form (xn--...)"
        }
        TlsProblem::NoRoots => {
            let pin = context.name(Setting::Pin);
            let instead = format!("use {authorities} or {pin}");
            return match cfg!(feature = "platform-verifier") {
                true => format!("Nothing was sent; install them (ca-certificates), or {instead}"),
                false => format!("Nothing was sent; {instead}"),
            };
        }
        TlsProblem::Other(_) => "The server, or a device on the network, violates TLS; ask the server's administrator",
    };
    advice.to_owned()
}
