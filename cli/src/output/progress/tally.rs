//! The state of a run, counted from its events: the files being sent, and the totals. No I/O.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ftp_uploader::words::{self, quantity};
use ftp_uploader::{Escaped, Event, Step, WaitReason};

use crate::output::progress::speed::Speed;

/// The counts of a run so far.
#[derive(Default)]
pub struct Tally {
    /// The number of files to store.
    pub files: u64,
    /// The sum of the known sizes, without the files that were given up.
    pub bytes: u64,
    /// The number of files that are stored.
    pub stored: u64,
    /// The files being sent, in the order in which they were begun.
    pub open: Vec<OpenFile>,
    /// The phase of the run that began last.
    pub phase: Option<Phase>,
    /// The end of the pause before the next login, while no file is being sent.
    pub retry_at: Option<Instant>,
    /// The speed of all files together, in bytes.
    pub speed: Speed,
    /// The speed of all files together, in files.
    pub file_speed: Speed,
    /// The bytes of the stored files of known size.
    finished: u64,
    /// The bytes sent in all tries.
    moved: u64,
}

/// A phase of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The name of this machine, escaped, is being looked up.
    LookingUp(String),
    /// A connection is being opened to this address.
    Connecting(String),
    /// The proxy is asked for a connection.
    AskingProxy,
    /// The run waits for this reason.
    Waiting(WaitReason),
    /// The server is asked for the hash or the size of a file.
    Verifying,
    /// A conversation has reached this step.
    Step(Step),
}

/// A file whose delivery has begun.
pub struct OpenFile {
    file: PathBuf,
    /// The name to show, escaped.
    pub name: String,
    /// The size in bytes; a stream has none.
    pub size: Option<u64>,
    /// The number of bytes that are sent, or that the server had before.
    pub sent: u64,
    /// The end of the pause before the next try.
    pub retry_at: Option<Instant>,
    /// The speed, in bytes.
    pub speed: Speed,
    moved: u64,
}

impl Tally {
    /// Counts an event that arrived at `now`.
    pub fn count(&mut self, event: &Event<'_>, now: Instant) {
        match event {
            Event::Planned { files, bytes, .. } => (self.files, self.bytes) = (*files, *bytes),
            // Another worker has nothing more to do.
            Event::StepEntered(Step::Quit) if !self.open.is_empty() => {}
            Event::StepEntered(step) => self.enter(Phase::Step(*step)),
            Event::Verifying => self.enter(Phase::Verifying),
            Event::Resolving { host } => self.enter(Phase::LookingUp(Escaped(host.as_bytes()).to_string())),
            Event::Connecting { address, .. } => self.enter(Phase::Connecting(address.to_string())),
            Event::AskingProxy { .. } => self.enter(Phase::AskingProxy),
            Event::Waiting { why, .. } => self.enter(Phase::Waiting(*why)),
            Event::FileStarted { file, remote, size } => self.open.push(OpenFile::new(file, remote, *size)),
            Event::Resuming { file, from } => {
                if let Some(open) = self.find(file) {
                    open.sent = *from;
                }
            }
            Event::Sent { file, sent, .. } => self.sent(file, *sent),
            Event::Retrying { file, pause, .. } => self.retrying(*file, now + *pause),
            // A file that was staged is closed already when it is stored.
            Event::Staged(stored) | Event::Stored(stored) => {
                if let Some(open) = self.close(&stored.file) {
                    self.stored += 1;
                    self.finished = self.finished.saturating_add(open.size.unwrap_or(0));
                }
            }
            Event::Failed(failure) => {
                let closed = failure.file.as_deref().and_then(|file| self.close(file));
                self.bytes = self.bytes.saturating_sub(closed.and_then(|open| open.size).unwrap_or(0));
            }
            // Other events change no count. The library may add events, so that a wildcard is required.
            _ => {}
        }
    }

    /// Returns true if `file` is being sent.
    pub fn has(&self, file: &Path) -> bool {
        self.open.iter().any(|open| open.file == file)
    }

    /// Returns the step of the conversation that began last, if nothing else has begun since.
    pub fn step(&self) -> Option<Step> {
        if let Some(Phase::Step(step)) = self.phase { Some(step) } else { None }
    }

    /// Returns true if the run has more than one file.
    pub fn has_several(&self) -> bool {
        self.files > 1
    }

    /// Returns the number of bytes that are sent, of the files of known size.
    pub fn sent_bytes(&self) -> u64 {
        let open = self.open.iter().filter(|open| open.size.is_some()).map(|open| open.sent);
        open.fold(self.finished, u64::saturating_add).min(self.bytes)
    }

    /// Returns the share of the bytes that is sent, or of the files if they have no bytes, in tenths of a percent.
    pub fn permille(&self) -> u64 {
        let share = match self.bytes {
            0 => quantity::permille(self.stored, self.files),
            bytes => quantity::permille(self.sent_bytes(), bytes),
        };
        // Empty files may be waiting when all bytes are sent.
        if self.stored < self.files { share.min(999) } else { share }
    }

    /// Returns the time for the rest of the files at the present speed. Many small files take longer than their bytes.
    pub fn time_left(&self) -> Option<Duration> {
        let bytes = self.speed.rate().time_for(self.bytes.saturating_sub(self.sent_bytes()));
        let files = self.file_speed.rate().time_for(self.files.saturating_sub(self.stored));
        // While one large file is being sent, no file is finished, and the bytes alone tell the time.
        bytes
            .map(|bytes| files.map_or(bytes, |files| if self.open_bytes_dominate() { bytes } else { files.max(bytes) }))
    }

    /// Returns the name to show for `file`.
    pub fn name_of(&self, file: &Path) -> String {
        let open = self.open.iter().find(|open| open.is(file));
        open.map_or_else(|| words::base_name(file), |open| open.name.clone())
    }

    /// Takes a sample of all speeds.
    pub fn sample(&mut self, now: Instant) {
        self.speed.sample(now, self.moved);
        self.file_speed.sample(now, self.stored);
        for open in &mut self.open {
            open.speed.sample(now, open.moved);
        }
    }

    fn enter(&mut self, phase: Phase) {
        (self.phase, self.retry_at) = (Some(phase), None);
    }

    fn sent(&mut self, file: &Path, sent: u64) {
        let Some(open) = self.find(file) else { return };
        // Fewer bytes than before: a new try has begun at an earlier byte.
        let moved = sent.saturating_sub(open.sent);
        (open.sent, open.retry_at) = (sent, None);
        open.moved = open.moved.saturating_add(moved);
        // The last step may have been that of another worker.
        self.phase = Some(Phase::Step(Step::Transfer));
        self.moved = self.moved.saturating_add(moved);
    }

    fn retrying(&mut self, file: Option<&Path>, at: Instant) {
        match file.and_then(|file| self.find(file)) {
            Some(open) => {
                open.retry_at = Some(at);
                open.speed.restart();
            }
            None => self.retry_at = Some(at),
        }
        if self.open.len() <= 1 {
            self.phase = None;
            self.speed.restart();
        }
    }

    /// Returns true if most of the remaining bytes are those of the files being sent.
    fn open_bytes_dominate(&self) -> bool {
        let left = |open: &OpenFile| open.size.unwrap_or(0).saturating_sub(open.sent);
        let open = self.open.iter().map(left).fold(0, u64::saturating_add);
        open >= self.bytes.saturating_sub(self.sent_bytes()) / 2
    }

    fn find(&mut self, file: &Path) -> Option<&mut OpenFile> {
        self.open.iter_mut().find(|open| open.is(file))
    }

    fn close(&mut self, file: &Path) -> Option<OpenFile> {
        let at = self.open.iter().position(|open| open.is(file))?;
        Some(self.open.remove(at))
    }
}

impl OpenFile {
    fn new(file: &Path, remote: &[u8], size: Option<u64>) -> Self {
        let name = Escaped(remote).to_string();
        Self { file: file.to_owned(), name, size, sent: 0, retry_at: None, speed: Speed::default(), moved: 0 }
    }

    /// Compares bytes, which is faster than comparing the components of paths.
    fn is(&self, file: &Path) -> bool {
        self.file.as_os_str().as_encoded_bytes() == file.as_os_str().as_encoded_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(events: &[Event<'_>]) -> Tally {
        let mut tally = Tally::default();
        events.iter().for_each(|event| tally.count(event, Instant::now()));
        tally
    }

    fn started<'a>(name: &'a str, size: Option<u64>) -> Event<'a> {
        Event::FileStarted { file: Path::new(name), remote: name.as_bytes(), size }
    }

    fn sent(name: &str, sent: u64) -> Event<'_> {
        Event::Sent { file: Path::new(name), sent, size: None }
    }

    #[test]
    fn the_bytes_of_interleaved_files_are_counted() {
        let planned = Event::Planned { files: 3, bytes: 1000, skipped: 0 };
        let tally = tally(&[
            planned,
            started("a", Some(600)),
            started("b", Some(400)),
            started("stream", None),
            sent("a", 100),
            sent("b", 200),
            sent("stream", 5000),
            sent("a", 300),
        ]);
        assert_eq!((tally.sent_bytes(), tally.permille(), tally.moved), (500, 500, 5500));
    }

    #[test]
    fn a_try_that_begins_again_counts_its_bytes_once() {
        let planned = Event::Planned { files: 2, bytes: 1000, skipped: 0 };
        let tally = tally(&[planned, started("a", Some(600)), sent("a", 500), sent("a", 100), sent("a", 200)]);
        assert_eq!(tally.sent_bytes(), 200);
    }

    #[test]
    fn bytes_that_the_server_had_before_are_no_speed() {
        let file = Path::new("a");
        let tally = tally(&[started("a", Some(600)), Event::Resuming { file, from: 500 }, sent("a", 600)]);
        assert_eq!((tally.open[0].sent, tally.moved), (600, 100));
    }

    #[test]
    fn less_than_a_hundred_percent_is_shown_until_all_files_are_stored() {
        let planned = Event::Planned { files: 2, bytes: 6, skipped: 0 };
        let tally = tally(&[planned, started("a", Some(6)), sent("a", 6)]);
        assert_eq!((tally.sent_bytes(), tally.permille()), (6, 999));
    }

    #[test]
    fn a_name_is_escaped_once_and_found_again() {
        let tally = tally(&[started("a\x1b", Some(6))]);
        assert_eq!(tally.name_of(Path::new("a\x1b")), "a\\u{1b}");
        assert_eq!(tally.name_of(Path::new("dir/other")), "other");
    }
}
