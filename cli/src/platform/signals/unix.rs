//! The signals that end the program: SIGINT, SIGTERM and SIGHUP.

use std::fs::File;
use std::io::Read;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Starts a thread that calls `prepare`, and then `handle` for each signal. Signals that were ignored when the process
/// started (nohup, background jobs) remain ignored. Returns false, and calls nothing, if the system refuses: then a signal
/// ends the program at once.
pub fn listen(prepare: impl FnOnce() + Send + 'static, mut handle: impl FnMut() + Send + 'static) -> bool {
    let ignored = ignored();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
    let Ok(mut signals) = Signals::new(wanted) else { return false };
    thread::spawn(move || {
        prepare();
        signals.forever().for_each(|_| handle());
    });
    true
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
