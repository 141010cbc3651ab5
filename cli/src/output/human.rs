//! The display of events for a person or a log. `--quiet` suppresses progress and success, but no warnings and notes,
//! which may require an action. All output goes to standard error, and errors of writing there do not change the
//! outcome of a run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ftp_uploader::{
    Confined, Confinement, Connection, Context, Escaped, Event, Note, Observer, Secured, Speaker, UploadError,
    UploadReport, words,
};

use crate::output::progress::Progress;
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
        self.progress.event(event);
        match event {
            Event::Stored(stored) if !self.progress.is_silent() => {
                self.progress.write_line(&words::stored::line(&self.directory, stored));
            }
            Event::AlreadyThere(file) if !self.progress.is_silent() => {
                self.progress.write_line(&words::existing::line(&self.directory, file));
            }
            Event::Removed { path, directory } if !self.progress.is_silent() => {
                let what = if *directory { "directory " } else { "" };
                self.progress.write_line(&format!("Removed {what}{}", Escaped(path)));
            }
            Event::Resolving { host } => self.verbose(|| format!("looking up {}", Escaped(host.as_bytes()))),
            Event::Connecting { address, .. } => self.verbose(|| format!("connecting to {address}")),
            Event::AskingProxy { proxy } => self.verbose(|| format!("asking the proxy at {proxy}")),
            Event::Secured { connection, tls } => self.secured(*connection, tls),
            Event::Retrying { file, error, pause, count, limit } => {
                self.retrying(*file, error, *pause, (*count, *limit));
            }
            Event::Resuming { file, from } => self.resuming(file, *from),
            Event::Noted { file, note } => self.noted(file.unwrap_or(Path::new("")), note),
            Event::Line { speaker, line } => self.line(*speaker, *line),
            // Steps, starts of files and sent bytes have no line here, and the report at the end has the failures. The library may add
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
            progress: Progress::new(settings.verbosity),
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

    /// Ends the display of progress, and writes the summary of a run with several files. If a file is not stored, the
    /// summary follows the lines about failures instead.
    pub fn finish(&self, report: &UploadReport) {
        self.progress.finish();
        if let Some(sync) = &report.sync
            && !sync.dry_run
        {
            let notes = words::sync::notes::of(sync);
            notes.iter().for_each(|note| self.progress.write_warning(&format!("Note: {note}.")));
        }
        let last = words::summary(&self.context, report);
        if let Some(line) = last.filter(|_| report.is_complete()) {
            self.progress.write_line(&line);
        }
    }

    /// Removes the lines of progress, until the next event.
    pub fn suspend(&self) {
        self.progress.finish();
    }

    /// Writes a line that is shown before the run.
    pub fn warn(&self, line: &str) {
        self.progress.write_warning(line);
    }

    /// Writes a line about the course of the run, with `--verbose`.
    fn verbose(&self, text: impl FnOnce() -> String) {
        if self.verbose {
            self.progress.write_line(&format!("* {}", text()));
        }
    }

    /// Calls `act` while no progress is shown, because `act` uses the terminal itself.
    pub fn pause<T>(&self, act: impl FnOnce() -> T) -> T {
        self.progress.pause(act)
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

    fn retrying(&self, file: Option<&Path>, error: &UploadError, pause: Duration, (count, limit): (u32, u32)) {
        let seconds = pause.as_secs_f64();
        let reason = words::short(&self.context, error);
        let name = file.filter(|_| self.progress.has_several()).map(|file| self.progress.name_of(file) + ": ");
        let name = name.unwrap_or_default();
        self.progress.write_line(&format!("Retrying in {seconds:.0} s ({count} of {limit}): {name}{reason}"));
    }

    fn resuming(&self, file: &Path, from: u64) {
        self.progress.write_line(&format!("Resuming {} at byte {from}", self.progress.name_of(file)));
    }

    fn noted(&self, file: &Path, note: &Note) {
        let again = matches!(note, Note::Utf8Refused) && self.noted_utf8.swap(true, Ordering::Relaxed);
        if !again {
            let text = words::note::text(&self.context, file, note);
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
