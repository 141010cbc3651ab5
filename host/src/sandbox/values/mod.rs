//! The values that pass between `run/` and the component, in our own types. The types that are generated from `wit/`
//! stay in `sandbox/`.

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::server_text::ServerText;
use crate::report::step::{Algorithm, Cause, Connection, Step, Violation};
use crate::request::delivery::Verify;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities;

#[allow(unused_imports, reason = "`run/` names all of them only for a synchronisation")]
pub(crate) use many::{Change, Changed, Features, Form, Kind, Known, Listed, ListedEntry, Removal};

mod many;

/// The command that stores a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// STOR.
    Replace,
    /// STOU.
    Unique,
    /// REST with this offset in bytes, then STOR or APPE.
    Rest(u64),
}

/// The proof that the component asks for within the same call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    Best,
    Size,
    Nothing,
}

/// The component's report of a confirmed STOR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GuestReceipt {
    /// The bytes sent, from the offset of the placement on.
    pub(crate) sent: u64,
    /// The name that the server chose.
    pub(crate) name: Option<Vec<u8>>,
    pub(crate) verified: Verified,
}

/// The proof that the component has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// The final reply alone.
    Reply,
    /// The final reply alone, because the server refuses to tell the size of the file.
    Refused,
    Size,
    Hash(Algorithm),
    /// The check was left for later.
    Later,
}

/// The questions about a file that will be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inquiry {
    Nothing,
    Size,
    SizeAndTime,
}

/// The answers to the questions about a file that will be stored, and about the one stored before.
#[derive(Debug)]
pub(crate) struct Announced {
    /// The announced file.
    pub(crate) found: Found,
    /// The time of its last modification, in seconds since 1970.
    pub(crate) modified: Option<u64>,
    /// The result of the check of the file stored before, if it was left open.
    pub(crate) checked: Option<Result<Verified, UploadError>>,
}

/// The result of making one directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MkdOutcome {
    Made,
    Exists,
    /// It does not exist, or cannot be entered.
    Refused(Refusal),
    /// The server refused to make it, and it is unknown if it exists.
    Unknown(Refusal),
}

/// The result of comparing hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Same(Algorithm),
    Different(Algorithm),
    /// The server offers no hash that the component knows.
    Unavailable,
}

/// The result of RNFR and RNTO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Renaming {
    Done,
    /// RNFR was refused.
    NotFrom(Refusal),
    /// RNTO was refused.
    NotTo(Refusal),
}

/// A negative reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) step: Step,
    pub(crate) code: u16,
    pub(crate) text: ServerText,
}

impl Verify {
    /// Returns the proof to ask for in the call that stores. The hash that [`Verify::Hash`] demands is part of the best
    /// proof.
    pub(crate) fn asked(self) -> Proof {
        match self {
            Self::Best | Self::Hash => Proof::Best,
            Self::Size => Proof::Size,
            Self::Nothing => Proof::Nothing,
        }
    }
}

pub(super) fn plan(placement: Placement, verify: Proof, defer: bool) -> wit::Plan {
    wit::Plan {
        defer,
        placement: match placement {
            Placement::Replace => wit::Placement::Replace,
            Placement::Unique => wit::Placement::Unique,
            Placement::Rest(offset) => wit::Placement::Rest(offset),
        },
        verify: match verify {
            Proof::Best => wit::Verify::Best,
            Proof::Size => wit::Verify::Size,
            Proof::Nothing => wit::Verify::Nothing,
        },
    }
}

pub(super) fn inquiry(inquiry: Inquiry) -> wit::Inquiry {
    match inquiry {
        Inquiry::Nothing => wit::Inquiry::Nothing,
        Inquiry::Size => wit::Inquiry::Size,
        Inquiry::SizeAndTime => wit::Inquiry::SizeAndTime,
    }
}

pub(super) fn found(found: wit::Found) -> Found {
    match found {
        wit::Found::Bytes(bytes) => Found::Bytes(bytes),
        wit::Found::Refused => Found::Refused,
        wit::Found::Untold => Found::Untold,
    }
}

pub(super) fn comparison(comparison: wit::Comparison) -> Comparison {
    match comparison {
        wit::Comparison::Same(by) => Comparison::Same(by.into()),
        wit::Comparison::Different(by) => Comparison::Different(by.into()),
        wit::Comparison::Unavailable => Comparison::Unavailable,
    }
}

impl From<wit::Verification> for Verified {
    fn from(verified: wit::Verification) -> Self {
        match verified {
            wit::Verification::None => Self::Reply,
            wit::Verification::Refused => Self::Refused,
            wit::Verification::Size => Self::Size,
            wit::Verification::Hash(by) => Self::Hash(by.into()),
            wit::Verification::Later => Self::Later,
        }
    }
}

impl From<capabilities::Algorithm> for Algorithm {
    fn from(algorithm: capabilities::Algorithm) -> Self {
        match algorithm {
            capabilities::Algorithm::Sha256 => Self::Sha256,
            capabilities::Algorithm::Sha1 => Self::Sha1,
            capabilities::Algorithm::Md5 => Self::Md5,
            capabilities::Algorithm::Crc32 => Self::Crc32,
        }
    }
}

impl From<capabilities::Step> for Step {
    fn from(step: capabilities::Step) -> Self {
        match step {
            capabilities::Step::Greeting => Self::Greeting,
            capabilities::Step::Protection => Self::Protection,
            capabilities::Step::Login => Self::Login,
            capabilities::Step::Features => Self::Features,
            capabilities::Step::Site => Self::Site,
            capabilities::Step::Directory => Self::Directory,
            capabilities::Step::BinaryType => Self::BinaryType,
            capabilities::Step::Inspection => Self::Inspection,
            capabilities::Step::DataConnection => Self::DataConnection,
            capabilities::Step::Store => Self::Store,
            capabilities::Step::Transfer => Self::Transfer,
            capabilities::Step::Confirmation => Self::Confirmation,
            capabilities::Step::Renaming => Self::Renaming,
            capabilities::Step::Attributes => Self::Attributes,
            capabilities::Step::Quit => Self::Quit,
        }
    }
}

impl From<capabilities::IoError> for Cause {
    fn from(error: capabilities::IoError) -> Self {
        match error {
            capabilities::IoError::Closed => Self::Closed,
            capabilities::IoError::Reset => Self::Reset,
            capabilities::IoError::TimedOut => Self::TimedOut,
            capabilities::IoError::Refused => Self::Refused,
            capabilities::IoError::Unreachable => Self::Unreachable,
            capabilities::IoError::Denied => Self::Denied,
            capabilities::IoError::Insecure => Self::Insecure,
            capabilities::IoError::OutOfStep => Self::OutOfStep,
        }
    }
}

impl From<wit::Connection> for Connection {
    fn from(connection: wit::Connection) -> Self {
        match connection {
            wit::Connection::Control => Self::Control,
            wit::Connection::Data => Self::Data,
        }
    }
}

impl From<wit::Violation> for Violation {
    fn from(violation: wit::Violation) -> Self {
        match violation {
            wit::Violation::NotAReply => Self::NotAReply,
            wit::Violation::ReplyTooLong => Self::ReplyTooLong,
            wit::Violation::TooManyReplies => Self::TooManyReplies,
            wit::Violation::UnexpectedReply => Self::UnexpectedReply,
            wit::Violation::EarlySuccess => Self::EarlySuccess,
            wit::Violation::NoPort => Self::NoPort,
            wit::Violation::EarlyText => Self::EarlyText,
        }
    }
}
