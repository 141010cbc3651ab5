//! The table of the meaning of each reply at each step of an upload. Every decision about the course of the
//! conversation is in this file; `guest/component/src/session.rs` only carries it out.
//!
//! Only the first digit of a code counts, as RFC 959 §4.2 recommends. The exceptions are codes that need another
//! action: 332, 202 for an attribute, 226 and 426 outside a transfer, and the end of a listing. If a command is optional, or has an
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
    /// PWD.
    Pwd,
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
    /// RMD.
    Rmd,
    /// MLSD, LIST or RETR: waits for the server to accept the transfer.
    Retrieve,
    /// The data of MLSD, LIST or RETR was received: waits for the final reply.
    Reception,
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
            // RFC 2428 §3: 229 answers nothing but EPSV, so that it comes one reply too late.
            (Self::Pasv, Completion) if code.number() == 229 => Meaning::OutOfStep,
            // RFC 959 §5.4: 125 and 150 both permit sending the data.
            (Self::Stor | Self::Retrieve, Preliminary) => Meaning::Done,
            (_, Preliminary) => Meaning::Wait,
            // RFC 959 §5.4: a transfer begins only after a preliminary reply, and ends only after the last byte.
            (Self::Stor | Self::Transfer, Completion) => Meaning::EarlySuccess,
            // RFC 959 §5.4: LIST and RETR have a preliminary reply, and then 226 or 250. Another completion does not say
            // that the data is complete.
            (Self::Retrieve, Completion) => Meaning::Unexpected,
            (Self::Reception, Completion) if !matches!(code.number(), 226 | 250) => Meaning::Unexpected,
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

    /// Returns true if a reply with this code can be the reply to this step, where the commands of other steps are
    /// outstanding. FTP's replies do not name their commands: only a code that no other of them has shows that a reply
    /// is missing, or is one too many. So this is stricter than [`meaning`](Self::meaning): it takes the codes of RFC
    /// 959 §5.4 and of the extensions, and the general 200 and 250.
    ///
    /// A refusal fits every step.
    pub fn fits(self, code: Code) -> bool {
        match code.class() {
            Class::Transient | Class::Permanent => self.meaning(code) != Meaning::OutOfStep,
            Class::Preliminary => self.is_of_a_transfer(),
            Class::Intermediate => match code.number() {
                331 => self == Self::User,
                332 => matches!(self, Self::User | Self::Pass),
                350 => matches!(self, Self::Rest | Self::Rnfr),
                _ => false,
            },
            Class::Completion => self.is_completed_by(code.number()),
        }
    }

    fn is_completed_by(self, code: u16) -> bool {
        match self {
            Self::Greeting => code == 220,
            Self::Auth => code == 234,
            Self::User | Self::Pass => matches!(code, 230 | 232),
            Self::Acct => matches!(code, 202 | 230),
            Self::Feat => code == 211,
            // RFC 2428 §3; RFC 959 §5.4.
            Self::Epsv => code == 229,
            Self::Pasv => code == 227,
            // RFC 3659 §3 and §4.
            Self::Size | Self::Look => code == 213,
            // 213 for HASH (draft-bryan-ftp-hash §3), 200 for OPTS HASH, 251 for MD5 (draft-twine-ftpmd5), 250 for the
            // commands with an X.
            Self::Hash | Self::Compare => matches!(code, 200 | 213 | 250 | 251),
            Self::Mkd => matches!(code, 250 | 257),
            Self::Pwd => code == 257,
            Self::Opts => matches!(code, 200 | 202 | 250),
            // 213 for MFMT (draft-somers-ftp-mfxx §3.1).
            Self::Attributes => matches!(code, 200 | 213 | 250),
            Self::Site
            | Self::Pbsz
            | Self::Prot
            | Self::Type
            | Self::Cwd
            | Self::Eprt
            | Self::Port
            | Self::Rnto
            | Self::Dele
            | Self::Rmd => {
                matches!(code, 200 | 250)
            }
            Self::Reception => matches!(code, 226 | 250),
            Self::Stor | Self::Transfer | Self::Confirmation => matches!(code, 200 | 226 | 250),
            Self::Rest | Self::Rnfr | Self::Retrieve => false,
            Self::Quit => code == 221,
        }
    }

    fn is_of_a_transfer(self) -> bool {
        matches!(self, Self::Stor | Self::Transfer | Self::Confirmation | Self::Retrieve | Self::Reception)
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
            | Self::Pwd
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
            | Self::Rmd
            | Self::Retrieve
            | Self::Reception
            | Self::Quit => false,
        }
    }
}

#[cfg(test)]
mod tests;
