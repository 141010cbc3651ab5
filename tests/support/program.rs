//! Runs the program under test as a user would and tells what came of it.
//!
//! Every run is cut off from the developer's environment, is ended after a hard limit, and is checked for what may
//! never happen: a panic, the password or a raw control byte in the output. What a server does to the program does not
//! belong here: see `run.rs`, next.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::outcome::Outcome;

/// One run of the program: its arguments, its surroundings, and a folder of its own with its local files.
pub(crate) struct Program {
    folder: TempDir,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    stdin: Vec<u8>,
    stdin_stays_open: bool,
    /// Instead of those.
    stdin_is: Option<OwnedFd>,
    /// Programs and arguments that run the program: a shell for redirections, `setsid` for no terminal, `env`.
    runners: Vec<OsString>,
}

impl Program {
    /// The program with no arguments, an empty environment and nothing to read.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder for the test"),
            arguments: Vec::new(),
            environment: Vec::new(),
            stdin: Vec::new(),
            stdin_stays_open: false,
            stdin_is: None,
            runners: Vec::new(),
        }
    }

    /// Adds arguments as they are.
    pub(crate) fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable; the environment is empty otherwise.
    pub(crate) fn environment(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// What the program finds on its standard input, which is at its end otherwise.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Whoever writes to the standard input does not close it while the program runs.
    pub(crate) fn keeping_stdin_open(mut self) -> Self {
        self.stdin_stays_open = true;
        self
    }

    /// The standard input is this.
    pub(crate) fn reading(mut self, from: impl Into<OwnedFd>) -> Self {
        self.stdin_is = Some(from.into());
        self
    }

    /// Puts a local file into the folder in which the program runs.
    pub(crate) fn with_file(self, name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        std::fs::write(self.path(name), content).expect("a local file");
        self
    }

    /// Puts a file of `size` zero bytes into the folder; it takes no space.
    pub(crate) fn with_zeros(self, name: &str, size: u64) -> Self {
        std::fs::File::create(self.path(name)).and_then(|file| file.set_len(size)).expect("a sparse file");
        self
    }

    /// Where a file of the folder lies.
    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folder.path().join(name.as_ref())
    }

    /// Runs the program with redirections that only a shell can do, such as `2>&-`.
    pub(crate) fn redirected(mut self, redirections: &str) -> Self {
        self.runners.splice(..0, ["sh", "-c", &format!("exec \"$0\" \"$@\" {redirections}")].map(OsString::from));
        self
    }

    /// Runs the program with limits that a shell sets, such as `-Sn 64`.
    pub(crate) fn limited(mut self, limits: &str) -> Self {
        self.runners.splice(..0, ["sh", "-c", &format!("ulimit {limits} && exec \"$0\" \"$@\"")].map(OsString::from));
        self
    }

    /// Runs the program in a session without a terminal, also when the tests are run on one.
    pub(crate) fn without_terminal(mut self) -> Self {
        self.runners.push("setsid".into());
        self
    }

    /// Runs the program with signals as a user's shell has them, also when the tests run in the background, where
    /// SIGINT is ignored; `signals` is an option of GNU `env` such as `--default-signal`.
    pub(crate) fn signals(mut self, signals: &str) -> Self {
        self.runners.splice(..0, ["env", signals].map(OsString::from));
        self
    }

    /// Makes the terminal on standard input the program's controlling terminal.
    pub(crate) fn on_its_own_terminal(mut self) -> Self {
        self.runners.extend(["setsid", "--ctty"].map(OsString::from));
        self
    }

    /// Runs the program to its end.
    pub(crate) fn run(self) -> Outcome {
        let outcome = self.start().wait();
        outcome.keeps_the_promises();
        outcome
    }

    /// Starts the program and lets it run.
    pub(crate) fn start(mut self) -> Running {
        let mut command = self.command();
        let input = match self.stdin_is.take() {
            Some(from) => from.into(),
            None if self.stdin.is_empty() => Stdio::null(),
            None => Stdio::piped(),
        };
        command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Before the start, so that a wait of the program is never longer than what is measured.
        let started = Instant::now();
        let mut child = command.spawn().expect("the program under test starts");
        let shown = format!("{command:?}");
        // With it, our end of what the program reads.
        drop(command);
        let mut stdin = child.stdin.take();
        // Fails if the program refuses at once and does not read it.
        let _ = stdin.as_mut().map(|stdin| stdin.write_all(&self.stdin));
        let stdin = stdin.filter(|_| self.stdin_stays_open);
        let stdout = child.stdout.take().map(read_aside);
        let stderr = child.stderr.take().map(read_aside);
        Running { command: shown, started, child, _stdin: stdin, stdout, stderr, _folder: self.folder }
    }

    /// The command as it will be started, for those who need other streams than `start` gives.
    pub(crate) fn command(&self) -> Command {
        let mut words = self.runners.iter().map(OsString::as_os_str).chain([program()]);
        let mut command = Command::new(words.next().expect("there is at least the program"));
        command.args(words).args(&self.arguments).current_dir(self.folder.path());
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        // The runners are looked up by the developer's PATH; the program needs none.
        if let (false, Some(path)) = (self.runners.is_empty(), std::env::var_os("PATH")) {
            command.env("PATH", path);
        }
        command
    }
}

/// The program while it runs. It is killed when the test gives up on it.
pub(crate) struct Running {
    command: String,
    started: Instant,
    child: Child,
    /// Kept open where the test wants that.
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

    /// The process, for a look into `/proc`.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end, but not for ever.
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
        // Fails when it has ended, which is the usual case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code, or the negated number of the signal that ended the program.
pub(crate) fn code_of(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or(status.signal().map(|signal| -signal)).unwrap_or(i32::MIN)
}

fn program() -> &'static OsStr {
    OsStr::new(env!("CARGO_BIN_EXE_ftp-uploader"))
}

fn read_aside(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        text
    })
}

/// Waits for what `read_aside` reads. Bytes that are no UTF-8 stand out, and are a broken promise.
fn collect(reader: Option<JoinHandle<Vec<u8>>>) -> String {
    let text = reader.map(|reader| reader.join().expect("the output is read")).unwrap_or_default();
    String::from_utf8_lossy(&text).into_owned()
}

/// No test waits longer than this for the program.
pub(crate) const HARD_LIMIT: Duration = Duration::from_secs(60);
