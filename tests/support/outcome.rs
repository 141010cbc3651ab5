//! The result of a run of the program, and claims about it.
//!
//! A failed claim prints everything that is known: the command, the expectation, both outputs and the server's log.

use std::time::Duration;

use crate::support::upload::PASSWORD;

/// The result of one run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The command line, to repeat the run by hand.
    pub(crate) command: String,
    /// The exit code, or the negated number of the signal that ended the program.
    pub(crate) code: i32,
    /// The whole standard output.
    pub(crate) stdout: String,
    /// The whole standard error.
    pub(crate) stderr: String,
    /// The time from start to end.
    pub(crate) took: Duration,
    /// The server's log, printed when a claim fails.
    pub(crate) aside: String,
}

impl Outcome {
    /// Claims that the program ended with this code.
    pub(crate) fn exits(&self, code: i32) -> &Self {
        self.claim(self.code == code, &format!("exit code {code}"))
    }

    /// Claims that the program ended with this code and gave the reason in exactly one line, the last one. Standard
    /// output stayed empty.
    pub(crate) fn fails(&self, code: i32) -> &Self {
        self.exits(code);
        let errors = self.stderr.lines().filter(|line| line.starts_with("ftp-uploader: ")).count();
        let last = self.stderr.lines().last().unwrap_or_default();
        self.claim(errors == 1 && last.starts_with("ftp-uploader: "), "one line `ftp-uploader: …`, the last one");
        self.claim(last.contains(". ") && last.ends_with('.'), "`WHAT. CAUSE; ADVICE.`, ending with a full stop");
        self.claim(self.stdout.is_empty(), "nothing on standard output")
    }

    /// Claims that the program stored every file and printed no error.
    pub(crate) fn succeeds(&self) -> &Self {
        self.exits(0);
        self.claim(!self.stderr.contains("ftp-uploader: "), "no error message");
        self.claim(self.stdout.is_empty(), "nothing on standard output")
    }

    /// Claims that standard error contains this text.
    pub(crate) fn says(&self, text: &str) -> &Self {
        self.claim(self.stderr.contains(text), &format!("`{text}` on standard error"))
    }

    /// Claims that standard error contains one of these words, ignoring case.
    pub(crate) fn mentions(&self, words: &[&str]) -> &Self {
        let stderr = self.stderr.to_lowercase();
        let found = words.iter().any(|word| stderr.contains(&word.to_lowercase()));
        self.claim(found, &format!("one of {words:?} on standard error"))
    }

    /// Claims that standard error does not contain this text.
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        self.claim(!self.stderr.contains(text), &format!("no `{text}` on standard error"))
    }

    /// Claims that the program ended within this time.
    pub(crate) fn within(&self, limit: Duration) -> &Self {
        self.claim(self.took <= limit, &format!("an end within {limit:?}"))
    }

    /// Claims that the program did not give up before this time.
    pub(crate) fn not_before(&self, limit: Duration) -> &Self {
        // Our measurement starts shortly after the program's timer.
        let took = self.took + Duration::from_millis(50);
        self.claim(took >= limit, &format!("a wait of at least {limit:?}"))
    }

    /// Claims the properties that hold for every run.
    pub(crate) fn passes_general_checks(&self) {
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

    /// A command's debug form starts with the variables that it sets, and one of them may be the password.
    fn command_line_has_the_password(&self) -> bool {
        self.command.replace(&format!("FTP_PASSWORD=\"{PASSWORD}\""), "").contains(PASSWORD)
    }

    /// Fails the test with all known details unless `holds`.
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

/// Returns true for characters that the program must escape: control characters, those that change the direction of text,
/// and the replacement for invalid UTF-8.
fn is_raw(character: char) -> bool {
    let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (character.is_control() && character != '\n') || reorders || character == '\u{fffd}'
}
