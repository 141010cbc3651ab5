//! Interrupts by the user or the system: the program ends at once with exit code 130, and no truncated file looks
//! complete.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{BIG, Upload};

#[test]
fn an_interrupt_while_the_server_does_not_read_ends_promptly_with_a_reset() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let run = interrupted(Script::storing("big.bin").receive(1 << 20), Script::silence, signal);
        run.outcome.fails(130).mentions(&["partial"]);
        run.server_log.was_cut();
    }
}

#[test]
fn an_interrupt_while_bytes_flow_ends_promptly_with_a_reset() {
    let slowly = |script: Script| script.then(Move::ReceiveSlowly(64 << 10, Duration::from_millis(20)));
    for signal in [Signal::INT, Signal::TERM] {
        let run = interrupted(Script::storing("big.bin").receive(1 << 20), slowly, signal);
        run.outcome.fails(130).mentions(&["partial"]);
        run.server_log.was_cut();
    }
}

#[test]
fn a_program_that_is_killed_leaves_no_cut_file_that_looks_whole() {
    let run = interrupted(Script::storing("big.bin").receive(1 << 20), Script::silence, Signal::KILL);
    run.outcome.exits(-9);
    run.server_log.was_cut();
}

#[test]
fn an_interrupt_before_anything_is_stored_leaves_nothing_behind() {
    let waits = [Script::new(), Script::greeted().expect("USER alice"), Script::logged_in().expect("CWD inbox")];
    for script in waits {
        let run = interrupted(script, Script::silence, Signal::INT);
        run.outcome.fails(130).never_says("partial file may");
    }
}

#[test]
fn an_interrupt_while_the_final_reply_is_awaited_ends_promptly() {
    let run = interrupted(Script::storing("big.bin").receive_all(), Script::silence, Signal::INT);
    run.outcome.fails(130).mentions(&["may be whole"]);
}

#[test]
fn an_interrupt_between_two_files_says_which_one_is_stored() {
    let script = Script::ready().take("big.bin").no_size("big.bin").expect("EPSV");
    let run = interrupted_upload(Upload::of_big_file().and("two", b"2"), script, Script::silence, Signal::INT);
    run.outcome.exits(130).says("Stored big.bin in inbox");
}

#[test]
fn a_second_interrupt_changes_nothing() {
    let (reached, wait) = channel();
    let script = Script::storing("big.bin").receive(1 << 20).tell(reached);
    let server = ScriptedServer::start(script.silence());
    let program = Upload::of_big_file().to(server.address()).signals("--default-signal").start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the transfer begins");
    program.signal(Signal::INT);
    program.signal(Signal::INT);
    Run::end(program, server).outcome.exits(130);
}

#[test]
fn a_signal_that_the_caller_has_ignored_stays_ignored() {
    // As nohup does.
    let (reached, wait) = channel();
    let script = Script::storing("big.bin").receive(1 << 20).tell(reached).pause(500).receive_all().reply("226 Stored");
    let server = ScriptedServer::start(script.tell_size("big.bin", BIG).goodbye());
    let program = Upload::of_big_file().to(server.address()).signals("--ignore-signal=HUP").start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the transfer begins");
    program.signal(Signal::HUP);
    Run::end(program, server).outcome.succeeds();
}

fn interrupted(before: Script, after: fn(Script) -> Script, signal: Signal) -> Run {
    interrupted_upload(Upload::of_big_file(), before, after, signal)
}

/// Sends a signal when the script has reached its middle, and claims that the program ends within two seconds.
fn interrupted_upload(upload: Upload, before: Script, after: fn(Script) -> Script, signal: Signal) -> Run {
    let (reached, wait) = channel();
    let server = ScriptedServer::start(after(before.tell(reached)));
    let program = upload.timeout("30").to(server.address()).signals("--default-signal").start();
    wait.recv_timeout(Duration::from_secs(20)).expect("the script reaches its middle");
    // The program needs some time to reach its wait.
    std::thread::sleep(Duration::from_millis(100));
    let sent = Instant::now();
    program.signal(signal);
    let run = Run::end(program, server);
    run.outcome.claim(sent.elapsed() < Duration::from_secs(2), "an end within two seconds after the signal");
    run
}
