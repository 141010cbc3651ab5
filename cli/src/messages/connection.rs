//! The words for connections that failed.

use std::io;
use std::net::SocketAddr;

use ftp_uploader::{Cause, Connection, Escaped, Step};

use crate::messages::step::doing;
use crate::messages::{tls, without_code};

pub fn unreachable(host: &str, address: &SocketAddr, error: &io::Error) -> String {
    // A name may have several addresses; one that was typed needs no repetition.
    let at = if host.contains(&address.ip().to_string()) { String::new() } else { format!(" at {address}") };
    let cause = match error.kind() {
        // In words of our own: something on this side of the connection.
        _ if error.get_ref().is_some() => format!("It was not tried: {}", Escaped(error.to_string().as_bytes())),
        io::ErrorKind::ConnectionRefused => "Nothing listens there; check host and port".to_owned(),
        io::ErrorKind::TimedOut => {
            "No answer came in time; check host and port, ask about firewalls, or raise --connect-timeout".to_owned()
        }
        _ => format!("The system says: {}; check host, port and network", without_code(error)),
    };
    format!("cannot connect to {host}{at}. {cause}.")
}

pub fn broken(host: &str, step: Step, connection: Connection, cause: Cause) -> String {
    match (connection, step) {
        (Connection::Control, Step::Protection) => tls::lost(host, control(cause)),
        (Connection::Control, _) => {
            format!("lost {host} while {}: {}. Server or network failed; try again.", doing(step), control(cause))
        }
        (Connection::Data, Step::DataConnection) => format!(
            "the data port that {host} named cannot be reached: {}. A firewall may block it; ask for the passive \
             ports to be opened.",
            data(cause)
        ),
        (Connection::Data, _) => format!(
            "the data connection failed while {}: {}. The network or the server's disk may be the cause; check both, \
             and send the file again.",
            doing(step),
            data(cause)
        ),
    }
}

/// With --active, when the server connects for the data.
pub fn not_called_back(host: &str, step: Step, cause: Cause) -> String {
    match cause {
        Cause::TimedOut | Cause::Refused | Cause::Unreachable => format!(
            "the data connection failed while {}: {host} did not connect to this machine, or took nothing in time. A \
             firewall may be in its way; leave --active out, or open this machine's ports.",
            doing(step)
        ),
        _ => broken(host, step, Connection::Data, cause),
    }
}

/// What became of the control connection.
pub fn control(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "it closed the connection",
        Cause::Reset => "the connection was reset",
        Cause::TimedOut => "it timed out (no whole reply within --timeout)",
        Cause::Refused => "it refused the connection",
        Cause::Unreachable => "there is no way to it",
        Cause::Denied => "it sent more than is allowed",
        Cause::Insecure => "what came is not what TLS protects",
        Cause::OutOfStep => "it sent a reply that nobody asked for",
    }
}

/// What became of a data connection.
pub fn data(cause: Cause) -> &'static str {
    match cause {
        Cause::Closed => "the server closed it",
        Cause::Reset => "it was reset",
        Cause::TimedOut => "it timed out (nothing moved within --timeout)",
        Cause::Refused => "the connection was refused",
        Cause::Unreachable => "there is no way there",
        Cause::Insecure => "what came is not what TLS protects",
        // Only of the control connection.
        Cause::OutOfStep => "the server spoke out of turn",
        Cause::Denied => "ports below 1024 are never used for data",
    }
}
