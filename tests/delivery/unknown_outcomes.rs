//! Every byte was sent, but no final reply says whether the file is stored. The program first asks the server for the
//! size until two answers agree, and only then decides.
//!
//! The rules under test: a file that may be whole is never overwritten, and an outcome is reported as unknown (exit
//! code 10) only if the server cannot settle it.

use std::time::Duration;

use crate::support::runs::{Runs, run_in_turn};
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_lost_final_reply_is_replaced_by_the_size() {
    for lost in lost_words() {
        let run = run_in_turn([lost, Script::ready().tell_size_twice("hello.txt", 6).goodbye()], retried());
        run.outcome
            .succeeds()
            .says("Stored hello.txt in inbox: 6 bytes in ")
            .says(", size confirmed by the server")
            .retried(1);
        run.outcome.not_before(Duration::from_millis(500));
        run.data_connections(1);
    }
}

#[test]
fn a_lost_final_reply_is_replaced_by_the_hash() {
    let lost = lost_of(Script::hashing());
    let asked = Script::hashing().tell_size_twice("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([lost, asked], retried());
    run.outcome.succeeds().says("SHA-256 confirmed by the server");
    run.data_connections(1);
}

#[test]
fn the_size_is_asked_for_until_it_stays_the_same() {
    let asked = Script::ready().tell_size("hello.txt", 2).tell_size("hello.txt", 4).tell_size_twice("hello.txt", 6);
    let run = run_in_turn([lost(), asked.goodbye()], retried());
    run.outcome.succeeds().not_before(Duration::from_millis(1500));
}

#[test]
fn fewer_bytes_than_were_sent_are_resumed_if_a_hash_proves_them() {
    let lost = lost_of(Script::hashing());
    let asked = Script::hashing().tell_size_twice("hello.txt", 4).tell_hash("hello.txt", b"hell");
    let asked = asked.resume("hello.txt", 4).receive_all().reply("226 Done").tell_hash("hello.txt", HELLO);
    let run = run_in_turn([lost, asked.goodbye()], retried());
    run.outcome.succeeds().says("Resuming hello.txt at byte 4").says("SHA-256 confirmed");
    run.stored_last(b"o\n");
}

#[test]
fn fewer_bytes_that_may_not_be_ours_are_replaced() {
    let lost_and_hashed = lost_of(Script::hashing());
    let asked = Script::hashing().tell_size_twice("hello.txt", 4).tell_hash("hello.txt", b"olle").take("hello.txt");
    let asked = asked.tell_hash("hello.txt", HELLO).goodbye();
    let blind = Script::ready().tell_size_twice("hello.txt", 4).take("hello.txt").and_all_is_well();
    for scripts in [[lost_and_hashed, asked], [lost(), blind]] {
        let run = run_in_turn(scripts, retried());
        run.outcome.succeeds().never_says("Resuming");
        run.stored_last(HELLO);
    }
}

#[test]
fn a_file_that_is_not_there_is_sent_again_where_sizes_are_told() {
    let lost = Script::ready().tell_size("hello.txt", 3).passive().store("hello.txt").receive_all().close();
    let asked = Script::ready().never_has("hello.txt").take("hello.txt").and_all_is_well();
    let run = run_in_turn([lost, asked], retried());
    run.outcome.succeeds().never_says("Resuming");
    run.stored_last(HELLO);
}

#[test]
fn an_empty_file_that_is_there_is_sent_again() {
    let asked = Script::ready().tell_size_twice("hello.txt", 0).take("hello.txt").and_all_is_well();
    run_in_turn([lost(), asked], retried()).outcome.succeeds().never_says("Resuming");
}

#[test]
fn more_bytes_than_were_sent_are_exit_10_and_left_alone() {
    let run = run_in_turn([lost(), Script::ready().tell_size_twice("hello.txt", 7)], retried());
    stays_unknown(&run).says("7");
}

#[test]
fn another_hash_is_exit_10_and_left_alone() {
    let lost = lost_of(Script::hashing());
    let asked = Script::hashing().tell_size_twice("hello.txt", 6).tell_hash("hello.txt", b"HELLO\n");
    stays_unknown(&run_in_turn([lost, asked], retried()));
}

#[test]
fn a_server_that_tells_nothing_leaves_it_unknown() {
    for answer in ["502 No SIZE", "500 SIZE?", "213 six", "450 Not now", "550 No such file"] {
        let asked = Script::ready().expect("SIZE hello.txt").reply(answer);
        let run = run_in_turn([lost(), asked], retried());
        stays_unknown(&run).mentions(&["may be whole"]);
    }
}

#[test]
fn a_server_that_tells_no_size_but_a_hash_is_believed() {
    let lost = lost_of(Script::hashing());
    let asked = Script::hashing().no_size("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([lost, asked], retried());
    run.outcome.succeeds().says("SHA-256 confirmed");
    run.data_connections(1);
}

#[test]
fn asking_is_tried_again_when_it_fails() {
    let broken = Script::ready().expect("SIZE hello.txt").reset();
    let asked = Script::ready().tell_size_twice("hello.txt", 6).goodbye();
    let run = run_in_turn([lost(), Script::new().close(), broken, asked], retried());
    run.outcome.succeeds().retried(3);
    run.data_connections(1);
}

#[test]
fn a_server_that_cannot_be_asked_any_more_is_exit_10() {
    let run = run_in_turn([lost(), Script::new().close(), Script::new().close()], Upload::of_hello().retries("2"));
    stays_unknown(&run).retried(2);
}

#[test]
fn a_reset_after_the_last_byte_and_no_word_is_asked_about() {
    let reset = storing().receive(6).reset_data().close();
    let asked = Script::ready().tell_size_twice("hello.txt", 6).goodbye();
    let run = run_in_turn([reset, asked], retried());
    run.outcome.succeeds();
}

#[test]
fn the_other_files_of_the_run_are_sent_afterwards() {
    let asked = Script::ready().tell_size_twice("hello.txt", 6).lacks("two").take("two").tell_size("two", 1).goodbye();
    let run = run_in_turn([lost(), asked], retried().and("two", b"2"));
    run.outcome.succeeds().says("Stored hello.txt").says("Stored two");
}

#[test]
fn a_file_of_the_same_size_that_was_there_before_is_no_proof() {
    // A server that stores under a hidden name and renames at the end still has the old file when the connection
    // breaks.
    let before = |script: Script| script.tell_size("hello.txt", 6).tell_time("hello.txt", "20260101000000");
    let lost = |script: Script| before(script).passive().store("hello.txt").receive_all().close();
    let asked = || Script::ready().tell_size_twice("hello.txt", 6);
    let same = asked().tell_time("hello.txt", "20260101000000");
    stays_unknown(&run_in_turn([lost(Script::ready()), same], retried()));
    stays_unknown(&run_in_turn([lost(Script::ready()), asked().no_time("hello.txt")], retried()));

    let newer = asked().tell_time("hello.txt", "20260202000000").tell_size("hello.txt", 6).goodbye();
    let run = run_in_turn([lost(Script::ready()), newer], retried());
    run.outcome.succeeds().says("size confirmed");

    let hashed = Script::hashing().tell_size_twice("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye();
    run_in_turn([lost(Script::hashing()), hashed], retried()).outcome.succeeds().says("SHA-256 confirmed");
}

#[test]
fn a_shorter_file_that_was_there_before_is_not_resumed() {
    let before = Script::ready().tell_size("hello.txt", 4).passive().store("hello.txt").receive_all().close();
    let asked = Script::ready().tell_size_twice("hello.txt", 4).take("hello.txt").and_all_is_well();
    let run = run_in_turn([before, asked], retried());
    run.outcome.succeeds().never_says("Resuming");
    run.stored_last(HELLO);
}

/// Conversations in which the server read all of `hello.txt` but sent no final reply, or only one about a failure of
/// the connection.
fn lost_words() -> Vec<Script> {
    vec![
        lost(),
        taken().reset(),
        taken().silence(),
        taken().send("226 Sto").close(),
        taken().reply("426 Connection broke").close(),
        taken().reply("425 Connection broke").close(),
        taken().reply("500 OOPS: child died").close(),
        taken().reply("421 Going down").close(),
        storing().receive(6).reply("426 Connection broke").close(),
        storing().receive(6).reset_data().reply("226 Stored").no_size("hello.txt").close(),
    ]
}

fn lost() -> Script {
    taken().close()
}

fn lost_of(ready: Script) -> Script {
    ready.lacks("hello.txt").passive().store("hello.txt").receive_all().close()
}

fn storing() -> Script {
    Script::ready().lacks("hello.txt").passive().store("hello.txt")
}

fn taken() -> Script {
    storing().receive_all()
}

fn retried() -> Upload {
    Upload::of_hello().retries("3").timeout("2")
}

/// Asserts exit code 10, and that the file was sent only once: the stored file was not overwritten.
fn stays_unknown(run: &Runs) -> &crate::support::outcome::Outcome {
    run.data_connections(1);
    run.outcome.fails(10)
}
