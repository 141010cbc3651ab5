//! A file that may be whole on the server is neither overwritten nor sent again without proof. These servers hide
//! files, show them late, or store them under another name.
//!
//! `servers/no_good_file_lost.rs` tests the same with real servers.

use std::time::Duration;

use crate::support::outcome::Outcome;
use crate::support::run::Run;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

/// The server is a drop box whose content nobody may list, or another process has fetched the file already.
#[test]
fn a_file_that_may_be_hidden_is_not_sent_again_after_a_lost_reply() {
    for before in ["550 No such file", "550 Permission denied", "502 No SIZE"] {
        let asked = |script: Script| script.expect("SIZE hello.txt").reply(before);
        let lost = asked(Script::ready()).passive().store("hello.txt").receive_all().close();
        let run = run_in_turn([lost, asked(Script::ready())], retried());
        run.outcome.fails(10).says("may be whole").retried(1);
        run.data_connections(1);
    }
}

#[test]
fn a_file_that_may_be_hidden_is_sent_again_under_a_temporary_name_which_is_ours() {
    let lost = Script::ready().can_rename("hello.txt").passive().store(TEMPORARY).receive_all().close();
    let again = Script::ready().lacks(TEMPORARY).take(TEMPORARY).lacks(TEMPORARY).lacks("hello.txt");
    let run = run_in_turn([lost, again.rename(TEMPORARY, "hello.txt").goodbye()], retried().options(["--atomic"]));
    run.outcome.succeeds();
    run.stored_last(HELLO);
}

#[test]
fn another_file_tells_that_sizes_are_told() {
    let first = Script::ready().take("one").tell_size("one", 1).lacks("two").passive().store("two").receive_all();
    let again = Script::ready().never_has("two").take("two").tell_size("two", 2).goodbye();
    let run = run_in_turn([first.close(), again], Upload::of("one", b"1").and("two", b"22").retries("1"));
    run.outcome.succeeds();
    run.data_connections(3);
}

#[test]
fn a_server_that_is_busy_with_the_file_is_asked_again_and_gets_no_empty_rest() {
    let first = Script::ready().tell_size("hello.txt", 3).passive().store("hello.txt").receive_all().silence();
    let busy = Script::ready().never_has("hello.txt").passive().expect("STOR hello.txt").reply("450 In use").goodbye();
    let done = Script::ready().tell_size_twice("hello.txt", 6).goodbye();
    let run = run_in_turn([first, busy, done], retried().timeout("1"));
    run.outcome.succeeds().retried(2).says("In use").says("size confirmed").never_says("Resuming");
    run.data_connections(1);
}

#[test]
fn nothing_is_stored_behind_the_last_byte() {
    let whole = || Script::hashing().tell_size("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye();
    let run = whole().run(Upload::of_hello().options(["--resume"]));
    run.outcome.succeeds();
    run.server_log.stored_all(&[]);
    let broken = Script::hashing().lacks("hello.txt").passive().store("hello.txt").receive(6).reset_data().close();
    let asked = Script::hashing().tell_size_twice("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([broken, asked], retried());
    run.outcome.succeeds();
    run.data_connections(1);
}

/// The server sends 226 when it has read the data, and reports the size only when it has written the data.
#[test]
fn a_size_that_is_right_a_moment_after_the_success_is_right() {
    for early in [&[0][..], &[3], &[0, 3], &[0, 3, 5]] {
        let taken = Script::ready().tell_size("hello.txt", 3).take("hello.txt");
        let script = early.iter().fold(taken, |script, size| script.tell_size("hello.txt", *size));
        let run = script.tell_size("hello.txt", 6).goodbye().run(retried());
        is_sent_once(&run).succeeds().retried(0).says("size confirmed").not_before(Duration::from_millis(500));
    }
}

#[test]
fn a_file_that_becomes_visible_a_moment_after_the_success_is_stored() {
    let taken = Script::ready().tell_size("hello.txt", 3).take("hello.txt").lacks("hello.txt").lacks("hello.txt");
    let run = taken.tell_size("hello.txt", 6).goodbye().run(retried());
    is_sent_once(&run).succeeds().says("size confirmed");
}

#[test]
fn a_size_that_never_rests_is_exit_10() {
    let taken = Script::ready().tell_size("hello.txt", 3).take("hello.txt");
    let run = (10..16).fold(taken, |script, size| script.tell_size("hello.txt", size)).run(retried());
    is_sent_once(&run).fails(10).says("15").retried(0);
}

/// Pure-FTPd with `-r` stores `hello.txt.1` if there is a `hello.txt`.
#[test]
fn a_server_that_stores_elsewhere_gets_it_once() {
    let script = Script::ready().tell_size("hello.txt", 3).take("hello.txt").tell_size_twice("hello.txt", 3);
    is_sent_once(&script.run(retried())).fails(10).says("it has 3").retried(0);
}

#[test]
fn a_size_that_was_the_same_before_proves_nothing_unless_the_time_has_changed() {
    let taken = || Script::ready().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).take("hello.txt");
    let run = taken().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).goodbye().run(retried());
    is_sent_once(&run).succeeds().says("confirmed by the server, not verified");
    let run = taken().tell_size("hello.txt", 6).tell_time("hello.txt", LATER).goodbye().run(retried());
    is_sent_once(&run).succeeds().says("size confirmed");
    let untold = Script::ready().tell_size("hello.txt", 6).no_time("hello.txt").take("hello.txt");
    let run = untold.tell_size("hello.txt", 6).goodbye().run(retried());
    is_sent_once(&run).succeeds().says("confirmed by the server, not verified");
    // `--verify size` demands only the right size, which the server has reported.
    let script = taken().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).goodbye();
    let run = script.run(retried().options(["--verify", "size"]));
    is_sent_once(&run).succeeds().says("confirmed by the server, not verified");
}

/// The server has converted line ends, or bytes are missing in the middle.
#[test]
fn a_smaller_size_after_a_success_is_sent_once_more_from_the_start_and_never_resumed() {
    let short = |script: Script| script.take("hello.txt").tell_size_twice("hello.txt", 5);
    let scripts = [short(Script::ready().lacks("hello.txt")).goodbye(), short(Script::ready())];
    let run = run_in_turn(scripts, retried());
    run.outcome.fails(10).retried(1).says("it has 5").never_says("Resuming");
    run.stored_last(HELLO).data_connections(2);
}

#[test]
fn a_smaller_file_never_replaces_a_good_one() {
    let short = |script: Script| script.take(TEMPORARY).tell_size_twice(TEMPORARY, 5);
    let first = short(Script::ready().can_rename("hello.txt")).goodbye();
    let second = short(Script::ready()).delete(TEMPORARY);
    let run = run_in_turn([first, second], retried().options(["--atomic", "--replace"]));
    run.outcome.fails(10).retried(1).says("it has 5").says("removed again");
    for server_log in &run.server_logs {
        server_log.claim(!server_log.commands.iter().any(|line| line.starts_with(b"RNTO ")), "no RNTO");
    }
}

fn retried() -> Upload {
    Upload::of_hello().retries("3").timeout("2")
}

/// Asserts that the file was sent once, over one data connection.
#[track_caller]
fn is_sent_once(run: &Run) -> &Outcome {
    run.server_log.stored(HELLO);
    &run.outcome
}

const TEMPORARY: &str = "{temp:hello.txt}";
const EARLIER: &str = "20260101000000";
const LATER: &str = "20260202000000";
