//! The table of the meaning of each reply at each step of an upload. Every decision about the course of the
//! conversation is in this file; `guest/component/src/session.rs` only carries it out.
//!
//! Only the first digit of a code counts, as RFC 959 §4.2 recommends. The exceptions are codes that need another
//! action: 332, 202 for an attribute, and 226 and 426 outside a transfer. If a command is optional, or has an
//! alternative, every final reply that does not accept it is a refusal, and the upload continues without it.

use crate::reply::{Class, Code};

/// The last command or question, which the next reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing was sent yet: the server speaks first.
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
    /// SITE, with the user's parameters.
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
    /// STOR, APPE or STOU: waits for the server to accept the data.
    Stor,
    /// The data is being sent; the server sends a reply only if there is a problem.
    Transfer,
    /// All data was sent: waits for the reply that the file is stored.
    Confirmation,
    /// SIZE, for a file that was just stored.
    Size,
    /// HASH and its alternatives, for a file that was just stored; and OPTS HASH.
    Hash,
    /// SIZE, for a file that may exist.
    Look,
    /// HASH and its alternatives, for a file that may exist.
    Compare,
    /// RNFR.
    Rnfr,
    /// RNTO.
    Rnto,
    /// DELE.
    Dele,
    /// MFMT and its alternatives, SITE CHMOD.
    Attributes,
    /// QUIT.
    Quit,
}

/// The meaning of a reply for the step that it answers.
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
    /// The server refuses.
    Refused,
    /// The server says that the file is complete before the last byte was sent.
    EarlySuccess,
    /// The reply belongs to another command than this step's: later replies cannot be matched with their commands.
    OutOfStep,
    /// The reply is not defined for this step.
    Unexpected,
}

impl Step {
    /// Returns the meaning of a reply with this code at this step.
    pub fn meaning(self, code: Code) -> Meaning {
        use Class::{Completion, Intermediate, Permanent, Preliminary, Transient};
        match (self, code.class()) {
            // RFC 959 §5.4: only a transfer ends with 226 or 426; outside a transfer, the reply belongs to an earlier
            // one.
            (step, Completion | Transient) if matches!(code.number(), 226 | 426) && !step.is_of_a_transfer() => {
                Meaning::OutOfStep
            }
            // RFC 959 §5.4: 125 and 150 both permit sending the data.
            (Self::Stor, Preliminary) => Meaning::Done,
            (_, Preliminary) => Meaning::Wait,
            // RFC 959 §5.4: a transfer begins only after a preliminary reply, and ends only after the last byte.
            (Self::Stor | Self::Transfer, Completion) => Meaning::EarlySuccess,
            // RFC 959 §5.4 and RFC 3659 §5.3: only 350 accepts these; their purpose is the next command. A 2xx promises
            // nothing.
            (Self::Rest | Self::Rnfr, Intermediate) => Meaning::Done,
            (Self::Rest | Self::Rnfr, Completion) => Meaning::Refused,
            // RFC 959 §4.2.2: 202 means not implemented, superfluous at this site. So no attribute was set.
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

    /// Returns true if the conversation can continue after any reply that refuses: the command is optional (RFC 2389
    /// §3.2, RFC 3659, RFC 4217 §9 for PBSZ), or has an alternative (PASV for EPSV, RFC 2428 §4; PORT for EPRT).
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
