//! The last line of a run with several files: the number of stored files, their size, the proofs that they are
//! complete, and the files that are not stored.

use std::time::Duration;

use crate::report::summary::{UploadReport, Verification};

use super::{algorithm_name, quantity, shown};

/// The number of files not tried that are listed by name.
const NAMED: usize = 10;

/// The numbers of a run.
struct Numbers {
    stored: usize,
    failed: usize,
    skipped: u64,
    /// The files whose names are taken on the server.
    already_there: usize,
    /// The names of the files that were not tried.
    untried: Vec<String>,
    /// The bytes of the stored files.
    size: u64,
    /// The bytes of them that were sent in this run.
    sent: u64,
    time: Duration,
    /// Each kind of proof, and the number of files that have it.
    proofs: Vec<(Verification, usize)>,
}

/// Returns the line for `report`; `None` if the run had one file, or ended before the first file.
pub fn of(report: &UploadReport) -> Option<String> {
    let numbers = Numbers::of(report);
    let begun = numbers.stored + numbers.failed;
    let several = begun > 0 && begun + numbers.untried.len() > 1;
    (several || numbers.already_there > 0).then(|| numbers.line())
}

impl Numbers {
    fn of(report: &UploadReport) -> Self {
        let mut proofs: Vec<(Verification, usize)> = Vec::new();
        for file in &report.stored {
            match proofs.iter_mut().find(|(proof, _)| *proof == file.verified) {
                Some((_, count)) => *count += 1,
                None => proofs.push((file.verified, 1)),
            }
        }
        proofs.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self {
            stored: report.stored.len(),
            failed: report.failures.iter().filter(|failure| failure.file.is_some()).count(),
            skipped: u64::try_from(report.skipped.len()).unwrap_or(u64::MAX),
            already_there: report.already_there.len(),
            untried: report.untried.iter().map(|file| shown(file)).collect(),
            size: report.stored.iter().map(|file| file.size).sum(),
            sent: report.stored.iter().map(|file| file.sent).sum(),
            time: report.time,
            proofs,
        }
    }

    fn line(&self) -> String {
        let total = self.stored + self.failed + self.untried.len();
        let mut text = if self.stored == total {
            if total == 1 { "1 file".to_owned() } else { format!("{} files", count(total)) }
        } else {
            format!("{} of {} files stored", count(self.stored), count(total))
        };
        if self.stored > 0 {
            let rate = quantity::mean_rate(self.sent, self.time).map(|rate| format!(", {rate}")).unwrap_or_default();
            let (size, time) = (quantity::bytes(self.size), quantity::elapsed(self.time));
            text += &format!(", {size} in {time}{rate}; {}", self.proofs());
        }
        let others = [(self.failed, "failed"), (self.untried.len(), "not tried")];
        for (number, what) in others.into_iter().filter(|(number, _)| *number > 0) {
            text += &format!("; {} {what}", count(number));
        }
        if !self.untried.is_empty() {
            text += &format!(": {}", self.names());
        }
        if self.already_there > 0 {
            text += &format!("; {} already there", count(self.already_there));
        }
        if self.skipped > 0 {
            text += &format!("; {} skipped", quantity::grouped(self.skipped));
        }
        text
    }

    fn proofs(&self) -> String {
        match &self.proofs[..] {
            [(proof, _)] => format!("all {}", words(*proof)),
            several => {
                let parts = several.iter().map(|(proof, number)| format!("{} {}", count(*number), words(*proof)));
                parts.collect::<Vec<_>>().join(", ")
            }
        }
    }

    fn names(&self) -> String {
        let (named, others) = self.untried.split_at(self.untried.len().min(NAMED));
        let more = if others.is_empty() { String::new() } else { format!(" and {} others", count(others.len())) };
        named.join(", ") + &more
    }
}

fn words(proof: Verification) -> String {
    match proof {
        Verification::Hash(algorithm) => format!("verified by {}", algorithm_name(algorithm)),
        Verification::Size => "verified by size".to_owned(),
        Verification::None => "confirmed without verification".to_owned(),
    }
}

fn count(number: usize) -> String {
    quantity::grouped(u64::try_from(number).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use crate::report::step::Algorithm;

    use super::*;

    const SHA256: Verification = Verification::Hash(Algorithm::Sha256);

    fn numbers(stored: usize, proofs: &[(Verification, usize)]) -> Numbers {
        Numbers {
            stored,
            failed: 0,
            skipped: 0,
            already_there: 0,
            untried: Vec::new(),
            size: 1_288_490_189,
            sent: 1_288_490_189,
            time: Duration::from_millis(3400),
            proofs: proofs.to_vec(),
        }
    }

    #[test]
    fn a_complete_run_says_how_all_files_were_verified() {
        let line = numbers(30, &[(SHA256, 30)]).line();
        assert_eq!(line, "30 files, 1.2 GiB in 3.4 s, 361 MiB/s; all verified by SHA-256");
    }

    #[test]
    fn files_that_were_there_are_counted_apart() {
        let line = Numbers { already_there: 1200, ..numbers(1, &[(SHA256, 1)]) }.line();
        assert_eq!(line, "1 file, 1.2 GiB in 3.4 s, 361 MiB/s; all verified by SHA-256; 1,200 already there");
        let line = Numbers { already_there: 2, ..numbers(0, &[]) }.line();
        assert_eq!(line, "0 files; 2 already there");
    }

    #[test]
    fn different_proofs_are_counted() {
        let proofs = [(SHA256, 1000), (Verification::Size, 8), (Verification::None, 2)];
        let line = Numbers { skipped: 3, ..numbers(1010, &proofs) }.line();
        let proofs = "1,000 verified by SHA-256, 8 verified by size, 2 confirmed without verification";
        assert_eq!(line, format!("1,010 files, 1.2 GiB in 3.4 s, 361 MiB/s; {proofs}; 3 skipped"));
    }

    #[test]
    fn failed_files_and_files_not_tried_are_counted() {
        let size = &[(Verification::Size, 28)];
        let line = Numbers { failed: 2, ..numbers(28, size) }.line();
        assert_eq!(line, "28 of 30 files stored, 1.2 GiB in 3.4 s, 361 MiB/s; all verified by size; 2 failed");
        let untried = (0..1002).map(|i| format!("f{i}")).collect();
        let line = Numbers { failed: 1, untried, ..numbers(0, &[]) }.line();
        let names = "f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 992 others";
        assert_eq!(line, format!("0 of 1,003 files stored; 1 failed; 1,002 not tried: {names}"));
    }
}
