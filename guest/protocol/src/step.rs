//! The table: at each step of an upload, what each reply means. All that decides how the conversation goes on
//! lives here; `guest/component/src/upload.rs` only acts on it.
//!
//! Codes are taken by their first digit, as RFC 959 §4.2 asks, save for those that change what to do: 332, 202 where
//! something is to be set, and a completion that comes before the data. Where a command is optional, or has an
//! alternative, every final reply but its yes is a no: the upload can do without.

use crate::reply::{Class, Code};

/// What was asked last, and so what the next reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet: the server speaks first.
    Greeting,
    /// AUTH TLS.
    Auth,
    /// PBSZ 0.
    Pbsz,
    /// PROT P.
    Prot,
    /// USER.
    User,
    /// PASS.
    Pass,
    /// ACCT.
    Acct,
    /// CLNT, OPTS UTF8 ON.
    Opts,
    /// SITE, in the user's words.
    Site,
    /// FEAT.
    Feat,
    /// CWD.
    Cwd,
    /// MKD.
    Mkd,
    /// TYPE I.
    Type,
    /// EPSV.
    Epsv,
    /// PASV.
    Pasv,
    /// EPRT.
    Eprt,
    /// PORT.
    Port,
    /// REST.
    Rest,
    /// STOR, APPE or STOU: may the data come?
    Stor,
    /// The data is on its way; the server speaks only if something is wrong.
    Transfer,
    /// All data is there: is it stored?
    Confirmation,
    /// SIZE, about a file that was just stored.
    Size,
    /// HASH and its like, likewise; and OPTS HASH.
    Hash,
    /// SIZE, about a file that may be there.
    Look,
    /// HASH and its like, likewise.
    Compare,
    /// RNFR.
    Rnfr,
    /// RNTO.
    Rnto,
    /// DELE.
    Dele,
    /// MFMT and its like, SITE CHMOD.
    Attributes,
    /// QUIT.
    Quit,
}

/// What a reply means for the step that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The step is done.
    Done,
    /// Another reply to the same step follows.
    Wait,
    /// The server wants PASS.
    NeedPassword,
    /// The server wants ACCT.
    NeedAccount,
    /// The server says no.
    Refused,
    /// The server says that the file is complete while it is not, as far as we know.
    EarlySuccess,
    /// The reply answers another command than this step's: from here on, none can be matched with its command.
    OutOfStep,
    /// The reply makes no sense at this step.
    Unexpected,
}

impl Step {
    /// What a reply with this code means now.
    pub fn meaning(self, code: Code) -> Meaning {
        use Class::{Completion, Intermediate, Permanent, Preliminary, Transient};
        match (self, code.class()) {
            // RFC 959 §5.4: only a transfer ends with 226 or 426; here it is one that has ended before.
            (step, Completion | Transient) if matches!(code.number(), 226 | 426) && !step.is_of_a_transfer() => {
                Meaning::OutOfStep
            }
            // RFC 959 §5.4: 125 and 150 both open the way for the data.
            (Self::Stor, Preliminary) => Meaning::Done,
            (_, Preliminary) => Meaning::Wait,
            // RFC 959 §5.4: only a preliminary reply lets the transfer begin, only the last byte ends it.
            (Self::Stor | Self::Transfer, Completion) => Meaning::EarlySuccess,
            // RFC 959 §5.4 and RFC 3659 §5.3: 350 is their yes; what they are for comes next. A 2xx promises nothing.
            (Self::Rest | Self::Rnfr, Intermediate) => Meaning::Done,
            (Self::Rest | Self::Rnfr, Completion) => Meaning::Refused,
            // RFC 959 §4.2.2: 202, not implemented, superfluous at this site. So nothing was set.
            (Self::Attributes, Completion) if code.number() == 202 => Meaning::Refused,
            (_, Completion) => Meaning::Done,
            // RFC 959 §6, login diagram: USER and PASS may each lead to ACCT.
            (Self::User | Self::Pass, Intermediate) if code.number() == 332 => Meaning::NeedAccount,
            (Self::User, Intermediate) => Meaning::NeedPassword,
            (step, Intermediate) if step.can_be_done_without() => Meaning::Refused,
            (_, Intermediate) => Meaning::Unexpected,
            (_, Transient | Permanent) => Meaning::Refused,
        }
    }

    fn is_of_a_transfer(self) -> bool {
        matches!(self, Self::Stor | Self::Transfer | Self::Confirmation)
    }

    /// Whether the conversation can go on after a no, whichever reply that is: the command is optional (RFC 2389 §3.2,
    /// RFC 3659, RFC 4217 §9 for PBSZ), or another one does as well (PASV for EPSV, RFC 2428 §4; PORT for EPRT).
    fn can_be_done_without(self) -> bool {
        match self {
            Self::Pbsz
            | Self::Prot
            | Self::Opts
            | Self::Feat
            | Self::Mkd
            | Self::Epsv
            | Self::Pasv
            | Self::Eprt
            | Self::Port
            | Self::Size
            | Self::Hash
            | Self::Look
            | Self::Compare
            | Self::Attributes => true,
            Self::Greeting
            | Self::Auth
            | Self::User
            | Self::Pass
            | Self::Acct
            | Self::Site
            | Self::Cwd
            | Self::Type
            | Self::Rest
            | Self::Stor
            | Self::Transfer
            | Self::Confirmation
            | Self::Rnfr
            | Self::Rnto
            | Self::Dele
            | Self::Quit => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const ALL: [Step; 30] = [
        Step::Greeting,
        Step::Auth,
        Step::Pbsz,
        Step::Prot,
        Step::User,
        Step::Pass,
        Step::Acct,
        Step::Opts,
        Step::Site,
        Step::Feat,
        Step::Cwd,
        Step::Mkd,
        Step::Type,
        Step::Epsv,
        Step::Pasv,
        Step::Eprt,
        Step::Port,
        Step::Rest,
        Step::Stor,
        Step::Transfer,
        Step::Confirmation,
        Step::Size,
        Step::Hash,
        Step::Look,
        Step::Compare,
        Step::Rnfr,
        Step::Rnto,
        Step::Dele,
        Step::Attributes,
        Step::Quit,
    ];

    fn meaning(step: Step, code: &str) -> Meaning {
        step.meaning(Code::parse(code.as_bytes()).unwrap())
    }

    #[test]
    fn a_greeting_of_120_waits_and_220_is_done() {
        assert_eq!(meaning(Step::Greeting, "120"), Meaning::Wait);
        assert_eq!(meaning(Step::Greeting, "220"), Meaning::Done);
    }

    #[test]
    fn a_user_may_be_logged_in_at_once_or_asked_for_password_or_account() {
        assert_eq!(meaning(Step::User, "230"), Meaning::Done);
        assert_eq!(meaning(Step::User, "331"), Meaning::NeedPassword);
        assert_eq!(meaning(Step::User, "332"), Meaning::NeedAccount);
        assert_eq!(meaning(Step::Pass, "332"), Meaning::NeedAccount);
        assert_eq!(meaning(Step::Pass, "331"), Meaning::Unexpected);
    }

    #[test]
    fn tls_begins_after_a_completion_and_after_nothing_else() {
        assert_eq!(meaning(Step::Auth, "234"), Meaning::Done);
        // 334 is for mechanisms that exchange data first (RFC 2228 §3); TLS is none of them.
        for code in ["334", "331", "431", "500", "502", "504", "530", "534"] {
            assert_ne!(meaning(Step::Auth, code), Meaning::Done, "{code}");
        }
    }

    #[test]
    fn data_may_flow_after_125_and_150_and_after_nothing_else() {
        assert_eq!(meaning(Step::Stor, "125"), Meaning::Done);
        assert_eq!(meaning(Step::Stor, "150"), Meaning::Done);
        for code in ["200", "226", "250", "350", "450", "553"] {
            assert_ne!(meaning(Step::Stor, code), Meaning::Done, "{code}");
        }
    }

    #[test]
    fn a_beginning_is_agreed_to_with_350() {
        for step in [Step::Rest, Step::Rnfr] {
            assert_eq!(meaning(step, "350"), Meaning::Done);
            assert_eq!(meaning(step, "250"), Meaning::Refused);
        }
        assert_eq!(meaning(Step::Rnto, "350"), Meaning::Unexpected);
    }

    #[test]
    fn success_before_the_last_byte_is_no_success() {
        for code in ["200", "226", "250", "299"] {
            assert_eq!(meaning(Step::Transfer, code), Meaning::EarlySuccess);
            assert_eq!(meaning(Step::Confirmation, code), Meaning::Done);
        }
    }

    #[test]
    fn every_4xx_and_5xx_is_a_refusal() {
        for step in ALL {
            for code in (400..600).filter(|&code| code != 426) {
                assert_eq!(meaning(step, &code.to_string()), Meaning::Refused, "{step:?} {code}");
            }
        }
    }

    #[test]
    fn an_odd_code_is_a_no_where_a_no_can_be_lived_with() {
        use Step::{Attributes, Compare, Eprt, Epsv, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Size};
        let optional = [Attributes, Compare, Epsv, Eprt, Feat, Hash, Look, Mkd, Opts, Pasv, Pbsz, Port, Prot, Size];
        for step in ALL.into_iter().filter(|step| !matches!(step, Step::User | Step::Rest | Step::Rnfr)) {
            let odd = if optional.contains(&step) { Meaning::Refused } else { Meaning::Unexpected };
            for code in ["300", "314", "331", "350", "399"] {
                assert_eq!(meaning(step, code), odd, "{step:?} {code}");
            }
        }
    }

    #[test]
    fn the_end_of_a_transfer_answers_no_other_command() {
        for step in ALL {
            let ends = matches!(step, Step::Stor | Step::Transfer | Step::Confirmation);
            for code in ["226", "426"] {
                assert_eq!(meaning(step, code) != Meaning::OutOfStep, ends, "{step:?} {code}");
            }
            assert_ne!(meaning(step, "425"), Meaning::OutOfStep);
        }
    }

    #[test]
    fn attributes_are_not_set_by_a_server_that_calls_that_superfluous() {
        assert_eq!(meaning(Step::Attributes, "202"), Meaning::Refused);
        assert_eq!(meaning(Step::Attributes, "200"), Meaning::Done);
        // Some servers say it of UTF-8, which they always have.
        assert_eq!(meaning(Step::Opts, "202"), Meaning::Done);
    }

    #[test]
    fn unknown_2xx_codes_complete_the_steps_that_a_2xx_can_complete() {
        let others = [Step::Stor, Step::Transfer, Step::Rest, Step::Rnfr];
        for step in ALL.into_iter().filter(|step| !others.contains(step)) {
            assert_eq!(meaning(step, "299"), Meaning::Done, "{step:?}");
        }
    }
}
