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
mod tests;
