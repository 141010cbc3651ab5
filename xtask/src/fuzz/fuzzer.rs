//! One fuzzer: its files, its limits, and the parsing of its report.
//!
//! The reports are libFuzzer's.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::target_dir;
use xtask::time_limit;

/// The limits of one input in seconds and of the whole fuzzer in MB. An input takes microseconds, but libFuzzer
/// measures wall-clock time, and a busy machine may stall for seconds. The fuzzer itself needs about 100 MB.
const LIMITS: [&str; 2] = ["-timeout=60", "-rss_limit_mb=512"];

/// A fuzzer uses only the time that other programs leave: `cargo xtask test` runs the fuzzers beside other tests.
const PRIORITY: [&str; 2] = ["-n", "19"];

/// The additional time to start, to read the kept inputs, and for a busy machine.
const GRACE: Duration = Duration::from_secs(120);

/// A fuzzer to run.
pub(super) struct Fuzzer<'a> {
    pub(super) target: String,
    pub(super) programs: &'a Path,
    /// The folder for reports and for new inputs.
    pub(super) folder: &'a Path,
    /// The seed of the random numbers, which determines the order of all inputs. Without one, each run differs.
    pub(super) seed: Option<u32>,
}

/// The figures of a run without an error.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) target: String,
    pub(super) executions: u64,
    /// The number of edges of the control flow that were executed.
    pub(super) coverage: u64,
    /// The number of inputs that together execute them.
    pub(super) inputs: u64,
}

impl Fuzzer<'_> {
    /// Runs the fuzzer. The error contains the panic and the path of the input.
    pub(super) fn run(&self, seconds: u32) -> Result<Run, String> {
        let report = self.folder.join(format!("{}.log", self.target));
        let failed = |error: std::io::Error| format!("{}: {}: {error}", self.target, report.display());
        let (grown, found) = (self.grown().map_err(failed)?, self.folder.join("found"));
        fs::create_dir_all(&grown).and_then(|()| fs::create_dir_all(&found)).map_err(failed)?;
        let log = File::create(&report).map_err(failed)?;
        let mut command = Command::new("nice");
        command
            .args(PRIORITY)
            .arg(self.programs.join(&self.target))
            .args(LIMITS)
            .arg(format!("-max_total_time={seconds}"))
            .arg("-print_final_stats=1");
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
    /// Returns the folder for new inputs. With a seed it is empty, so that the run does not depend on earlier ones.
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
    /// Reads the last status line, and the number of executions.
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

/// Returns the lines with the panic or libFuzzer's error, and with the path of the input.
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
