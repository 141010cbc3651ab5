//! Signals: the first SIGINT, SIGTERM or SIGHUP cancels the upload, the second one ends the program at once. While a
//! password is being typed, the first one restores the echo of the terminal and ends the program.

use std::fs::File;
use std::io::{Read, Write};
use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ftp_uploader::{CancelToken, enclose_thread};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::exit_code::ExitCode;
use crate::input::prompt::quiet;
use crate::output::{ndjson, progress};

/// The time that the first signal has to end the program. After it, the program exits: a wait inside a system call that
/// ignores cancellation must not block the user.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(3);

/// The thread that waits for signals, while it gives up its rights.
pub struct SignalThread(Option<mpsc::Receiver<()>>);

impl SignalThread {
    /// Waits until the thread has given up its rights. The fence will forbid the system calls that this takes.
    pub fn wait_until_enclosed(self) {
        // An error means that the thread has ended.
        let _ = self.0.map(|enclosed| enclosed.recv());
    }
}

/// Lets signals cancel `token` from now on. Signals that were ignored when the process started (nohup, background jobs)
/// remain ignored.
pub fn cancel_on_signal(token: &CancelToken) -> SignalThread {
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    // Without handlers a signal ends the program at once; an upload is still possible.
    let Ok(mut signals) = Signals::new(wanted) else { return SignalThread(None) };
    let token = token.clone();
    let (enclosed, wait) = mpsc::channel();
    thread::spawn(move || {
        enclose_thread();
        // This fails only if the program has ended before its fence.
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
    SignalThread(Some(wait))
}

/// Restores the terminal. Returns true if a password was being typed.
fn restore_echo() -> bool {
    let Some(terminal) = quiet::restore() else { return false };
    // A terminal that was stopped (Ctrl-S) must not delay the end.
    if matches!(poll(&mut [PollFd::new(&*terminal, PollFlags::OUT)], Some(&Timespec::default())), Ok(1)) {
        let _ = (&*terminal).write(b"\n");
    }
    true
}

fn leave() -> ! {
    progress::erase();
    ndjson::close_at_once();
    process::exit(ExitCode::Interrupted as i32)
}

/// The signals that were ignored when the process started, one bit each (`SigIgn` in proc(5)). 0 if the system has no
/// such file.
fn ignored() -> u64 {
    // With space for the whole file, one read is enough.
    let mut status = String::with_capacity(4096);
    let _ = File::open("/proc/self/status").and_then(|mut file| file.read_to_string(&mut status));
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or_default()
}
