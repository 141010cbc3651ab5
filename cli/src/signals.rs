//! Signals: the first SIGINT, SIGTERM or SIGHUP (Ctrl-C on Windows) cancels the upload, the second one ends the program at once. While a
//! password is being typed, the first one restores the echo of the terminal and ends the program.

use std::io::{self, Write};
use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ftp_uploader::{CLEAN_UP_LIMIT, CancelToken, enclose_thread};

use crate::exit_code::ExitCode;
use crate::output::{ndjson, progress};
use crate::platform::{prompt, signals};

/// The time that the first signal has to end the program. After it, the program exits: a wait inside a system call that
/// ignores cancellation must not block the user. A run that removes what it has left gets the time for that.
const CANCEL_TIMEOUT: Duration = CLEAN_UP_LIMIT.saturating_add(Duration::from_secs(2));

/// The line of a program that is ended before it could report.
const CUT_SHORT: &str = "ftp-uploader: interrupted; the server did not answer in time, so that temporary files and a lock may \
                         remain on it";

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
    let token = token.clone();
    let (enclosed, wait) = mpsc::channel();
    let prepare = move || {
        enclose_thread();
        // This fails only if the program has ended before its fence.
        let _ = enclosed.send(());
    };
    let handle = move || {
        if prompt::restore_echo() || token.is_cancelled() {
            leave();
        }
        token.cancel();
        thread::spawn(|| {
            thread::sleep(CANCEL_TIMEOUT);
            progress::erase();
            let _ = writeln!(io::stderr(), "{CUT_SHORT}");
            leave();
        });
    };
    // Without handlers a signal ends the program at once; an upload is still possible.
    SignalThread(signals::listen(prepare, handle).then_some(wait))
}

fn leave() -> ! {
    progress::erase();
    ndjson::close_at_once();
    process::exit(ExitCode::Interrupted as i32)
}
