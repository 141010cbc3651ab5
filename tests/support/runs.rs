//! A run that connects to a scripted server several times, since every retry opens a new connection.
//!
//! Every script must be played to its end, in order. After the last one the port is closed.

use std::net::TcpListener;

use crate::support::outcome::Outcome;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::upload::Upload;

/// An upload that has ended, and that took several connections.
pub(crate) struct Runs {
    /// The result of the program.
    pub(crate) outcome: Outcome,
    /// The server's record of each connection.
    pub(crate) server_logs: Vec<ServerLog>,
}

/// Plays these scripts to an upload, one for each connection.
#[track_caller]
pub(crate) fn run_in_turn<const N: usize>(scripts: [Script; N], upload: Upload) -> Runs {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let server = ScriptedServer::listen(listener, scripts.into());
    let mut outcome = upload.to(server.address()).start().wait();
    server.dismiss();
    let server_logs = server.finish_all();
    outcome.aside =
        server_logs.iter().map(ServerLog::to_string).collect::<Vec<_>>().join("---- next connection ----\n");
    outcome.passes_general_checks();
    outcome.claim(server_logs.iter().all(|log| log.mismatch.is_none()), "a program that follows the scripts");
    Runs { outcome, server_logs }
}

impl Runs {
    /// Claims that the bytes of all data connections together are this content.
    pub(crate) fn stored_in_pieces(&self, content: &[u8]) -> &Self {
        let bytes: Vec<u8> = self.pieces().concat();
        self.outcome.claim(bytes == content, &format!("pieces of {} bytes together", content.len()));
        self
    }

    /// Claims that the last data connection carried exactly this content.
    pub(crate) fn stored_last(&self, content: &[u8]) -> &Self {
        let last = self.pieces().last().is_some_and(|bytes| *bytes == content);
        self.outcome.claim(last, &format!("{} bytes over the last data connection", content.len()));
        self
    }

    /// Claims the number of data connections.
    pub(crate) fn data_connections(&self, count: usize) -> &Self {
        self.outcome.claim(self.pieces().len() == count, &format!("{count} data connections"));
        self
    }

    fn pieces(&self) -> Vec<&[u8]> {
        self.server_logs.iter().flat_map(|server_log| &server_log.files).map(|file| &file.bytes[..]).collect()
    }
}

impl Outcome {
    /// Claims that the program announced so many retries.
    pub(crate) fn retried(&self, times: usize) -> &Self {
        self.counts(times, "Retrying in ")
    }
}
