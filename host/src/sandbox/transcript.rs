//! The lines of the control connection for the caller's observer: complete and escaped, without the password and the
//! account, which some servers use as a second password.

use std::mem;
use std::sync::Arc;

use ftp_text::escape::Escaped;

use crate::report::event::{Event, Observer, Speaker};
use crate::request::password::Password;

/// A line longer than this, in bytes, is shown in pieces.
const MAX_LINE: usize = 4096;

/// Splits the bytes of the control connection into lines.
pub(crate) struct Transcript {
    observer: Arc<dyn Observer>,
    /// The account, to be masked.
    account: Password,
    /// The first part of a server's line whose end was not received yet.
    unfinished: Vec<u8>,
}

impl Transcript {
    /// Returns the transcript of a conversation. `account` is empty if there is none.
    pub(crate) fn new(observer: Arc<dyn Observer>, account: Password) -> Self {
        Self { observer, account, unfinished: Vec::new() }
    }

    /// Shows a command that was sent.
    pub(crate) fn sent(&self, command: &[u8]) {
        let is_account = command.get(..5).is_some_and(|verb| verb.eq_ignore_ascii_case(b"ACCT "));
        self.tell(Speaker::Client, if is_account { b"ACCT ****" } else { command });
    }

    /// Shows that the password was sent.
    pub(crate) fn sent_password(&self) {
        self.tell(Speaker::Client, b"PASS ****");
    }

    /// Shows the lines that `bytes`, which were received, complete.
    pub(crate) fn received(&mut self, bytes: &[u8], password: &Password) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.unfinished.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.unfinished.len() >= MAX_LINE {
                let line = mem::take(&mut self.unfinished);
                self.tell(Speaker::Server, &self.account.masked_in(&password.masked_in(&line)));
            }
        }
    }

    /// Masks the password and the account in the text of a reply.
    pub(crate) fn masked_in_text(&self, text: &[u8], password: &Password) -> Vec<u8> {
        self.account.masked_in_text(&password.masked_in_text(text))
    }

    /// Does the same for a text that may end within one of them.
    pub(crate) fn masked_in_cut(&self, text: &[u8], password: &Password) -> Vec<u8> {
        self.account.masked_in_cut(&password.masked_in_cut(text))
    }

    fn tell(&self, speaker: Speaker, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        self.observer.event(&Event::Line { speaker, line: Escaped(line) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[derive(Default)]
    struct Listener(Mutex<Vec<String>>);

    impl Observer for Listener {
        fn event(&self, event: &Event<'_>) {
            if let Event::Line { line, .. } = event {
                self.0.lock().unwrap().push(line.to_string());
            }
        }
    }

    #[test]
    fn received_bytes_become_lines_that_cannot_control_the_terminal() {
        let listener = Arc::new(Listener::default());
        let secret = |text: &str| Password::new(text.as_bytes().to_vec()).unwrap();
        let mut transcript = Transcript::new(listener.clone(), secret("guild"));
        for bytes in ["220 He", "llo\r", "\n331 \x1b[2J\n230 ses", "ame\r\n332 guild\r\n530", " no"] {
            transcript.received(bytes.as_bytes(), &secret("sesame"));
        }
        transcript.sent_password();
        transcript.sent(b"acct guild\r\n");
        transcript.sent(b"STOR guild\r\n");
        let shown = ["220 Hello", "331 \\u{1b}[2J", "230 ****", "332 ****", "PASS ****", "ACCT ****", "STOR guild"];
        assert_eq!(*listener.0.lock().unwrap(), shown);
    }
}
