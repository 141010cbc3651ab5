//! Servers that need longer than the timeout to compute a hash. The file is stored, and the program falls back to the
//! size.

use crate::support::runs::{Runs, run_in_turn};
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_hash_that_does_not_come_in_time_gives_way_to_the_size_and_is_not_asked_for_again() {
    let asked = Script::hashing().tell_size_twice("hello.txt", 6).goodbye();
    // The second login, which asks for the size, does not count as a retry. It is made with --retries 0, too.
    let run = run_in_turn([slow(), asked], Upload::of_hello().timeout("1"));
    run.outcome.succeeds().retried(0).says("Note: ").says("too long").says("size confirmed by the server");
    is_asked_once(&run);
    run.data_connections(1);
}

#[test]
fn a_hash_that_is_demanded_and_does_not_come_in_time_is_exit_10() {
    let run = slow().run(retried().options(["--verify", "hash"]));
    run.outcome.fails(10).retried(0).says("--verify").never_says("partial");
    run.server_log.stored(HELLO);
}

#[test]
fn a_slow_hash_of_a_temporary_file_does_not_keep_it_from_its_name() {
    let temporary = "{temp:hello.txt}";
    let taken = Script::hashing().can_rename("hello.txt").take(temporary).expect(&format!("HASH {temporary}"));
    let asked = Script::hashing().tell_size_twice(temporary, 6).lacks("hello.txt").rename(temporary, "hello.txt");
    let run = run_in_turn([taken.silence(), asked.goodbye()], retried().options(["--atomic"]));
    run.outcome.succeeds().says("size confirmed");
    is_asked_once(&run);
}

#[test]
fn a_slow_hash_after_a_lost_reply_is_asked_for_once() {
    let lost = Script::hashing().lacks("hello.txt").passive().store("hello.txt").receive_all().close();
    let slow = Script::hashing().tell_size_twice("hello.txt", 6).expect("HASH hello.txt").silence();
    let asked = Script::hashing().tell_size("hello.txt", 6).goodbye();
    let run = run_in_turn([lost, slow, asked], retried());
    run.outcome.succeeds().says("size confirmed");
    is_asked_once(&run);
}

#[test]
fn a_slow_hash_of_an_earlier_runs_part_is_asked_for_once() {
    let slow = Script::hashing().tell_size("hello.txt", 4).expect("HASH hello.txt").silence();
    let asked = Script::hashing().tell_size("hello.txt", 4).take("hello.txt").tell_size("hello.txt", 6).goodbye();
    let run = run_in_turn([slow, asked], retried().options(["--resume"]));
    run.outcome.succeeds();
    is_asked_once(&run);
}

/// A server that receives the file and does not answer HASH.
fn slow() -> Script {
    Script::hashing().lacks("hello.txt").take("hello.txt").expect("HASH hello.txt").silence()
}

fn retried() -> Upload {
    Upload::of_hello().retries("3").timeout("1")
}

#[track_caller]
fn is_asked_once(run: &Runs) {
    let commands = run.server_logs.iter().flat_map(|server_log| &server_log.commands);
    let count = commands.filter(|line| line.starts_with(b"HASH ")).count();
    run.outcome.claim(count == 1, "one HASH");
}
