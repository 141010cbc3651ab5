//! The words for steps, connections, causes, violations and proofs.

use super::words;

use crate::report::event::Peer;
use crate::report::step::{Algorithm, Cause, Connection, Protocol, Step, Violation};
use crate::report::summary::{Remaining, Verification, Whose};

words!(
    /// Returns a stable word for the step.
    Step, kind, STEPS,
    Self::Greeting => "greeting",
    Self::Protection => "protection",
    Self::Login => "login",
    Self::Features => "features",
    Self::Site => "site",
    Self::Directory => "directory",
    Self::BinaryType => "binary_type",
    Self::Inspection => "inspection",
    Self::DataConnection => "data_connection",
    Self::Store => "store",
    Self::Transfer => "transfer",
    Self::Confirmation => "confirmation",
    Self::Renaming => "renaming",
    Self::Attributes => "attributes",
    Self::Quit => "quit",
);

words!(
    /// Returns a stable word for the connection.
    Connection, kind, CONNECTIONS,
    Self::Control => "control",
    Self::Data => "data",
);

words!(
    /// Returns a stable word for the machine.
    Peer, kind, PEERS,
    Self::Server => "server",
    Self::Proxy => "proxy",
);

words!(
    /// Returns a stable word for the cause.
    Cause, kind, CAUSES,
    Self::Closed => "closed",
    Self::Reset => "reset",
    Self::TimedOut => "timed_out",
    Self::Refused => "refused",
    Self::Unreachable => "unreachable",
    Self::Denied => "denied",
    Self::Insecure => "insecure",
    Self::OutOfStep => "out_of_step",
);

words!(
    /// Returns a stable word for the violation.
    Violation, kind, VIOLATIONS,
    Self::NotAReply => "not_a_reply",
    Self::ReplyTooLong => "reply_too_long",
    Self::TooManyReplies => "too_many_replies",
    Self::UnexpectedReply => "unexpected_reply",
    Self::EarlySuccess => "early_success",
    Self::NoPort => "no_port",
    Self::EarlyText => "early_text",
    Self::AnotherProtocol(_) => "another_protocol",
);

words!(
    /// Returns a stable word for the protocol.
    Protocol, kind, PROTOCOLS,
    Self::Ssh => "ssh",
    Self::Http => "http",
    Self::Smtp => "smtp",
    Self::Pop3 => "pop3",
    Self::Imap => "imap",
    Self::Tls => "tls",
);

words!(
    /// Returns a stable word for the proof: the hash algorithm, `size` or `none`.
    Verification, kind, PROOFS,
    Self::Hash(Algorithm::Sha256) => "sha256",
    Self::Hash(Algorithm::Sha1) => "sha1",
    Self::Hash(Algorithm::Md5) => "md5",
    Self::Hash(Algorithm::Crc32) => "crc32",
    Self::Size => "size",
    Self::None => "none",
);

words!(
    /// Returns a stable word for the origin of the content.
    Whose, kind, ORIGINS,
    Self::Ours => "new",
    Self::Old => "old",
);

words!(
    /// Returns a stable word for the server's last answer.
    Remaining, kind, STATES,
    Self::Removed => "removed",
    Self::Seen(_) => "seen",
    Self::Unknown => "unknown",
);
