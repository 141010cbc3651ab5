//! Progress: lines that are drawn again and again on a terminal, lines of a log elsewhere, nothing with `--quiet`. It
//! also writes all other lines of a run, because the lines of progress must stay below them.

mod columns;
mod frame;
mod line;
mod plain;
pub mod speed;
pub mod tally;
mod terminal;

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ftp_uploader::{Event, words};

use crate::output::stderr::say;
use crate::platform::terminal::can_move_cursor;
use crate::settings::Verbosity;

use plain::Plain;
use tally::Tally;
use terminal::Terminal;
pub use terminal::erase;

/// Shows progress in the form that fits standard error.
pub enum Progress {
    /// Lines that are drawn again.
    Terminal(Terminal),
    /// Lines of a log.
    Log(Mutex<(Tally, Plain)>),
    /// `--quiet`.
    Silent,
}

impl Progress {
    /// Progress for a run.
    pub fn new(verbosity: Verbosity) -> Self {
        match verbosity {
            Verbosity::Quiet => Self::Silent,
            Verbosity::Normal | Verbosity::Verbose if can_move_cursor() => Self::Terminal(Terminal::default()),
            Verbosity::Normal | Verbosity::Verbose => Self::Log(Mutex::default()),
        }
    }

    /// Counts an event of the run.
    pub fn event(&self, event: &Event<'_>) {
        if self.is_silent() {
            return;
        }
        let now = Instant::now();
        match self {
            Self::Terminal(terminal) => {
                terminal.with_tally(|tally| tally.count(event, now));
                match event {
                    // The fence is not there yet.
                    Event::Resolving { .. } => terminal.begin_outside(),
                    Event::Planned { .. } | Event::Connecting { .. } => terminal.begin(),
                    // All other events follow one of these. The library may add events, so that a wildcard is required.
                    _ => {}
                }
            }
            Self::Log(log) => {
                let (tally, plain) = &mut *log.lock().unwrap_or_else(PoisonError::into_inner);
                tally.count(event, now);
                plain.event(tally, event, now);
            }
            Self::Silent => {}
        }
    }

    /// Returns true with `--quiet`.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Silent)
    }

    /// Returns the name to show for a file that is being sent.
    pub fn name_of(&self, file: &Path) -> String {
        self.with_tally(|tally| tally.name_of(file)).unwrap_or_else(|| words::base_name(file))
    }

    /// Returns true if the run has several files, so that lines must name theirs.
    pub fn has_several(&self) -> bool {
        self.with_tally(Tally::has_several).unwrap_or(false)
    }

    /// Writes a line about progress or success, which `--quiet` suppresses.
    pub fn write_line(&self, line: &str) {
        if !self.is_silent() {
            self.write_warning(line);
        }
    }

    /// Writes a line also with `--quiet`.
    pub fn write_warning(&self, line: &str) {
        match self {
            Self::Terminal(terminal) => terminal.write_line(line),
            Self::Log(_) | Self::Silent => say(line),
        }
    }

    /// Removes the lines of progress. Later lines are written at once.
    pub fn finish(&self) {
        if let Self::Terminal(terminal) = self {
            terminal.finish();
        }
    }

    /// Calls `act` while no progress is shown, because `act` uses the terminal itself.
    pub fn pause<T>(&self, act: impl FnOnce() -> T) -> T {
        match self {
            Self::Terminal(terminal) => terminal.pause(act),
            Self::Log(_) | Self::Silent => act(),
        }
    }

    fn with_tally<T>(&self, look: impl FnOnce(&Tally) -> T) -> Option<T> {
        match self {
            Self::Terminal(terminal) => Some(terminal.with_tally(|tally| look(tally))),
            Self::Log(log) => Some(look(&log.lock().unwrap_or_else(PoisonError::into_inner).0)),
            Self::Silent => None,
        }
    }
}
