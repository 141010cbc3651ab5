//! The addresses of names, from the system's resolver.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use ftp_protocol::server::Server;

use crate::net::destination::ended_before_conversation;
use crate::net::wait::Deadline;
use crate::report::error::UploadError;
use crate::report::event::{Event, Observer};

/// The time after which a wait for the resolver looks at the cancellation again.
const CANCELLATION_CHECK_INTERVAL: Duration = Duration::from_millis(50);

/// The resolver's texts for a name that does not exist or has no address (EAI_NONAME and EAI_NODATA of getaddrinfo), in
/// glibc, musl, and the libraries of the BSDs and macOS. The standard library keeps the text alone. Any other failure, such
/// as EAI_AGAIN, may pass.
const UNKNOWN_NAME: [&str; 6] = [
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "Name has no usable address",
    "nodename nor servname provided, or not known",
    "hostname nor servname provided, or not known",
];

/// Asks the system for the addresses of names, until a deadline.
pub(super) struct Resolver<'a> {
    pub(super) deadline: Deadline<'a>,
    pub(super) observer: &'a dyn Observer,
}

impl Resolver<'_> {
    /// Resolves the name of `server`. The system's resolver has no deadline, so it runs on a thread that is abandoned if
    /// it takes too long.
    pub(super) fn resolve(&self, server: &Server, port: u16) -> Result<Vec<SocketAddr>, UploadError> {
        let name = match (server.host().parse(), server.scope()) {
            (Ok(address), None) => return Ok(vec![SocketAddr::new(address, port)]),
            // The resolver turns the name of the interface into its number, without a question to another machine.
            (_, Some(scope)) => format!("{}%{scope}", server.host()),
            (Err(_), None) => server.host().to_owned(),
        };
        self.observer.event(&Event::Resolving { host: &name });
        let unresolved = |error| UploadError::Unresolved { server: server.clone(), error };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send((name, port).to_socket_addrs().map(Vec::from_iter)));
        loop {
            self.deadline.check_cancellation().map_err(ended_before_conversation)?;
            match receiver.recv_timeout(CANCELLATION_CHECK_INTERVAL.min(self.deadline.left())) {
                Ok(Ok(found)) if found.is_empty() => return Err(unresolved(io::ErrorKind::NotFound.into())),
                Ok(found) => return found.map_err(|error| unresolved(classified(error))),
                Err(RecvTimeoutError::Timeout) if !self.deadline.has_passed() => {}
                Err(_) => return Err(unresolved(io::ErrorKind::TimedOut.into())),
            }
        }
    }
}

/// Returns the resolver's `error`, of the kind `NotFound` if the name does not exist.
fn classified(error: io::Error) -> io::Error {
    let text = error.to_string();
    match UNKNOWN_NAME.into_iter().find(|unknown| text.ends_with(unknown)) {
        Some(unknown) => io::Error::new(io::ErrorKind::NotFound, unknown),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_exist_is_told_apart_from_a_name_server_that_fails() {
        let kind =
            |text: &str| classified(io::Error::other(format!("failed to lookup address information: {text}"))).kind();
        for unknown in UNKNOWN_NAME {
            assert_eq!(kind(unknown), io::ErrorKind::NotFound, "{unknown}");
        }
        for passing in ["Temporary failure in name resolution", "Try again", "System error", "No address"] {
            assert_eq!(kind(passing), io::ErrorKind::Other, "{passing}");
        }
    }
}
