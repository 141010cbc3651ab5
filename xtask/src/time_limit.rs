//! Child processes with a time limit and without standard input.
//!
//! Every command that may use the network (rustup, apt) runs through [`run`].

use std::fmt;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

const POLL: Duration = Duration::from_millis(10);

/// The reason why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// It could not be started; usually the program is missing.
    NotStarted(io::Error),
    /// It ended with an exit code other than 0, or was killed by a signal.
    Failed(ExitStatus),
    /// It was killed after this time, with all its children.
    TooSlow(Duration),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(error) => write!(f, "cannot be run: {error}"),
            Self::Failed(status) => write!(f, "failed: {status}"),
            Self::TooSlow(limit) => write!(f, "not done after {} s, ended", limit.as_secs()),
        }
    }
}

/// Prints the command, then runs it in a separate process group, so that its children can be killed with it. Ctrl-C
/// does not reach that group, so that dpkg is not interrupted.
///
/// # Errors
///
/// If the command cannot be started, fails, or takes longer than `limit`.
pub fn run(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    println!("> {}", as_typed(command));
    let mut child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(Failure::NotStarted)?;
    let status = match wait(&mut child, limit) {
        Ok(Some(status)) => status,
        Ok(None) => {
            end_group(&mut child);
            return Err(Failure::TooSlow(limit));
        }
        Err(error) => {
            end_group(&mut child);
            return Err(Failure::NotStarted(error));
        }
    };
    if status.success() { Ok(()) } else { Err(Failure::Failed(status)) }
}

/// Runs a command that uses the network, and repeats it once if it fails. It is not repeated after the limit, because
/// the network is probably unreachable then.
///
/// # Errors
///
/// As [`run`].
pub fn fetch(command: &mut Command, limit: Duration) -> Result<(), Failure> {
    match run(command, limit) {
        Err(Failure::Failed(_)) => {
            println!("failed, trying once more");
            run(command, limit)
        }
        outcome => outcome,
    }
}

/// Waits for a child, for `limit` at most. Returns `None` if it is still running.
///
/// # Errors
///
/// If the system cannot wait for it.
pub fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// Kills a child's process group. The child is not yet reaped, so the ID of the group still belongs to it.
fn end_group(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // The group may have ended already.
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.wait();
}

fn as_typed(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{Failure, fetch, run};
    use std::fs;
    use std::io;
    use std::process::Command;
    use std::time::{Duration, Instant};

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn success_and_failure_are_distinguished() {
        assert!(run(&mut shell("exit 0"), Duration::from_secs(10)).is_ok());
        assert!(matches!(run(&mut shell("exit 3"), Duration::from_secs(10)), Err(Failure::Failed(_))));
    }

    #[test]
    fn a_missing_program_is_not_started() {
        let outcome = run(&mut Command::new("/no/such/program"), Duration::from_secs(10));
        assert!(matches!(outcome, Err(Failure::NotStarted(_))));
    }

    #[test]
    fn a_failed_fetch_is_repeated_once() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut hiccup = shell("test -e tried || { touch tried; exit 1; }");
        assert!(fetch(hiccup.current_dir(&folder), Duration::from_secs(10)).is_ok());
        let mut broken = shell("echo >> tries; exit 1");
        assert!(matches!(fetch(broken.current_dir(&folder), Duration::from_secs(10)), Err(Failure::Failed(_))));
        assert_eq!(fs::read_to_string(folder.path().join("tries"))?, "\n\n");
        Ok(())
    }

    #[test]
    fn a_command_has_no_standard_input() {
        assert!(run(&mut shell("test -z \"$(cat)\""), Duration::from_secs(10)).is_ok());
    }

    #[test]
    fn a_slow_command_is_ended_with_its_children() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut slow = shell("sleep 3 && touch late & sleep 60");
        let start = Instant::now();
        let outcome = run(slow.current_dir(&folder), Duration::from_millis(300));
        assert!(matches!(outcome, Err(Failure::TooSlow(_))));
        assert!(start.elapsed() < Duration::from_secs(3));
        std::thread::sleep(Duration::from_millis(3500));
        assert!(!fs::exists(folder.path().join("late"))?);
        Ok(())
    }
}
