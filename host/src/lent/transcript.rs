//! The conversation as a person may read it: whole lines, escaped, without the password.
//!
//! Hears what `control_connection.rs` sends and receives; tells it to the caller's `Progress`.

use std::mem;
use std::sync::Arc;

use crate::escape::Escaped;
use crate::password::Password;
use crate::progress::{Progress, Speaker};

/// A line longer than this, in bytes, is shown in pieces.
const MAX_LINE: usize = 4096;

/// Cuts the bytes of the control connection into lines.
pub(crate) struct Transcript {
    progress: Arc<dyn Progress>,
    /// What the server has said of a line that is not whole yet.
    unfinished: Vec<u8>,
}

impl Transcript {
    pub(crate) fn new(progress: Arc<dyn Progress>) -> Self {
        Self { progress, unfinished: Vec::new() }
    }

    /// We have sent a command.
    pub(crate) fn sent(&self, command: &[u8]) {
        self.tell(Speaker::Client, command);
    }

    /// We have sent the password.
    pub(crate) fn sent_password(&self) {
        self.tell(Speaker::Client, b"PASS ****");
    }

    /// The server has said `bytes`, with any number of line ends in them.
    pub(crate) fn received(&mut self, bytes: &[u8], password: &Password) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                let line = mem::take(&mut self.unfinished);
                self.tell(Speaker::Server, &password.masked_in(&line));
            }
        }
    }

    fn tell(&self, speaker: Speaker, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.progress.line(speaker, Escaped(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Listener(Mutex<Vec<String>>);

    impl Progress for Listener {
        fn line(&self, _: Speaker, line: Escaped<'_>) {
            self.0.lock().unwrap().push(line.to_string());
        }
    }

    #[test]
    fn portions_become_lines_and_nothing_in_them_drives_the_terminal() {
        let listener = Arc::new(Listener::default());
        let mut transcript = Transcript::new(listener.clone());
        let password = Password::new(b"sesame".to_vec()).unwrap();
        for portion in ["220 He", "llo\r", "\n331 \x1b[2J\n230 ses", "ame\r\n530", " no"] {
            transcript.received(portion.as_bytes(), &password);
        }
        transcript.sent_password();
        assert_eq!(*listener.0.lock().unwrap(), ["220 Hello", "331 \\u{1b}[2J", "230 ****", "PASS ****"]);
    }
}
