//! The events of a run as JSON. Progress is written ten times a second at most, for all files together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ftp_uploader::{Context, Escaped, Event, Note, Observer, Step, UploadReport, words};
use serde_json::{Value, json};

use crate::output::ndjson::values::{Fields, add_name, add_path, error, failure, fields, seconds, stored};
use crate::output::ndjson::{Weight, emit, plan};
use crate::output::progress::speed::Rate;
use crate::output::progress::tally::Tally;

/// The time between two events about progress.
const INTERVAL: Duration = Duration::from_millis(100);

/// Writes an event of the stream for each event of a run.
pub struct Events {
    context: Arc<Context>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tally: Tally,
    /// The time of the last event about progress.
    last_progress: Option<Instant>,
    /// True after the run itself has ended, so that all its failures were written.
    ended: bool,
}

impl Observer for Events {
    fn event(&self, event: &Event<'_>) {
        let now = Instant::now();
        let has_several = {
            let mut state = self.lock();
            state.tally.count(event, now);
            state.tally.has_several()
        };
        if let Event::Sent { file, sent, size } = event {
            return self.progress(file, *sent, *size, now);
        }
        if let Some((name, fields)) = self.of(event, has_several) {
            emit(name, &fields.into(), Weight::Lasting);
        }
    }
}

impl Events {
    /// The events of a run.
    pub fn new(context: Arc<Context>) -> Self {
        Self { context, state: Mutex::default() }
    }

    /// Writes the events about the end of a run that has begun to connect.
    pub fn finish(&self, report: &UploadReport) {
        self.lock().ended = true;
        for skipped in &report.skipped {
            let message = words::skipped::reason(&skipped.why);
            let mut event = fields(json!({ "kind": skipped.why.kind(), "message": message }));
            add_path(&mut event, Some(&skipped.path));
            emit("skipped", &event.into(), Weight::Lasting);
        }
        if let Some(sync) = &report.sync {
            let operations = if sync.dry_run { plan::operations(sync) } else { Vec::new() };
            operations.into_iter().for_each(|event| emit("operation", &event.into(), Weight::Lasting));
            plan::notes(sync).into_iter().for_each(|(kind, message)| self.warn(kind, message));
        }
        for path in &report.untried {
            let mut event = Fields::new();
            add_path(&mut event, Some(path));
            emit("untried", &event.into(), Weight::Lasting);
        }
    }

    /// Writes the failures of a run that has ended before it began to connect.
    pub fn add_failures(&self, report: &UploadReport) {
        if !self.lock().ended {
            let events = report.failures.iter().map(|failed| failure(&self.context, failed));
            events.for_each(|event| emit("failed", &event.into(), Weight::Lasting));
        }
    }

    /// Writes a note that is about no file.
    pub fn warn(&self, kind: &str, message: String) {
        emit("note", &json!({ "kind": kind, "path": null, "message": message, "error": null }), Weight::Lasting);
    }

    /// The name and the fields of an event; `None` if it is not written.
    pub(super) fn of(&self, event: &Event<'_>, has_several: bool) -> Option<(&'static str, Fields)> {
        Some(match event {
            Event::Compared { plan } => ("plan", fields(plan::numbers(plan))),
            Event::Planned { files, bytes, skipped } => {
                ("planned", fields(json!({ "files": files, "size_bytes": bytes, "skipped": skipped })))
            }
            Event::Secured { connection, tls } => {
                let parameters = json!({
                    "connection": connection.kind(),
                    "version": tls.version,
                    "cipher_suite": tls.cipher_suite,
                    "resumed": tls.resumed,
                });
                ("secured", fields(parameters))
            }
            Event::Staged(file) => ("staged", stored(file)),
            Event::Stored(file) => ("stored", stored(file)),
            Event::Failed(failed) => ("failed", failure(&self.context, failed)),
            Event::Removed { path, directory } => {
                let mut event = fields(json!({ "directory": directory }));
                add_name(&mut event, "remote", path);
                ("removed", event)
            }
            event => return self.of_file(event).or_else(|| phase(event, has_several).map(|phase| ("phase", phase))),
        })
    }

    /// The same for events with the path of a file, which may be null.
    fn of_file(&self, event: &Event<'_>) -> Option<(&'static str, Fields)> {
        let context = &self.context;
        let (name, mut event, path) = match event {
            Event::FileStarted { file, remote, size } => {
                let mut event = fields(json!({ "size_bytes": size }));
                add_name(&mut event, "remote", remote);
                ("started", event, Some(*file))
            }
            Event::Resuming { file, from } => ("resuming", fields(json!({ "from_byte": from })), Some(*file)),
            Event::Retrying { file, error: cause, pause, count, limit } => {
                let (cause, pause) = (error(context, cause), seconds(*pause));
                let retry = json!({ "error": cause, "pause_seconds": pause, "count": count, "limit": limit });
                ("retry", fields(retry), *file)
            }
            Event::Noted { file, note } => {
                let message = words::note::text(context, file.unwrap_or("".as_ref()), note);
                let cause = of_note(note).map(|cause| error(context, cause));
                ("note", fields(json!({ "kind": note.kind(), "message": message, "error": cause })), *file)
            }
            Event::AlreadyThere(there) => {
                let mut event = Fields::new();
                add_name(&mut event, "remote", &there.remote);
                ("already_there", event, Some(there.file.as_path()))
            }
            // The other events are about no single file, or `of` has them.
            _ => return None,
        };
        add_path(&mut event, path);
        Some((name, event))
    }

    fn progress(&self, file: &std::path::Path, sent: u64, size: Option<u64>, now: Instant) {
        let mut state = self.lock();
        let is_due = state.last_progress.is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL);
        // The run sends a file of its own, such as the manifest, which is no file of the user.
        if !is_due || !state.tally.has(file) {
            return;
        }
        state.last_progress = Some(now);
        state.tally.sample(now);
        let tally = &state.tally;
        let rate = match tally.speed.rate() {
            Rate::PerSecond(bytes) => Some(bytes.round()),
            Rate::Stalled => Some(0.0),
            Rate::Unknown => None,
        };
        let mut event = fields(json!({
            "sent_bytes": sent,
            "size_bytes": size,
            "files_stored": tally.stored,
            "files": tally.files,
            "all_sent_bytes": tally.sent_bytes(),
            "all_size_bytes": tally.bytes,
            "bytes_per_second": rate,
        }));
        drop(state);
        add_path(&mut event, Some(file));
        emit("progress", &event.into(), Weight::Passing);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The fields of an event about a phase. The steps of a file are written only if the run has one file: those of several
/// files would be mixed.
fn phase(event: &Event<'_>, has_several: bool) -> Option<Fields> {
    let (phase, value) = match event {
        Event::Resolving { host } => ("resolving", json!({ "host": Escaped(host.as_bytes()).to_string() })),
        Event::Connecting { address, peer } => {
            ("connecting", json!({ "address": address.to_string(), "peer": peer.kind() }))
        }
        Event::AskingProxy { proxy } => ("asking_proxy", json!({ "address": proxy.to_string() })),
        Event::StepEntered(step) if !(has_several && is_of_file(*step)) => (step.kind(), json!({})),
        Event::Verifying if !has_several => ("verifying", json!({})),
        Event::Waiting { file, why, pause } => {
            let mut wait = fields(json!({ "why": why.kind(), "pause_seconds": seconds(*pause) }));
            add_path(&mut wait, *file);
            ("waiting", wait.into())
        }
        // The conversation is for people: `--verbose` shows it on standard error. The library may add events, so that a
        // wildcard is required.
        _ => return None,
    };
    let mut event = fields(value);
    event.insert("phase".to_owned(), Value::from(phase));
    Some(event)
}

/// Returns true if the step is one of the delivery of a file, and not of a session.
fn is_of_file(step: Step) -> bool {
    match step {
        Step::Greeting
        | Step::Protection
        | Step::Login
        | Step::Features
        | Step::Site
        | Step::Directory
        | Step::BinaryType
        | Step::Quit => false,
        Step::Inspection
        | Step::DataConnection
        | Step::Store
        | Step::Transfer
        | Step::Confirmation
        | Step::Renaming
        | Step::Attributes => true,
    }
}

/// The error that is the reason for a note.
fn of_note(note: &Note) -> Option<&ftp_uploader::UploadError> {
    match note {
        Note::TimeNotSet(error) | Note::ModeNotSet(error) | Note::FewerConnections(error) => Some(error),
        // The library may add notes, so that a wildcard is required.
        _ => None,
    }
}
