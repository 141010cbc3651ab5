//! The jobs of `bench sync`: the trees, the way to the server, the clients, and the targets for ftp-uploader.

use std::time::Duration;

use super::clients::Client;
use super::targets::Target;
use super::tree::Shape;
use crate::link::Delay;

/// One job.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) shape: Shape,
    pub(super) before: Before,
    /// The delay of the link, or `None` for the interface of loopback.
    pub(super) delay: Option<Delay>,
    pub(super) clients: &'static [Client],
    pub(super) targets: &'static [Target],
    /// The number of runs of each client.
    pub(super) rounds: usize,
}

/// The directory on the server before each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// It is empty.
    Empty,
    /// It has the files of the local directory, with their times.
    Same,
    /// It has files of the same names and sizes, with older times and other bytes.
    Older,
}

const LARGE: Shape = Shape { files: 10_000, directories: 200, size: 64 };
const SMALL: Shape = Shape { files: 500, directories: 10, size: 64 };
const CHANGED: Shape = Shape { files: 1000, directories: 20, size: 10 * 1024 };
const HUGE: Shape = Shape { files: 100_000, directories: 200, size: 16 };

const NOTHING_TO_DO: &[Client] = &[
    Client::ours(&[]),
    Client::ours(&["--jobs", "8"]),
    Client::ours(&["--manifest", "--trust-manifest"]).with_manifest(),
    Client::lftp(&[]),
    Client::lftp(&["--parallel=8"]),
    Client::rclone(&[]),
];
const FEW_COMMANDS: &[Client] = &[
    Client::ours(&[]),
    Client::ours(&["--jobs", "1"]),
    Client::ours(&["--manifest"]).with_manifest(),
    Client::ours(&["--manifest", "--trust-manifest"]).with_manifest(),
    Client::lftp(&[]),
    Client::rclone(&[]),
];
const ALL_CHANGED: &[Client] = &[
    Client::ours(&["--atomic", "all"]),
    Client::ours(&["--atomic", "per-file"]),
    Client::ours(&["--atomic", "off"]),
    Client::ours(&["--atomic", "all", "--manifest"]),
    Client::lftp(&["--parallel=4"]),
];
const FIRST_RUN: &[Client] = &[Client::ours(&[]), Client::ours(&["--manifest"])];
const SECOND_RUN: &[Client] = &[
    Client::ours(&[]),
    // It writes a manifest without hashes. A deployment of so many files only to prepare the run would take minutes.
    Client::ours(&["--manifest"]),
    Client::lftp(&[]),
    Client::rclone(&[]),
];

impl Row {
    /// Returns the name in the table, in the raw figures and for `--only`.
    pub(super) fn name(&self) -> String {
        let Shape { files, directories, .. } = self.shape;
        let way = match self.delay {
            Some(Delay::RoundTrip(time)) => format!("{} ms", time.as_millis()),
            Some(Delay::Replies(time)) => format!("replies {} ms late", time.as_millis()),
            None => "loopback".to_owned(),
        };
        let state = match self.before {
            Before::Empty => "all new",
            Before::Same => "nothing to do",
            Before::Older => "all changed",
        };
        format!("{files} files in {directories} directories, {state}, {way}")
    }
}

/// Returns the rows whose names begin with one of `only`, or all rows if it is empty.
pub(super) fn chosen(only: &[String]) -> Result<Vec<Row>, String> {
    let rows = all();
    let fits = |row: &Row, start: &String| row.name().starts_with(start.as_str());
    if let Some(unknown) = only.iter().find(|start| !rows.iter().any(|row| fits(row, start))) {
        let names: Vec<_> = rows.iter().map(Row::name).collect();
        return Err(format!("no row begins with {unknown:?}; there are {names:?}"));
    }
    Ok(rows.into_iter().filter(|row| only.is_empty() || only.iter().any(|start| fits(row, start))).collect())
}

/// Returns all rows, in the order of the table.
fn all() -> Vec<Row> {
    let line = |milliseconds| Some(Delay::RoundTrip(Duration::from_millis(milliseconds)));
    let row = |shape, before, delay, clients, targets| Row { shape, before, delay, clients, targets, rounds: 1 };
    vec![
        row(LARGE, Before::Same, line(50), NOTHING_TO_DO, &[Target::TwiceAsFast, Target::OneListing]),
        Row { rounds: 2, ..row(LARGE, Before::Same, line(0), NOTHING_TO_DO, &[Target::OneListing]) },
        row(SMALL, Before::Same, line(0), FEW_COMMANDS, &[Target::Commands(45), Target::OneListing]),
        row(CHANGED, Before::Older, line(50), ALL_CHANGED, &[]),
        row(HUGE, Before::Same, None, SECOND_RUN, &[Target::Memory(128)]),
        row(HUGE, Before::Empty, None, FIRST_RUN, &[Target::Memory(128)]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_choose_rows_by_their_beginning() {
        let names: Vec<_> = all().iter().map(Row::name).collect();
        let unique: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
        let chosen = |start: &str| chosen(&[start.to_owned()]).map(|rows| rows.len());
        assert_eq!(chosen("10000 files in 200 directories, nothing to do"), Ok(2));
        assert_eq!(chosen("100000 files"), Ok(2));
        assert!(chosen("7 files").is_err());
    }

    #[test]
    fn the_first_client_of_each_row_is_ours_and_the_names_of_its_clients_differ() {
        for row in all() {
            let names: std::collections::BTreeSet<_> = row.clients.iter().map(Client::name).collect();
            assert_eq!(names.len(), row.clients.len(), "{}", row.name());
            assert!(row.clients[0].is_ours());
        }
    }
}
