//! The operations of a plan in words, for `--dry-run`, and the last line of a run.

use alloc::format;
use alloc::string::{String, ToString};

use ftp_guest_console::answer as print;
use ftp_plan::operations::{Clear, Plan, Reason};
use ftp_plan::path::RemotePath;
use ftp_plan::rules::Compared;
use ftp_protocol::timestamp::Timestamp;
use ftp_text::escape::Escaped;

use crate::sync::course::Report;
use crate::sync::notes;

/// The units of sizes, each 1024 times the one before.
const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];

/// Prints the operations on stdout in the order in which they would be carried out, and then the notes.
pub(super) fn answer(plan: &Plan) {
    for clear in &plan.clear {
        match clear {
            Clear::File(file) => line("remove", &file.path, "not in LOCALDIR, in the way"),
            Clear::Directory(path) => line("remove-directory", path, "in the way, and empty by then"),
        }
    }
    plan.make.iter().for_each(|path| line("make", path, "missing"));
    plan.store.iter().for_each(|file| line("store", &file.path, &stored(file.reason)));
    // Only `--delete extra` removes files here.
    plan.remove.iter().for_each(|file| line("remove", &file.path, "not in LOCALDIR"));
    plan.leftovers.iter().for_each(|path| line("remove", path, "left by a run that was killed"));
    plan.remove_directories.iter().for_each(|path| line("remove-directory", path, "empty after this run"));
    plan.notes.iter().for_each(|note| print(&notes::sentence(note)));
}

fn line(operation: &str, path: &RemotePath, reason: &str) {
    print(&format!("{operation} {} ({reason})", Escaped(path.as_bytes())));
}

fn stored(reason: Reason) -> String {
    match reason {
        Reason::New => "new".to_string(),
        Reason::Unseen => "the server does not tell if it is there".to_string(),
        Reason::Size { there, here } => format!("size: {there} there, {here} here"),
        Reason::Time { there, here: Some(here) } => format!("time: {} there, {} here", time(there), time(here)),
        Reason::Time { there, here: None } => format!("time: {} there", time(there)),
        Reason::SizeUnknown => "the server does not tell its size".to_string(),
        Reason::TimeUnknown => "the server does not tell its time".to_string(),
        Reason::Contents => "the contents differ".to_string(),
        Reason::HashUnknown => "there is no hash to compare".to_string(),
        Reason::ChangedThere => "changed on the server since an earlier run".to_string(),
        Reason::MissingThere => "no longer on the server".to_string(),
        Reason::NotCompared => "not compared".to_string(),
    }
}

/// The time in UTC; `seconds` since 1970.
fn time(seconds: u64) -> String {
    let digits = Timestamp::from_unix(seconds).map(|time| time.to_string()).unwrap_or_default();
    let part = |from, to| digits.get(from..to).unwrap_or_default();
    let (date, hours) = ([part(0, 4), part(4, 6), part(6, 8)], [part(8, 10), part(10, 12), part(12, 14)]);
    format!("{} {} UTC", date.join("-"), hours.join(":"))
}

/// The last line of a run that took `elapsed`.
pub(super) fn last_line(plan: &Plan, report: &Report, outcome: &str, dry_run: bool, elapsed: &str) -> String {
    let compared = match plan.compared {
        Compared::Time => "by time and size",
        Compared::Size => "by size",
        Compared::Hash => "by size and hash",
        Compared::Manifest => "by the manifest",
        Compared::Nothing => "not compared",
    };
    let unchanged = plan.unchanged;
    if dry_run {
        return format!("Dry run: nothing was changed; {} unchanged ({compared})", notes::files(unchanged));
    }
    let Report { stored, bytes, made, removed, failed, times_not_set: _ } = *report;
    if outcome == "Synchronised" && stored + made + removed == 0 {
        let are = if unchanged == 1 { "is" } else { "are" };
        return format!("Nothing to do: {} {are} unchanged ({compared})", notes::files(unchanged));
    }
    let failures = if failed == 0 { String::new() } else { format!("; {failed} failed") };
    format!(
        "{outcome}: {stored} stored, {removed} removed, {unchanged} unchanged ({compared}), {} in {elapsed}{failures}",
        size(bytes)
    )
}

/// The size with its unit: `512 B`, `1.2 MiB`.
fn size(bytes: u64) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut units = UNITS.iter().peekable();
    while let (Some(unit), more) = (units.next(), units.peek().is_some()) {
        // 1023.95 would be shown as 1024.0.
        if value < 1023.95 || !more {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_the_unit_that_people_read() {
        let shown = [0, 1023, 1024, 1_048_524, 1_048_576, 1 << 50].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1023.9 KiB", "1.0 MiB", "1024.0 TiB"]);
    }

    #[test]
    fn times_are_shown_in_utc() {
        assert_eq!(time(1_000_000_000), "2001-09-09 01:46:40 UTC");
    }
}
