//! What a person or a log sees while files are sent: a bar on a terminal, lines elsewhere. `--quiet` silences progress
//! and success, and nothing else: warnings and notes, which may call for an action, are always printed. All of it goes to
//! stderr, and none of it can change the outcome: errors of writing there are ignored.

use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ftp_uploader::{
    Confined, Confinement, Connection, Escaped, Event, Note, Observer, Secured, Speaker, StoredFile, UploadError,
    Verification,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::Context;
use crate::messages;
use crate::messages::short::short;
use crate::output::stderr::{self, offer, say};
use crate::settings::{Settings, Verbosity};

/// How often a line is written where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(1);

/// The bar: bytes, percent, rate and time left.
const BAR: &str = "{msg} {wide_bar} {bytes} of {total_bytes} ({percent}%) {bytes_per_sec}, {eta} left";

/// The same for a stream, whose end nobody knows.
const STREAM: &str = "{msg} {bytes}, {bytes_per_sec}";

/// Shows progress in the way that suits where it goes.
pub struct Display {
    style: Style,
    verbose: bool,
    /// Whether lines have to say which file they are about.
    several: bool,
    directory: String,
    context: Arc<Context>,
    /// It was said that names may not be taken for UTF-8, which a server refuses at every login.
    warned_of_names: AtomicBool,
}

enum Style {
    Bar(ProgressBar),
    Lines(Mutex<Pacer>),
    Silent,
}

/// When the last line was written, and whether it was the last for its file.
#[derive(Default)]
struct Pacer {
    last: Option<Instant>,
    complete: bool,
}

impl Display {
    pub fn new(settings: &Settings) -> Self {
        let style = match (settings.verbosity, io::stderr().is_terminal()) {
            (Verbosity::Quiet, _) => Style::Silent,
            (Verbosity::Normal | Verbosity::Verbose, true) => Style::Bar(bar()),
            (Verbosity::Normal | Verbosity::Verbose, false) => Style::Lines(Mutex::default()),
        };
        let context = Arc::clone(&settings.context);
        Self {
            style,
            verbose: settings.verbosity == Verbosity::Verbose,
            several: context.count > 1,
            directory: Escaped(&context.directory).to_string(),
            context,
            warned_of_names: AtomicBool::new(false),
        }
    }

    /// Says what of the fence there is.
    pub fn confined(&self, confinement: &Confinement) {
        if !self.verbose {
            return;
        }
        let stands = confinement.named().into_iter().filter(|(_, wall)| **wall == Confined::Active);
        let names: Vec<_> = stands.map(|(name, _)| name).collect();
        self.write_line(&format!("* fenced in: {}", if names.is_empty() { "no".into() } else { names.join(", ") }));
        for (name, wall) in confinement.named() {
            if let Confined::Missing(why) = wall {
                self.write_line(&format!("* no fence for {name}: {}", Escaped(why.as_bytes())));
            }
        }
    }

    /// Takes the bar away, so that nothing is written over it.
    pub fn clear(&self) {
        if let Style::Bar(bar) = &self.style {
            if !stderr::is_ready() {
                bar.set_draw_target(ProgressDrawTarget::hidden());
            }
            bar.finish_and_clear();
        }
    }

    /// Of progress or success.
    fn write_line(&self, line: &str) {
        if !matches!(self.style, Style::Silent) {
            self.write_warning(line);
        }
    }

    /// Also with `--quiet`.
    fn write_warning(&self, line: &str) {
        match &self.style {
            // To take the bar away would block as well.
            Style::Bar(_) if !stderr::is_ready() => say(line),
            Style::Bar(bar) => bar.suspend(|| say(line)),
            Style::Lines(_) | Style::Silent => say(line),
        }
    }

    fn write_progress(&self, pacer: &Mutex<Pacer>, file: &Path, sent: u64, size: Option<u64>) {
        let mut pacer = lock(pacer);
        let complete = size == Some(sent);
        let early = pacer.last.is_some_and(|last| last.elapsed() < INTERVAL);
        if early && !complete {
            return;
        }
        *pacer = Pacer { last: Some(Instant::now()), complete };
        let name = if self.several { format!(" {}", shown(file)) } else { String::new() };
        match size {
            Some(size) => offer(&format!("Sent {sent} of {size} bytes ({}%){name}", percent(sent, size))),
            None => offer(&format!("Sent {sent} bytes{name}")),
        }
    }
}

impl Observer for Display {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Sent { file, sent, size } => self.sent(file, *sent, *size),
            Event::Stored(stored) => self.stored(stored),
            Event::Secured { connection, tls } => self.secured(*connection, tls),
            Event::Retrying { error, pause, count, limit, .. } => self.retrying(error, *pause, *count, *limit),
            Event::Resuming { file, from } => self.write_line(&format!("Resuming {} at byte {from}", shown(file))),
            Event::Noted { file, note } => self.note(file.unwrap_or(Path::new("")), note),
            Event::Line { speaker, line } => self.line(*speaker, *line),
            // A file that is given up is reported at the end.
            Event::StepEntered(_) | Event::FileStarted { .. } | Event::Failed(_) => {}
            _ => {}
        }
    }
}

impl Display {
    fn sent(&self, file: &Path, sent: u64, size: Option<u64>) {
        match &self.style {
            Style::Bar(_) if !stderr::is_ready() => {}
            Style::Bar(bar) => {
                if bar.is_hidden() || bar.length() != size || bar.position() > sent {
                    bar.reset();
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.set_style(style(size.map_or(STREAM, |_| BAR)));
                    size.map_or_else(|| bar.unset_length(), |size| bar.set_length(size));
                    bar.set_message(shown(file));
                }
                bar.set_position(sent);
            }
            Style::Lines(pacer) => self.write_progress(pacer, file, sent, size),
            Style::Silent => {}
        }
    }

    fn stored(&self, stored: &StoredFile) {
        if let Style::Lines(pacer) = &self.style
            && !std::mem::take(&mut lock(pacer).complete)
        {
            let size = stored.resumed_at + stored.sent;
            self.write_progress(pacer, &stored.file, size, Some(size));
            lock(pacer).complete = false;
        }
        let name = shown(&stored.file);
        let confirmed = match stored.verified {
            Verification::Hash(algorithm) => format!("{} confirmed by the server", messages::algorithm_name(algorithm)),
            Verification::Size => "size confirmed by the server".to_owned(),
            Verification::None => "confirmed by the server, not verified".to_owned(),
        };
        let renamed = stored.stored_as.as_deref().map(|name| format!(" as {}", Escaped(name))).unwrap_or_default();
        let size = stored.resumed_at + stored.sent;
        self.write_line(&format!("Stored {name}{renamed} in {}: {size} bytes, {confirmed}", self.directory));
    }

    fn secured(&self, connection: Connection, secured: &Secured) {
        if self.verbose {
            let which = match connection {
                Connection::Control => "control",
                Connection::Data => "data",
            };
            let session = if secured.resumed { "session resumed" } else { "new session" };
            let Secured { version, cipher_suite, .. } = secured;
            self.write_line(&format!("* {which} connection: {version}, {cipher_suite}, {session}"));
        }
    }

    fn retrying(&self, error: &UploadError, pause: Duration, count: u32, limit: u32) {
        let seconds = pause.as_secs_f64();
        let reason = short(&self.context, error);
        self.write_line(&format!("Retrying in {seconds:.0} s ({count} of {limit}): {reason}"));
    }

    fn note(&self, file: &Path, note: &Note) {
        let name = shown(file);
        let text = match note {
            Note::TimeNotSet(error) => format!("the time of {name} was not set: {}", short(&self.context, error)),
            Note::TimeOutOfRange => {
                format!("the time of {name} was not set: it is before 1970 or after 9999, which is not sent")
            }
            Note::ModeNotSet(error) => {
                format!("the permissions of {name} were not set: {}", short(&self.context, error))
            }
            Note::OldRemains { name: old } => {
                format!("the file that had the name of {name} may still lie on the server as {}", Escaped(old))
            }
            Note::HashTooSlow => {
                format!("the server takes too long to compute a hash of {name}; its size has to do")
            }
            Note::Utf8Refused if self.warned_of_names.swap(true, Ordering::Relaxed) => return,
            Note::Utf8Refused => {
                "the server refused to take names for UTF-8; those beyond ASCII may look different there".to_owned()
            }
            _ => return,
        };
        self.write_warning(&format!("Note: {text}."));
    }

    fn line(&self, speaker: Speaker, line: Escaped<'_>) {
        if self.verbose {
            let mark = match speaker {
                Speaker::Client => '>',
                Speaker::Server => '<',
            };
            self.write_line(&format!("{mark} {line}"));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

fn bar() -> ProgressBar {
    // Drawn from the first file on: before that it would show a file of no bytes.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    bar.set_style(style(BAR));
    bar
}

fn shown(file: &Path) -> String {
    Escaped(file.file_name().unwrap_or_default().as_bytes()).to_string()
}

/// Rounded down, so that 100% is said only when all is sent. An empty file is sent as soon as it is begun.
fn percent(sent: u64, size: u64) -> u64 {
    u64::try_from(u128::from(sent) * 100 / u128::from(size.max(1))).map_or(100, |p| if size == 0 { 100 } else { p })
}

fn lock(pacer: &Mutex<Pacer>) -> MutexGuard<'_, Pacer> {
    pacer.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_can_be_drawn() {
        assert!(ProgressStyle::with_template(BAR).is_ok() && ProgressStyle::with_template(STREAM).is_ok());
    }

    #[test]
    fn a_hundred_percent_is_said_only_when_all_is_sent() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(199, 200), 99);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
