//! Words for the files left on the server after a failed delivery. Nothing is
//! claimed here that the server did not say when it was asked last.

use std::fmt::Write;

use ftp_uploader::{Escaped, Failure, Remaining, Remains, Whose};

/// What to add to the line about `failure`. With `said_already`, that line tells of the file's own name itself.
pub fn after(failure: &Failure, said_already: bool) -> String {
    let mut text = String::new();
    for remains in &failure.remains {
        let _ = write!(text, " {}", sentence(remains));
    }
    if failure.partial && !said_already {
        text.push_str(" A partial file may remain on the server.");
    }
    text
}

fn sentence(Remains { name, of, state, .. }: &Remains) -> String {
    let name = Escaped(name);
    match (of, state) {
        (Whose::Ours, Remaining::Removed) => "What was stored of it was removed again.".to_owned(),
        (Whose::Ours, Remaining::Seen(bytes)) => format!("{bytes} bytes of it lie on the server as {name}."),
        (Whose::Ours, Remaining::Unknown) => {
            format!("A partial file may remain on the server as {name}; the server did not tell.")
        }
        (Whose::Old, Remaining::Removed) => "The file that had its name was removed.".to_owned(),
        (Whose::Old, Remaining::Seen(_)) => format!("The file that had its name before lies on the server as {name}."),
        (Whose::Old, Remaining::Unknown) => {
            format!("The file that had its name before may lie on the server as {name}; the server did not tell.")
        }
    }
}
