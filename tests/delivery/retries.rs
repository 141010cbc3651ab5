//! Retries: the failures that are retried and those that are not, the number of retries, and the delays between them.
//!
//! `unknown_outcomes.rs` tests retries after an upload whose result is unknown.

use std::time::Duration;

use crate::support::run::{ClosedPort, Run};
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, PASSWORD, Upload};

#[test]
fn a_connection_lost_before_anything_is_stored_is_tried_again_and_the_file_arrives() {
    let pass = format!("PASS {PASSWORD}");
    let steps = [
        Script::new(),
        Script::greeted().expect("USER alice"),
        Script::greeted().expect("USER alice").reply("331 Go on").expect(&pass),
        Script::logged_in().expect("CWD inbox"),
        Script::logged_in().expect("CWD inbox").reply("250 Done").expect("TYPE I").reply("200 Done").expect("FEAT"),
        Script::ready().expect("SIZE hello.txt"),
        asked().expect("EPSV"),
        asked().passive().expect("STOR hello.txt"),
    ];
    for (number, step) in steps.into_iter().enumerate() {
        let cut = if number % 2 == 0 { step.close() } else { step.reset() };
        // After step 6 the size on the server is known. After step 7 it is asked for again, because STOR may have
        // changed it.
        let second = if number == 6 { again() } else { whole() };
        let run = run_in_turn([cut, second], Upload::of_hello().retries("3"));
        run.outcome.succeeds().retried(1).says("(1 of 3)").says("Stored hello.txt");
        run.stored_last(HELLO);
    }
}

#[test]
fn silence_is_tried_again() {
    let run = run_in_turn([Script::greeted().silence(), whole()], Upload::of_hello().retries("1").timeout("1"));
    run.outcome.succeeds().retried(1);
}

#[test]
fn a_temporary_refusal_is_tried_again() {
    let refusals =
        [Script::new().reply("421 Too many users"), Script::greeted().expect("USER alice").reply("421 Going down")];
    for refusal in refusals {
        let run = run_in_turn([refusal.close(), whole()], Upload::of_hello().retries("2"));
        run.outcome.succeeds().retried(1);
    }
    let later = [asked().expect("EPSV"), asked().passive().expect("STOR hello.txt")];
    for script in later {
        let run = run_in_turn([script.reply("421 Going down").close(), again()], Upload::of_hello().retries("2"));
        run.outcome.succeeds().retried(1);
    }
}

#[test]
fn a_refused_file_is_tried_again_on_a_new_connection() {
    for answer in ["450 Busy", "425 No data connection", "452 Full"] {
        let refused = asked().passive().expect("STOR hello.txt").reply(answer).goodbye();
        let run = run_in_turn([refused, again()], Upload::of_hello().retries("2"));
        run.outcome.succeeds().retried(1);
    }
}

#[test]
fn a_permanent_refusal_is_not_tried_again() {
    let pass = format!("PASS {PASSWORD}");
    let named = || Script::greeted().expect("USER alice").reply("331 Go on").expect(&pass);
    let storing = || asked().passive().expect("STOR hello.txt");
    let refusals = [
        (Script::new().reply("530 Not you"), 4),
        (named().reply("530 Wrong"), 6),
        (named().reply("430 Wrong"), 6),
        (Script::logged_in().expect("CWD inbox").reply("550 No inbox"), 7),
        (storing().reply("550 No"), 7),
        (storing().reply("552 Quota"), 7),
        (storing().reply("553 Not this name"), 7),
        (asked().passive().store("hello.txt").receive_all().reply("552 Quota"), 8),
        (Script::new().reply("SSH-2.0-OpenSSH"), 9),
        (asked().expect("EPSV").reply("299 What?").expect("PASV").reply("299 What?"), 9),
    ];
    for (script, code) in refusals {
        let run = script.run(Upload::of_hello().retries("3"));
        run.outcome.fails(code).retried(0);
    }
}

#[test]
fn a_local_file_that_shrinks_is_not_tried_again() {
    let upload = Upload::of_big_file().retries("3");
    let path = upload.path("big.bin");
    let cut = move || std::fs::File::options().write(true).open(path).unwrap().set_len(2 << 20).unwrap();
    let storing = Script::ready().lacks("big.bin").passive().store("big.bin");
    let script = storing.receive(1 << 20).meanwhile(cut).receive_all().reply("426 Cut");
    script.run(upload).outcome.fails(3).retried(0);
}

#[test]
fn nobody_listening_is_tried_as_often_as_was_asked_for() {
    for (retries, times) in [("0", 0), ("1", 1), ("4", 4)] {
        let closed = ClosedPort::reserve();
        let outcome = at_nobody(Upload::of_hello().retries(retries)).to(closed.address).run();
        outcome.fails(4).retried(times);
    }
}

#[test]
fn the_tries_are_counted_aloud_and_the_reason_is_given() {
    let closed = ClosedPort::reserve();
    let outcome = at_nobody(Upload::of_hello().retries("2")).to(closed.address).run();
    outcome.fails(4).says("(1 of 2): ").says("(2 of 2): ");
    let outcome = at_nobody(Upload::of_hello().retries("2")).options(["--quiet"]).to(closed.address).run();
    outcome.fails(4).retried(0);
}

#[test]
fn three_retries_are_the_default() {
    let closed = ClosedPort::reserve();
    let outcome = at_nobody(Upload::of_hello().default_retries_after("0.05")).to(closed.address).run();
    outcome.fails(4).retried(3).says("(3 of 3)");
}

#[test]
fn a_server_that_comes_up_in_the_meantime_is_reached() {
    let port = ClosedPort::reserve();
    let upload = at_nobody(Upload::of_hello().retries("20"));
    let program = upload.to(port.address).start();
    std::thread::sleep(Duration::from_millis(200));
    let server = ScriptedServer::listen(port.open(), vec![whole()]);
    Run::end(program, server).outcome.succeeds().mentions(&["Retrying in"]);
}

#[test]
fn waits_double_and_differ() {
    // 0.4 + 0.8 + 1.6 s, each varied by up to a quarter.
    let closed = ClosedPort::reserve();
    let upload = at_nobody(Upload::of_hello().retries_after("3", "0.4"));
    let outcome = upload.to(closed.address).run();
    outcome.fails(4).not_before(Duration::from_millis(2100)).within(Duration::from_millis(4500));
}

#[test]
fn a_server_that_is_busy_is_left_alone_for_longer() {
    let busy = Script::new().reply("421 Too many users").close();
    let upload = Upload::of_hello().retries_after("1", "0.2");
    let run = run_in_turn([busy, whole()], upload);
    run.outcome.succeeds().not_before(Duration::from_millis(1500));
}

#[test]
fn no_new_try_begins_when_the_time_for_all_of_them_is_up() {
    let closed = ClosedPort::reserve();
    let options = ["--retry-max-time", "2"];
    let outcome = at_nobody(Upload::of_hello().retries_after("50", "0.4").options(options)).to(closed.address).run();
    outcome.fails(4).within(Duration::from_millis(3500));
    outcome.claim((1..=4).contains(&outcome.stderr.matches("Retrying in").count()), "a few retries");
}

#[test]
fn a_partial_file_left_on_the_server_decides_the_exit_code() {
    let broken = asked().passive().store("hello.txt").receive(3).reset_data().reply("451 Disk trouble");
    let run = run_in_turn([broken.close(), Script::new().close()], Upload::of_hello().retries("1"));
    run.outcome.fails(8).retried(1);
}

#[test]
fn the_files_before_and_behind_the_break_are_sent_once() {
    let first = Script::ready().lacks("one").take("one").tell_size("one", 1).lacks("two").expect("EPSV");
    // The connection breaks in the first flight, which may be the reason: the next try is no retry.
    let first = first.expect("STOR two").close();
    let second = Script::ready().tell_size_twice("one", 1).lacks("two").take("two").tell_size("two", 2).lacks("three");
    let second = second.take("three").tell_size("three", 3).goodbye();
    let upload = Upload::of("one", b"1").and("two", b"22").and("three", b"333").retries("1");
    let run = run_in_turn([first, second], upload);
    run.outcome.succeeds().retried(0).says("Stored one").says("Stored two").says("Stored three");
    run.data_connections(3);
}

#[test]
fn the_tries_are_each_files_own() {
    let first = Script::ready().lacks("one").passive().expect("STOR one").close();
    let then =
        Script::ready().lacks("one").take("one").tell_size("one", 1).lacks("two").passive().expect("STOR two").close();
    let last = Script::ready().lacks("two").take("two").tell_size("two", 1).goodbye();
    let run = run_in_turn([first, then, last], Upload::of("one", b"1").and("two", b"2").retries("1"));
    run.outcome.succeeds().retried(2);
}

#[test]
fn an_interrupt_during_a_wait_ends_it() {
    let (reached, told) = std::sync::mpsc::channel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let script = Script::new().reply("421 Busy").close().tell(reached);
    let server = ScriptedServer::listen(listener, vec![script]);
    let upload = Upload::of_hello().retries_after("3", "3");
    let program = upload.program(|program| program.signals("--default-signal")).to(server.address()).start();
    told.recv_timeout(Duration::from_secs(10)).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    program.signal(rustix::process::Signal::INT);
    let outcome = program.wait();
    outcome.fails(130).within(Duration::from_secs(3));
    assert!(server.finish().mismatch.is_none());
}

#[test]
fn a_later_try_needs_the_password_only_once() {
    let scripts = [Script::new().close(), Script::greeted().expect("USER alice").close(), whole()];
    let from_stdin = Upload::of_hello().without_password().options(["--password-stdin"]);
    let upload = from_stdin.program(|program| program.stdin(PASSWORD)).retries("2");
    run_in_turn(scripts, upload).outcome.succeeds().retried(2);
}

/// A server that was asked for the size of the file and does not have it.
fn asked() -> Script {
    Script::ready().lacks("hello.txt")
}

/// An upload that succeeds.
fn whole() -> Script {
    asked().take("hello.txt").and_all_is_well()
}

/// The same, after the program has already asked for the size of the old file.
fn again() -> Script {
    Script::ready().take("hello.txt").and_all_is_well()
}

/// Retries also if the first connection is refused, which would end the run at once.
fn at_nobody(upload: Upload) -> Upload {
    upload.options(["--retry-connrefused"])
}
