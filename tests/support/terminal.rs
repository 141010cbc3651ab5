//! Runs the program on a terminal, and knows the screen.
//!
//! The terminal is a pseudo-terminal. `setsid --ctty` of util-linux makes it the program's controlling terminal, since
//! the program prompts there and not on standard input. The crate `vt100` interprets the output.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use test_servers::skips::skipped;

use crate::support::program::{Program, code_of};

/// The number of rows of every terminal.
const ROWS: u16 = 60;

/// A running program and its terminal.
pub(crate) struct Terminal {
    child: Child,
    output: Arc<Mutex<Output>>,
    keyboard: File,
    /// The program's side of the terminal. Keeps its settings readable after the program has ended.
    pub(crate) keeper: OwnedFd,
    /// Keeps the local files.
    _program: Program,
    /// True if the thread that reads the output must close the terminal.
    closing: Arc<AtomicBool>,
}

/// The output of the program.
struct Output {
    bytes: Vec<u8>,
    emulator: vt100::Parser,
}

impl Terminal {
    /// Runs the program on a terminal of 80 columns, or skips the test if `setsid` is missing.
    pub(crate) fn run(program: Program) -> Option<Self> {
        Self::run_on(program.environment("TERM", "xterm"), 80)
    }

    /// Runs a shell on a terminal, which runs the program as `"$0" "$@"` where `script` says so.
    pub(crate) fn run_in_shell(program: Program, script: &str) -> Option<Self> {
        Self::start(program.environment("TERM", "xterm"), 80, |program| program.within_shell(script))
    }

    /// Runs the program on a terminal of so many columns, with the environment that `program` has.
    pub(crate) fn run_on(program: Program, columns: u16) -> Option<Self> {
        Self::start(program, columns, |program| program)
    }

    fn start(program: Program, columns: u16, change: impl FnOnce(Program) -> Program) -> Option<Self> {
        if Command::new("setsid").args(["--ctty", "--version"]).output().is_err() {
            skipped("no `setsid` to give the program a terminal");
            return None;
        }
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("a pseudo-terminal");
        tcsetwinsize(&master, size(columns)).expect("a size");
        let side = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let keeper = ioctl_tiocgptpeer(&master, side).expect("its other side");
        let side = || keeper.try_clone().expect("its other side");
        let program = change(program.on_its_own_terminal()).signals("--default-signal");
        let child = program.command().stdin(side()).stdout(side()).stderr(side()).spawn();
        let keyboard = File::from(master);
        let emulator = vt100::Parser::new(number(ROWS), number(columns), 0);
        let output = Arc::new(Mutex::new(Output { bytes: Vec::new(), emulator }));
        let closing = Arc::default();
        watch(keyboard.try_clone().expect("a terminal"), Arc::clone(&output), Arc::clone(&closing));
        Some(Self { child: child.expect("the program starts"), output, keyboard, keeper, _program: program, closing })
    }

    /// Returns the process ID of the program.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns everything that the program has written.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.output().bytes).into_owned()
    }

    /// Returns the rows of the screen, without the empty ones at the end.
    pub(crate) fn rows(&self) -> Vec<String> {
        let output = self.output();
        let screen = output.emulator.screen();
        let columns = screen.size().1.get();
        let rows: Vec<_> = screen.rows(0, columns).map(|row| row.trim_end().to_owned()).collect();
        let end = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
        rows[..end].to_vec()
    }

    /// Returns the lines of the screen. A line that the terminal has wrapped is one line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let contents = self.output().emulator.screen().contents();
        contents.lines().map(|line| line.trim_end().to_owned()).collect()
    }

    /// Changes the number of columns.
    pub(crate) fn resize(&self, columns: u16) {
        let mut output = self.output();
        output.emulator.screen_mut().set_size(number(ROWS), number(columns));
        tcsetwinsize(&self.keyboard, size(columns)).expect("a size");
    }

    /// Waits until the program has written `text`.
    pub(crate) fn wait_for(&self, text: &str) {
        wait_until(|| self.shown().contains(text), || format!("no {text:?} on the terminal:\n{}", self.shown()));
    }

    /// Waits until a row of the screen fits.
    pub(crate) fn wait_for_row(&self, fits: impl Fn(&str) -> bool) {
        wait_until(|| self.rows().iter().any(|row| fits(row)), || format!("no such row:\n{}", self.rows().join("\n")));
    }

    /// Waits until the program has written `text` so many times.
    pub(crate) fn wait_for_times(&self, text: &str, times: usize) {
        let count = || self.shown().matches(text).count();
        wait_until(|| count() >= times, || format!("{text:?} only {} times:\n{}", count(), self.shown()));
    }

    /// Returns true if the terminal echoes.
    pub(crate) fn echoes(&self) -> bool {
        echo(&self.keeper)
    }

    /// Waits until the terminal does not echo.
    pub(crate) fn wait_for_no_echo(&self) {
        wait_until(|| !echo(&self.keeper), || format!("the terminal echoes:\n{}", self.shown()));
    }

    /// Types keys.
    pub(crate) fn types(&mut self, keys: &(impl AsRef<[u8]> + ?Sized)) {
        self.keyboard.write_all(keys.as_ref()).expect("a keyboard");
    }

    /// Waits for the end of the program, and returns its exit code and everything that it has written.
    pub(crate) fn end(mut self) -> (i32, String) {
        let code = self.wait();
        (code, self.shown())
    }

    /// Waits for the end of the program, and returns its exit code.
    pub(crate) fn wait(&mut self) -> i32 {
        let mut status = None;
        wait_until(
            || {
                status = self.child.try_wait().expect("the program can be waited for");
                status.is_some()
            },
            || "the program does not end".to_owned(),
        );
        // The last output may not have passed the terminal yet.
        std::thread::sleep(Duration::from_millis(50));
        status.map_or(i32::MIN, code_of)
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.lock().expect("a screen")
    }
}

/// Ends the program, or the shell that runs it, and closes the terminal.
impl Drop for Terminal {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns true if the terminal echoes.
fn echo(terminal: &OwnedFd) -> bool {
    tcgetattr(terminal).expect("a terminal").local_modes.contains(LocalModes::ECHO)
}

fn watch(mut master: File, output: Arc<Mutex<Output>>, closing: Arc<AtomicBool>) {
    let pause = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while !closing.load(Ordering::Relaxed) {
            if let Ok(0) = poll(&mut [PollFd::new(&master, PollFlags::IN)], Some(&pause)) {
                continue;
            }
            let Ok(count @ 1..) = master.read(&mut piece) else { return };
            let mut output = output.lock().expect("a screen");
            output.bytes.extend(&piece[..count]);
            output.emulator.process(&piece[..count]);
        }
    });
}

fn size(columns: u16) -> Winsize {
    Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

fn number(of: u16) -> NonZeroU16 {
    NonZeroU16::new(of).expect("rows and columns")
}

fn wait_until(mut done: impl FnMut() -> bool, complaint: impl Fn() -> String) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", complaint());
        std::thread::sleep(Duration::from_millis(2));
    }
}
