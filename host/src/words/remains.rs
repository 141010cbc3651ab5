//! Sentences about files that remain on the server after a failed delivery. They repeat the server's last answer, and
//! claim nothing beyond it.

use std::fmt::Write;

use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::summary::{Failure, Remaining, Remains, Whose};
use crate::request::context::Context;
use crate::request::setting::{Setting, Wording};

/// The text to append to the line about `failure`. With `mentioned`, that line already says that a file may remain
/// under its own name.
pub fn after(context: &Context, failure: &Failure, mentioned: bool) -> String {
    let mut text = String::new();
    for Remains { name, of, state, .. } in &failure.remains {
        let _ = write!(text, " {}", sentence(name, *of, *state));
    }
    if failure.partial && !mentioned {
        text.push_str(" A partial file may remain on the server");
        text.push_str(if context.unique { ", under the name that the server has chosen." } else { "." });
    }
    if let Some(advice) = next_run(context, failure) {
        let _ = write!(text, " {advice}.");
    }
    text
}

/// The advice for the next run after a part of the file has arrived, without a full stop. `None` if the next run cannot go
/// on with it.
fn next_run(context: &Context, failure: &Failure) -> Option<String> {
    if context.unique
        || context.sync
        || context.check
        || !failure.partial_file_may_remain()
        || !is_broken_off(&failure.error)
    {
        return None;
    }
    let (resume, atomic) = (context.name(Setting::Resume), context.name(Setting::Atomic));
    if failure.file.as_deref().is_some_and(|file| context.is_stream(file)) {
        return (!context.atomic).then(|| format!("With {atomic} a file gets its name only when it is complete"));
    }
    Some(match (context.resume, context.atomic) {
        (true, _) => match context.wording {
            Wording::Program => {
                "The same command again sends only the rest, if the server can prove its part".to_owned()
            }
            Wording::Library => {
                "The same request again sends only the rest, if the server can prove its part".to_owned()
            }
        },
        (false, true) => format!("No run goes on with this part; with {resume}, too, the next one would"),
        (false, false) => format!(
            "Run it again with {resume} to send only the rest, if the server can prove its part; with {atomic} a file gets \
             its name only when it is complete"
        ),
    })
}

/// Returns true if the delivery was broken off, and another one of the same bytes may succeed.
fn is_broken_off(error: &UploadError) -> bool {
    matches!(
        error,
        UploadError::Unresolved { .. }
            | UploadError::Unreachable { .. }
            | UploadError::Proxy { .. }
            | UploadError::Tls { .. }
            | UploadError::NotResumed { .. }
            | UploadError::Refused { .. }
            | UploadError::Misbehaved { .. }
            | UploadError::Broken { .. }
            | UploadError::Interrupted { .. }
            | UploadError::OutOfTime { .. }
    )
}

/// The sentence about one made-up name.
fn sentence(name: &[u8], of: Whose, state: Remaining) -> String {
    let name = Escaped(name);
    match (of, state) {
        (Whose::Ours, Remaining::Removed) => "Its temporary file was removed again.".to_owned(),
        (Whose::Ours, Remaining::Seen(bytes)) => format!("{bytes} bytes of it are on the server as {name}."),
        (Whose::Ours, Remaining::Unknown) => {
            format!("It, or a part of it, may be on the server as {name}; the server did not say.")
        }
        (Whose::Old, Remaining::Removed) => "The old file with its name was removed.".to_owned(),
        (Whose::Old, Remaining::Seen(_)) => format!("The old file with its name is on the server as {name}."),
        (Whose::Old, Remaining::Unknown) => {
            format!("The old file with its name may be on the server as {name}; the server did not say.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_claim_only_the_last_answer_of_the_server() {
        let mut rows = String::new();
        for of in [Whose::Ours, Whose::Old] {
            for state in [Remaining::Removed, Remaining::Seen(4), Remaining::Unknown] {
                rows.push_str(&format!("{of:?} {state:?} | {}\n", sentence(b".report.csv.1.part", of, state)));
            }
        }
        insta::assert_snapshot!(rows);
    }
}
