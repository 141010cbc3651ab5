//! Measures one run of one command: the time, the CPU time, and the peak memory.
//!
//! The system adds up the usage of all children of a process, so each run has its own parent: this program, started
//! again as `bench measure COMMAND…`. Its own usage is not counted, but it is small; still, no peak can be below its
//! own memory.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

/// The figures of one run.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// From before the start to after the end, in seconds.
    pub(crate) wall: f64,
    /// In user and kernel mode together, in seconds.
    pub(crate) cpu: f64,
    /// The peak of the resident memory, in bytes.
    pub(crate) peak: u64,
}

/// The first argument with which `main` calls [`child`].
pub(crate) const CHILD: &str = "measure";

/// The longest run of a client, which is killed then: some clients retry for ever.
pub(crate) const LONGEST_RUN: Duration = Duration::from_secs(180);

/// Runs `command` once, at most as long as `limit`.
///
/// # Errors
/// If the command cannot be started, or is killed, or fails, because the figures of a failed run are useless.
pub(crate) fn run(command: &Command, limit: Duration) -> Result<Run, String> {
    let shown = || format!("{:?}", command.get_program());
    let mut parent = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    parent.arg(CHILD).arg(limit.as_secs().to_string()).arg(command.get_program()).args(command.get_args());
    parent.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        parent.current_dir(folder);
    }
    let output = parent.stdin(Stdio::null()).output().map_err(|error| format!("cannot run {}: {error}", shown()))?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", shown(), String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("{}: {error}", shown()))
}

/// Runs the command in the arguments, behind the limit in seconds, and prints its figures.
pub(crate) fn child(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<(), String> {
    let limit = arguments.next().and_then(|text| text.to_str()?.parse().ok()).ok_or("no limit")?;
    let mut command = Command::new(arguments.next().ok_or("nothing to measure")?);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    let began = Instant::now();
    let mut client = command.spawn().map_err(|error| error.to_string())?;
    kill_later(&client, Duration::from_secs(limit));
    let status = client.wait().map_err(|error| error.to_string())?;
    let wall = began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(status.to_string());
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| error.to_string())?;
    let seconds = |time: nix::sys::time::TimeVal| time.num_microseconds() as f64 / 1e6;
    let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
    let peak = u64::try_from(usage.max_rss()).unwrap_or_default() * 1024;
    let run = serde_json::to_string(&Run { wall, cpu, peak }).map_err(|error| error.to_string())?;
    io::stdout().write_all(run.as_bytes()).map_err(|error| error.to_string())
}

/// Kills a client that runs too long. The thread ends with this process, which has only this one client.
fn kill_later(client: &Child, limit: Duration) {
    let client = Pid::from_child(client);
    thread::spawn(move || {
        thread::sleep(limit);
        eprintln!("killed after {} s", limit.as_secs());
        // The client may have ended in this moment.
        let _ = kill_process(client, Signal::KILL);
    });
}
