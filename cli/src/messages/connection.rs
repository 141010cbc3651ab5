//! Messages for connections that failed.

use std::io;
use std::net::SocketAddr;

use ftp_uploader::{Cause, Connection, Escaped, Step};

use crate::messages::step::doing;
use crate::messages::{tls, without_code};

/// No address of the server accepted a connection.
pub fn unreachable(host: &str, address: &SocketAddr, error: &io::Error) -> String {
    // A name may have several addresses; one that was typed needs no repetition.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let cause = match error.kind() {
        // An error with a text of our own: the host refused to try, for example because of a local address.
        _ if error.get_ref().is_some() => format!("It was not tried: {}", Escaped(error.to_string().as_bytes())),
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check host and port".to_owned(),
        io::ErrorKind::TimedOut => {
            "There was no answer in time; check host, port and firewalls, or raise --connect-timeout".to_owned()
        }
        _ => format!("System error: {}; check host, port and network", without_code(error)),
    };
    format!("cannot connect to {host}{at}. {cause}.")
}

/// A connection failed during `step`.
pub fn broken(host: &str, step: Step, connection: Connection, cause: Cause) -> String {
    match (connection, step) {
        (Connection::Control, Step::Protection) => tls::lost(host, control(cause)),
        (Connection::Control, _) => {
            format!(
                "lost the connection to {host} while {}: {}. The server or the network failed; try again.",
                doing(step),
                control(cause)
            )
        }
        (Connection::Data, Step::DataConnection) => format!(
            "the data port that {host} named cannot be reached: {}. A firewall may block it; ask the server's \
             administrator to open the passive ports.",
            data(cause)
        ),
        (Connection::Data, _) => format!(
            "the data connection failed while {}: {}. The network or the server's disk may have failed; check both, \
             and send the file again.",
            doing(step),
            data(cause)
        ),
    }
}

/// The same for `--active`, with which the server opens the data connection.
pub fn not_called_back(host: &str, step: Step, cause: Cause) -> String {
    match cause {
        Cause::TimedOut | Cause::Refused | Cause::Unreachable => format!(
            "the data connection failed while {}: {host} did not connect to this machine, or accepted no data in \
             time. A firewall may block it; leave --active out, or open this machine's ports.",
            doing(step)
        ),
        _ => broken(host, step, Connection::Data, cause),
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
