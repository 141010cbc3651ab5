//! The jobs of `bench many`: files, way to the server, connections and clients.

use std::time::Duration;

use test_servers::Kind;

use super::clients::Client;
use super::clients::Client::{Bare, Curl, LftpMirror, LftpMirrorFast, LftpPut, LftpPutFast, Ncftpput, Ours, Rclone};
use super::source::Shape;
use crate::link::Delay;

/// One job.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) shape: Shape,
    pub(super) route: Route,
    pub(super) connections: Connections,
    pub(super) tls: bool,
    pub(super) server: Kind,
    /// The server accepts only two sessions, and the refused logins are counted.
    pub(super) limited: bool,
    pub(super) clients: &'static [Client],
    /// The number of runs of each client that count.
    pub(super) rounds: usize,
    /// The clients of a round run at the same time. Only for jobs that consist of waiting.
    pub(super) together: bool,
}

/// The way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The interface of loopback, without a delay.
    Loopback,
    /// The link, with this delay.
    Link(Delay),
}

/// The connections of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connections {
    /// One, and no more.
    One,
    /// At most eight.
    Eight,
    /// As many as the client uses if its command line says nothing about them.
    Default,
}

const TREE: Shape = Shape { files: 1000, folders: 20 };
const FEW: Shape = Shape { files: 100, folders: 0 };

const FLAT_ONE: &[Client] = &[Ours, Curl, LftpPut, LftpPutFast, LftpMirror, LftpMirrorFast, Ncftpput, Rclone, Bare];
/// rclone takes 16 round trips a file, which a line of 10 ms shows as well as a slower one.
const SLOW_ONE: &[Client] = &[Ours, Curl, LftpPut, LftpPutFast, LftpMirror, LftpMirrorFast, Ncftpput, Bare];
const FLAT_EIGHT: &[Client] = &[Ours, Curl, LftpPut, LftpMirror, LftpMirrorFast, Rclone];
const TREE_ONE: &[Client] = &[Ours, Curl, LftpMirror, LftpMirrorFast, Ncftpput, Rclone];
const TREE_EIGHT: &[Client] = &[Ours, Curl, LftpMirror, LftpMirrorFast, Rclone];
const DEFAULT: &[Client] = &[Ours, LftpMirror, Rclone];
const TLS: &[Client] = &[Ours, Curl, LftpMirror, LftpMirrorFast];

impl Row {
    fn new(
        server: Kind,
        shape: Shape,
        route: Route,
        connections: Connections,
        clients: &'static [Client],
        rounds: usize,
    ) -> Self {
        let (tls, limited, together) = (false, false, false);
        Self { shape, route, connections, tls, server, limited, clients, rounds, together }
    }

    /// Returns the row with a server that accepts only two sessions.
    fn limited(server: Kind) -> Self {
        let route = Route::Link(Delay::RoundTrip(Duration::from_millis(10)));
        Self { limited: true, ..Self::new(server, FEW, route, Connections::Eight, DEFAULT, 1) }
    }

    fn over_tls(self) -> Self {
        Self { tls: true, ..self }
    }

    fn together(self) -> Self {
        Self { together: true, ..self }
    }

    /// Returns the name in the table, in the raw figures and for `--only`.
    pub(super) fn name(&self) -> String {
        let Shape { files, folders } = self.shape;
        let tls = if self.tls { ", TLS" } else { "" };
        let route = match self.route {
            Route::Loopback if folders > 0 => format!("tree, {files} files"),
            Route::Loopback => format!("loopback, {files} files"),
            Route::Link(Delay::Replies(time)) => format!("replies {} ms late, {files} files", time.as_millis()),
            Route::Link(Delay::RoundTrip(time)) => format!("{} ms, {files} files", time.as_millis()),
        };
        let connections = self.connections.name();
        match self.limited {
            true => format!("refusals, {:?}, {connections}", self.server),
            false => format!("{route}{tls}, {connections}"),
        }
    }

    /// Returns the round trip of the link, in seconds, if it has one.
    pub(super) fn round_trip(&self) -> Option<f64> {
        match self.route {
            Route::Link(Delay::RoundTrip(time)) => Some(time.as_secs_f64()),
            Route::Link(Delay::Replies(_)) | Route::Loopback => None,
        }
    }
}

impl Connections {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "1 connection",
            Self::Eight => "8 connections",
            Self::Default => "defaults",
        }
    }
}

/// Returns the rows whose names begin with one of `only`, or all rows if it is empty.
pub(super) fn chosen(server: Kind, only: &[String]) -> Result<Vec<Row>, String> {
    let rows = all(server);
    let fits = |row: &Row, start: &String| row.name().starts_with(start.as_str());
    if let Some(unknown) = only.iter().find(|start| !rows.iter().any(|row| fits(row, start))) {
        let names: Vec<_> = rows.iter().map(Row::name).collect();
        return Err(format!("no row begins with {unknown:?}; there are {names:?}"));
    }
    Ok(rows.into_iter().filter(|row| only.is_empty() || only.iter().any(|start| fits(row, start))).collect())
}

/// Returns all rows, in the order of the table.
fn all(server: Kind) -> Vec<Row> {
    use Connections::{Default, Eight, One};
    let row = |shape, route, connections, clients, rounds| Row::new(server, shape, route, connections, clients, rounds);
    let flat = |files| Shape { files, folders: 0 };
    let line = |milliseconds| Route::Link(Delay::RoundTrip(Duration::from_millis(milliseconds)));
    let late = Route::Link(Delay::Replies(Duration::from_millis(1)));
    vec![
        row(flat(1000), Route::Loopback, One, FLAT_ONE, 3),
        row(flat(1000), Route::Loopback, Eight, FLAT_EIGHT, 3),
        row(TREE, Route::Loopback, One, TREE_ONE, 2),
        row(TREE, Route::Loopback, Eight, TREE_EIGHT, 2),
        row(flat(200), late, One, FLAT_ONE, 2),
        row(flat(200), late, Eight, FLAT_EIGHT, 3),
        row(FEW, line(0), One, FLAT_ONE, 2),
        row(FEW, line(10), One, FLAT_ONE, 1).together(),
        row(FEW, line(50), One, SLOW_ONE, 1).together(),
        row(FEW, line(100), One, SLOW_ONE, 1).together(),
        row(FEW, line(0), Eight, FLAT_EIGHT, 3),
        row(FEW, line(10), Eight, FLAT_EIGHT, 2),
        row(FEW, line(50), Eight, FLAT_EIGHT, 1),
        row(FEW, line(100), Eight, FLAT_EIGHT, 1).together(),
        row(FEW, line(0), Default, DEFAULT, 3),
        row(FEW, line(50), Default, DEFAULT, 1).together(),
        row(FEW, line(0), One, TLS, 2).over_tls(),
        row(FEW, line(50), One, TLS, 1).together().over_tls(),
        row(FEW, line(0), Eight, TLS, 2).over_tls(),
        row(FEW, line(50), Eight, TLS, 1).over_tls(),
        Row::limited(Kind::Vsftpd),
        Row::limited(Kind::Proftpd),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_choose_rows_by_their_beginning() {
        let names: Vec<_> = all(Kind::Vsftpd).iter().map(Row::name).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        let chosen = |start: &str| chosen(Kind::Vsftpd, &[start.to_owned()]).map(|rows| rows.len());
        assert_eq!(chosen("0 ms, 100 files, TLS"), Ok(2));
        assert_eq!(chosen("replies 1 ms late, 200 files, 8 connections"), Ok(1));
        assert!(chosen("7 ms").is_err());
    }
}
