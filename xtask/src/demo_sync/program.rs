//! Runs the program as a user does: the command line is printed, and then what the program has printed, in its order.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use xtask::target_dir;
use xtask::time_limit;

use crate::demo_sync::output;

/// The time limit for one run, in addition to the program's own deadlines, so that the demo always ends.
const LIMIT: Duration = Duration::from_secs(120);

/// A run that has ended.
pub(super) struct Run {
    status: ExitStatus,
    text: String,
}

/// A run that goes on.
pub(super) struct Running {
    child: Child,
    transcript: tempfile::NamedTempFile,
}

impl Run {
    /// Checks the exit code.
    pub(super) fn ended_with(&self, code: i32) -> Result<(), String> {
        if self.status.code() == Some(code) {
            println!("= exit code {code}");
            return Ok(());
        }
        Err(format!("the demo failed: the program ended with {}, and not with {code}", self.status))
    }

    /// Returns the number of lines that begin with `start`.
    pub(super) fn lines_with(&self, start: &str) -> usize {
        self.text.lines().filter(|line| line.starts_with(start)).count()
    }
}

impl Running {
    /// Starts the program. Both of its outputs go to one file in `folder`, so that they keep their order.
    pub(super) fn start(program: &Path, arguments: &[&OsStr], password: &str, folder: &Path) -> io::Result<Self> {
        let line: Vec<_> = arguments.iter().map(|argument| short(Path::new(argument)).display().to_string()).collect();
        println!("> {} {}", short(program).display(), line.join(" "));
        let transcript = tempfile::NamedTempFile::new_in(folder)?;
        let open = || File::options().append(true).open(transcript.path());
        let child = Command::new(program)
            .args(arguments)
            .env("FTP_PASSWORD", password)
            .stdin(Stdio::null())
            .stdout(open()?)
            .stderr(open()?)
            .spawn()?;
        Ok(Self { child, transcript })
    }

    /// Waits for the end, and prints the output.
    pub(super) fn finish(mut self) -> io::Result<Run> {
        match time_limit::wait(&mut self.child, LIMIT)? {
            Some(status) => self.ended(status),
            None => {
                self.kill()?;
                Err(io::Error::new(io::ErrorKind::TimedOut, "it is still running"))
            }
        }
    }

    /// Returns true if it has ended by itself.
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Ends it at once (SIGKILL), and prints the output.
    pub(super) fn kill(mut self) -> io::Result<Run> {
        self.child.kill()?;
        let status = self.child.wait()?;
        self.ended(status)
    }

    fn ended(self, status: ExitStatus) -> io::Result<Run> {
        let text = String::from_utf8_lossy(&fs::read(self.transcript.path())?).into_owned();
        for line in output::cut(&text) {
            println!("{line}");
        }
        Ok(Run { status, text })
    }
}

/// Returns the path relative to the workspace.
pub(super) fn short(path: &Path) -> &Path {
    path.strip_prefix(target_dir::workspace()).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::Running;
    use std::ffi::OsStr;
    use std::io;
    use std::path::Path;

    fn shell(script: &str, folder: &Path) -> io::Result<Running> {
        Running::start(Path::new("/bin/sh"), &["-c", script].map(OsStr::new), "x", folder)
    }

    #[test]
    fn both_outputs_are_kept_in_their_order_with_the_exit_code() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let run = shell("echo a; echo b >&2; echo \"a $FTP_PASSWORD\"; exit 7", folder.path())?.finish()?;
        assert_eq!(run.text, "a\nb\na x\n");
        assert_eq!(run.lines_with("a"), 2);
        assert!(run.ended_with(7).is_ok() && run.ended_with(0).is_err());
        Ok(())
    }

    #[test]
    fn a_killed_program_has_no_exit_code() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let mut running = shell("exec sleep 60", folder.path())?;
        assert!(!running.has_ended()?);
        let run = running.kill()?;
        assert!(run.ended_with(0).is_err());
        Ok(())
    }
}
