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

use ftp_uploader::words::{message, short};
use ftp_uploader::{
    Cause, Connection, Context, Put, Request, ServerText, Setting, Step, SyncProblem, Target, UploadError,
    UploadReport, Wording,
};
use rustix::io::Errno;

use super::lines;
use crate::cli_error::CliError;
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
    let target = Target::new("ftp.example.org".parse().unwrap(), "alice").unwrap();
    let mut context = Context::of(&Request::of(target, Put::into_directory("inbox").unwrap()));
    context.wording = Wording::Program;
    context
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
        names_no_option(context, &error);
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

/// Claims that the words for the author of another program name no option of this one, and that nothing is said about them
/// that a `Display` without a context would hide.
fn names_no_option(context: &Context, error: &UploadError) {
    let library = with_wording(context.clone(), Wording::Library);
    let line = message(&library, error).line();
    for option in Setting::ALL.map(|setting| setting.name(Wording::Program)) {
        assert!(!line.contains(option), "{option}: {line}");
    }
    assert!(!line.contains(" --"), "{line}");
    let alone = error.to_string();
    assert!(alone.contains(". ") && !alone.contains(" --") && !alone.contains('\n'), "{alone}");
    assert_eq!(alone, format!("{error:#}. {}", message(&Context::default(), error).advice));
}

fn with_wording(mut context: Context, wording: Wording) -> Context {
    context.wording = wording;
    context
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
        UploadError::Sync(_) => "sync",
        UploadError::Refused { .. } | UploadError::Misbehaved { .. } => "steps",
        UploadError::Interrupted { .. } | UploadError::OutOfTime { .. } | UploadError::Fault(_) => "store",
        UploadError::MayExist { .. }
        | UploadError::Unconfirmed { .. }
        | UploadError::Unknown
        | UploadError::Mismatch { .. }
        | UploadError::Corrupt { .. }
        | UploadError::Missing
        | UploadError::Unverified
        | UploadError::CannotRename
        | UploadError::NotRenamed { .. }
        | UploadError::TemporaryRefused { .. }
        | UploadError::NotMade { .. } => "store",
    }
}

#[test]
fn problems_of_sync() {
    use ftp_uploader::ftp_plan::Refusal;
    use ftp_uploader::ftp_plan::operations::ConflictKind;
    use ftp_uploader::ftp_plan::path::RemotePath;

    let path = |path: &str| RemotePath::parse(path.as_bytes()).unwrap();
    let (code, since) = (550, Some(1_795_831_833));
    let problems = [
        SyncProblem::Refused(Refusal::EmptySource { removed: 100 }),
        SyncProblem::Refused(Refusal::MostRemoved { removed: 1001, there: 1500 }),
        SyncProblem::Refused(Refusal::TooManyRemoved { removed: 11, permitted: 10 }),
        SyncProblem::Refused(Refusal::CaseCollision { first: path("README"), second: path("readme"), pairs: 1 }),
        SyncProblem::Locked { owner: b"alice@ci-7.0011223344556677.8899aabbccddeeff".to_vec(), since },
        SyncProblem::Locked { owner: Vec::new(), since: None },
        SyncProblem::NoLock { code, text: text("No \x1b[2J") },
        SyncProblem::CutShort,
        SyncProblem::NotRemembered,
        SyncProblem::LockRemains,
        SyncProblem::Obstructed(ConflictKind::FileForDirectory),
        SyncProblem::Obstructed(ConflictKind::DirectoryForFile),
        SyncProblem::NotRemoved { code, text: text("Not yours") },
    ];
    let mut table = Table::default();
    for problem in problems {
        let label = format!("{problem:?}");
        table.error(label, &context(), UploadError::Sync(problem));
    }
    insta::assert_snapshot!("sync", table.0);
}

#[test]
fn no_step_and_no_cause_is_listed_twice() {
    assert_eq!(STEPS.iter().map(|step| format!("{step:?}")).collect::<BTreeSet<_>>().len(), STEPS.len());
    assert_eq!(CAUSES.iter().map(|cause| format!("{cause:?}")).collect::<BTreeSet<_>>().len(), CAUSES.len());
    assert_eq!(home(&UploadError::Unknown), "store");
}
