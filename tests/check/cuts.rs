//! Nothing is left on the server, at whatever command the connection ends or the user interrupts the check.

use std::sync::mpsc::channel;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::check::{Checked, check, program};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Cut, Quirk};
use crate::support::sockets::WAIT_LIMIT;

/// The options of all checks here.
const OPTIONS: [&str; 2] = ["--jobs", "2"];

/// Returns the number of commands of a check to which nothing happens.
fn commands() -> usize {
    let server = QuirkyServer::start([]);
    check(&server, "inbox", &OPTIONS).succeeded();
    server.record().commands().count()
}

fn claim_nothing_is_left(server: &QuirkyServer, checked: &Checked, what: &str) {
    server.wait_until_idle();
    let files = server.files();
    checked.claim(files.is_empty(), &format!("nothing is left, {what}: {files:?}\n{}", server.record()));
}

#[test]
fn nothing_is_left_if_the_connection_ends_at_any_command() {
    for at in 1..=commands() {
        for cut in [Cut::Before, Cut::After] {
            let server = QuirkyServer::start([Quirk::CutsAtCommand(at, cut)]);
            let checked = check(&server, "inbox", &OPTIONS);
            claim_nothing_is_left(&server, &checked, &format!("{cut:?} command {at}"));
        }
    }
}

#[test]
fn nothing_is_left_after_an_interruption_at_any_command() {
    for at in 1..=commands() {
        for signal in [Signal::INT, Signal::TERM] {
            let server = QuirkyServer::start([]);
            let (aim, process) = channel();
            let mut seen = 0;
            let is_due = move |_: &str| {
                seen += 1;
                seen == at
            };
            server.at_command(is_due, move || {
                let process: u32 = process.recv_timeout(WAIT_LIMIT).expect("a run");
                let process = Pid::from_raw(i32::try_from(process).expect("a number")).expect("a process");
                // Fails if the run has just ended.
                let _ = kill_process(process, signal);
                // The reply is late, so that the signal comes first.
                std::thread::sleep(std::time::Duration::from_millis(100));
            });
            let options = [&["--json"], &OPTIONS[..]].concat();
            let running = program(&server, "inbox", &options).signals("--default-signal").start();
            aim.send(running.id()).expect("a server that waits for it");
            let outcome = running.wait();
            server.forget_hook();
            let checked = Checked::of(outcome);
            checked.claim([0, 130].contains(&checked.code), "an interruption, or an end before it");
            claim_nothing_is_left(&server, &checked, &format!("{signal:?} at command {at}"));
        }
    }
}

#[test]
fn an_interruption_while_the_file_is_there_is_exit_130_and_removes_it() {
    let server = QuirkyServer::start([]);
    let (aim, process) = channel();
    server.at_command(
        |line| line.starts_with("MFMT"),
        move || {
            let process: u32 = process.recv_timeout(WAIT_LIMIT).expect("a run");
            kill_process(Pid::from_raw(i32::try_from(process).expect("a number")).expect("a process"), Signal::INT)
                .expect("the run goes on");
            std::thread::sleep(std::time::Duration::from_millis(300));
        },
    );
    let running = program(&server, "inbox", &["--json", "--jobs", "1"]).signals("--default-signal").start();
    aim.send(running.id()).expect("a server that waits for it");
    let checked = Checked::of(running.wait());
    checked.failed(130).results("works", &["file/store", "file/remove"]);
    claim_nothing_is_left(&server, &checked, "interrupted at MFMT");
}

#[test]
fn a_slow_server_is_waited_for_after_an_interruption_until_the_file_is_removed() {
    let server = std::sync::Arc::new(QuirkyServer::start([]));
    let (aim, process) = channel();
    let other = std::sync::Arc::clone(&server);
    server.at_command(
        |line| line.starts_with("MFMT"),
        move || {
            other.change_quirks([Quirk::LateReplies(std::time::Duration::from_millis(450))]);
            let process: u32 = process.recv_timeout(WAIT_LIMIT).expect("a run");
            kill_process(Pid::from_raw(i32::try_from(process).expect("a number")).expect("a process"), Signal::INT)
                .expect("the run goes on");
        },
    );
    let running = program(&*server, "inbox", &["--json", "--jobs", "1"]).signals("--default-signal").start();
    aim.send(running.id()).expect("a server that waits for it");
    let checked = Checked::of(running.wait());
    checked.failed(130).results("works", &["file/store", "file/remove"]);
    claim_nothing_is_left(&server, &checked, "interrupted at MFMT");
}

#[test]
fn the_time_limit_is_no_reason_to_leave_the_file() {
    let late = Quirk::LateReplies(std::time::Duration::from_millis(150));
    for limit in ["1", "2", "3"] {
        let server = QuirkyServer::start([late.clone()]);
        let checked = check(&server, "inbox", &["--jobs", "1", "--max-time", limit]);
        claim_nothing_is_left(&server, &checked, &format!("after {limit} s"));
    }
}
