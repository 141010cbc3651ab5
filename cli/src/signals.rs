//! Signals: the first SIGINT, SIGTERM or SIGHUP cancels the upload, the second one ends the program at once. While a
//! password is being typed, the first one restores the echo of the terminal and ends the program.

use std::fs::{self, File};
use std::process;
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use ftp_uploader::{CancelToken, enclose_thread};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit_code::ExitCode;
use crate::output::stderr;

/// The time that the first signal has to end the program. After it, the program exits: a wait inside a system call that
/// ignores cancellation must not block the user.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(3);

/// The terminal on which a password is being typed, and its modes before the echo was turned off.
static PROMPT: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// Lets signals cancel `token` from now on. Signals that were ignored when the process started (nohup, background jobs)
/// remain ignored.
pub fn cancel_on_signal(token: &CancelToken) {
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    // Without handlers a signal ends the program at once; an upload is still possible.
    let Ok(mut signals) = Signals::new(wanted) else { return };
    let token = token.clone();
    let (enclosed, wait) = mpsc::channel();
    thread::spawn(move || {
        enclose_thread();
        // This fails only if the receiver is gone, and it waits below.
        let _ = enclosed.send(());
        for _ in signals.forever() {
            if restore_echo() || token.is_cancelled() {
                leave();
            }
            token.cancel();
            thread::spawn(|| {
                thread::sleep(CANCEL_TIMEOUT);
                leave();
            });
        }
    });
    // The fence will forbid the system calls with which the thread encloses itself, so wait until they are done.
    let _ = wait.recv();
}

/// While the returned guard lives, a signal restores the terminal as it is now and ends the program.
pub fn restore_echo_on_signal() -> impl Drop {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            *prompt() = None;
        }
    }
    let terminal = File::open("/dev/tty").and_then(|tty| Ok((tcgetattr(&tty)?, tty)));
    *prompt() = terminal.ok().map(|(modes, tty)| (tty, modes));
    Guard
}

/// Restores the echo of the terminal. Returns true if a password was being typed.
fn restore_echo() -> bool {
    match prompt().take() {
        None => false,
        Some((tty, modes)) => {
            // An error means that the terminal is gone.
            let _ = tcsetattr(&tty, OptionalActions::Now, &modes);
            stderr::say("");
            true
        }
    }
}

fn prompt() -> std::sync::MutexGuard<'static, Option<(File, Termios)>> {
    PROMPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn leave() -> ! {
    process::exit(ExitCode::Interrupted as i32)
}

/// The signals that were ignored when the process started, one bit each (`SigIgn` in proc(5)). 0 if the system has no
/// such file.
fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or_default()
}
