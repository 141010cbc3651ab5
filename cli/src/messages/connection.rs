//! Messages for servers that cannot be found or reached, and for connections that failed.

use std::io;
use std::net::SocketAddr;

use ftp_uploader::{Cause, Connection, Step};

use crate::messages::message::Message;
use crate::messages::step::doing;
use crate::messages::{reason, tls};

/// The server's name has no address.
pub fn unresolved(host: &str, error: &io::Error) -> Message {
    Message::new(format!("cannot find {host}: {}", reason(error)), "Check the name and this machine's network")
}

/// No address of the server accepted a connection. `address` is the last one that was tried.
pub fn unreachable(host: &str, address: &SocketAddr, error: &io::Error) -> Message {
    // A name may have several addresses; an address that the user typed is not repeated.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let advice = match error.kind() {
        // An error with a text of our own: the host did not try to connect.
        _ if error.get_ref().is_some() => "It was not tried; check --source-address and --interface",
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check host and port",
        io::ErrorKind::TimedOut => {
            "A firewall may block it, or it is slow; check host, port and firewalls, or raise --connect-timeout"
        }
        _ => "The network or a firewall may block it; check host, port and network",
    };
    Message::new(format!("cannot connect to {host}{at}: {}", reason(error)), advice)
}

/// A connection failed during `step`.
pub fn broken(host: &str, step: Step, connection: Connection, cause: Cause) -> Message {
    match (connection, step) {
        (Connection::Control, step) => {
            let advice =
                if step == Step::Protection { tls::LOST } else { "The server or the network failed; try again" };
            let event = format!("lost the connection to {host} while {}: {}", doing(step), control(cause));
            Message::new(event, advice)
        }
        (Connection::Data, Step::DataConnection) => Message::new(
            format!("the data port that {host} named cannot be reached: {}", data(cause)),
            "A firewall may block it; ask the server's administrator to open the passive ports",
        ),
        (Connection::Data, _) => Message::new(
            format!("the data connection failed while {}: {}", doing(step), data(cause)),
            "The network or the server's disk may have failed; check both, and send the file again",
        ),
    }
}

/// The same for the data connection of `--active`, which the server opens.
pub fn not_called_back(host: &str, step: Step, cause: Cause) -> Message {
    match cause {
        Cause::TimedOut | Cause::Refused | Cause::Unreachable => Message::new(
            format!(
                "the data connection failed while {}: {host} did not connect to this machine, or accepted no \
                 data in time",
                doing(step)
            ),
            "A firewall may block it; leave --active out, or open this machine's ports",
        ),
        Cause::Closed | Cause::Reset | Cause::Denied | Cause::Insecure | Cause::OutOfStep => {
            broken(host, step, Connection::Data, cause)
        }
    }
}

/// The failure of the control connection, as a part of a sentence about the server.
pub fn control(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "the connection was reset",
        Cause::TimedOut => "it timed out (no complete reply within --timeout)",
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no route to it",
        Cause::Denied => "it sent more data than the limits allow",
        Cause::Insecure => "the data received is not valid TLS",
        Cause::OutOfStep => "it sent a reply to no command",
    }
}

/// The failure of a data connection, as a part of a sentence about the connection.
pub fn data(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "the server closed it",
        Cause::Reset => "it was reset",
        Cause::TimedOut => "it timed out (no data moved within --timeout)",
        Cause::Refused => "it was refused",
        Cause::Unreachable => "there is no route to it",
        Cause::Insecure => "the data received is not valid TLS",
        // Only the control connection has replies; the arm is here because the enum is shared.
        Cause::OutOfStep => "the server sent a reply to no command",
        Cause::Denied => "ports below 1024 are never used for data",
    }
}
