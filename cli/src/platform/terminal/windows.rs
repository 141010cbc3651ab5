//! The console: its size, the movements of its cursor, and lines that are typed on it.
//!
//! The file is separate because the calls for consoles need `unsafe`.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Stderr};
use std::os::windows::io::AsRawHandle;
use std::thread;
use std::time::{Duration, Instant};

use terminal_size::{Height, Width, terminal_size_of};
use windows_sys::Win32::System::Console::{
    ENABLE_PROCESSED_OUTPUT, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode, SetConsoleMode,
};

use crate::platform::prompt::{NotTyped, forget_typed, read_line, write};

/// The longest wait for the handler of Ctrl-C, which runs in another thread than the read that Ctrl-C ends.
const HANDLER_TIMEOUT: Duration = Duration::from_secs(1);

/// The time between two questions if the handler has cancelled the run.
const HANDLER_INTERVAL: Duration = Duration::from_millis(10);

/// The console of the program.
#[derive(Debug)]
pub struct Terminal {
    input: File,
    output: File,
}

impl Terminal {
    /// Opens the console.
    ///
    /// # Errors
    /// If there is none.
    pub fn open() -> io::Result<Self> {
        let input = OpenOptions::new().read(true).write(true).open("CONIN$")?;
        Ok(Self { input, output: OpenOptions::new().write(true).open("CONOUT$")? })
    }

    /// Forgets the keys that were typed so far.
    pub fn forget_typed(&self) {
        forget_typed(&self.input);
    }

    /// Writes `text`.
    pub fn write(&self, text: &str) -> io::Result<()> {
        write(&self.output, text)
    }

    /// Waits for a line. `None` if `is_cancelled` returns true afterwards, or the console is gone. Ctrl-C ends the wait.
    pub fn line(&self, is_cancelled: impl Fn() -> bool) -> Option<String> {
        let line = read_line(&self.input);
        if matches!(line, Err(NotTyped::Interrupted)) {
            let until = Instant::now() + HANDLER_TIMEOUT;
            while !is_cancelled() && Instant::now() < until {
                thread::sleep(HANDLER_INTERVAL);
            }
        }
        if is_cancelled() { None } else { String::from_utf8(line.ok()?.to_vec()).ok() }
    }
}

/// Returns the columns and the rows of the console behind standard error, if it tells them. They may change at any time.
pub fn size() -> Option<(u16, u16)> {
    let (Width(columns), Height(rows)) = terminal_size_of(io::stderr())?;
    Some((columns, rows))
}

/// Returns true if standard error is a terminal on which the cursor can be moved. A console needs no variable TERM, which
/// its shells do not set. A terminal of MSYS is a pipe for Windows, and sets TERM as terminals of Unix do.
pub fn can_move_cursor() -> bool {
    let (stderr, term) = (io::stderr(), env::var_os("TERM"));
    if term.as_ref().is_some_and(|term| term.is_empty() || term == "dumb") {
        return false;
    }
    interprets_escapes(&stderr).unwrap_or_else(|| term.is_some() && stderr.is_terminal())
}

/// Lets the console interpret escape sequences, which consoles before Windows 10 cannot. Returns true if it does; `None` if
/// this is no console. The mode stays, because other programs on the same console may use it.
#[allow(unsafe_code, reason = "no kept crate has safe calls for consoles")]
fn interprets_escapes(console: &Stderr) -> Option<bool> {
    let mut mode = 0;
    // SAFETY: the handle is open, and the number is valid during the call.
    if unsafe { GetConsoleMode(console.as_raw_handle(), &raw mut mode) } == 0 {
        return None;
    }
    let mode = mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;
    // SAFETY: the handle is open during the call.
    Some(unsafe { SetConsoleMode(console.as_raw_handle(), mode) } != 0)
}
