//! One fuzzer: where its files are, its limits, and what its report says.
//!
//! The reports are libFuzzer's. Which are run, and for how long, is `../fuzz.rs`.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::target_dir;
use xtask::time_limit;

/// A fuzzer that was built.
pub(super) struct Fuzzer<'a> {
    pub(super) target: String,
    pub(super) programs: &'a Path,
    /// Where reports, and inputs worth keeping, are written.
    pub(super) folder: &'a Path,
    /// The beginning of the random numbers, and with it the order of all inputs; a new one each time if there is none.
    pub(super) seed: Option<u32>,
}

/// What came of a run in which nothing was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) target: String,
    pub(super) executions: u64,
    /// Edges of the control flow that were seen.
    pub(super) coverage: u64,
    /// How many inputs it takes to see them.
    pub(super) inputs: u64,
}

impl Fuzzer<'_> {
    /// The error says what was found, and how to see it again.
    pub(super) fn run(&self, seconds: u32) -> Result<Run, String> {
        let report = self.folder.join(format!("{}.log", self.target));
        let failed = |error: std::io::Error| format!("{}: {}: {error}", self.target, report.display());
        let (grown, found) = (self.grown().map_err(failed)?, self.folder.join("found"));
        fs::create_dir_all(&grown).and_then(|()| fs::create_dir_all(&found)).map_err(failed)?;
        let log = File::create(&report).map_err(failed)?;
        let mut command = Command::new(self.programs.join(&self.target));
        command.args(LIMITS).arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
        command.arg(format!("-artifact_prefix={}/{}-", found.display(), self.target));
        let kept = target_dir::workspace().join("fuzz");
        command.arg(format!("-dict={}/dictionaries/{}.dict", kept.display(), self.target));
        command.args(self.seed.map(|seed| format!("-seed={seed}")));
        command.arg(&grown).arg(kept.join("corpus").join(&self.target));
        command.stdout(log.try_clone().map_err(failed)?).stderr(log);
        let ended = time_limit::run(&mut command, Duration::from_secs(u64::from(seconds)) + GRACE);
        let text = fs::read(&report).map_err(failed)?;
        let text = String::from_utf8_lossy(&text);
        match ended {
            Ok(()) => Run::read(&self.target, &text)
                .ok_or_else(|| format!("{}: {} has no figures", self.target, report.display())),
            Err(why) => Err(format!("fuzzer {} {why}: {}; {}", self.target, said(&text), report.display())),
        }
    }
}

impl Fuzzer<'_> {
    /// Where inputs worth keeping go. With a seed of its own, a run does not depend on earlier ones.
    fn grown(&self) -> std::io::Result<PathBuf> {
        if self.seed.is_none() {
            return Ok(self.folder.join("corpus").join(&self.target));
        }
        let grown = self.folder.join("repeated").join(&self.target);
        if grown.exists() {
            fs::remove_dir_all(&grown)?;
        }
        Ok(grown)
    }
}

impl Run {
    /// Reads the last state and the count of executions.
    fn read(target: &str, report: &str) -> Option<Self> {
        let state = report.lines().rfind(|line| line.starts_with('#') && line.contains(" cov: "))?;
        let executions = report.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
        Some(Self {
            target: target.to_owned(),
            executions: executions.trim().parse().ok()?,
            coverage: number_behind(state, " cov: ")?,
            inputs: number_behind(state, " corp: ")?,
        })
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<12} {:>14} {:>9} {:>8}", self.target, self.executions, self.coverage, self.inputs)
    }
}

fn number_behind(line: &str, label: &str) -> Option<u64> {
    let (_, rest) = line.split_once(label)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The panic, or libFuzzer's own verdict, and the input.
fn said(report: &str) -> String {
    let (mut lines, mut words) = (report.lines(), Vec::new());
    while let Some(line) = lines.next() {
        if line.contains("panicked at") {
            words.extend([line, lines.next().unwrap_or_default()]);
        } else if line.contains("ERROR: libFuzzer") || line.contains("Test unit written to") {
            words.push(line);
        }
    }
    words.join("; ")
}

/// An input takes microseconds and a few kilobytes; but libFuzzer counts seconds of the clock, and a busy machine may stand
/// still for some. The fuzzer itself needs some 100 MB.
const LIMITS: [&str; 2] = ["-timeout=60", "-rss_limit_mb=512"];

/// To start, to read what was kept, and for a machine that does other things, too.
const GRACE: Duration = Duration::from_secs(120);

#[cfg(test)]
mod tests {
    use super::{Run, said};

    #[test]
    fn the_last_state_and_the_count_are_read() {
        let report = "#2\tINITED cov: 1 ft: 1 corp: 1/1b\n#9\tDONE   cov: 93 ft: 180 corp: 36/2352b lim: 4096\n\
                      stat::number_of_executed_units: 544559\n";
        let run = Run { target: "argument".to_owned(), executions: 544_559, coverage: 93, inputs: 36 };
        assert_eq!(Run::read("argument", report), Some(run));
        assert_eq!(Run::read("argument", ""), None);
    }

    #[test]
    fn what_was_found_is_told_with_its_input() {
        let report = "x\nthread '<unnamed>' (1) panicked at a.rs:1:1:\na gap\nstack\n\
                      Test unit written to /f/session-crash-1\n";
        let told = "thread '<unnamed>' (1) panicked at a.rs:1:1:; a gap; Test unit written to /f/session-crash-1";
        assert_eq!(said(report), told);
    }
}
