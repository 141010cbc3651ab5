//! The figures of a row: medians, commands, and ratios to ftp-uploader.

use super::contest::{Entry, Measured};
use crate::link::Commands;
use crate::statistics::median;

pub(super) const MIB: f64 = 1024.0 * 1024.0;

/// The commands that list a directory.
const LISTINGS: [&str; 3] = ["MLSD", "LIST", "NLST"];

/// The figures of one client in one row.
#[derive(Debug, PartialEq)]
pub(super) struct Figures {
    pub(super) client: String,
    pub(super) is_ours: bool,
    /// In seconds.
    pub(super) wall: f64,
    /// In seconds.
    pub(super) cpu: f64,
    /// The largest peak of memory of all runs, in bytes.
    pub(super) peak: u64,
    pub(super) commands: Option<usize>,
    pub(super) listings: Option<usize>,
    /// The number of logins.
    pub(super) logins: Option<usize>,
    /// Its time in relation to that of the row's first client: above 1, ftp-uploader is faster.
    pub(super) to_ours: Option<f64>,
}

/// Returns the figures of each client that has any.
pub(super) fn figures(row: &Measured) -> Vec<Figures> {
    let wall = |entry: &Entry| median(entry.runs.iter().map(|run| run.wall));
    let ours = row.entries.first().filter(|entry| entry.is_ours && !entry.runs.is_empty()).map(wall);
    let each = |entry: &Entry| {
        let counted = |verbs: &[&str]| entry.commands.as_ref().map(|commands| count(commands, verbs));
        Figures {
            client: entry.client.clone(),
            is_ours: entry.is_ours,
            wall: wall(entry),
            cpu: median(entry.runs.iter().map(|run| run.cpu)),
            peak: entry.runs.iter().map(|run| run.peak).max().unwrap_or_default(),
            commands: entry.commands.as_ref().map(|commands| commands.values().sum()),
            listings: counted(&LISTINGS),
            logins: counted(&["USER"]),
            to_ours: ours.map(|ours| wall(entry) / ours),
        }
    };
    row.entries.iter().filter(|entry| !entry.runs.is_empty()).map(each).collect()
}

fn count(commands: &Commands, verbs: &[&str]) -> usize {
    verbs.iter().filter_map(|verb| commands.get(*verb)).sum()
}

/// Returns the fastest of the other clients.
pub(super) fn best_peer(figures: &[Figures]) -> Option<&Figures> {
    figures.iter().filter(|one| !one.is_ours).min_by(|one, other| one.wall.total_cmp(&other.wall))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::targets::Target;
    use super::*;
    use crate::measure::Run;

    /// A client with its times in seconds, its peak in MiB and its commands.
    pub(in super::super) fn client(name: &str, walls: &[f64], peak: u64, commands: &[(&str, usize)]) -> Entry {
        let run = |&wall: &f64| Run { wall, cpu: wall / 10.0, peak: peak << 20 };
        Entry {
            client: name.to_owned(),
            is_ours: name.starts_with("ftp-uploader"),
            runs: walls.iter().map(run).collect(),
            commands: Some(commands.iter().map(|(verb, count)| ((*verb).to_owned(), *count)).collect()),
            failure: None,
        }
    }

    /// A row with two directories in the one that is listed first.
    pub(in super::super) fn row(targets: Vec<Target>, entries: Vec<Entry>) -> Measured {
        Measured { row: "row".to_owned(), files: 10, directories: 3, targets, entries }
    }

    #[test]
    fn figures_are_medians_and_ratios_to_the_first_client() {
        let ours = client("ftp-uploader sync", &[1.0, 9.0, 2.0], 5, &[("MLSD", 3), ("USER", 2), ("EPSV", 3)]);
        let row = row(Vec::new(), vec![ours, client("rclone sync", &[5.0], 9, &[("LIST", 1), ("NLST", 1)])]);
        let [ours, peer] = &figures(&row)[..] else { panic!("two clients") };
        assert_eq!((ours.wall, ours.commands, ours.listings, ours.logins), (2.0, Some(8), Some(3), Some(2)));
        assert_eq!((peer.to_ours, peer.listings, peer.peak), (Some(2.5), Some(2), 9 << 20));
    }

    #[test]
    fn the_best_peer_is_the_fastest_client_that_is_not_ours() {
        let entries = [("ftp-uploader sync", 1.0), ("lftp mirror -R", 9.0), ("rclone sync", 4.0)];
        let entries = entries.map(|(name, wall)| client(name, &[wall], 1, &[])).into();
        let figures = figures(&row(Vec::new(), entries));
        assert_eq!(best_peer(&figures).map(|one| &*one.client), Some("rclone sync"));
    }

    #[test]
    fn without_ours_there_are_no_ratios() {
        let entries = vec![client("ftp-uploader sync", &[], 1, &[]), client("rclone sync", &[4.0], 1, &[])];
        let figures = figures(&row(Vec::new(), entries));
        assert_eq!((figures.len(), figures[0].to_ours), (1, None));
    }
}
