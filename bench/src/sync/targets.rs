//! The targets for ftp-uploader, and their judgement by the figures of a row.

use serde::{Deserialize, Serialize};

use super::contest::Measured;
use super::figures::{Figures, MIB, best_peer};

/// A target for each run of ftp-uploader in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Target {
    /// The fastest other client takes at least twice the time.
    TwiceAsFast,
    /// At most one listing a directory.
    OneListing,
    /// At most this number of commands.
    Commands(usize),
    /// Less than this peak of memory, in MiB.
    Memory(u64),
}

/// The judgement of one target for one client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) client: String,
    pub(super) target: String,
    pub(super) measured: String,
    pub(super) is_met: bool,
}

/// Returns the judgements of all targets of a row whose figures are there.
pub(super) fn judge(row: &Measured, figures: &[Figures]) -> Vec<Judgement> {
    let ours = || figures.iter().filter(|one| one.is_ours);
    row.targets.iter().flat_map(|target| ours().filter_map(|one| target.judge(row, figures, one))).collect()
}

impl Target {
    fn judge(self, row: &Measured, figures: &[Figures], ours: &Figures) -> Option<Judgement> {
        let (target, measured, is_met) = match self {
            Self::TwiceAsFast => {
                let peer = best_peer(figures)?;
                let ratio = peer.wall / ours.wall;
                ("at least twice as fast".to_owned(), format!("{ratio:.2} ({})", peer.client), ratio >= 2.0)
            }
            Self::OneListing => {
                let (listings, most) = (ours.listings?, row.directories);
                (format!("at most {most} listings"), listings.to_string(), listings <= most)
            }
            Self::Commands(most) => {
                let commands = ours.commands?;
                (format!("at most {most} commands"), commands.to_string(), commands <= most)
            }
            Self::Memory(most) => {
                let peak = ours.peak as f64 / MIB;
                (format!("less than {most} MiB"), format!("{peak:.1} MiB"), peak < most as f64)
            }
        };
        Some(Judgement { client: ours.client.clone(), target, measured, is_met })
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::figures;
    use super::super::figures::tests::{client, row};
    use super::*;

    fn met(target: Target, ours: (f64, u64, usize), peer: f64) -> Vec<bool> {
        let (wall, mebibytes, listings) = ours;
        let ours = client("ftp-uploader sync", &[wall], mebibytes, &[("MLSD", listings), ("USER", 1)]);
        let row = row(vec![target], vec![ours, client("lftp mirror -R", &[peer], 1, &[("LIST", 9)])]);
        judge(&row, &figures(&row)).iter().map(|one| one.is_met).collect()
    }

    #[test]
    fn each_target_is_met_up_to_its_limit() {
        assert_eq!(met(Target::TwiceAsFast, (1.0, 1, 1), 2.0), [true]);
        assert_eq!(met(Target::TwiceAsFast, (1.0, 1, 1), 1.9), [false]);
        assert_eq!(met(Target::OneListing, (1.0, 1, 3), 1.0), [true]);
        assert_eq!(met(Target::OneListing, (1.0, 1, 4), 1.0), [false]);
        assert_eq!(met(Target::Commands(5), (1.0, 1, 4), 1.0), [true]);
        assert_eq!(met(Target::Commands(4), (1.0, 1, 4), 1.0), [false]);
        assert_eq!(met(Target::Memory(128), (1.0, 127, 1), 1.0), [true]);
        assert_eq!(met(Target::Memory(128), (1.0, 128, 1), 1.0), [false]);
    }

    #[test]
    fn without_figures_nothing_is_judged() {
        let row = row(vec![Target::Commands(1)], vec![client("ftp-uploader sync", &[], 1, &[])]);
        assert_eq!(judge(&row, &figures(&row)), []);
    }
}
