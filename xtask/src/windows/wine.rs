//! Wine: the folder that stands for a machine with Windows, and commands in it.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::target_dir;
use xtask::time_limit;

/// Wine's loader, in the places where it may be. That of Debian for 64 bits is not in the path.
const LOADERS: [&str; 2] = ["/usr/lib/wine/wine64", "/usr/bin/wine64"];

/// The first start makes the folder, which takes some seconds.
const BOOT_LIMIT: Duration = Duration::from_secs(180);

/// The time for one run of the program.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// The program in the folder that stands for a machine.
pub(super) struct Wine {
    loader: &'static str,
    prefix: PathBuf,
    program: PathBuf,
    /// Starts the program with texts that Linux cannot carry (`surrogate.c`).
    halver: PathBuf,
    /// Starts the program, and does to it what Windows does and wine does not (`events.c`).
    breaker: PathBuf,
}

/// An event of the console that ends a process, with its number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    Close = 2,
    LogOff = 5,
    ShutDown = 6,
}

/// The result of a run.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) output: String,
    pub(super) errors: String,
}

/// A run that has not ended.
pub(super) struct Running {
    pub(super) child: Child,
    output: File,
    errors: File,
}

/// Returns wine's loader, if it is installed.
pub(super) fn program() -> Option<&'static str> {
    LOADERS.into_iter().find(|loader| Path::new(loader).exists())
}

impl Wine {
    /// Copies the program into `folder`, compiles the library that older releases of wine lack, and starts wine once.
    pub(super) fn prepare(folder: &Path, built: &Path, compiler: &str) -> Result<Self, String> {
        let loader = program().ok_or("there is no wine")?;
        let [program, halver, breaker] =
            ["ftp-uploader.exe", "surrogate.exe", "events.exe"].map(|name| folder.join(name));
        let wine = Self { loader, prefix: folder.join("prefix"), program, halver, breaker };
        let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(built, &wine.program));
        copied.map_err(|error| format!("cannot copy the program: {error}"))?;
        compile(compiler, "bcryptprimitives.c", &folder.join("bcryptprimitives.dll"), &["-shared", "-ladvapi32"])?;
        compile(compiler, "surrogate.c", &wine.halver, &[])?;
        compile(compiler, "events.c", &wine.breaker, &[])?;
        let mut boot = wine.command(&["--version"]);
        boot.stdout(Stdio::null());
        time_limit::run(&mut boot, BOOT_LIMIT).map_err(|why| format!("the program does not start: {why}"))?;
        Ok(wine)
    }

    /// Returns the path of a file of this machine as programs for Windows see it.
    pub(super) fn path(path: &Path) -> String {
        format!("Z:{}", path.display()).replace('/', "\\")
    }

    /// Returns a run of the program.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.loader);
        command.arg(&self.program).args(arguments);
        self.surround(&mut command);
        command
    }

    /// Sets the variables for wine.
    fn surround(&self, command: &mut Command) {
        command.env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all");
        // No windows and no downloads, which the first start would offer.
        command.env("WINEDLLOVERRIDES", "mscoree=;mshtml=").env_remove("DISPLAY").stdin(Stdio::null());
    }

    /// Runs the program to its end.
    pub(super) fn run(&self, password: &str, arguments: &[&str]) -> io::Result<Ended> {
        self.start(password, arguments, Stdio::null())?.wait()
    }

    /// Starts the program.
    pub(super) fn start(&self, password: &str, arguments: &[&str], input: Stdio) -> io::Result<Running> {
        let mut command = self.command(arguments);
        Running::of(command.env("FTP_PASSWORD", password).stdin(input))
    }

    /// Runs the program to its end. Each snowman in the arguments and the variables becomes half of a surrogate pair.
    pub(super) fn run_with_halves(&self, variables: &[(&str, &str)], arguments: &[&str]) -> io::Result<Ended> {
        let mut command = Command::new(self.loader);
        command.arg(&self.halver).arg(Self::path(&self.program)).args(arguments);
        self.surround(&mut command);
        Running::of(command.envs(variables.iter().copied()))?.wait()
    }

    /// Starts the program, which gets this event when its input is closed.
    pub(super) fn start_until(&self, event: Event, password: &str, arguments: &[&str]) -> io::Result<Running> {
        let mut command = Command::new(self.loader);
        command.arg(&self.breaker).arg((event as u32).to_string()).arg(Self::path(&self.program)).args(arguments);
        self.surround(&mut command);
        Running::of(command.env("FTP_PASSWORD", password).stdin(Stdio::piped()))
    }

    /// Starts the program at a console, without a password. Its input is the keyboard, its output the screen.
    pub(super) fn start_at_console(&self, arguments: &[&str]) -> io::Result<Running> {
        self.at_console(&[&self.program.display().to_string()], arguments)
    }

    /// Does the same, and Ctrl-C ends each read of a line, before the event comes.
    pub(super) fn start_at_console_with_aborted_reads(&self, arguments: &[&str]) -> io::Result<Running> {
        self.at_console(&[&self.breaker.display().to_string(), "r", &Self::path(&self.program)], arguments)
    }

    fn at_console(&self, program: &[&str], arguments: &[&str]) -> io::Result<Running> {
        let words = [&[self.loader], program, arguments].concat();
        let line: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
        let mut command = Command::new("script");
        // Wine leaves Ctrl-Z to the terminal, which would stop all programs. It sets the other modes when a program reads, which may be
        // after the first key.
        let line = format!("stty -icanon -icrnl -echo susp undef; exec {}", line.join(" "));
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        self.surround(&mut command);
        // No shell of Windows sets TERM.
        command.env_remove("FTP_PASSWORD").env_remove("TERM").env("SHELL", "/bin/sh");
        Running::of(command.stdin(Stdio::piped()))
    }
}

/// Compiles a file in C of this folder.
fn compile(compiler: &str, source: &str, result: &Path, flags: &[&str]) -> Result<(), String> {
    let source = target_dir::workspace().join("xtask/src/windows").join(source);
    let mut compile = Command::new(compiler);
    compile.arg(source).arg("-o").arg(result).args(flags);
    time_limit::run(&mut compile, RUN_LIMIT).map_err(|why| format!("{compiler} {why}"))
}

impl Running {
    fn of(command: &mut Command) -> io::Result<Self> {
        let (output, errors) = (tempfile::tempfile()?, tempfile::tempfile()?);
        command.stdout(output.try_clone()?).stderr(errors.try_clone()?);
        Ok(Self { child: command.spawn()?, output, errors })
    }

    /// Waits until the output contains `words`.
    pub(super) fn wait_for(&self, words: &str) -> io::Result<()> {
        let began = Instant::now();
        let mut bytes = vec![0; 64 * 1024];
        while began.elapsed() < RUN_LIMIT {
            // At an offset, because the child shares the position in the file.
            let length = self.output.read_at(&mut bytes, 0)?;
            if String::from_utf8_lossy(&bytes[..length]).contains(words) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other(format!("no `{words}` after {} s", RUN_LIMIT.as_secs())))
    }

    /// Waits for the end.
    pub(super) fn wait(mut self) -> io::Result<Ended> {
        let Some(status) = time_limit::wait(&mut self.child, RUN_LIMIT)? else {
            self.child.kill()?;
            self.child.wait()?;
            let said = text(&mut self.errors)?;
            return Err(io::Error::other(format!("not done after {} s: {said}", RUN_LIMIT.as_secs())));
        };
        Ok(Ended { code: status.code(), output: text(&mut self.output)?, errors: text(&mut self.errors)? })
    }
}

/// Returns the text that a child has written into this file.
fn text(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
