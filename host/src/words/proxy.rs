//! Messages for a proxy that gives no connection.

use std::io;

use ftp_text::escape::Escaped;

use crate::report::proxy_problem::{ProxyProblem, ProxyRefusal};
use crate::report::step::Connection;
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::connection::not_tried;
use crate::words::message::Message;
use crate::words::reason;

/// The proxy gave no connection to the server.
pub fn failed(context: &Context, proxy: &str, connection: Connection, problem: &ProxyProblem) -> Message {
    let proxy = format!("the proxy {}", Escaped(proxy.as_bytes()));
    let (option, auth) = (context.name(Setting::Proxy), context.name(Setting::ProxyAuth));
    match problem {
        ProxyProblem::Unresolved(error) => {
            Message::new(format!("cannot find {proxy}: {}", reason(error)), "Check its name and this machine's network")
        }
        ProxyProblem::Unreachable { error, .. } => unreachable(context, &proxy, error),
        ProxyProblem::Lost(error) => lost(context, &proxy, error),
        ProxyProblem::Misbehaved => Message::new(
            format!("{proxy} does not speak the protocol of its scheme"),
            format!("Another service may listen there, or {option} has the wrong scheme; check both"),
        ),
        ProxyProblem::AuthWanted => {
            Message::new(format!("{proxy} requires a user and a password"), format!("Set {auth} to USER:PASSWORD"))
        }
        ProxyProblem::AuthRefused => Message::new(
            format!("{proxy} refuses the user or the password of {auth}"),
            "Check them, and whether the proxy supports this method (HTTP: Basic)",
        ),
        ProxyProblem::Refused(refusal) => refused(context, &proxy, connection, refusal),
    }
}

fn unreachable(context: &Context, proxy: &str, error: &io::Error) -> Message {
    let option = context.name(Setting::Proxy);
    let advice = match error.kind() {
        // An error with a text of our own: the host did not try to connect.
        _ if error.get_ref().is_some() => not_tried(context),
        io::ErrorKind::ConnectionRefused => format!("Nothing listens there; check the host and port of {option}"),
        io::ErrorKind::TimedOut => {
            let limit = context.name(Setting::ConnectTimeout);
            format!("A firewall may block it, or it is slow; check the host and port of {option}, or raise {limit}")
        }
        _ => format!("The network or a firewall may block it; check {option} and the network"),
    };
    Message::new(format!("cannot connect to {proxy}: {}", reason(error)), advice)
}

fn lost(context: &Context, proxy: &str, error: &io::Error) -> Message {
    let how = match error.kind() {
        io::ErrorKind::TimedOut => "it gave no complete answer in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        _ => reason(error),
    };
    let event = format!("lost the connection to {proxy} before it was ready: {how}");
    Message::new(event, format!("Check {}, or try again later", context.name(Setting::Proxy)))
}

fn refused(context: &Context, proxy: &str, connection: Connection, refusal: &ProxyRefusal) -> Message {
    let host = context.server();
    let target = match connection {
        Connection::Control => host,
        Connection::Data => format!("the data port that {host} named"),
    };
    let why = match refusal {
        ProxyRefusal::Status { code, text } if text.to_string().is_empty() => code.to_string(),
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
