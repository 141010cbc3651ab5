//! Snapshots of every message with its exit code, so that a reworded text is seen in review. `INSTA_UPDATE=always` in
//! the environment of `cargo test` writes them anew.

mod connection;
mod files;
mod lines;
mod proxy;
mod steps;
mod store;
mod tls;
mod usage;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::io;
use std::sync::OnceLock;

use ftp_uploader::{Cause, Connection, ServerText, Step, UploadError, UploadReport};
use rustix::io::Errno;

use super::{lines, short};
use crate::cli_error::CliError;
use crate::context::Context;
use crate::exit_code::ExitCode;

/// Every step of the conversation.
const STEPS: [Step; 15] = [
    Step::Greeting,
    Step::Protection,
    Step::Login,
    Step::Features,
    Step::Site,
    Step::Directory,
    Step::BinaryType,
    Step::Inspection,
    Step::DataConnection,
    Step::Store,
    Step::Transfer,
    Step::Confirmation,
    Step::Renaming,
    Step::Attributes,
    Step::Quit,
];

/// Every cause of a broken connection.
const CAUSES: [Cause; 8] = [
    Cause::Closed,
    Cause::Reset,
    Cause::TimedOut,
    Cause::Refused,
    Cause::Unreachable,
    Cause::Denied,
    Cause::Insecure,
    Cause::OutOfStep,
];

/// Both connections.
const CONNECTIONS: [Connection; 2] = [Connection::Control, Connection::Data];

/// The context of a plain run with one file.
fn context() -> Context {
    Context {
        host: "ftp.example.org".to_owned(),
        user: b"alice".to_vec(),
        directory: b"inbox".to_vec(),
        count: 1,
        stream_name: None,
        atomic: false,
        replace: false,
        active: false,
        behind_proxy: false,
        client_certificate: false,
        may_be_clear: false,
        last_is_local_file: false,
        empty_password: OnceLock::new(),
    }
}

/// The context with a change.
fn with(change: impl FnOnce(&mut Context)) -> Context {
    let mut context = context();
    change(&mut context);
    context
}

/// Collects the rows of one snapshot.
#[derive(Default)]
struct Table(String);

impl Table {
    /// Adds the message for `error`, its exit code, and its short form.
    fn error(&mut self, label: impl Debug, context: &Context, error: UploadError) {
        let short = short(context, &error);
        self.report(label, context, error.into());
        self.0.push_str(&format!("   short | {short}\n"));
    }

    /// Adds the lines for `report`, and its exit code.
    fn report(&mut self, label: impl Debug, context: &Context, report: UploadReport) {
        self.cli(label, Some(context), report.into());
    }

    /// Adds the lines for `error`, and its exit code.
    fn cli(&mut self, label: impl Debug, context: Option<&Context>, error: CliError) {
        let code = ExitCode::of(&error) as i32;
        self.0.push_str(&format!("{label:?}\n"));
        for line in lines(context, &error) {
            assert!(!line.contains('\n') && line.ends_with('.'), "{line}");
            self.0.push_str(&format!("{code:>8} | {line}\n"));
        }
    }
}

fn text(text: &str) -> ServerText {
    text.as_bytes().into()
}

/// An error of the system. Its text is the same on all Unix systems, but its number is not.
fn system(error: Errno) -> io::Error {
    io::Error::from_raw_os_error(error.raw_os_error())
}

/// The module whose snapshots have the error. A new kind of error does not compile until it is added here.
fn home(error: &UploadError) -> &'static str {
    match error {
        UploadError::Source { .. } => "files",
        UploadError::Proxy { .. } => "proxy",
        UploadError::Tls { .. } | UploadError::NoTls { .. } | UploadError::NotResumed { .. } => "tls",
        UploadError::Unresolved { .. } | UploadError::Unreachable { .. } | UploadError::Broken { .. } => "connection",
        UploadError::Refused { .. } | UploadError::Misbehaved { .. } => "steps",
        UploadError::Interrupted { .. } | UploadError::OutOfTime { .. } | UploadError::Fault(_) => "store",
        UploadError::Unconfirmed { .. }
        | UploadError::Unknown
        | UploadError::Mismatch { .. }
        | UploadError::Corrupt { .. }
        | UploadError::Missing
        | UploadError::Unverified
        | UploadError::CannotRename
        | UploadError::NotRenamed { .. }
        | UploadError::TemporaryRefused { .. } => "store",
    }
}

#[test]
fn no_step_and_no_cause_is_listed_twice() {
    assert_eq!(STEPS.iter().map(|step| format!("{step:?}")).collect::<BTreeSet<_>>().len(), STEPS.len());
    assert_eq!(CAUSES.iter().map(|cause| format!("{cause:?}")).collect::<BTreeSet<_>>().len(), CAUSES.len());
    assert_eq!(home(&UploadError::Unknown), "store");
}
