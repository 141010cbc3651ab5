//! Ends a run by a signal when a quirky server receives a certain command.

use std::sync::mpsc::{Sender, channel};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::quirky_server::QuirkyServer;
use crate::support::sockets::WAIT_LIMIT;
use crate::support::sync::SyncRun;
use crate::support::sync::claims::Synced;

/// Runs to the command for which `is_due` is true, or to the end if there is none. Returns when the server has carried
/// out all commands that it has received. The server receives that command, but sends no reply to it before the kill.
pub(crate) fn run_and_kill(
    server: &QuirkyServer,
    run: SyncRun<'_>,
    is_due: impl FnMut(&str) -> bool + Send + 'static,
) -> Synced {
    run_and_signal(server, run, Signal::KILL, is_due)
}

/// Does the same with another signal.
pub(crate) fn run_and_signal(
    server: &QuirkyServer,
    run: SyncRun<'_>,
    signal: Signal,
    is_due: impl FnMut(&str) -> bool + Send + 'static,
) -> Synced {
    let (aim, process): (Sender<u32>, _) = channel();
    server.at_command(is_due, move || {
        let process = process.recv_timeout(WAIT_LIMIT).expect("a run");
        let process = Pid::from_raw(i32::try_from(process).expect("a number")).expect("a process");
        // Fails if the run has just ended.
        let _ = kill_process(process, signal);
    });
    let started = run.start(server);
    aim.send(started.running.id()).expect("a server that waits for it");
    let synced = started.end(server);
    server.forget_hook();
    server.wait_until_idle();
    synced
}

/// Returns a condition that is true for the `number`th command for which `counts` is true, from 1.
pub(crate) fn nth(number: usize, counts: impl Fn(&str) -> bool + Send + 'static) -> impl FnMut(&str) -> bool + Send {
    let mut seen = 0;
    move |line| {
        seen += usize::from(counts(line));
        seen == number && counts(line)
    }
}
