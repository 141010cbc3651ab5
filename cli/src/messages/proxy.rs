//! Messages for a proxy that gives no connection.

use std::io;

use ftp_uploader::{Connection, Escaped, ProxyProblem, ProxyRefusal};

use crate::input::proxy::AUTH;
use crate::messages::message::Message;
use crate::messages::reason;

/// The proxy gave no connection to `host`.
pub fn failed(host: &str, proxy: &str, connection: Connection, problem: &ProxyProblem) -> Message {
    let proxy = format!("the proxy {}", Escaped(proxy.as_bytes()));
    match problem {
        ProxyProblem::Unresolved(error) => {
            Message::new(format!("cannot find {proxy}: {}", reason(error)), "Check its name and this machine's network")
        }
        ProxyProblem::Unreachable { error, .. } => unreachable(&proxy, error),
        ProxyProblem::Lost(error) => lost(&proxy, error),
        ProxyProblem::Misbehaved => Message::new(
            format!("{proxy} does not speak the protocol of its scheme"),
            "Another service may listen there, or --proxy has the wrong scheme; check both",
        ),
        ProxyProblem::AuthWanted => {
            Message::new(format!("{proxy} requires a user and a password"), format!("Set {AUTH} to USER:PASSWORD"))
        }
        ProxyProblem::AuthRefused => Message::new(
            format!("{proxy} refuses the user or the password of {AUTH}"),
            "Check them, and whether the proxy supports this method (HTTP: Basic)",
        ),
        ProxyProblem::Refused(refusal) => refused(host, &proxy, connection, refusal),
        // The library may add problems.
        _ => {
            let problem = problem.to_string();
            Message::new(format!("{proxy} gave no connection: {}", Escaped(problem.as_bytes())), "Check the proxy")
        }
    }
}

fn unreachable(proxy: &str, error: &io::Error) -> Message {
    let advice = match error.kind() {
        // An error with a text of our own: the host did not try to connect.
        _ if error.get_ref().is_some() => "It was not tried; check --source-address and --interface",
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check the host and port of --proxy",
        io::ErrorKind::TimedOut => {
            "A firewall may block it, or it is slow; check the host and port of --proxy, or raise --connect-timeout"
        }
        _ => "The network or a firewall may block it; check --proxy and the network",
    };
    Message::new(format!("cannot connect to {proxy}: {}", reason(error)), advice)
}

fn lost(proxy: &str, error: &io::Error) -> Message {
    let how = match error.kind() {
        io::ErrorKind::TimedOut => "it gave no complete answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        _ => reason(error),
    };
    let event = format!("lost the connection to {proxy} before it was ready: {how}");
    Message::new(event, "Check --proxy, or try again later")
}

fn refused(host: &str, proxy: &str, connection: Connection, refusal: &ProxyRefusal) -> Message {
    let target = match connection {
        Connection::Control => host.to_owned(),
        Connection::Data => format!("the data port that {host} named"),
    };
    let why = match refusal {
        ProxyRefusal::Status { code, text } => format!("{code} \"{text}\""),
        other => other.to_string(),
    };
    Message::new(format!("{proxy} does not connect to {target} ({why})"), advice(connection, refusal))
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
            "A firewall between the proxy and the server may block it; ask the server's administrator to open the \
             passive ports"
        }
    }
}
