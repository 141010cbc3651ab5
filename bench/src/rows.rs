//! What is measured: each row is one job, done by several clients in turn, round after round.
//!
//! Next: `contest.rs`, which does it.

use crate::clients::Client;
use crate::clients::Client::{BareCopy, BareSendfile, BareTls, Curl, Lftp, Ncftpput, Ours, Python};

/// One row of the table.
pub(crate) struct Row {
    /// How it is named in the table, the raw figures and `--only`.
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    pub(crate) tls: bool,
    pub(crate) files: Files,
    pub(crate) clients: &'static [Client],
    /// How often each client does it.
    pub(crate) rounds: usize,
}

/// Who is uploaded to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// `sink.rs`, where the kernel drops what arrives.
    Sink,
    /// The same, but it reads what arrives.
    ReadingSink,
    /// vsftpd, writing to a file system in memory.
    Vsftpd,
}

/// What is uploaded.
#[derive(Clone, Copy)]
pub(crate) struct Files {
    pub(crate) count: usize,
    /// Bytes of each.
    pub(crate) size: u64,
    pub(crate) place: Place,
}

/// Where the files are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file system in memory.
    Memory,
    /// A disk, but read before, so that the system has it in memory.
    Disk,
    /// A file system in memory, and nothing in the file.
    Sparse,
}

const GIB: u64 = 1 << 30;
const ONE_GIB: Files = Files { count: 1, size: GIB, place: Place::Memory };
const ONE_KIB: Files = Files { count: 1, size: 1024, place: Place::Memory };
const MANY: Files = Files { count: 1000, size: 10 * 1024, place: Place::Memory };

/// All of them, in the order of the table.
pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "1 GiB",
        server: Server::Sink,
        tls: false,
        files: ONE_GIB,
        clients: &[Ours, Curl, Lftp, Ncftpput, Python, BareSendfile, BareCopy],
        rounds: 11,
    },
    Row {
        name: "1 GiB, read by the sink",
        server: Server::ReadingSink,
        tls: false,
        files: ONE_GIB,
        clients: &[Ours, Curl, Lftp, Ncftpput, Python, BareSendfile, BareCopy],
        rounds: 11,
    },
    Row {
        name: "1 GiB from disk",
        server: Server::Sink,
        tls: false,
        files: Files { place: Place::Disk, ..ONE_GIB },
        clients: &[Ours, Curl, BareSendfile, BareCopy],
        rounds: 11,
    },
    Row {
        name: "1 GiB, TLS",
        server: Server::Sink,
        tls: true,
        files: ONE_GIB,
        // ftplib waits for the server's end of TLS, which a sink that does not decrypt cannot give.
        clients: &[Ours, Curl, Lftp, BareTls],
        rounds: 11,
    },
    Row {
        name: "1 KiB",
        server: Server::Sink,
        tls: false,
        files: ONE_KIB,
        clients: &[Ours, Curl, Lftp, Ncftpput, Python],
        rounds: 31,
    },
    Row {
        name: "1 KiB, TLS",
        server: Server::Sink,
        tls: true,
        files: ONE_KIB,
        clients: &[Ours, Curl, Lftp, Python],
        rounds: 21,
    },
    Row {
        name: "1,000 × 10 KiB",
        server: Server::Sink,
        tls: false,
        files: MANY,
        clients: &[Ours, Curl, Lftp, Ncftpput, Python],
        rounds: 11,
    },
    Row {
        name: "10 GiB sparse",
        server: Server::Sink,
        tls: false,
        files: Files { count: 1, size: 10 * GIB, place: Place::Sparse },
        clients: &[Ours, Curl],
        rounds: 3,
    },
    Row {
        name: "1 GiB to vsftpd",
        server: Server::Vsftpd,
        tls: false,
        files: ONE_GIB,
        clients: &[Ours, Curl, Lftp, Ncftpput, Python],
        rounds: 5,
    },
    Row {
        name: "1 GiB to vsftpd, TLS",
        server: Server::Vsftpd,
        tls: true,
        files: ONE_GIB,
        clients: &[Ours, Curl, Lftp],
        rounds: 5,
    },
];
