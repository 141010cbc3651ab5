//! The lines of progress on a terminal: one for each file being sent, and one for all files together.

use std::time::{Duration, Instant};

use ftp_uploader::words::quantity::{bytes, grouped, left, part_of, permille, rate};
use ftp_uploader::{Step, WaitReason};

use crate::output::progress::columns;
use crate::output::progress::line::{Field, LEAST_NAME, Line};
use crate::output::progress::speed::Rate;
use crate::output::progress::tally::{OpenFile, Phase, Tally};

/// The most files that have a line.
const MOST_FILES: usize = 8;

/// The states of the tick that shows that the program is alive while there is nothing to count.
const TICKS: [&str; 4] = ["-", "\\", "|", "/"];

/// The time of one state.
const TICK: Duration = Duration::from_millis(200);

/// The size of a terminal.
#[derive(Clone, Copy, PartialEq)]
pub struct Size {
    /// The number of columns.
    pub columns: usize,
    /// The number of rows.
    pub rows: usize,
}

/// Returns the lines for a terminal of this `size`. `running` is the time since the start of the run.
pub fn lines(tally: &Tally, size: Size, now: Instant, running: Duration) -> Vec<String> {
    let frame = Frame { tally, now, tick: tick(running) };
    // The last column stays empty, because some terminals begin a new line after it.
    let room = size.columns.saturating_sub(1);
    if !tally.has_several() {
        let line = tally.open.first().map_or_else(|| frame.waiting(), |open| frame.file(open, 0));
        return vec![line.fit(room)];
    }
    let count = tally.open.len().min(MOST_FILES).min(size.rows.saturating_sub(2));
    let open = &tally.open[..count];
    let name_columns = open.iter().map(|open| columns::width(&open.name)).max().unwrap_or(0).min(room / 3);
    let files = open.iter().map(|open| frame.file(open, name_columns));
    files.chain([frame.total()]).map(|line| line.fit(room)).collect()
}

struct Frame<'a> {
    tally: &'a Tally,
    now: Instant,
    tick: &'static str,
}

impl Frame<'_> {
    /// The line of one file, before the first file has begun.
    fn waiting(&self) -> Line {
        let words = self.words(self.tally.retry_at).unwrap_or_else(|| "Sending".to_owned());
        Line {
            least_name: LEAST_NAME,
            name: capitalized(&words),
            name_columns: 0,
            fields: vec![self.ticking()],
            filled: None,
        }
    }

    fn file(&self, open: &OpenFile, name_columns: usize) -> Line {
        let (name, filled) = (open.name.clone(), None);
        if let Some(words) = self.state(open) {
            let fields = vec![Field { text: words, rank: 5 }, self.ticking()];
            return Line { name, least_name: LEAST_NAME, name_columns, fields, filled };
        }
        let Some(size) = open.size else {
            let mut fields = vec![Field { text: bytes(open.sent), rank: 4 }];
            fields.extend(speed(open.speed.rate()));
            return Line { name, least_name: LEAST_NAME, name_columns, fields, filled };
        };
        let mut fields = counted(open.sent, size, permille(open.sent, size), open.speed.rate());
        fields.extend(time_left(open.speed.rate().time_for(size.saturating_sub(open.sent))));
        let filled = Some(open.sent as f64 / size.max(1) as f64);
        Line { name, least_name: LEAST_NAME, name_columns, fields, filled }
    }

    fn total(&self) -> Line {
        let tally = self.tally;
        let name = format!("{} of {} files", grouped(tally.stored), grouped(tally.files));
        let least_name = columns::width(&name);
        let mut line = Line { name, least_name, name_columns: 0, fields: Vec::new(), filled: None };
        let words = if tally.open.is_empty() { self.words(tally.retry_at) } else { None };
        if let Some(words) = words.filter(|_| tally.stored < tally.files) {
            line.fields.extend([Field { text: words, rank: 5 }, self.ticking()]);
            return line;
        }
        line.fields = counted(tally.sent_bytes(), tally.bytes, tally.permille(), tally.speed.rate());
        line.fields.extend(time_left(tally.time_left()));
        line
    }

    /// Returns words for the state of a file whose bytes are not moving; `None` if they are.
    fn state(&self, open: &OpenFile) -> Option<String> {
        // With several files, the last step may belong to another file.
        let alone = self.tally.open.len() == 1;
        let complete = open.size == Some(open.sent);
        match (open.retry_at, self.tally.step()) {
            (Some(at), _) if at > self.now || alone => self.words(Some(at)),
            (Some(_), _) => Some("connecting".to_owned()),
            (None, Some(Step::Inspection)) if alone && complete => Some("verifying".to_owned()),
            (None, step) if alone && step != Some(Step::Transfer) => self.words(None),
            (None, _) if complete => Some("confirming".to_owned()),
            (None, _) if open.sent == 0 && !alone => Some("starting".to_owned()),
            (None, _) => None,
        }
    }

    /// Returns words for the pause until `retry_at`, or for the last step; `None` while bytes are being sent.
    fn words(&self, retry_at: Option<Instant>) -> Option<String> {
        if let Some(pause) = retry_at.map(|at| at.saturating_duration_since(self.now)).filter(|pause| !pause.is_zero())
        {
            return Some(format!("retrying in {}", left(pause)));
        }
        Some(match self.tally.phase.as_ref() {
            None => "connecting".to_owned(),
            Some(Phase::LookingUp(host)) => format!("looking up {host}"),
            Some(Phase::Connecting(address)) => format!("connecting to {address}"),
            Some(Phase::AskingProxy) => "asking the proxy".to_owned(),
            Some(Phase::Waiting(WaitReason::Lock)) => "waiting for the lock of another run".to_owned(),
            Some(Phase::Waiting(WaitReason::Settling)) => "checking".to_owned(),
            Some(Phase::Verifying) => "verifying".to_owned(),
            Some(Phase::Step(step)) => return of_step(*step).map(str::to_owned),
        })
    }

    fn ticking(&self) -> Field {
        Field { text: self.tick.to_owned(), rank: 0 }
    }
}

/// Returns words for a step; `None` while bytes are being sent.
fn of_step(step: Step) -> Option<&'static str> {
    Some(match step {
        Step::Greeting => "waiting for the server",
        Step::Protection => "setting up TLS",
        Step::Login => "logging in",
        Step::Features | Step::Site | Step::Directory | Step::BinaryType => "entering the directory",
        Step::Inspection => "checking",
        Step::DataConnection | Step::Store => "starting",
        Step::Transfer => return None,
        Step::Confirmation => "confirming",
        Step::Renaming => "renaming",
        Step::Attributes => "setting time and permissions",
        Step::Quit => "closing",
    })
}

/// The fields of a number of bytes.
fn counted(sent: u64, size: u64, permille: u64, speed_of_it: Rate) -> Vec<Field> {
    let percent = format!("{}%", permille / 10);
    let mut fields = vec![Field { text: part_of(sent, size), rank: 1 }, Field { text: percent, rank: 4 }];
    fields.extend(speed(speed_of_it));
    fields
}

fn speed(speed: Rate) -> Option<Field> {
    match speed {
        Rate::Unknown => None,
        Rate::Stalled => Some(Field { text: "stalled".to_owned(), rank: 3 }),
        Rate::PerSecond(bytes) => Some(Field { text: rate(bytes), rank: 2 }),
    }
}

fn time_left(time: Option<Duration>) -> Option<Field> {
    time.map(|time| Field { text: format!("{} left", left(time)), rank: 3 })
}

fn tick(running: Duration) -> &'static str {
    let count = running.as_millis() / TICK.as_millis();
    TICKS[usize::try_from(count % TICKS.len() as u128).unwrap_or(0)]
}

fn capitalized(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use ftp_uploader::{Event, Peer, UploadError};

    use super::*;

    const WIDE: Size = Size { columns: 100, rows: 24 };
    const MIB: u64 = 1 << 20;

    /// The lines after these events, ten seconds later, if `moved` bytes of each file were sent in that time.
    fn lines_after(events: &[Event<'_>], size: Size, moved: u64) -> Vec<String> {
        let (mut tally, began) = (Tally::default(), Instant::now());
        events.iter().for_each(|event| tally.count(event, began));
        tally.sample(began);
        let sent: Vec<_> = tally.open.iter().map(|open| (open.name.clone(), open.sent + moved, open.size)).collect();
        for (name, sent, size) in sent.iter().filter(|_| moved > 0) {
            tally.count(&Event::Sent { file: Path::new(name), sent: *sent, size: *size }, began);
        }
        let now = began + Duration::from_secs(10);
        tally.sample(now);
        lines(&tally, size, now, Duration::ZERO)
    }

    fn planned<'a>(files: u64, bytes: u64) -> Event<'a> {
        Event::Planned { files, bytes, skipped: 0 }
    }

    fn started(name: &str, size: u64) -> Event<'_> {
        Event::FileStarted { file: Path::new(name), remote: name.as_bytes(), size: Some(size) }
    }

    fn retrying<'a>(file: Option<&'a Path>, error: &'a UploadError) -> Event<'a> {
        Event::Retrying { file, error, pause: Duration::from_millis(13_500), count: 1, limit: 3 }
    }

    #[test]
    fn several_files_have_a_line_each_and_a_total() {
        let events = [planned(1000, 80 * MIB), started("css/a.css", 20 * MIB), started("index.html", 40 * MIB)];
        let bar = |text: &str| format!("[{text:<38}]");
        let expected = [
            format!("css/a.css   {}  10.0 of 20.0 MiB  50%  1.0 MiB/s  10s left", bar("==================>")),
            format!("index.html  {}  10.0 of 40.0 MiB  25%  1.0 MiB/s  30s left", bar("========>")),
            "0 of 1,000 files  20.0 of 80.0 MiB  25%  2.0 MiB/s  30s left".to_owned(),
        ];
        assert_eq!(lines_after(&events, WIDE, 10 * MIB), expected);
    }

    #[test]
    fn a_low_terminal_has_fewer_files_and_a_narrow_one_fewer_fields() {
        let events = [planned(1000, 80 * MIB), started("css/a.css", 20 * MIB), started("index.html", 40 * MIB)];
        let expected = ["css/a.css  50%  1.0 MiB/s  10s left", "0 of 1,000 files  25%  30s left"].map(str::to_owned);
        assert_eq!(lines_after(&events, Size { columns: 40, rows: 3 }, 10 * MIB), expected);
    }

    #[test]
    fn words_say_why_nothing_moves() {
        let step = Event::StepEntered;
        let one = |last: Event<'static>| {
            lines_after(&[planned(1, 6), step(Step::Store), started("a", 6), last], WIDE, 0).concat()
        };
        assert_eq!(lines_after(&[planned(1, 6)], WIDE, 0), ["Connecting  -"]);
        assert_eq!(lines_after(&[planned(2, 6), step(Step::Login)], WIDE, 0), ["0 of 2 files  logging in  -"]);
        let resolving = Event::Resolving { host: "ftp.example.org\u{7}" };
        assert_eq!(lines_after(&[resolving], WIDE, 0), ["Looking up ftp.example.org\\u{7}  -"]);
        let address = "192.0.2.1:21".parse().unwrap();
        let connecting = Event::Connecting { address, peer: Peer::Server };
        assert_eq!(lines_after(&[planned(1, 6), connecting], WIDE, 0), ["Connecting to 192.0.2.1:21  -"]);
        assert_eq!(lines_after(&[planned(1, 6), step(Step::Greeting)], WIDE, 0), ["Waiting for the server  -"]);
        let asking = Event::AskingProxy { proxy: address };
        assert_eq!(lines_after(&[planned(2, 6), asking], WIDE, 0), ["0 of 2 files  asking the proxy  -"]);
        assert_eq!(one(step(Step::Confirmation)), "a  confirming  -");
        assert_eq!(one(Event::Verifying), "a  verifying  -");
        assert_eq!(one(step(Step::Renaming)), "a  renaming  -");
        assert_eq!(one(Event::Sent { file: Path::new("a"), sent: 6, size: Some(6) }), "a  confirming  -");
        let error = UploadError::Unknown;
        let waiting = lines_after(&[planned(2, 6), retrying(None, &error)], WIDE, 0);
        assert_eq!(waiting, ["0 of 2 files  retrying in 4s  -"]);
    }

    #[test]
    fn one_of_several_files_waits_for_its_retry_while_another_is_being_sent() {
        let error = UploadError::Unknown;
        let failed = retrying(Some(Path::new("b")), &error);
        let events = [planned(2, 8 * MIB), started("a", 4 * MIB), started("b", 4 * MIB), failed];
        let shown = lines_after(&events, WIDE, 0);
        assert_eq!(shown[1..], ["b  retrying in 4s  -", "0 of 2 files  0.0 of 8.0 MiB  0%  stalled"]);
    }

    #[test]
    fn a_stall_has_neither_a_speed_nor_a_time() {
        let sent = Event::Sent { file: Path::new("a"), sent: MIB, size: Some(4 * MIB) };
        let shown = lines_after(&[planned(1, 4 * MIB), started("a", 4 * MIB), sent], WIDE, 0).concat();
        assert!(shown.ends_with("]  1.0 of 4.0 MiB  25%  stalled"), "{shown}");
    }
}
