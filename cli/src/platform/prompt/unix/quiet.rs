//! A terminal whose echo is off until the end of the prompt, or until a signal ends the program.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::retry_on_intr;
use rustix::process::Pid;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// The terminal whose echo is off.
static SILENCED: Mutex<Option<Silenced>> = Mutex::new(None);

struct Silenced {
    terminal: Arc<File>,
    /// The modes before the echo was turned off.
    modes: Termios,
    /// The program's group of processes.
    group: Pid,
}

/// Restores the terminal when it is dropped.
pub struct Quiet {
    /// The key that ends programs at once (Ctrl-\).
    pub quit: Key,
    /// The key that stops programs until they are continued (Ctrl-Z).
    pub suspend: Key,
}

/// The byte that a key sends.
#[derive(Clone, Copy, Debug)]
pub struct Key(u8);

impl Quiet {
    /// Turns the echo off, and forgets all text that was typed before. `group` is the program's group of processes.
    ///
    /// # Errors
    /// If the terminal is closed.
    pub fn begin(terminal: &Arc<File>, group: Pid) -> io::Result<Self> {
        let modes = tcgetattr(terminal)?;
        let changed = without_echo(&modes);
        let key = |index| Key(modes.special_codes[index]);
        let quiet = Self { quit: key(SpecialCodeIndex::VQUIT), suspend: key(SpecialCodeIndex::VSUSP) };
        // Before the change, so that a signal at any moment finds the modes to restore.
        *SILENCED.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Silenced { terminal: Arc::clone(terminal), modes, group });
        retry_on_intr(|| tcsetattr(terminal, OptionalActions::Flush, &changed))?;
        Ok(quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        restore();
    }
}

impl Key {
    /// Returns true if the key was the last one of the line. The value 0 means that the key is turned off.
    pub fn ends(self, line: &[u8]) -> bool {
        self.0 != 0 && line.last() == Some(&self.0)
    }
}

/// Turns the echo on again. Returns the terminal if it was off.
pub fn restore() -> Option<Arc<File>> {
    let Silenced { terminal, modes, group } = SILENCED.lock().unwrap_or_else(PoisonError::into_inner).take()?;
    // In the background, the modes are those of another program.
    if foreground(&terminal).is_ok_and(|foreground| foreground == group) {
        // Text after the line is dropped: a shell would carry it out, and keep it in its history. An error means that
        // the terminal is gone.
        let _ = retry_on_intr(|| tcsetattr(&terminal, OptionalActions::Flush, &modes));
    }
    Some(terminal)
}

/// Returns the group of processes that the terminal belongs to.
///
/// # Errors
/// If the terminal is closed, or does not control the program any more.
pub fn foreground(terminal: &File) -> io::Result<Pid> {
    Ok(tcgetpgrp(terminal)?)
}

/// Returns the modes for the prompt. The system still edits the line. The keys to quit and to suspend end the line instead
/// of sending a signal, so that the echo is on again before the program acts on them.
fn without_echo(modes: &Termios) -> Termios {
    let mut modes = modes.clone();
    modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
    modes.local_modes.insert(LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
    let keys = &mut modes.special_codes;
    keys[SpecialCodeIndex::VEOL] = keys[SpecialCodeIndex::VSUSP];
    keys[SpecialCodeIndex::VEOL2] = keys[SpecialCodeIndex::VQUIT];
    // Systems compare with the key to interrupt first, so that this turns the other two off.
    keys[SpecialCodeIndex::VSUSP] = keys[SpecialCodeIndex::VINTR];
    keys[SpecialCodeIndex::VQUIT] = keys[SpecialCodeIndex::VINTR];
    modes
}
