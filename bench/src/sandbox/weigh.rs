//! Measures one run of some work, in its own process: under callgrind, which counts instructions, or by the clock.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::callgrind::{self, Instructions};
use super::confined::Sandbox;
use super::{Side, Work, native};
use crate::statistics::median;

/// The first argument with which `main` calls [`child`].
pub(crate) const CHILD: &str = "weigh";

/// The figures of one run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The number of calls of handles.
    pub(crate) calls: u64,
    /// The median time of all rounds.
    pub(crate) seconds: f64,
}

/// The number of rounds for a measurement by the clock.
const ROUNDS: usize = 101;

/// The task of a child process.
#[derive(Serialize, Deserialize)]
struct Task {
    side: Side,
    work: Work,
    rounds: usize,
}

/// Measures by the clock.
pub(crate) fn time(side: Side, work: Work, component: &Path) -> Result<Run, String> {
    let (arguments, this) = (Task { side, work, rounds: ROUNDS }.arguments()?, this()?);
    run(Command::new(this).args(arguments).arg(component))
}

/// Measures under callgrind. There is no warm-up: work that happens once is in both runs of a quotient.
pub(crate) fn count(side: Side, work: Work, component: &Path) -> Result<(Run, Instructions), String> {
    let folder = TempDir::new().map_err(|error| error.to_string())?;
    let profile = folder.path().join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", &format!("--callgrind-out-file={}", profile.display())]);
    let run = run(valgrind.arg(this()?).args(Task { side, work, rounds: 1 }.arguments()?).arg(component))?;
    let text = fs::read_to_string(&profile).map_err(|error| format!("callgrind has written nothing: {error}"))?;
    Ok((run, callgrind::read(&text)?))
}

/// Carries out the task in the arguments, and prints the figures.
pub(crate) fn child(arguments: &[std::ffi::OsString]) -> Result<(), String> {
    let [task, component] = arguments else { return Err("weigh TASK COMPONENT".to_owned()) };
    let task: Task = serde_json::from_str(&task.to_string_lossy()).map_err(|error| error.to_string())?;
    let run = match task.side {
        Side::Native => repeat(task.rounds, || native::run(black_box(&task.work))),
        Side::Sandboxed => {
            let sandbox = Sandbox::load(component.as_ref())?;
            repeat(task.rounds, || sandbox.run(black_box(&task.work)))
        }
    };
    println!("{}", serde_json::to_string(&run?).map_err(|error| error.to_string())?);
    Ok(())
}

fn repeat(rounds: usize, act: impl Fn() -> Result<u64, String>) -> Result<Run, String> {
    let (mut calls, mut seconds) = (0, Vec::new());
    for _ in 0..rounds {
        let began = Instant::now();
        calls = act()?;
        seconds.push(began.elapsed().as_secs_f64());
    }
    Ok(Run { calls, seconds: median(seconds) })
}

impl Task {
    fn arguments(&self) -> Result<[String; 2], String> {
        Ok([CHILD.to_owned(), serde_json::to_string(self).map_err(|error| error.to_string())?])
    }
}

fn this() -> Result<std::path::PathBuf, String> {
    std::env::current_exe().map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<Run, String> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {shown}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{shown} failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{shown}: {error}"))
}
