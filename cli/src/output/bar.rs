//! The drawing of progress: a bar on a terminal, one line per second elsewhere, nothing with `--quiet`. It also writes
//! all other lines of a run, because the bar must be cleared before a line and drawn again after it.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::messages::base_name;
use crate::output::stderr::{self, offer, say};
use crate::settings::Verbosity;

/// The time between two lines of progress of one file.
const INTERVAL: Duration = Duration::from_secs(1);

/// The bar: bytes, percent, rate and time left.
const BAR: &str = "{msg} {wide_bar} {bytes} of {total_bytes} ({percent}%) {bytes_per_sec}, {eta} left";

/// The same for a stream, which has no size.
const STREAM: &str = "{msg} {bytes}, {bytes_per_sec}";

/// Draws progress in the form that fits standard error.
pub struct Progress {
    style: Style,
    /// True if lines of progress must name their file.
    several: bool,
}

enum Style {
    Bar(ProgressBar),
    Lines(Mutex<Pacer>),
    Silent,
}

/// The state of the lines of progress.
#[derive(Default)]
struct Pacer {
    /// The time of the last line.
    last: Option<Instant>,
    /// True if the last line reported its file as sent completely.
    complete: bool,
}

impl Progress {
    /// Progress for a run with one file, or with `several`.
    pub fn new(verbosity: Verbosity, several: bool) -> Self {
        let style = match (verbosity, io::stderr().is_terminal()) {
            (Verbosity::Quiet, _) => Style::Silent,
            (Verbosity::Normal | Verbosity::Verbose, true) => Style::Bar(bar()),
            (Verbosity::Normal | Verbosity::Verbose, false) => Style::Lines(Mutex::default()),
        };
        Self { style, several }
    }

    /// Shows that `sent` bytes of `file` are sent.
    pub fn sent(&self, file: &Path, sent: u64, size: Option<u64>) {
        match &self.style {
            Style::Bar(bar) => draw(bar, file, sent, size),
            Style::Lines(pacer) => self.write_progress(pacer, file, sent, size),
            Style::Silent => {}
        }
    }

    /// Shows that all `size` bytes of `file` are sent, if that was not shown before.
    pub fn completed(&self, file: &Path, size: u64) {
        if let Style::Lines(pacer) = &self.style
            && !std::mem::take(&mut lock(pacer).complete)
        {
            self.write_progress(pacer, file, size, Some(size));
            lock(pacer).complete = false;
        }
    }

    /// Removes the bar, so that later output does not mix with it.
    pub fn clear(&self) {
        if let Style::Bar(bar) = &self.style {
            if !stderr::is_ready() {
                bar.set_draw_target(ProgressDrawTarget::hidden());
            }
            bar.finish_and_clear();
        }
    }

    /// Writes a line about progress or success, which `--quiet` suppresses.
    pub fn write_line(&self, line: &str) {
        if !matches!(self.style, Style::Silent) {
            self.write_warning(line);
        }
    }

    /// Writes a line also with `--quiet`.
    pub fn write_warning(&self, line: &str) {
        match &self.style {
            // Clearing the bar would block like any other output.
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
        let name = if self.several { format!(" {}", base_name(file)) } else { String::new() };
        match size {
            Some(size) => offer(&format!("Sent {sent} of {size} bytes ({}%){name}", percent(sent, size))),
            None => offer(&format!("Sent {sent} bytes{name}")),
        }
    }
}

fn draw(bar: &ProgressBar, file: &Path, sent: u64, size: Option<u64>) {
    if !stderr::is_ready() {
        return;
    }
    // The first event of a file: the bar is hidden, or it still shows another file or another try.
    if bar.is_hidden() || bar.length() != size || bar.position() > sent {
        bar.reset();
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.set_style(style(size.map_or(STREAM, |_| BAR)));
        size.map_or_else(|| bar.unset_length(), |size| bar.set_length(size));
        bar.set_message(base_name(file));
    }
    bar.set_position(sent);
}

fn bar() -> ProgressBar {
    // Hidden until the first file, because it would show a file of 0 bytes before that.
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    bar.set_style(style(BAR));
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

/// The percentage, rounded down, so that 100% is shown only when all bytes are sent. An empty file is at 100% at once.
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
    fn a_hundred_percent_is_shown_only_when_all_is_sent() {
        assert_eq!(percent(0, 0), 100);
        assert_eq!(percent(199, 200), 99);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
        assert_eq!(percent(u64::MAX, u64::MAX), 100);
    }
}
