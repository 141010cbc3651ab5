//! `--json`: events as one JSON object a line on standard output. `docs/events.md` documents them, and
//! `docs/events.schema.json` is their schema.
//!
//! There is one stream in the process, as there is one standard output. The last line is always a `summary`.

mod events;
mod plan;
mod stream;
mod summary;
#[cfg(test)]
mod tests;
mod values;

use std::sync::atomic::{AtomicBool, Ordering};

use ftp_uploader::UploadReport;
use serde_json::{Value, json};

use crate::exit_code::ExitCode;
use crate::output::ascii::ascii;
use crate::output::clock;

pub use events::Events;
pub use stream::Weight;
pub use summary::Ending;

use stream::Stream;

/// The version of the events. It changes if a field is removed or gets another meaning, and not if one is added.
const SCHEMA: u32 = 1;

/// The names of all events.
#[cfg(test)]
const NAMES: [&str; 20] = [
    "phase",
    "secured",
    "plan",
    "operation",
    "planned",
    "started",
    "resuming",
    "progress",
    "staged",
    "stored",
    "retry",
    "note",
    "removed",
    "skipped",
    "already_there",
    "untried",
    "failed",
    "dropped",
    "explain",
    "summary",
];

/// The events on standard output.
static STREAM: Stream = Stream::new();

/// True with `--json`.
static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Lets events be written from now on.
pub fn open() {
    IS_OPEN.store(true, Ordering::Relaxed);
}

/// Returns true with `--json`.
pub fn is_open() -> bool {
    IS_OPEN.load(Ordering::Relaxed)
}

/// Writes an event, if `--json` was given. `fields` is an object.
pub fn emit(name: &str, fields: &Value, weight: Weight) {
    if is_open() {
        STREAM.push(line(name, fields), weight, left_out);
    }
}

/// Writes the last event, if `--json` was given and it was not written before.
pub fn close(code: ExitCode, report: Option<&UploadReport>, ending: &Ending<'_>) {
    if is_open() {
        STREAM.close(|dropped| line("summary", &summary::fields(code, report, ending, dropped)), left_out);
    }
}

/// Writes the last event of a run that ends before anything was prepared, because of the mistake that `message` tells.
pub fn close_after_mistake(message: &str) {
    close(ExitCode::Usage, None, &Ending::Mistake(message));
}

/// Writes the last event of a process that ends at once, because of a second signal.
pub fn close_at_once() {
    if is_open() {
        let last = |dropped| line("summary", &summary::fields(ExitCode::Interrupted, None, &Ending::Signal, dropped));
        STREAM.close_promptly(last, left_out);
    }
}

/// The line about so many events that were left out.
fn left_out(count: u64) -> String {
    line("dropped", &json!({ "events": count }))
}

/// The line of an event: the fields that all events have come first, then those of the event.
fn line(name: &str, fields: &Value) -> String {
    let text = fields.to_string();
    let fields = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let separator = if fields.is_empty() { "" } else { "," };
    let time = clock::now();
    ascii(&format!("{{\"schema\":{SCHEMA},\"event\":\"{name}\",\"time\":\"{time}\"{separator}{fields}}}"))
}
