//! The prompt for the password, on the terminal that controls the program, without echo. The system edits the line.
//!
//! The crate `rpassword` is not used: it ignores Ctrl-Z, replaces bytes that are not UTF-8, and leaves copies of the
//! password in memory whenever its string grows. All that a prompt needs is opened once, and so the prompt works again
//! inside the fence.

#[path = "unix/quiet.rs"]
mod quiet;

use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ftp_uploader::CancelToken;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, retry_on_intr};
use rustix::process::{Pid, Signal, getpgrp, getpid, kill_current_process_group, kill_process};
use signal_hook::consts::SIGCONT;
use signal_hook::low_level;
use zeroize::Zeroizing;

use quiet::{Quiet, foreground};

/// The longest line that terminals of Linux keep, with its end, in bytes (termios(3)).
const MAX_LINE: usize = 4096;

/// The longest text that is certainly whole, in bytes. A line of the full length may have lost a part.
pub const MAX_TEXT: usize = MAX_LINE - 2;

/// The time after a stop in which a signal can end the program, before it uses the terminal: `kill %1` in a shell sends
/// SIGTERM and continues the program.
const PAUSE_AFTER_STOP: Duration = Duration::from_millis(100);

/// A terminal on which a password can be asked for.
pub struct Prompt {
    terminal: Arc<File>,
    /// The program's group of processes, which the fence does not let the program ask for.
    group: Pid,
    /// Becomes readable when the program is continued after a stop.
    continued: PipeReader,
    token: CancelToken,
}

/// The reason why no password was typed.
#[derive(Debug)]
pub enum NotTyped {
    /// The user interrupted the program, or the terminal was closed.
    Interrupted,
    /// The user ended the input (Ctrl-D).
    End,
    /// The text is longer than [`MAX_TEXT`].
    TooLong,
    /// The terminal failed.
    Failed(io::Error),
}

/// The result of a line.
enum Typed {
    Text(Zeroizing<Vec<u8>>),
    Quit,
    Suspend,
    /// The program was stopped and continued: another program may have changed the terminal.
    Stopped,
}

impl Prompt {
    /// Opens the terminal that controls the program. If the terminal is closed during a prompt, `token` is cancelled: the
    /// signal about it may come later, or be ignored.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(token: &CancelToken) -> io::Result<Self> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
        let (continued, tell) = io::pipe()?;
        low_level::pipe::register(SIGCONT, tell)?;
        Ok(Self { terminal: Arc::new(terminal), group: getpgrp(), continued, token: token.clone() })
    }

    /// Shows `question`, and returns the line that is typed. After a stop (Ctrl-Z) it begins again.
    ///
    /// # Errors
    /// If no line was typed.
    pub fn ask(&self, question: &str) -> Result<Zeroizing<Vec<u8>>, NotTyped> {
        loop {
            match self.ask_once(question) {
                Ok(Typed::Text(line)) => return Ok(line),
                Ok(Typed::Suspend) => {
                    self.stop(Signal::TSTP)?;
                }
                Ok(Typed::Quit) => {
                    send(Signal::QUIT);
                    return Err(NotTyped::Interrupted);
                }
                Ok(Typed::Stopped) => {}
                Err(NotTyped::End | NotTyped::Failed(_)) if self.is_closed() => {
                    self.token.cancel();
                    return Err(NotTyped::Interrupted);
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn ask_once(&self, question: &str) -> Result<Typed, NotTyped> {
        self.wait_for_foreground()?;
        let quiet = Quiet::begin(&self.terminal, self.group)?;
        self.write(question)?;
        let typed = self.read_line(&quiet);
        drop(quiet);
        if !matches!(typed, Ok(Typed::Stopped)) {
            self.write("\n")?;
        }
        typed
    }

    /// Stops the program, as every program is stopped that uses the terminal in the background, until it may use it.
    fn wait_for_foreground(&self) -> Result<(), NotTyped> {
        self.was_continued()?;
        while foreground(&self.terminal)? != self.group {
            if !self.stop(Signal::TTIN)? {
                // Nobody could continue the program. A read would have the same result.
                return Err(Errno::IO.into());
            }
        }
        Ok(())
    }

    /// Stops the program with `signal`. Returns true after it was continued, and false if it was not stopped, because
    /// nobody could continue it, or it ignores the signal.
    fn stop(&self, signal: Signal) -> Result<bool, NotTyped> {
        send(signal);
        thread::sleep(PAUSE_AFTER_STOP);
        if self.token.is_cancelled() {
            return Err(NotTyped::Interrupted);
        }
        self.was_continued()
    }

    fn read_line(&self, quiet: &Quiet) -> Result<Typed, NotTyped> {
        // The full size at once, because growing would leave a copy in freed memory.
        let mut line = Zeroizing::new(vec![0; MAX_LINE]);
        let mut length = 0;
        while length < MAX_LINE {
            self.wait()?;
            if self.was_continued()? {
                return Ok(Typed::Stopped);
            }
            // One line at most.
            let count = retry_on_intr(|| read(&*self.terminal, &mut line[length..]))?;
            length += count;
            match &line[..length] {
                [] => return Err(NotTyped::End),
                text if quiet.suspend.ends(text) => return Ok(Typed::Suspend),
                text if quiet.quit.ends(text) => return Ok(Typed::Quit),
                [text @ .., b'\n'] => return whole(text.len(), line),
                // Ctrl-D after text only hands the text over, a second one ends the line.
                text if count == 0 => return whole(text.len(), line),
                _ => {}
            }
        }
        Err(NotTyped::TooLong)
    }

    /// Returns true if the terminal was closed. Reads from it then are at their end, as after Ctrl-D.
    fn is_closed(&self) -> bool {
        let mut terminal = [PollFd::new(&*self.terminal, PollFlags::IN)];
        let found = poll(&mut terminal, Some(&Timespec::default()));
        found.is_ok() && terminal[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
    }

    /// Returns true if the program was continued after a stop since the last call.
    fn was_continued(&self) -> Result<bool, NotTyped> {
        let mut told = [PollFd::new(&self.continued, PollFlags::IN)];
        let is_told = matches!(poll(&mut told, Some(&Timespec::default())), Ok(1..));
        if is_told {
            // One read takes more than the signals of a whole prompt.
            let _ = (&self.continued).read(&mut [0; 64])?;
        }
        Ok(is_told)
    }

    /// Waits until there is something to read, or the program is continued.
    fn wait(&self) -> Result<(), NotTyped> {
        let terminal = PollFd::new(&*self.terminal, PollFlags::IN);
        let mut sources = [terminal, PollFd::new(&self.continued, PollFlags::IN)];
        retry_on_intr(|| poll(&mut sources, None))?;
        Ok(())
    }

    fn write(&self, text: &str) -> Result<(), NotTyped> {
        (&*self.terminal).write_all(text.as_bytes()).map_err(NotTyped::from)
    }
}

impl From<Errno> for NotTyped {
    fn from(error: Errno) -> Self {
        Self::Failed(error.into())
    }
}

impl From<io::Error> for NotTyped {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Restores the terminal. Returns true if a password was being typed.
pub fn restore_echo() -> bool {
    let Some(terminal) = quiet::restore() else { return false };
    // A terminal that was stopped (Ctrl-S) must not delay the end.
    if matches!(poll(&mut [PollFd::new(&*terminal, PollFlags::OUT)], Some(&Timespec::default())), Ok(1)) {
        let _ = (&*terminal).write(b"\n");
    }
    true
}

/// Returns the first `length` bytes of `line`, if the terminal has kept the whole text.
fn whole(length: usize, mut line: Zeroizing<Vec<u8>>) -> Result<Typed, NotTyped> {
    line.truncate(length);
    if length > MAX_TEXT { Err(NotTyped::TooLong) } else { Ok(Typed::Text(line)) }
}

/// Sends a signal to all programs that the terminal's key would reach: this program, and the others of its pipeline. The
/// fence allows signals to this program only.
fn send(signal: Signal) {
    if kill_current_process_group(signal).is_err() {
        // Without any permission the key has no effect. Not raise(3), for which musl makes a system call that could reach any
        // process (tkill), and that the fence refuses.
        let _ = kill_process(getpid(), signal);
    }
}
