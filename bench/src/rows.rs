//! The jobs that are measured: each row is one job, done by several clients in turn, for several rounds.

use crate::clients::Client;
use crate::clients::Client::{BareCopy, BareSendfile, BareTls, Curl, Lftp, Ncftpput, Ours, Python};

/// One row of the table.
pub(crate) struct Row {
    /// The name in the table, in the raw figures and for `--only`.
    pub(crate) name: &'static str,
    pub(crate) server: Server,
    pub(crate) tls: bool,
    pub(crate) files: Files,
    pub(crate) clients: &'static [Client],
    /// The number of runs of each client.
    pub(crate) rounds: usize,
}

/// The server of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    /// `sink/`: the kernel discards the received data.
    Sink,
    /// `sink/`, which reads the received data.
    ReadingSink,
    /// vsftpd, writing to a file system in memory.
    Vsftpd,
}

/// The files of a job.
#[derive(Clone, Copy)]
pub(crate) struct Files {
    pub(crate) count: usize,
    /// The size of each file, in bytes.
    pub(crate) size: u64,
    pub(crate) place: Place,
}

/// The location of the files.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A file system in memory.
    Memory,
    /// A disk, but the file is in the page cache, because it was read before.
    Disk,
    /// A sparse file in a file system in memory.
    Sparse,
}

const GIB: u64 = 1 << 30;
const ONE_GIB: Files = Files { count: 1, size: GIB, place: Place::Memory };
const ONE_KIB: Files = Files { count: 1, size: 1024, place: Place::Memory };
const MANY: Files = Files { count: 1000, size: 10 * 1024, place: Place::Memory };

/// All rows, in the order of the table.
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
        // ftplib waits for the server's close_notify, which a sink that does not decrypt cannot send.
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
