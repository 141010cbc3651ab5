//! Words for what a proxy does not do, and whose doing that is.
//!
//! The rest of the words is in `message.rs`.

use std::io;

use ftp_uploader::{Connection, Escaped, ProxyProblem, ProxyRefusal};

use crate::input::proxy::AUTH;
use crate::messages::without_code;

/// The proxy gives no connection to `host`.
pub fn failed(host: &str, proxy: &str, connection: Connection, problem: &ProxyProblem) -> String {
    let proxy = format!("the proxy {}", Escaped(proxy.as_bytes()));
    match problem {
        ProxyProblem::Unresolved(error) => {
            format!("cannot find {proxy}: {}. Check its name and this machine's network.", without_code(error))
        }
        ProxyProblem::Unreachable { error, .. } => format!("cannot connect to {proxy}. {}.", unreachable(error)),
        ProxyProblem::Lost(error) => {
            let how = match error.kind() {
                io::ErrorKind::TimedOut => "it gave no whole answer in time".to_owned(),
                io::ErrorKind::UnexpectedEof => "it hung up".to_owned(),
                _ => without_code(error),
            };
            format!("lost {proxy} before it gave a connection: {how}. Check that --proxy is right, or try again later.")
        }
        ProxyProblem::Misbehaved => format!(
            "{proxy} does not answer as such a proxy does. Something else may listen there, or the scheme of --proxy is \
             not its own; check both."
        ),
        ProxyProblem::AuthWanted => {
            format!("{proxy} wants a user and a password. Set {AUTH} to USER:PASSWORD for it.")
        }
        ProxyProblem::AuthRefused => format!(
            "{proxy} refuses the user or the password of {AUTH}. Check them, and whether it takes any (HTTP: Basic)."
        ),
        ProxyProblem::Refused(refusal) => refused(host, &proxy, connection, refusal),
        _ => format!("{proxy} gives no connection: {}. Check it.", Escaped(problem.to_string().as_bytes())),
    }
}

fn unreachable(error: &io::Error) -> String {
    match error.kind() {
        // In words of our own: something on this side of the connection.
        _ if error.get_ref().is_some() => format!("It was not tried: {}", Escaped(error.to_string().as_bytes())),
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check the host and port of --proxy".to_owned(),
        io::ErrorKind::TimedOut => {
            "No answer came in time; check the host and port of --proxy, or raise --connect-timeout".to_owned()
        }
        _ => format!("The system says: {}; check --proxy and the network", without_code(error)),
    }
}

fn refused(host: &str, proxy: &str, connection: Connection, refusal: &ProxyRefusal) -> String {
    let what = match connection {
        Connection::Control => host.to_owned(),
        Connection::Data => format!("the data port that {host} named"),
    };
    let why = match refusal {
        ProxyRefusal::Status { code, text } => format!("{code} \"{text}\""),
        other => other.to_string(),
    };
    format!("{proxy} does not connect to {what} ({why}). {}.", advice(connection, refusal))
}

fn advice(connection: Connection, refusal: &ProxyRefusal) -> &'static str {
    match (refusal, connection) {
        (ProxyRefusal::NotAllowed | ProxyRefusal::Status { code: 403 | 405, .. }, Connection::Control) => {
            "Its rules may allow other ports only; ask whoever runs it"
        }
        (ProxyRefusal::NotAllowed | ProxyRefusal::Status { code: 403 | 405, .. }, Connection::Data) => {
            "Its rules may allow other ports only; ask whoever runs it for the passive ports of the server"
        }
        (ProxyRefusal::NotSupported, _) => "It may not know IPv6, or names; try socks5:// instead of socks5h://",
        (_, Connection::Control) => "From where it stands the server may be down or unknown; check host and port",
        (_, Connection::Data) => "A firewall between it and the server may be in the way; ask for the passive ports",
    }
}
