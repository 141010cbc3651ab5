//! Connections that cannot be made, or fail.

use std::io;

use ftp_uploader::{Cause, Connection, Step, UploadError};
use rustix::io::Errno;

use super::{CAUSES, STEPS, Table, context, system, with};

#[test]
fn servers_that_cannot_be_found_or_reached() {
    let mut table = Table::default();
    let unresolved = UploadError::Unresolved {
        server: "ftp.example.org".parse().unwrap(),
        error: io::Error::other("no address for this name"),
    };
    table.error("unresolved", &context(), unresolved);
    let numeric = with(|context| context.host = "192.0.2.7:2121".to_owned());
    for (label, error) in [
        ("refused", io::Error::from(io::ErrorKind::ConnectionRefused)),
        ("timed out", io::ErrorKind::TimedOut.into()),
        ("no route", system(Errno::HOSTUNREACH)),
        ("not permitted", system(Errno::ACCESS)),
        ("not tried", io::Error::other("no address of this machine fits")),
    ] {
        let again = io::Error::new(error.kind(), error.to_string());
        let address = "192.0.2.7:2121".parse().unwrap();
        table.error(label, &context(), UploadError::Unreachable { address, error });
        if label == "not tried" {
            table.error((label, "address typed"), &numeric, UploadError::Unreachable { address, error: again });
        }
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn causes_of_broken_connections() {
    let mut table = Table::default();
    for (connection, step) in [
        (Connection::Control, Step::Protection),
        (Connection::Control, Step::Login),
        (Connection::Control, Step::Transfer),
        (Connection::Data, Step::DataConnection),
        (Connection::Data, Step::Transfer),
    ] {
        for cause in CAUSES {
            table.error((connection, step, cause), &context(), UploadError::Broken { step, connection, cause });
        }
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn steps_of_broken_connections() {
    let mut table = Table::default();
    for step in STEPS {
        let error = UploadError::Broken { step, connection: Connection::Control, cause: Cause::Closed };
        table.error((Connection::Control, step), &context(), error);
    }
    for step in [Step::DataConnection, Step::Store, Step::Transfer, Step::Confirmation] {
        let error = UploadError::Broken { step, connection: Connection::Data, cause: Cause::Reset };
        table.error((Connection::Data, step), &context(), error);
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn broken_connections_of_active_mode() {
    let active = with(|context| context.active = true);
    let mut table = Table::default();
    for step in [Step::DataConnection, Step::Transfer] {
        for cause in CAUSES {
            let error = UploadError::Broken { step, connection: Connection::Data, cause };
            table.error((step, cause), &active, error);
        }
    }
    insta::assert_snapshot!(table.0);
}
