//! Runs the program under test as a user would.
//!
//! Every run gets an environment of its own and is killed after a hard limit. A run must never panic, nor print the
//! password or an unescaped control byte. `run.rs` adds a scripted server.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::iter;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::outcome::Outcome;
use crate::support::under_test::{program, program_for};

/// The longest time that a test waits for the program.
pub(crate) const HARD_LIMIT: Duration = Duration::from_secs(60);

/// A run of the program: its arguments, its environment, and a folder of its own with its local files.
pub(crate) struct Program {
    folder: TempDir,
    /// The program under test, or a shell that runs a script with it.
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    stdin_stays_open: bool,
    /// Replaces `stdin`.
    stdin_is: Option<OwnedFd>,
    /// Programs that run the program, with their arguments: a shell for redirections, `setsid` to detach the terminal,
    /// `env`.
    runners: Vec<OsString>,
}

impl Program {
    /// The program with no arguments, an empty environment and an empty standard input.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder for the test"),
            program: program().into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            stdin: Vec::new(),
            stdin_stays_open: false,
            stdin_is: None,
            runners: Vec::new(),
        }
    }

    /// A shell script, which finds the program under test in `PATH`.
    pub(crate) fn of_script(script: &Path) -> Self {
        let folder = Path::new(program()).parent().expect("a folder").to_owned();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(iter::once(folder).chain(std::env::split_paths(&others))).expect("a path");
        Self { program: "sh".into(), ..Self::new() }.arguments([script]).environment("PATH", path)
    }

    /// Adds arguments, unchanged.
    pub(crate) fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable. The environment is empty otherwise.
    pub(crate) fn environment(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Sets the content of standard input, which is empty otherwise.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Keeps the other end of standard input open while the program runs.
    pub(crate) fn keeping_stdin_open(mut self) -> Self {
        self.stdin_stays_open = true;
        self
    }

    /// Replaces standard input by this file.
    pub(crate) fn reading(mut self, from: impl Into<OwnedFd>) -> Self {
        self.stdin_is = Some(from.into());
        self
    }

    /// Writes a local file into the folder in which the program runs.
    pub(crate) fn with_file(self, name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        std::fs::write(self.path(name), content).expect("a local file");
        self
    }

    /// Creates a sparse file of `size` zero bytes in the folder.
    pub(crate) fn with_zeros(self, name: &str, size: u64) -> Self {
        std::fs::File::create(self.path(name)).and_then(|file| file.set_len(size)).expect("a sparse file");
        self
    }

    /// Returns the path of a file in the folder.
    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folder.path().join(name.as_ref())
    }

    /// Runs the program with redirections that only a shell can set up, such as `2>&-`.
    pub(crate) fn redirected(mut self, redirections: &str) -> Self {
        self.runners.splice(..0, ["sh", "-c", &format!("exec \"$0\" \"$@\" {redirections}")].map(OsString::from));
        self
    }

    /// Runs the program with limits of the shell's `ulimit`, such as `-Sn 64`.
    pub(crate) fn limited(mut self, limits: &str) -> Self {
        self.runners.splice(..0, ["sh", "-c", &format!("ulimit {limits} && exec \"$0\" \"$@\"")].map(OsString::from));
        self
    }

    /// Runs the program by another one, such as `unshare`, with its arguments.
    pub(crate) fn run_by(mut self, runner: impl IntoIterator<Item = &'static str>) -> Self {
        self.runners.splice(..0, runner.into_iter().map(OsString::from));
        self
    }

    /// Runs the program in a session without a terminal, even if the tests run on one.
    pub(crate) fn without_terminal(mut self) -> Self {
        self.runners.push("setsid".into());
        self
    }

    /// Runs the program with the signal settings of an interactive shell. Tests in the background run with SIGINT
    /// ignored. `signals` is an option of GNU `env`, such as `--default-signal`.
    pub(crate) fn signals(mut self, signals: &str) -> Self {
        self.runners.splice(..0, ["env", signals].map(OsString::from));
        self
    }

    /// Makes the terminal on standard input the program's controlling terminal.
    pub(crate) fn on_its_own_terminal(mut self) -> Self {
        self.runners.extend(["setsid", "--ctty"].map(OsString::from));
        self
    }

    /// Runs a shell that runs the program as `"$0" "$@"`.
    pub(crate) fn within_shell(mut self, script: &str) -> Self {
        self.runners.extend(["sh", "-c", script].map(OsString::from));
        self
    }

    /// Runs the program to its end.
    pub(crate) fn run(self) -> Outcome {
        let outcome = self.start().wait();
        outcome.passes_general_checks();
        outcome
    }

    /// Starts the program.
    pub(crate) fn start(mut self) -> Running {
        let mut command = self.command();
        let input = match self.stdin_is.take() {
            Some(from) => from.into(),
            None if self.stdin.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Measured before the start, so that a wait of the program is never longer than the measured time.
        let started = Instant::now();
        let mut child = command.spawn().expect("the program under test starts");
        let shown = format!("{command:?}");
        // Also drops our copy of the program's standard input.
        drop(command);
        let mut stdin = child.stdin.take();
        // Fails if the program ends without reading it.
        let _ = stdin.as_mut().map(|stdin| stdin.write_all(&self.stdin));
        let stdin = stdin.filter(|_| self.stdin_stays_open);
        let stdout = child.stdout.take().map(read_aside);
        let stderr = child.stderr.take().map(read_aside);
        Running { command: shown, started, child, _stdin: stdin, stdout, stderr, _folder: self.folder }
    }

    /// Returns the command to be started, for tests that need other streams than `start` provides.
    pub(crate) fn command(&self) -> Command {
        let mut words =
            self.runners.iter().map(OsString::as_os_str).chain([program_for(&self.program, &self.arguments)]);
        let mut command = Command::new(words.next().expect("there is at least the program"));
        command.args(words).args(&self.arguments).current_dir(self.folder.path());
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        // `PATH` is needed to find the runners. The program does not need it.
        let has_path = self.environment.iter().any(|(name, _)| name == "PATH");
        if let (false, false, Some(path)) = (has_path, self.runners.is_empty(), std::env::var_os("PATH")) {
            command.env("PATH", path);
        }
        command
    }
}

/// The running program. It is killed when this is dropped.
pub(crate) struct Running {
    command: String,
    started: Instant,
    child: Child,
    /// Kept open if the test asked for that.
    _stdin: Option<ChildStdin>,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    /// Kept until the program has ended.
    _folder: TempDir,
}

impl Running {
    /// Sends a signal, as `kill` does.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the program still runs");
    }

    /// Returns the process ID, to read `/proc`.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the peak of the resident memory so far, in KiB (VmHWM of proc(5)); `None` when the program has ended.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Waits for the end, up to a hard limit.
    pub(crate) fn wait(mut self) -> Outcome {
        let status = self.end();
        Outcome {
            command: self.command.clone(),
            code: code_of(status),
            took: self.started.elapsed(),
            stdout: collect(self.stdout.take()),
            stderr: collect(self.stderr.take()),
            aside: String::new(),
        }
    }

    fn end(&mut self) -> ExitStatus {
        while self.started.elapsed() < HARD_LIMIT {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let stderr = collect(self.stderr.take());
        panic!("{} still ran after {HARD_LIMIT:?}; it had said:\n{stderr}", self.command);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if the program has ended, which is the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the exit code, or the negated number of the signal that ended the program.
pub(crate) fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or(status.signal().map(|signal| -signal)).unwrap_or(i32::MIN)
}

fn read_aside(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        text
    })
}

/// Waits for the output. Bytes that are not UTF-8 become U+FFFD, which the claims for every run reject.
fn collect(reader: Option<JoinHandle<Vec<u8>>>) -> String {
    let text = reader.map(|reader| reader.join().expect("the output is read")).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}
