//! The console: its size, and lines that are typed on it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};

use terminal_size::{Height, Width, terminal_size_of};

use crate::platform::prompt::{forget_typed, read_line};

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
        (&self.output).write_all(text.as_bytes())
    }

    /// Waits for a line. `None` if `is_cancelled` returns true afterwards, or the console is gone. Ctrl-C ends the wait.
    pub fn line(&self, is_cancelled: impl Fn() -> bool) -> Option<String> {
        let line = read_line(&self.input).ok()?;
        if is_cancelled() { None } else { String::from_utf8(line.to_vec()).ok() }
    }
}

/// Returns the columns and the rows of the console behind standard error, if it tells them. They may change at any time.
pub fn size() -> Option<(u16, u16)> {
    let (Width(columns), Height(rows)) = terminal_size_of(io::stderr())?;
    Some((columns, rows))
}
