//! The events of a run, and the trait through which a caller receives them.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use ftp_plan::operations::Plan;
use ftp_text::escape::Escaped;

use crate::report::error::UploadError;
use crate::report::step::{Connection, Step};
use crate::report::summary::{AlreadyThere, Failure, StoredFile};

/// Receives the events of a run.
///
/// A run delivers several files at the same time, each on a thread of its own. `event` is called from all these threads,
/// also at the same time, and the events of different files interleave. The events of one file are in order. The
/// delivery of the file waits until the call returns. `()` ignores all events.
pub trait Observer: Send + Sync {
    /// Receives one event.
    fn event(&self, event: &Event<'_>);
}

impl Observer for () {
    fn event(&self, _: &Event<'_>) {}
}

/// An event of a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The system's resolver is asked for the addresses of a name. This happens before all other events, and again if it
    /// is retried. An IP address needs no resolver.
    Resolving {
        /// The name of the server or of the proxy.
        host: &'a str,
    },
    /// The files are known, and the first connection will be opened. It is sent once per run, before the events of all
    /// files.
    Planned {
        /// The number of files to store, without those that are there already or cannot be sent.
        files: u64,
        /// The sum of their sizes in bytes. A stream, whose size is unknown, counts as 0.
        bytes: u64,
        /// The number of local files that were found and will not be stored, because they are excluded, no regular
        /// files, or unreadable.
        skipped: u64,
    },
    /// `sync` has compared the local directory with the server, and nothing is changed so far. Sent once per run, before
    /// the sizes of the run are known.
    Compared {
        /// The operations.
        plan: &'a Plan,
    },
    /// A control connection is being opened to this address. Each address that is tried has an event of its own.
    Connecting {
        /// The address.
        address: SocketAddr,
        /// The machine that has the address.
        peer: Peer,
    },
    /// The proxy was reached, and is asked for a connection to the server.
    AskingProxy {
        /// The address of the proxy that was reached.
        proxy: SocketAddr,
    },
    /// The conversation has reached this step. It names no file: if several files are being delivered, the step may
    /// belong to any of them.
    StepEntered(Step),
    /// The server has confirmed the end of a file, and is asked for its hash or its size. It names no file either, and
    /// follows [`Step::Confirmation`]. The questions about a file can also go together with the beginning of the next one;
    /// there is no event for these.
    Verifying,
    /// TLS was set up on a connection.
    Secured {
        /// The connection.
        connection: Connection,
        /// The parameters of its TLS session.
        tls: &'a Secured,
    },
    /// The delivery of a file begins. It is sent once per file, before its first try.
    FileStarted {
        /// The local file, or the name of the stream.
        file: &'a Path,
        /// Its path on the server, relative to the directory of the upload.
        remote: &'a [u8],
        /// Its size in bytes. A stream has none.
        size: Option<u64>,
    },
    /// The server has the first `from` bytes of `file`; sending continues there.
    Resuming {
        /// The local file.
        file: &'a Path,
        /// The offset in bytes.
        from: u64,
    },
    /// More bytes of `file` were handed to the operating system for sending.
    Sent {
        /// The local file, or the name of the stream.
        file: &'a Path,
        /// The number of bytes so far, including those that the server had before.
        sent: u64,
        /// The size of the file in bytes. A stream has none.
        size: Option<u64>,
    },
    /// A try failed in a way that may not recur; the next one begins after a pause.
    Retrying {
        /// The file, or `None` if no file had begun.
        file: Option<&'a Path>,
        /// The failure.
        error: &'a UploadError,
        /// The time until the next try.
        pause: Duration,
        /// The number of this retry, from 1.
        count: u32,
        /// The maximum number of retries.
        limit: u32,
    },
    /// The run waits, although nothing has failed.
    Waiting {
        /// The file, or `None` if the wait is about no single file.
        file: Option<&'a Path>,
        /// The reason.
        why: WaitReason,
        /// The time until the run goes on.
        pause: Duration,
    },
    /// A condition that the user should know and that is not a failure.
    Noted {
        /// The file, or `None` if the note is about no single file.
        file: Option<&'a Path>,
        /// The note.
        note: &'a Note,
    },
    /// A file is not sent, because its name is taken on the server
    /// ([`Delivery::skip_existing`](crate::Delivery::skip_existing)).
    AlreadyThere(&'a AlreadyThere),
    /// A file is stored, and the server has confirmed it.
    Stored(&'a StoredFile),
    /// A file is stored under a temporary name, and the server has confirmed it. It gets its name when all files of the
    /// run are there; then [`Stored`](Self::Stored) follows.
    Staged(&'a StoredFile),
    /// A file or a directory was removed from the server.
    Removed {
        /// Its path on the server, relative to the directory of the job.
        path: &'a [u8],
        /// True if it was a directory.
        directory: bool,
    },
    /// The delivery of a file was given up, or the run has ended because of this error. Each failure of a run that has
    /// begun to connect is sent once, before the report has it.
    Failed(&'a Failure),
    /// A line of a command or a reply. The password and the account appear as `****`.
    Line {
        /// The sender of the line.
        speaker: Speaker,
        /// Its text.
        line: Escaped<'a>,
    },
}

/// The machine at the other end of a new control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The server.
    Server,
    /// The proxy.
    Proxy,
}

/// The reason of a wait that follows no failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitReason {
    /// The lock on the server names no owner: another run may be about to take it, or has died.
    Lock,
    /// A connection was lost. The server may still be writing the bytes that it has received, so it is asked for the size
    /// of the file a little later.
    Settling,
}

/// The sender of a line on the control connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The client: the line is a command.
    Client,
    /// The server: the line is a reply, or a part of one.
    Server,
}

/// The parameters of the TLS session of one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Secured {
    /// `TLS 1.2` or `TLS 1.3`.
    pub version: &'static str,
    /// The cipher suite, by its IANA name.
    pub cipher_suite: String,
    /// True if an earlier TLS session was resumed, which proves to the server that both connections belong to one
    /// client.
    pub resumed: bool,
}

/// A condition that the user should know and that is not a failure.
#[derive(Debug)]
#[non_exhaustive]
pub enum Note {
    /// The file is stored, but its time of last modification could not be set
    /// ([`Delivery::preserve_time`](crate::Delivery::preserve_time)).
    TimeNotSet(UploadError),
    /// The file is stored. The local file's time of last modification is before 1970 or after 9999, and was not sent.
    TimeOutOfRange,
    /// The file is stored, but its permissions could not be set ([`Delivery::mode`](crate::Delivery::mode)).
    ModeNotSet(UploadError),
    /// The server has chosen the name of the file and did not tell it, so that neither its time nor its permissions were set.
    NameUntold,
    /// The server refused to interpret names as UTF-8 (OPTS UTF8 ON, RFC 2640), so names that are not ASCII may look
    /// different there. Sent once per login.
    Utf8Refused,
    /// The file is stored. An older file of that name was moved aside and may still exist, because the server did not
    /// confirm that it was removed.
    OldRemains {
        /// The present name of the older file, in the directory of the upload.
        name: Vec<u8>,
    },
    /// Another connection was not opened, for this reason. The open ones store all files.
    FewerConnections(UploadError),
    /// The server did not compute the hash of the file in time. The file is checked by its size instead.
    HashTooSlow,
    /// The whole file is sent, although [`Delivery::resume`](crate::Delivery::resume) is set and the server may have a part
    /// of it, for this reason.
    StartsOver(StartOver),
}

/// The reason why an upload does not go on where an earlier one has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartOver {
    /// The server does not report the size of the file that it has.
    SizeUnknown,
    /// The file on the server is larger than the local file.
    TooLarge {
        /// Its size in bytes.
        there: u64,
    },
    /// The server's hash of its file differs from that of the beginning of the local file.
    Different {
        /// The size of the server's file in bytes.
        there: u64,
    },
    /// The server computes no hashes, and the name of its file proves nothing: it is not a temporary one, or the file has the
    /// whole length already.
    NotProved {
        /// The size of the server's file in bytes.
        there: u64,
    },
    /// The server refused to go on in the middle of the file (REST, or STOR behind it).
    Refused,
}
