//! Messages for a proxy that gives no connection.

use std::io;

use ftp_uploader::{Connection, Escaped, ProxyProblem, ProxyRefusal};

use crate::input::proxy::AUTH;
use crate::messages::without_code;

/// The proxy gave no connection to `host`.
pub fn failed(host: &str, proxy: &str, connection: Connection, problem: &ProxyProblem) -> String {
    let proxy = format!("the proxy {}", Escaped(proxy.as_bytes()));
    match problem {
        ProxyProblem::Unresolved(error) => {
            format!("cannot find {proxy}: {}. Check its name and this machine's network.", without_code(error))
        }
        ProxyProblem::Unreachable { error, .. } => format!("cannot connect to {proxy}. {}.", unreachable(error)),
        ProxyProblem::Lost(error) => {
            let how = match error.kind() {
                io::ErrorKind::TimedOut => "it gave no complete answer in time".to_owned(),
                io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
                _ => without_code(error),
            };
            format!("lost the connection to {proxy} before it was ready: {how}. Check --proxy, or try again later.")
        }
        ProxyProblem::Misbehaved => format!(
            "{proxy} does not speak the protocol of its scheme. Another service may listen there, or --proxy has the \
             wrong scheme; check both."
        ),
        ProxyProblem::AuthWanted => {
            format!("{proxy} requires a user and a password. Set {AUTH} to USER:PASSWORD.")
        }
        ProxyProblem::AuthRefused => format!(
            "{proxy} refuses the user or the password of {AUTH}. Check them, and whether the proxy supports this method \
             (HTTP: Basic)."
        ),
        ProxyProblem::Refused(refusal) => refused(host, &proxy, connection, refusal),
        _ => format!("{proxy} gave no connection: {}. Check the proxy.", Escaped(problem.to_string().as_bytes())),
    }
}

fn unreachable(error: &io::Error) -> String {
    match error.kind() {
        // An error with a text of our own: the host refused to try, for example because of a local address.
        _ if error.get_ref().is_some() => format!("It was not tried: {}", Escaped(error.to_string().as_bytes())),
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check the host and port of --proxy".to_owned(),
        io::ErrorKind::TimedOut => {
            "There was no answer in time; check the host and port of --proxy, or raise --connect-timeout".to_owned()
        }
        _ => format!("System error: {}; check --proxy and the network", without_code(error)),
    }
}

fn refused(host: &str, proxy: &str, connection: Connection, refusal: &ProxyRefusal) -> String {
    let target = match connection {
        Connection::Control => host.to_owned(),
        Connection::Data => format!("the data port that {host} named"),
    };
    let why = match refusal {
        ProxyRefusal::Status { code, text } => format!("{code} \"{text}\""),
        other => other.to_string(),
    };
    format!("{proxy} does not connect to {target} ({why}). {}.", advice(connection, refusal))
}

fn advice(connection: Connection, refusal: &ProxyRefusal) -> &'static str {
    match (refusal, connection) {
        (ProxyRefusal::NotAllowed | ProxyRefusal::Status { code: 403 | 405, .. }, Connection::Control) => {
            "Its rules may allow only other ports; ask the proxy's administrator"
        }
        (ProxyRefusal::NotAllowed | ProxyRefusal::Status { code: 403 | 405, .. }, Connection::Data) => {
            "Its rules may allow only other ports; ask the proxy's administrator to allow the server's passive ports"
        }
        (ProxyRefusal::NotSupported, _) => "It may not support IPv6 or host names; try socks5:// instead of socks5h://",
        (_, Connection::Control) => "The proxy may not be able to reach or to resolve the server; check host and port",
        (_, Connection::Data) => {
            "A firewall between the proxy and the server may block it; ask the server's administrator to open the passive ports"
        }
    }
}
