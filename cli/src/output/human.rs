//! The display of events for a person or a log. `--quiet` suppresses progress and success, but no warnings and notes,
//! which may require an action. All output goes to standard error, and errors of writing there do not change the
//! outcome of a run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ftp_uploader::{
    Confined, Confinement, Connection, Escaped, Event, Note, Observer, Secured, Speaker, StoredFile, UploadError,
    Verification,
};

use crate::context::Context;
use crate::messages;
use crate::messages::base_name;
use crate::output::bar::Progress;
use crate::settings::{Settings, Verbosity};

/// Writes a line for each event, and shows progress.
pub struct Display {
    progress: Progress,
    verbose: bool,
    directory: String,
    context: Arc<Context>,
    /// True after the note that the server refused UTF-8. It does so at every login.
    noted_utf8: AtomicBool,
}

impl Observer for Display {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Sent { file, sent, size } => self.progress.sent(file, *sent, *size),
            Event::Stored(stored) => self.stored(stored),
            Event::Secured { connection, tls } => self.secured(*connection, tls),
            Event::Retrying { error, pause, count, limit, .. } => self.retrying(error, *pause, *count, *limit),
            Event::Resuming { file, from } => self.resuming(file, *from),
            Event::Noted { file, note } => self.noted(file.unwrap_or(Path::new("")), note),
            Event::Line { speaker, line } => self.line(*speaker, *line),
            // Steps and starts of files have no line, and the report at the end has the failures. The library may add
            // events, so that a wildcard is required.
            _ => {}
        }
    }
}

impl Display {
    /// The display for a run with `settings`.
    pub fn new(settings: &Settings) -> Self {
        let context = Arc::clone(&settings.context);
        Self {
            progress: Progress::new(settings.verbosity, context.count > 1),
            verbose: settings.verbosity == Verbosity::Verbose,
            directory: Escaped(&context.directory).to_string(),
            context,
            noted_utf8: AtomicBool::new(false),
        }
    }

    /// With `--verbose`, lists the active and the missing parts of the fence.
    pub fn confined(&self, confinement: &Confinement) {
        if !self.verbose {
            return;
        }
        let active = confinement.named().into_iter().filter(|(_, part)| **part == Confined::Active);
        let names: Vec<_> = active.map(|(name, _)| name).collect();
        let names = if names.is_empty() { "none".into() } else { names.join(", ") };
        self.progress.write_line(&format!("* fence: {names}"));
        for (name, why) in confinement.missing() {
            self.progress.write_line(&format!("* no fence for {name}: {}", Escaped(why.as_bytes())));
        }
    }

    /// Removes the progress bar after a run.
    pub fn clear(&self) {
        self.progress.clear();
    }

    fn stored(&self, stored: &StoredFile) {
        let size = stored.resumed_at + stored.sent;
        self.progress.completed(&stored.file, size);
        let name = base_name(&stored.file);
        let confirmed = match stored.verified {
            Verification::Hash(algorithm) => format!("{} confirmed by the server", messages::algorithm_name(algorithm)),
            Verification::Size => "size confirmed by the server".to_owned(),
            Verification::None => "confirmed by the server, not verified".to_owned(),
        };
        let renamed = stored.stored_as.as_deref().map(|name| format!(" as {}", Escaped(name))).unwrap_or_default();
        let line = format!("Stored {name}{renamed} in {}: {size} bytes, {confirmed}", self.directory);
        self.progress.write_line(&line);
    }

    fn secured(&self, connection: Connection, secured: &Secured) {
        if self.verbose {
            let which = match connection {
                Connection::Control => "control",
                Connection::Data => "data",
            };
            let session = if secured.resumed { "session resumed" } else { "new session" };
            let Secured { version, cipher_suite, .. } = secured;
            self.progress.write_line(&format!("* {which} connection: {version}, {cipher_suite}, {session}"));
        }
    }

    fn retrying(&self, error: &UploadError, pause: Duration, count: u32, limit: u32) {
        let seconds = pause.as_secs_f64();
        let reason = messages::short(&self.context, error);
        self.progress.write_line(&format!("Retrying in {seconds:.0} s ({count} of {limit}): {reason}"));
    }

    fn resuming(&self, file: &Path, from: u64) {
        self.progress.write_line(&format!("Resuming {} at byte {from}", base_name(file)));
    }

    fn noted(&self, file: &Path, note: &Note) {
        let again = matches!(note, Note::Utf8Refused) && self.noted_utf8.swap(true, Ordering::Relaxed);
        if let Some(text) = messages::note::text(&self.context, file, note).filter(|_| !again) {
            self.progress.write_warning(&format!("Note: {text}."));
        }
    }

    fn line(&self, speaker: Speaker, line: Escaped<'_>) {
        if self.verbose {
            let mark = match speaker {
                Speaker::Client => '>',
                Speaker::Server => '<',
            };
            self.progress.write_line(&format!("{mark} {line}"));
        }
    }
}
