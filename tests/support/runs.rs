//! A scripted server that is visited several times in a row: whoever tries again comes over a new connection.
//!
//! Every script has to be played to its end, in order, and nobody may come after the last: then the port is closed. Next:
//! `words.rs`, what such conversations are made of.

use std::net::TcpListener;

use crate::support::outcome::Outcome;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::upload::Upload;

/// An upload that is over, and that took several connections.
pub(crate) struct Runs {
    /// The program's side.
    pub(crate) outcome: Outcome,
    /// The server's side of each connection.
    pub(crate) server_logs: Vec<ServerLog>,
}

/// Plays these scripts, one after the other, to an upload.
#[track_caller]
pub(crate) fn run_in_turn<const N: usize>(scripts: [Script; N], upload: Upload) -> Runs {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let server = ScriptedServer::listen(listener, scripts.into());
    let mut outcome = upload.to(server.address()).start().wait();
    server.dismiss();
    let server_logs = server.server_logs();
    outcome.aside = server_logs.iter().map(ServerLog::to_string).collect::<Vec<_>>().join("---- next visit ----\n");
    outcome.keeps_the_promises();
    outcome.claim(
        server_logs.iter().all(|server_log| server_log.mismatch.is_none()),
        "a program that follows the scripts",
    );
    Runs { outcome, server_logs }
}

impl Runs {
    /// All bytes that came, over all data connections of all visits, make up this content.
    pub(crate) fn stored_in_pieces(&self, content: &[u8]) -> &Self {
        let bytes: Vec<u8> = self.pieces().concat();
        self.outcome.claim(bytes == content, &format!("pieces of {} bytes together", content.len()));
        self
    }

    /// The last data connection brought this content, whole.
    pub(crate) fn stored_last(&self, content: &[u8]) -> &Self {
        let last = self.pieces().last().is_some_and(|bytes| *bytes == content);
        self.outcome.claim(last, &format!("{} bytes over the last data connection", content.len()));
        self
    }

    /// So many times something was stored.
    pub(crate) fn data_connections(&self, count: usize) -> &Self {
        self.outcome.claim(self.pieces().len() == count, &format!("{count} data connections"));
        self
    }

    fn pieces(&self) -> Vec<&[u8]> {
        self.server_logs.iter().flat_map(|server_log| &server_log.files).map(|file| &file.bytes[..]).collect()
    }
}

impl Outcome {
    /// It was tried again so many times, and each time that was said.
    pub(crate) fn retried(&self, times: usize) -> &Self {
        self.counts(times, "Retrying in ")
    }
}
