//! The figures of a row: medians, round trips a file, and ratios to ftp-uploader.

use super::clients::Client;
use super::contest::{Entry, Measured};
use crate::statistics::{median, median_ratio};

/// The figures of one client in one row.
#[derive(Debug, PartialEq)]
pub(super) struct Figures {
    pub(super) client: String,
    /// In seconds.
    pub(super) wall: f64,
    pub(super) files_per_second: f64,
    /// In seconds.
    pub(super) cpu: f64,
    /// The number of round trips that a file takes: the whole time divided by the round trip and the number of files.
    pub(super) round_trips: Option<f64>,
    /// The median of the ratios of its time to ours in the same round: above 1, ftp-uploader is faster.
    pub(super) to_ours: Option<f64>,
}

/// Returns the figures of each client that has any.
pub(super) fn figures(row: &Measured) -> Vec<Figures> {
    let walls = |entry: &Entry| entry.runs.iter().map(|run| run.wall).collect::<Vec<_>>();
    let ours = row.entries.iter().find(|entry| entry.client == Client::Ours.name()).map(walls);
    let each = |entry: &Entry| {
        let wall = median(walls(entry));
        Figures {
            client: entry.client.clone(),
            wall,
            files_per_second: row.files as f64 / wall,
            cpu: median(entry.runs.iter().map(|run| run.cpu)),
            round_trips: round_trips(row, wall),
            to_ours: ours.as_ref().filter(|ours| !ours.is_empty()).map(|ours| median_ratio(&walls(entry), ours)),
        }
    };
    row.entries.iter().filter(|entry| !entry.runs.is_empty()).map(each).collect()
}

/// The wait is compared with no run at 0 ms: there, some clients stall for 40 ms a file, because their delayed
/// acknowledgements meet Nagle's algorithm, which over a line with a long round trip takes no time of its own.
fn round_trips(row: &Measured, wall: f64) -> Option<f64> {
    let round_trip = row.round_trip.filter(|time| *time > 0.0 && !row.limited)?;
    Some(wall / (round_trip * row.files as f64))
}

/// Returns the fastest of the other real clients.
pub(super) fn best_peer(figures: &[Figures]) -> Option<&Figures> {
    let peers = figures.iter().filter(|one| one.client != Client::Ours.name() && one.client != Client::Bare.name());
    peers.min_by(|one, other| one.wall.total_cmp(&other.wall))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Run;

    fn row(round_trip: f64, walls: &[(Client, &[f64])]) -> Measured {
        let entry = |(client, walls): &(Client, &[f64])| Entry {
            client: client.name().to_owned(),
            runs: walls.iter().map(|&wall| Run { wall, cpu: wall / 10.0, peak: 1 }).collect(),
            refusals: Vec::new(),
            failure: None,
        };
        Measured {
            row: "row".to_owned(),
            connections: "1 connection".to_owned(),
            tls: false,
            files: 100,
            round_trip: Some(round_trip),
            limited: false,
            together: false,
            entries: walls.iter().map(entry).collect(),
        }
    }

    #[test]
    fn round_trips_a_file_are_the_time_in_round_trips() {
        let figures = figures(&row(0.05, &[(Client::Ours, &[15.5])]));
        assert_eq!(figures[0].round_trips, Some(3.1));
        assert_eq!(figures[0].files_per_second, 100.0 / 15.5);
        assert_eq!(figures[0].cpu, 1.55);
    }

    #[test]
    fn ratios_are_those_within_rounds_and_the_bare_client_is_no_peer() {
        let row = row(
            0.0,
            &[
                (Client::Ours, &[1.0, 4.0]),
                (Client::Curl, &[2.0, 8.0]),
                (Client::Rclone, &[30.0, 30.0]),
                (Client::Bare, &[0.5, 0.5]),
            ],
        );
        let figures = figures(&row);
        assert_eq!(best_peer(&figures).map(|one| (one.client.as_str(), one.to_ours)), Some(("curl", Some(2.0))));
    }

    #[test]
    fn a_client_that_failed_has_no_figures_and_without_ours_there_are_no_ratios() {
        let row = row(0.0, &[(Client::Ours, &[]), (Client::Curl, &[2.0])]);
        let figures = figures(&row);
        assert_eq!(figures.len(), 1);
        assert_eq!((figures[0].to_ours, figures[0].round_trips), (None, None));
    }
}
