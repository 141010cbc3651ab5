//! Notes about everything that stays as it is, or could not be seen: lines on stderr that are no errors.

use alloc::format;
use alloc::string::{String, ToString};

use ftp_plan::operations::{Kept, Note, Plan};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::NotListed;
use ftp_text::escape::Escaped;

use crate::bindings::ftp_uploader::upload::upload::Refusal;

/// The most notes about entries that stay, and about local ones that are skipped, before they are only counted.
const MAX_KEPT: usize = 20;

/// Prints a note.
pub(super) fn say(text: &str) {
    ftp_guest_console::say(&format!("ftp-uploader: note: {text}"));
}

/// Prints the notes of a plan.
pub(super) fn of_plan(plan: &Plan) {
    let is_kept = |note: &&Note| matches!(note, Note::Kept { .. });
    plan.notes.iter().filter(|note| !is_kept(note)).for_each(|note| say(&sentence(note)));
    plan.notes.iter().filter(is_kept).take(MAX_KEPT).for_each(|note| say(&sentence(note)));
    let kept = plan.notes.iter().filter(is_kept).count();
    let more = kept.saturating_sub(MAX_KEPT) as u64 + plan.dropped_notes;
    if more > 0 {
        say(&format!("{more} more stay on the server"));
    }
}

/// Prints which local entries are skipped.
pub(super) fn of_skipped(skipped: &[(String, &'static str)]) {
    for (path, reason) in skipped.iter().take(MAX_KEPT) {
        say(&format!("{} is skipped: {reason}", Escaped(path.as_bytes())));
    }
    if skipped.len() > MAX_KEPT {
        say(&format!("{} more are skipped", skipped.len() - MAX_KEPT));
    }
}

pub(super) fn no_lock(refusal: &Refusal) {
    let (code, text) = (refusal.code, Escaped(&refusal.text));
    say(&format!("there is no lock against other runs, because the server refused to make it: {code} {text}"));
}

pub(super) fn times_not_set(count: u64) {
    if count > 0 {
        let files = files(count);
        say(&format!(
            "the server did not set the times of {files}; use --compare size, or the next run sends them again"
        ));
    }
}

/// Returns the note as a sentence without a full stop.
pub(super) fn sentence(note: &Note) -> String {
    match note {
        Note::Kept { path, why } => format!("keep {} ({})", shown(path), kept(*why)),
        Note::NotListed { directory, why: NotListed::Refused } => {
            format!("the server does not list {}; nothing is removed there", shown(directory))
        }
        Note::NotListed { directory, why: NotListed::Failed } => {
            format!("the listing of {} failed; nothing is removed there", shown(directory))
        }
        Note::NotWhole { directory, cut: true, .. } => {
            format!("the listing of {} is cut by the server; nothing is removed because of it", shown(directory))
        }
        Note::NotWhole { directory, ignored, cut: false } => {
            format!("{ignored} lines of the listing of {} were not understood and ignored", shown(directory))
        }
        Note::Reserved { path } => format!("{} is not stored, because ftp-uploader uses that name itself", shown(path)),
        Note::LeftoversKept { count } => {
            format!("{} under temporary names stay, because another run may be using them", files(*count))
        }
        // This program has no manifest and compares no hashes.
        Note::NoManifest | Note::DirectoriesKept | Note::NoHashes => "nothing is removed".to_string(),
    }
}

fn kept(why: Kept) -> &'static str {
    match why {
        Kept::NotOwn => "not stored by an earlier run",
        Kept::Changed => "changed since an earlier run has stored it",
        Kept::Case => "its name differs only by capital letters from one in LOCALDIR",
        Kept::Excluded => "excluded",
        Kept::Kind => "no file, directory or link that the server tells",
        Kept::Protected => "always kept",
        Kept::NotEmpty => "not empty",
        Kept::NotWhole => "its listing may not show everything",
        Kept::OnlyVersion => "an old version that was moved aside, and the only one",
    }
}

fn shown(path: &RemotePath) -> String {
    if path.is_root() { "REMOTEDIR".to_string() } else { Escaped(path.as_bytes()).to_string() }
}

/// A number of files in words.
pub(super) fn files(number: u64) -> String {
    if number == 1 { "1 file".to_string() } else { format!("{number} files") }
}
