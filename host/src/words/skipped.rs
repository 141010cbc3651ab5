//! The notes about parts of directories that were left out.

use ftp_text::escape::Escaped;

use crate::report::skipped::{SkipReason, Skipped};
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;
use crate::words::shown;

/// The most notes for one run. More would hide the other lines.
const MAX_NOTES: usize = 1000;

/// Returns one note for each of `skipped`, up to a limit.
pub fn notes(skipped: &[Skipped]) -> Vec<String> {
    let mut notes: Vec<_> = skipped.iter().take(MAX_NOTES).map(note).collect();
    if skipped.len() > MAX_NOTES {
        notes.push(format!("Note: {} more were skipped.", skipped.len() - MAX_NOTES));
    }
    notes
}

fn note(skipped: &Skipped) -> String {
    format!("Note: skipped {}: {}.", shown(&skipped.path), reason(&skipped.why))
}

/// The reason, escaped, without a full stop.
pub fn reason(why: &SkipReason) -> String {
    Escaped(why.to_string().as_bytes()).to_string()
}

/// The last line of a run in which nothing failed and `count` parts of directories were left out.
pub fn summary(context: &Context, count: usize) -> String {
    let what =
        if count == 1 { "1 file or directory was".to_owned() } else { format!("{count} files or directories were") };
    Message::new(
        format!("{what} skipped, as the notes say; everything else is stored"),
        format!("Leave them out with {} if that is right", context.name(Setting::Exclude)),
    )
    .line()
}
