//! What a run of the program came to, and the claims that tests make about it.
//!
//! A claim that does not hold prints everything that is known: command, expected, found, both outputs, and what the
//! server recorded. Starting programs does not belong here. Next: `upload.rs`.

use std::time::Duration;

use crate::support::upload::PASSWORD;

/// What came of one run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The command line, to run it again by hand.
    pub(crate) command: String,
    /// The exit code; the negated signal if a signal ended it.
    pub(crate) code: i32,
    /// Everything on standard output.
    pub(crate) stdout: String,
    /// Everything on standard error.
    pub(crate) stderr: String,
    /// From start to end.
    pub(crate) took: Duration,
    /// What the server saw, printed when a claim fails.
    pub(crate) aside: String,
}

impl Outcome {
    /// The program ended with this code.
    pub(crate) fn exits(&self, code: i32) -> &Self {
        self.claim(self.code == code, &format!("exit code {code}"))
    }

    /// The program ended with this code and said why in exactly one line, its last; standard output stayed empty.
    pub(crate) fn fails(&self, code: i32) -> &Self {
        self.exits(code);
        let errors = self.stderr.lines().filter(|line| line.starts_with("ftp-uploader: ")).count();
        let last = self.stderr.lines().last().unwrap_or_default();
        self.claim(errors == 1 && last.starts_with("ftp-uploader: "), "one line `ftp-uploader: …`, the last one");
        self.claim(last.contains(". ") && last.ends_with('.'), "`WHAT. CAUSE; ADVICE.`, ending with a full stop");
        self.claim(self.stdout.is_empty(), "nothing on standard output")
    }

    /// The program stored everything and said nothing that looks like an error.
    pub(crate) fn succeeds(&self) -> &Self {
        self.exits(0);
        self.claim(!self.stderr.contains("ftp-uploader: "), "no error message");
        self.claim(self.stdout.is_empty(), "nothing on standard output")
    }

    /// Standard error has this text somewhere.
    pub(crate) fn says(&self, text: &str) -> &Self {
        self.claim(self.stderr.contains(text), &format!("`{text}` on standard error"))
    }

    /// Standard error has one of these words, in small or capital letters.
    pub(crate) fn mentions(&self, words: &[&str]) -> &Self {
        let stderr = self.stderr.to_lowercase();
        let found = words.iter().any(|word| stderr.contains(&word.to_lowercase()));
        self.claim(found, &format!("one of {words:?} on standard error"))
    }

    /// Standard error does not have this text.
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        self.claim(!self.stderr.contains(text), &format!("no `{text}` on standard error"))
    }

    /// The program ended by then.
    pub(crate) fn within(&self, limit: Duration) -> &Self {
        self.claim(self.took <= limit, &format!("an end within {limit:?}"))
    }

    /// The program did not give up before that.
    pub(crate) fn not_before(&self, patience: Duration) -> &Self {
        // Our clock starts a moment after the program's.
        let took = self.took + Duration::from_millis(50);
        self.claim(took >= patience, &format!("patience for {patience:?}"))
    }

    /// Holds for every run, whatever the test is about.
    pub(crate) fn keeps_the_promises(&self) {
        for text in ["panicked", "RUST_BACKTRACE", "wasm trap"] {
            self.claim(!self.stderr.contains(text) && !self.stdout.contains(text), &format!("no `{text}`"));
        }
        let leaked = self.stderr.contains(PASSWORD) || self.stdout.contains(PASSWORD);
        self.claim(
            !leaked && !self.command_line_has_the_password(),
            "no password in the output or among the arguments",
        );
        let raw = self.stderr.chars().chain(self.stdout.chars()).find(|&character| is_raw(character));
        self.claim(raw.is_none(), &format!("escaped text, without {:?}", raw.unwrap_or_default()));
    }

    /// The debug form of a command starts with the variables that it sets, and the password may be one of them.
    fn command_line_has_the_password(&self) -> bool {
        self.command.replace(&format!("FTP_PASSWORD=\"{PASSWORD}\""), "").contains(PASSWORD)
    }

    /// Fails the test, with all that is known, unless `holds`.
    pub(crate) fn claim(&self, holds: bool, expected: &str) -> &Self {
        assert!(
            holds,
            "\n==== command ====\n{}\n==== expected ====\n{expected}\n==== found ====\nexit code {} after {:?}\n\
             ==== stdout ====\n{}\n==== stderr ====\n{}\n==== server ====\n{}\n",
            self.command, self.code, self.took, self.stdout, self.stderr, self.aside
        );
        self
    }
}

/// Whether a character has no business in a program's output: it drives terminals, or is what is left of other bytes.
fn is_raw(character: char) -> bool {
    let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && character != '\n') || reorders || character == '\u{fffd}'
}
