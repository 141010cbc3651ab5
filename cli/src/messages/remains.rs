//! Sentences about files that remain on the server after a failed delivery. They repeat the server's last answer, and
//! claim nothing beyond it.

use std::fmt::Write;

use ftp_uploader::{Escaped, Failure, Remaining, Remains, Whose};

/// The text to append to the line about `failure`. With `mentioned`, that line already says that a file may remain
/// under its own name.
pub fn after(failure: &Failure, mentioned: bool) -> String {
    let mut text = String::new();
    for Remains { name, of, state, .. } in &failure.remains {
        let _ = write!(text, " {}", sentence(name, *of, *state));
    }
    if failure.partial && !mentioned {
        text.push_str(" A partial file may remain on the server.");
    }
    text
}

/// The sentence about one made-up name.
pub(super) fn sentence(name: &[u8], of: Whose, state: Remaining) -> String {
    let name = Escaped(name);
    match (of, state) {
        (Whose::Ours, Remaining::Removed) => "Its temporary file was removed again.".to_owned(),
        (Whose::Ours, Remaining::Seen(bytes)) => format!("{bytes} bytes of it are on the server as {name}."),
        (Whose::Ours, Remaining::Unknown) => {
            format!("A partial file may remain on the server as {name}; the server did not say.")
        }
        (Whose::Old, Remaining::Removed) => "The old file with its name was removed.".to_owned(),
        (Whose::Old, Remaining::Seen(_)) => format!("The old file with its name is on the server as {name}."),
        (Whose::Old, Remaining::Unknown) => {
            format!("The old file with its name may be on the server as {name}; the server did not say.")
        }
    }
}
