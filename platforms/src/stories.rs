//! What servers may say of a file, before and after they have it, and what a platform has to make of that: no success that
//! is none, no more than was proved, and no failure where the outcome is unknown.
//!
//! The server that tells them is `story_server.rs`.

use std::process::Command;
use std::time::Duration;

use crate::lab::Ended;
use crate::story_server::{End, Story, StoryServer};
use crate::{Lab, Trouble};

/// Of a file of nine bytes.
const CASES: &[Case] = &[
    Case {
        what: "a size that was not there before",
        story: told(&[ABSENT, "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        what: "sizes that are hidden",
        story: told(&[ABSENT], UNASKED),
        verdict: Verdict::Stored,
        words: NOT_VERIFIED,
    },
    Case { what: "no sizes", story: told(&["500 What"], UNASKED), verdict: Verdict::Stored, words: NOT_VERIFIED },
    Case {
        what: "the same size as before, and no times",
        story: told(&["213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: NOT_VERIFIED,
    },
    Case {
        what: "the same size and time as before",
        story: told(&["213 9"], &["213 20261127120000"]),
        verdict: Verdict::Stored,
        words: NOT_VERIFIED,
    },
    Case {
        what: "the same size as before, and another time",
        story: told(&["213 9"], &["213 20261127120000", "213 20261127120001"]),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        what: "a size that comes late",
        story: told(&[ABSENT, "213 0", "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        what: "a size that stays another one",
        story: told(&[ABSENT, "213 5"], UNASKED),
        verdict: Verdict::InDoubt,
        words: "5",
    },
    Case {
        what: "a file that comes late",
        story: told(&["213 5", ABSENT, ABSENT, "213 9"], UNASKED),
        verdict: Verdict::Stored,
        words: "size confirmed by the server",
    },
    Case {
        what: "a file that is taken away",
        story: told(&["213 5", ABSENT], UNASKED),
        verdict: Verdict::InDoubt,
        words: "said that it has the file, and then that there is no file of this name",
    },
    Case { what: "no final reply", story: ended(End::HangsUp), verdict: Verdict::InDoubt, words: "not known" },
    Case {
        what: "no answer after the final reply",
        story: Story { sizes: &[ABSENT, ""], ..ended(End::Says("226 Stored")) },
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        what: "a data connection that broke behind the last byte",
        story: ended(End::Says("426 Broken")),
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        what: "a server that breaks down behind the last byte",
        story: ended(End::Says("500 OOPS: child died")),
        verdict: Verdict::InDoubt,
        words: "not known",
    },
    Case {
        what: "a refusal behind the last byte, and the right size",
        story: Story { sizes: &[ABSENT, "213 9"], ..ended(End::Says("451 Virus")) },
        verdict: Verdict::Failed,
        words: "451",
    },
    Case {
        what: "a local file that changes",
        story: Story { changes: true, ..told(&[ABSENT, "213 9"], UNASKED) },
        verdict: Verdict::Failed,
        words: "changed while it was sent",
    },
];

/// Compiling, and five looks half a second apart.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// What has to come of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Stored,
    Failed,
    /// Unknown, or something else than what was sent.
    InDoubt,
}

struct Case {
    what: &'static str,
    story: Story,
    verdict: Verdict,
    words: &'static str,
}

const UNASKED: &[&str] = &["502 What"];
const ABSENT: &str = "550 None";
const NOT_VERIFIED: &str = "confirmed by the server, not verified";

const fn told(sizes: &'static [&'static str], times: &'static [&'static str]) -> Story {
    Story { sizes, times, end: End::Says("226 Stored"), changes: false }
}

const fn ended(end: End) -> Story {
    Story { sizes: &[ABSENT], times: UNASKED, end, changes: false }
}

/// How one platform is tried.
pub(crate) struct Stories<'a> {
    pub(crate) lab: &'a Lab,
    /// For messages.
    pub(crate) platform: &'a str,
    /// The program, and what comes before the four arguments.
    pub(crate) command: &'a dyn Fn() -> Command,
    /// The file of nine bytes, as the program sees it.
    pub(crate) file: &'a str,
    /// A file that says that it is empty, and is not, as the program sees it; if it can.
    pub(crate) endless: Option<&'a str>,
    /// The exit code of [`Verdict::InDoubt`].
    pub(crate) in_doubt: i32,
}

impl Stories<'_> {
    /// All of them.
    pub(crate) fn are_understood(&self) -> Result<(), Trouble> {
        CASES.iter().try_for_each(|case| self.come_to(case))?;
        self.endless.map_or(Ok(()), |file| self.is_refused(file))
    }

    fn come_to(&self, case: &Case) -> Result<(), Trouble> {
        let ended = self.upload(&case.story, self.file)?;
        let code = match case.verdict {
            Verdict::Stored => 0,
            Verdict::Failed => 1,
            Verdict::InDoubt => self.in_doubt,
        };
        self.expect(ended.status.code() == Some(code), &ended, case.what, &format!("exit code {code}"))?;
        self.expect(ended.stderr.contains(case.words), &ended, case.what, case.words)?;
        let claims = ended.stderr.contains("Stored ") || ended.stderr.contains("Nothing was stored");
        self.expect(claims == (case.verdict == Verdict::Stored), &ended, case.what, "no other claim")
    }

    fn is_refused(&self, file: &str) -> Result<(), Trouble> {
        let ended = self.upload(&told(&[ABSENT], UNASKED), file)?;
        let refused = ended.stderr.contains("does not tell its size") && ended.status.code() == Some(1);
        self.expect(refused, &ended, file, "it is refused")
    }

    fn upload(&self, story: &Story, file: &str) -> Result<Ended, Trouble> {
        let failed = |error| Trouble::Failed(format!("cannot start a server: {error}"));
        let server = StoryServer::start(*story, &self.lab.nine_bytes).map_err(failed)?;
        let mut command = (self.command)();
        command.args([&server.host, self.lab.user, file, self.lab.directory]).env("FTP_PASSWORD", "any");
        self.lab.run(&mut command, RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, name: &str, what: &str) -> Result<(), Trouble> {
        if holds {
            return Ok(());
        }
        let (platform, status, said) = (self.platform, ended.status, &ended.stderr);
        Err(Trouble::Failed(format!("{platform}: {name}: not so: {what}; {status}, and on stderr:\n{said}")))
    }
}
