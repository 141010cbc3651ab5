//! Progress in lines, for a log: at most one line a second. A run with several files has lines for all of them
//! together, because a line for each would fill the log.

use std::time::{Duration, Instant};

use ftp_uploader::Event;
use ftp_uploader::words::quantity::{percent, permille};

use crate::output::progress::tally::Tally;
use crate::output::stderr::offer;

/// The time between two lines.
const INTERVAL: Duration = Duration::from_secs(1);

/// The pace of the lines.
#[derive(Default)]
pub struct Plain {
    /// The time of the last line.
    last: Option<Instant>,
    /// True if the last line reported the only file as sent completely.
    complete: bool,
}

impl Plain {
    /// Writes a line of progress, if `event` is a reason and the last line is old enough.
    pub fn event(&mut self, tally: &Tally, event: &Event<'_>, now: Instant) {
        match event {
            // A run that is shorter than the interval has no lines for all files together.
            Event::Planned { files, .. } if *files > 1 => self.last = Some(now),
            Event::Sent { .. } | Event::Stored(_) | Event::Staged(_) | Event::Failed(_) if tally.has_several() => {
                self.several(tally, now)
            }
            // The run sends a file of its own, such as the manifest, which is no file of the user.
            Event::Sent { file, .. } if !tally.has(file) => {}
            Event::Sent { sent, size, .. } => {
                let complete = *size == Some(*sent);
                if complete || self.is_due(now) {
                    self.write(now, &one(*sent, *size));
                    self.complete = complete;
                }
            }
            Event::Stored(stored) if !std::mem::take(&mut self.complete) => {
                self.write(now, &one(stored.size, Some(stored.size)));
            }
            // Other events move no bytes. The library may add events, so that a wildcard is required.
            _ => {}
        }
    }

    fn several(&mut self, tally: &Tally, now: Instant) {
        if self.is_due(now) {
            self.write(now, &total(tally));
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.last.is_none_or(|last| now.saturating_duration_since(last) >= INTERVAL)
    }

    fn write(&mut self, now: Instant, line: &str) {
        self.last = Some(now);
        offer(line);
    }
}

/// The line about the only file of a run, as the script had it that this program replaced.
fn one(sent: u64, size: Option<u64>) -> String {
    match size {
        Some(size) => format!("Sent {sent} of {size} bytes ({})", percent(permille(sent, size))),
        None => format!("Sent {sent} bytes"),
    }
}

/// The line about all files.
fn total(tally: &Tally) -> String {
    let (stored, files, sent, bytes) = (tally.stored, tally.files, tally.sent_bytes(), tally.bytes);
    format!("Sent {stored} of {files} files, {sent} of {bytes} bytes ({})", percent(tally.permille()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn lines_have_one_decimal_and_numbers_that_programs_can_read() {
        assert_eq!(one(5_000_001, Some(5_000_001)), "Sent 5000001 of 5000001 bytes (100.0%)");
        assert_eq!(one(5_000_000, Some(5_000_001)), "Sent 5000000 of 5000001 bytes (99.9%)");
        assert_eq!(one(7, None), "Sent 7 bytes");
    }

    #[test]
    fn several_files_have_one_line_for_all_of_them() {
        let (mut tally, file, now) = (Tally::default(), Path::new("a"), Instant::now());
        let events = [
            Event::Planned { files: 1000, bytes: 80_000, skipped: 0 },
            Event::FileStarted { file, remote: b"a", size: Some(20_000) },
            Event::Sent { file, sent: 12_345, size: Some(20_000) },
        ];
        events.iter().for_each(|event| tally.count(event, now));
        assert_eq!(total(&tally), "Sent 0 of 1000 files, 12345 of 80000 bytes (15.4%)");
    }

    #[test]
    fn a_second_passes_between_two_lines() {
        let (mut plain, now) = (Plain::default(), Instant::now());
        assert!(plain.is_due(now), "the first line comes at once");
        plain.last = Some(now);
        assert!(!plain.is_due(now + Duration::from_millis(999)));
        assert!(plain.is_due(now + INTERVAL));
    }
}
