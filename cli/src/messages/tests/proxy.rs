//! Proxies that give no connection.

use std::io;

use ftp_uploader::{Connection, ProxyProblem, ProxyRefusal, UploadError};
use rustix::io::Errno;

use super::{CONNECTIONS, Table, context, system, text};

fn refusals() -> Vec<ProxyRefusal> {
    vec![
        ProxyRefusal::Failure,
        ProxyRefusal::NotAllowed,
        ProxyRefusal::NetworkUnreachable,
        ProxyRefusal::HostUnreachable,
        ProxyRefusal::ConnectionRefused,
        ProxyRefusal::Expired,
        ProxyRefusal::NotSupported,
        ProxyRefusal::Status { code: 403, text: text("Filtered") },
        ProxyRefusal::Status { code: 405, text: text("Method Not Allowed") },
        ProxyRefusal::Status { code: 502, text: text("Bad Gateway") },
        ProxyRefusal::Status { code: 503, text: text("") },
    ]
}

fn problems() -> Vec<ProxyProblem> {
    let unreachable = |error| ProxyProblem::Unreachable { address: "192.0.2.1:1080".parse().unwrap(), error };
    vec![
        ProxyProblem::Unresolved(io::Error::other("no address for this name")),
        unreachable(io::ErrorKind::ConnectionRefused.into()),
        unreachable(io::ErrorKind::TimedOut.into()),
        unreachable(system(Errno::HOSTUNREACH)),
        unreachable(io::Error::other("no address of this machine fits")),
        ProxyProblem::Lost(io::ErrorKind::TimedOut.into()),
        ProxyProblem::Lost(io::ErrorKind::UnexpectedEof.into()),
        ProxyProblem::Lost(system(Errno::CONNRESET)),
        ProxyProblem::Misbehaved,
        ProxyProblem::AuthWanted,
        ProxyProblem::AuthRefused,
    ]
}

fn error(connection: Connection, problem: ProxyProblem) -> UploadError {
    UploadError::Proxy { proxy: "socks5://proxy.example:1080".to_owned(), connection, problem }
}

#[test]
fn proxies_that_cannot_be_used() {
    let mut table = Table::default();
    for problem in problems() {
        // The debug form of a system error has its number, which differs between systems.
        table.error(problem.to_string().split(" (os").next(), &context(), error(Connection::Control, problem));
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn refusals_of_proxies() {
    let mut table = Table::default();
    for connection in CONNECTIONS {
        for refusal in refusals() {
            let label = (connection, refusal.clone());
            table.error(label, &context(), error(connection, ProxyProblem::Refused(refusal)));
        }
    }
    insta::assert_snapshot!(table.0);
}
