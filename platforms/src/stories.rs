//! The replies of servers about a file, before and after its transfer, and the conclusions that a platform must draw
//! from them: it must not report a success without proof, nor a failure if the result is unknown.
//!
//! `story_server.rs` is the server that sends these replies.

use std::process::Command;
use std::time::Duration;

use crate::lab::Ended;
use crate::story_server::{End, Story, StoryServer};
use crate::{Lab, Problem};

/// The cases, for a file of nine bytes.
const CASES: &[Case] = &[
    Case {
        name: "a size that was not there before",
        story: told(&[ABSENT, "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case { name: "hidden sizes", story: told(&[ABSENT], UNASKED), verdict: Verdict::Stored, words: NOT_VERIFIED },
    Case { name: "no sizes", story: told(&["500 What"], UNASKED), verdict: Verdict::Stored, words: NOT_VERIFIED },
    Case {
        name: "the same size as before, and no times",
        story: told(&["213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: NOT_VERIFIED,
    },
    Case {
        name: "the same size and time as before",
        story: told(&["213 9"], &["213 20261127120000"]),
        verdict: Verdict::Stored,
        words: NOT_VERIFIED,
    },
    Case {
        name: "the same size as before, and a different time",
        story: told(&["213 9"], &["213 20261127120000", "213 20261127120001"]),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        name: "a size that appears late",
        story: told(&[ABSENT, "213 0", "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        name: "a size that stays different",
        story: told(&[ABSENT, "213 5"], UNASKED),
        verdict: Verdict::InDoubt,
        words: "5",
    },
    Case {
        name: "a file that appears late",
        story: told(&["213 5", ABSENT, ABSENT, "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        name: "a file that disappears",
        story: told(&["213 5", ABSENT], UNASKED),
        verdict: Verdict::InDoubt,
        // The examples of embedding say "none of this name", the command "no file of this name".
        words: "said that it has the file, and then that there is no",
    },
    Case { name: "no final reply", story: ended(End::HangsUp), verdict: Verdict::InDoubt, words: "not known" },
    Case {
        name: "no answer after the final reply",
        story: Story { sizes: &[ABSENT, ""], ..ended(End::Says("226 Stored")) },
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        name: "a data connection that broke after the last byte",
        story: ended(End::Says("426 Broken")),
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        name: "a server that crashes after the last byte",
        story: ended(End::Says("500 OOPS: child died")),
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        name: "a refusal after the last byte, and the right size",
        story: Story { sizes: &[ABSENT, "213 9"], ..ended(End::Says("451 Virus")) },
        verdict: Verdict::Failed,
        words: "451",
    },
    Case {
        name: "a local file that changes",
        story: Story { changes: true, ..told(&[ABSENT, "213 9"], UNASKED) },
        verdict: Verdict::Failed,
        words: "changed while it was sent",
    },
];

/// The time for compiling, and for five queries half a second apart.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// The required result of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stored,
    Failed,
    /// The result is unknown, or the stored file differs from the original.
    InDoubt,
}

/// One story, and its required result.
struct Case {
    /// The name in messages.
    name: &'static str,
    story: Story,
    verdict: Verdict,
    /// A part of the program's output.
    words: &'static str,
}

/// The password, which is not masked in a reply that is not the one to PASS: in `213 9` it is a size.
const PASSWORD: &str = "9";

const UNASKED: &[&str] = &["502 What"];
const ABSENT: &str = "550 None";
const NOT_VERIFIED: &str = "confirmed by the server, not verified";

const fn told(sizes: &'static [&'static str], times: &'static [&'static str]) -> Story {
    Story { sizes, times, end: End::Says("226 Stored"), changes: false }
}

const fn ended(end: End) -> Story {
    Story { sizes: &[ABSENT], times: UNASKED, end, changes: false }
}

/// The tests of one platform.
pub(crate) struct Stories<'a> {
    pub(crate) lab: &'a Lab,
    /// The name in messages.
    pub(crate) platform: &'a str,
    /// Returns the program, and the arguments before the usual four.
    pub(crate) command: &'a dyn Fn() -> Command,
    /// The path of the file of nine bytes, as the program sees it.
    pub(crate) file: &'a str,
    /// The path of a file that reports the size 0 but has contents, if the program can read such files.
    pub(crate) endless: Option<&'a str>,
    /// The exit code of [`Verdict::InDoubt`].
    pub(crate) in_doubt: i32,
}

impl Stories<'_> {
    /// Runs all cases.
    pub(crate) fn are_understood(&self) -> Result<(), Problem> {
        CASES.iter().try_for_each(|case| self.run(case))?;
        self.endless.map_or(Ok(()), |file| self.is_refused(file))
    }

    fn run(&self, case: &Case) -> Result<(), Problem> {
        let ended = self.upload(&case.story, self.file)?;
        let code = match case.verdict {
            Verdict::Stored => 0,
            Verdict::Failed => 1,
            Verdict::InDoubt => self.in_doubt,
        };
        self.expect(ended.status.code() == Some(code), &ended, case.name, &format!("exit code {code}"))?;
        self.expect(ended.stderr.contains(case.words), &ended, case.name, case.words)?;
        let claims = ended.stderr.contains("Stored ") || ended.stderr.contains("Nothing was stored");
        self.expect(claims == (case.verdict == Verdict::Stored), &ended, case.name, "no other claim")
    }

    fn is_refused(&self, file: &str) -> Result<(), Problem> {
        let ended = self.upload(&told(&[ABSENT], UNASKED), file)?;
        let refused = ended.stderr.contains("does not tell its size") && ended.status.code() == Some(1);
        self.expect(refused, &ended, file, "it is refused")
    }

    fn upload(&self, story: &Story, file: &str) -> Result<Ended, Problem> {
        let failed = |error| Problem::Failed(format!("cannot start a server: {error}"));
        let server = StoryServer::start(*story, &self.lab.nine_bytes).map_err(failed)?;
        let mut command = (self.command)();
        command.args([&server.host, self.lab.user, file, self.lab.directory]).env("FTP_PASSWORD", PASSWORD);
        self.lab.run(&mut command, RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, name: &str, expected: &str) -> Result<(), Problem> {
        if holds {
            return Ok(());
        }
        let (platform, status, said) = (self.platform, ended.status, &ended.stderr);
        Err(Problem::Failed(format!("{platform}: {name}: expected: {expected}; {status}, and on stderr:\n{said}")))
    }
}
