//! Messages for servers that cannot be found or reached, and for connections that failed.

use std::io;
use std::net::SocketAddr;

use ftp_protocol::server::Server;
use ftp_text::escape::Escaped;

use crate::report::step::{Cause, Connection, Step};
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;
use crate::words::step::doing;
use crate::words::{reason, tls};

/// The server's name has no address.
pub fn unresolved(context: &Context, server: &Server, error: &io::Error) -> Message {
    let host = if context.host.is_empty() { Escaped(server.host().as_bytes()).to_string() } else { context.server() };
    Message::new(format!("cannot find {host}: {}", reason(error)), "Check the name and this machine's network")
}

/// No address of the server accepted a connection. `address` is the last one that was tried.
pub fn unreachable(context: &Context, address: &SocketAddr, error: &io::Error) -> Message {
    let host = context.server();
    // A name may have several addresses; an address that the user typed is not repeated.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let advice = match error.kind() {
        // An error with a text of our own: the host did not try to connect.
        _ if error.get_ref().is_some() => not_tried(context),
        io::ErrorKind::ConnectionRefused => {
            "The machine is there, but no FTP server answers at this port; check host and port".to_owned()
        }
        io::ErrorKind::TimedOut => {
            let option = context.name(Setting::ConnectTimeout);
            format!("A firewall may block it, or it is slow; check host, port and firewalls, or raise {option}")
        }
        _ => "The network or a firewall may block it; check host, port and network".to_owned(),
    };
    Message::new(format!("cannot connect to {host}{at}: {}", reason(error)), advice)
}

/// The advice for an address or an interface that this machine does not have.
pub fn not_tried(context: &Context) -> String {
    let (address, interface) = (context.name(Setting::SourceAddress), context.name(Setting::Interface));
    format!("It was not tried; check {address} and {interface}")
}

/// A connection failed during `step`.
pub fn broken(context: &Context, step: Step, connection: Connection, cause: Cause) -> Message {
    let host = context.server();
    match (connection, step) {
        (Connection::Control, step) => {
            let advice = match (step, cause) {
                (Step::Protection, _) => tls::LOST.to_owned(),
                // A server that waits for a handshake sends nothing.
                (Step::Greeting, Cause::TimedOut) => format!(
                    "It may be overloaded, or expect TLS from the first byte; try again, or use {}",
                    context.name(Setting::TlsImplicit)
                ),
                _ => "The server or the network failed; try again".to_owned(),
            };
            let event =
                format!("lost the connection to {host} while {}: {}", doing(context, step), control(context, cause));
            Message::new(event, advice)
        }
        (Connection::Data, Step::DataConnection) => Message::new(
            format!("the data port that {host} named cannot be reached: {}", data(context, cause)),
            data_port(cause),
        ),
        (Connection::Data, _) => Message::new(
            format!("the data connection failed while {}: {}", doing(context, step), data(context, cause)),
            "The network or the server's disk may have failed; check both, and send the file again",
        ),
    }
}

/// The advice for a data connection that cannot be opened.
fn data_port(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed | Cause::Reset | Cause::TimedOut | Cause::Refused | Cause::Unreachable => {
            "FTP sends each file over a second connection, which a firewall may block; ask the server's administrator to open \
             the passive ports"
        }
        Cause::Denied => "The server is configured wrongly; ask its administrator for passive ports from 1024 on",
        Cause::Insecure | Cause::OutOfStep => {
            "A device on the network may interfere, or another service listens there; ask the server's administrator"
        }
    }
}

/// The same for the data connection of `--active`, which the server opens.
pub fn not_called_back(context: &Context, step: Step, cause: Cause) -> Message {
    let host = context.server();
    match cause {
        Cause::TimedOut | Cause::Refused | Cause::Unreachable => Message::new(
            format!(
                "the data connection failed while {}: {host} did not connect to this machine, or accepted no \
                 data in time",
                doing(context, step)
            ),
            format!(
                "A firewall may block it; leave {} out, or open this machine's ports",
                context.name(Setting::Active)
            ),
        ),
        Cause::Closed | Cause::Reset | Cause::Denied | Cause::Insecure | Cause::OutOfStep => {
            broken(context, step, Connection::Data, cause)
        }
    }
}

/// The failure of the control connection, as a part of a sentence about the server.
pub fn control(context: &Context, cause: Cause) -> String {
    let text = match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "the connection was reset",
        Cause::TimedOut => {
            return format!("it timed out (no complete reply within {})", context.name(Setting::Timeout));
        }
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no route to it",
        Cause::Denied => "it sent more data than the limits allow",
        Cause::Insecure => "the data received is not valid TLS",
        Cause::OutOfStep => "it sent a reply to no command",
    };
    text.to_owned()
}

/// The failure of a data connection, as a part of a sentence about the connection.
pub fn data(context: &Context, cause: Cause) -> String {
    let text = match cause {
        Cause::Closed => "the server closed it",
        Cause::Reset => "it was reset",
        Cause::TimedOut => {
            return format!("it timed out (no data moved within {})", context.name(Setting::Timeout));
        }
        Cause::Refused => "it was refused",
        Cause::Unreachable => "there is no route to it",
        Cause::Insecure => "the data received is not valid TLS",
        // Only the control connection has replies; the arm is here because the enum is shared.
        Cause::OutOfStep => "the server sent a reply to no command",
        Cause::Denied => "ports below 1024 are never used for data",
    };
    text.to_owned()
}
