//! The notes of `sync`: what stays on the server and why, and what could not be seen.

use ftp_plan::manifest::Unusable;
use ftp_plan::operations::{Kept, Note};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::NotListed;
use ftp_text::escape::Escaped;

use crate::report::sync::{SyncNote, SyncReport, utc};

use super::problem::files;

/// The notes of a run, each as a sentence without a full stop. Entries that stay are counted in the last line: there are
/// the same ones in every run.
pub fn of(report: &SyncReport) -> Vec<String> {
    let mut notes: Vec<_> = report.notes.iter().map(of_course).collect();
    notes.extend(of_changed_plan(report));
    notes
}

/// The notes of a plan that was carried out.
pub fn of_changed_plan(report: &SyncReport) -> impl Iterator<Item = String> {
    report.plan.notes.iter().filter(|note| !is_kept(note)).map(of_plan)
}

/// The number of entries of the server that the local directory does not have, and that stay.
pub fn kept_entries(report: &SyncReport) -> u64 {
    let kept = report.plan.notes.iter().filter(|note| is_kept(note)).count();
    u64::try_from(kept).unwrap_or(u64::MAX).saturating_add(report.plan.dropped_notes)
}

fn is_kept(note: &Note) -> bool {
    matches!(note, Note::Kept { .. })
}

/// All notes of the plan, for `--dry-run`.
pub fn of_whole_plan(report: &SyncReport) -> Vec<String> {
    report.plan.notes.iter().map(|note| excluded(note, report).unwrap_or_else(|| of_plan(note))).collect()
}

/// The note about an entry that a rule excludes, with the rule.
fn excluded(note: &Note, report: &SyncReport) -> Option<String> {
    let Note::Kept { path, why: Kept::Excluded } = note else { return None };
    let rule = report.rules.get(path.as_bytes())?;
    Some(format!("keep {} (excluded by {})", shown(path), Escaped(rule.as_bytes())))
}

fn of_plan(note: &Note) -> String {
    match note {
        Note::Kept { path, why } => format!("keep {} ({})", shown(path), kept(*why)),
        Note::NotListed { directory, why: NotListed::Refused } => {
            format!("the server does not list {}; nothing is removed there", shown(directory))
        }
        Note::NotListed { directory, why: NotListed::Failed } => {
            format!("the listing of {} failed; nothing is removed there", shown(directory))
        }
        Note::NotWhole { directory, cut: true, .. } => format!(
            "the listing of {} is truncated by the server; files that it does not show were asked for one by one, and \
             nothing is removed because of it",
            shown(directory)
        ),
        Note::NotWhole { directory, ignored, cut: false } => {
            format!("{ignored} lines of the listing of {} were not understood and ignored", shown(directory))
        }
        Note::Reserved { path } => format!("{} is not stored, because ftp-uploader uses that name itself", shown(path)),
        Note::LeftoversKept { count: 1 } => {
            "1 file under a temporary name stays, because another run may be using it".into()
        }
        Note::LeftoversKept { count } => {
            format!("{} under temporary names stay, because another run may be using them", files(*count))
        }
        Note::NoManifest => "nothing is removed, because there is no usable manifest yet; the next run has one".into(),
        Note::DirectoriesKept => {
            "no directory is removed, because the manifest is trusted and nothing was listed".into()
        }
        Note::NoHashes => "the server computes no hashes, so all files are sent".into(),
    }
}

fn kept(why: Kept) -> &'static str {
    match why {
        Kept::NotOwn => "not stored by an earlier run",
        Kept::Changed => "changed since an earlier run has stored it",
        Kept::Case => "its name differs only by capital letters from one in the local directory",
        Kept::Excluded => "excluded",
        Kept::Kind => "no file, directory or link that the server tells",
        Kept::Protected => "always kept",
        Kept::NotEmpty => "not empty",
        Kept::NotWhole => "its listing may not show everything",
        Kept::OnlyVersion => "an old version that was moved aside, and the only one",
    }
}

/// The note about the course of a run, as a sentence without a full stop.
pub fn of_course(note: &SyncNote) -> String {
    match note {
        SyncNote::ManifestUnusable(why) => {
            format!("the manifest on the server {}; it is ignored, and nothing is removed by it", unusable(*why))
        }
        SyncNote::LockTakenOver { owner } if owner.is_empty() => {
            "the lock of a run that was killed was taken over".into()
        }
        SyncNote::LockTakenOver { owner } => format!("the lock of {}, which has ended, was taken over", Escaped(owner)),
        SyncNote::NoLock { code, text } => {
            format!("there is no lock against other runs, because the server refused to make it: {code} {text}")
        }
        SyncNote::TimesNotSet(count) => {
            format!("the server did not set the times of {}; a comparison by time sends them again", files(*count))
        }
        SyncNote::DirectoryKept { path, code, text } => {
            format!("keep {}/ (the server refused to remove it: {code} {text})", Escaped(path))
        }
        SyncNote::LockRemains => {
            "the lock .ftp-uploader.lock may still be on the server; the next run from the same machine and \
             directory takes it over, others do after six hours"
                .into()
        }
        SyncNote::TemporaryRemain { count: 1, first } => format!(
            "1 file under a temporary name, {}, stays on the server; the next run goes on with it or removes it",
            Escaped(first)
        ),
        SyncNote::TemporaryRemain { count, first } => format!(
            "{} under temporary names, such as {}, stay on the server; the next run goes on with them or removes them",
            files(*count),
            Escaped(first)
        ),
        SyncNote::Withdrawn(1) => {
            "1 file had arrived under a temporary name and was removed again, because of a failure; the \
             file that it would replace is as it was"
                .into()
        }
        SyncNote::Withdrawn(count) => format!(
            "{} had arrived under temporary names and were removed again, because of a failure; the files that they would \
             replace are as they were",
            files(*count)
        ),
    }
}

fn unusable(why: Unusable) -> String {
    match why {
        Unusable::Empty => "is empty".into(),
        Unusable::TooLarge => "is too large".into(),
        Unusable::Malformed => "is cut or malformed".into(),
        Unusable::Version(version) => format!("has the version {version}, which this program does not know"),
        Unusable::OtherTarget => "belongs to another server, user or directory".into(),
    }
}

fn shown(path: &RemotePath) -> String {
    if path.is_root() { "the remote directory itself".to_owned() } else { Escaped(path.as_bytes()).to_string() }
}

/// The time in UTC, as RFC 3339 has it; `seconds` since 1970.
pub(super) fn time(seconds: u64) -> String {
    match utc(seconds) {
        Some(time) => time,
        None => format!("{seconds} s after 1970"),
    }
}
