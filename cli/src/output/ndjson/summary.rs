//! The last event of a run: its numbers, its exit code, and the error that the code stands for.

use ftp_uploader::{Context, Failure, SyncReport, UploadReport, words};
use serde_json::{Map, Value, json};

use crate::exit_code::ExitCode;
use crate::output::ndjson::plan;
use crate::output::ndjson::values::{error, seconds};

/// The way in which a run has ended.
pub enum Ending<'a> {
    /// Everything was done.
    Done,
    /// A mistake in the command line or in its surroundings, with its line. Nothing was sent.
    Mistake(&'a str),
    /// Something is not stored; the report has the reasons.
    Incomplete(&'a Context),
    /// A bug or a lack of resources of this machine, with its text. Nothing was sent.
    Bug(&'a str),
    /// A signal has ended the process at once.
    Signal,
}

/// The fields of the event. `dropped` is the number of events that were left out.
pub fn fields(code: ExitCode, report: Option<&UploadReport>, ending: &Ending<'_>, dropped: u64) -> Value {
    let empty = UploadReport::default();
    let numbers = report.unwrap_or(&empty);
    let failed = numbers.failures.iter().filter(|failure| failure.file.is_some()).count();
    json!({
        "exit_code": code as i32,
        "error": reason(code, report, ending),
        "stored": numbers.stored.len(),
        "failed": failed,
        "untried": numbers.untried.len(),
        "skipped": numbers.skipped.len(),
        "already_there": numbers.already_there.len(),
        "size_bytes": numbers.stored.iter().map(|file| file.size).fold(0, u64::saturating_add),
        "sent_bytes": numbers.stored.iter().map(|file| file.sent).fold(0, u64::saturating_add),
        "seconds": seconds(numbers.time),
        "verified": verified(numbers),
        "sync": numbers.sync.as_deref().map(sync),
        "message": words::summary(&numbers.context, numbers),
        "dropped_events": dropped,
    })
}

/// Each proof, and the number of files that have it.
fn verified(report: &UploadReport) -> Value {
    let mut counts = Map::new();
    for file in &report.stored {
        let count = counts.get(file.verified.kind()).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(file.verified.kind().to_owned(), (count + 1).into());
    }
    counts.into()
}

fn sync(sync: &SyncReport) -> Value {
    json!({
        "dry_run": sync.dry_run,
        "compared": plan::compared(sync.plan.compared),
        "made_directories": sync.made.len(),
        "removed": sync.removed.len(),
        "removed_directories": sync.removed_directories.len(),
        "unchanged": sync.plan.unchanged,
    })
}

/// The error that the exit code stands for; null after a run that did everything.
fn reason(code: ExitCode, report: Option<&UploadReport>, ending: &Ending<'_>) -> Value {
    match ending {
        Ending::Done => Value::Null,
        Ending::Mistake(message) => json!({ "kind": "usage", "message": message }),
        Ending::Bug(message) => alone("internal", message),
        Ending::Signal => alone("interrupted", "ended at once by a signal"),
        Ending::Incomplete(context) => {
            let failures = report.map(|report| &report.failures[..]).unwrap_or_default();
            let stands_for = |failure: &&Failure| ExitCode::of_failure(failure) == code;
            match failures.iter().find(stands_for).or(failures.first()) {
                Some(failure) => error(context, &failure.error),
                None => {
                    let skipped = report.map_or(0, |report| report.skipped.len());
                    json!({ "kind": "skipped", "message": words::skipped::summary(context, skipped) })
                }
            }
        }
    }
}

/// An error that no value of the library stands for.
fn alone(kind: &str, message: &str) -> Value {
    json!({
        "kind": kind,
        "cause": null,
        "reason": null,
        "step": null,
        "connection": null,
        "reply_code": null,
        "reply_text": null,
        "message": message,
    })
}
