//! Resuming a broken transfer. The program resumes only behind bytes that are certainly the beginning of this file:
//! under a temporary name, or if a hash proves it. It detects servers that ignore REST.

use crate::support::runs::run_in_turn;
use crate::support::script::{Move, Script};
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_broken_transfer_is_resumed_behind_the_bytes_that_arrived() {
    let asked = Script::ready().tell_size(TEMPORARY, HALF).resume(TEMPORARY, HALF).receive_all().reply("226 Stored");
    let run = run_in_turn([broken_temporary(), named(asked.tell_size(TEMPORARY, SIZE))], atomic());
    run.outcome.succeeds().retried(1).says(&format!("Resuming half.bin at byte {HALF}")).says("size confirmed");
    run.stored_in_pieces(&content());
}

/// Another run may be storing under the same name, so the bytes on the server may not be ours.
#[test]
fn under_its_own_name_a_file_is_not_resumed_unless_a_hash_proves_the_beginning() {
    let run = run_in_turn([broken(), from_the_start(Script::ready().tell_size("half.bin", HALF))], retried());
    run.outcome.succeeds().never_says("Resuming");
    run.stored_last(&content());
}

#[test]
fn a_server_without_rest_is_appended_to() {
    let asked = Script::ready().tell_size(TEMPORARY, HALF).passive().expect(&format!("REST {HALF}")).reply("502 REST?");
    let asked = asked.expect(&format!("APPE {TEMPORARY}")).reply("150 Go").then(Move::AcceptData).receive_all();
    let asked = named(asked.reply("226 Done").tell_size(TEMPORARY, SIZE));
    let run = run_in_turn([broken_temporary(), asked], atomic());
    run.outcome.succeeds();
    run.stored_in_pieces(&content());
}

#[test]
fn a_server_that_ignores_rest_is_noticed() {
    let anew = Script::ready().take(TEMPORARY).tell_size(TEMPORARY, SIZE);
    let run = run_in_turn([broken_temporary(), ignoring_rest(), named(anew)], atomic());
    run.outcome.succeeds().retried(2);
    run.stored_last(&content());
}

#[test]
fn a_server_that_ignores_rest_and_always_has_another_size_is_exit_10() {
    let anew = || Script::ready().take(TEMPORARY).tell_size_twice(TEMPORARY, 5);
    let scripts = [broken_temporary(), ignoring_rest(), anew().goodbye(), anew().delete(TEMPORARY)];
    let run = run_in_turn(scripts, atomic());
    run.outcome.fails(10).retried(3).says("removed again");
}

#[test]
fn a_server_that_grants_rest_and_refuses_to_go_on_there_gets_it_from_the_start() {
    let refused = Script::ready().tell_size(TEMPORARY, HALF).passive().rest(HALF).expect(&format!("STOR {TEMPORARY}"));
    let anew = refused.reply("554 Not there").take(TEMPORARY).tell_size(TEMPORARY, SIZE);
    let run = run_in_turn([broken_temporary(), named(anew)], atomic());
    run.outcome.succeeds().retried(1);
    run.stored_last(&content());
}

#[test]
fn more_than_was_sent_is_not_ours_and_is_replaced() {
    let run = run_in_turn([broken(), from_the_start(Script::ready().tell_size("half.bin", SIZE - 1))], retried());
    run.outcome.succeeds().never_says("Resuming");
    run.stored_last(&content());
}

#[test]
fn a_part_of_ours_that_may_not_be_overwritten_is_removed_once() {
    let refused = |script: Script| script.passive().expect(&format!("STOR {TEMPORARY}")).reply("553 Exists");
    let asked = || refused(Script::ready().tell_size(TEMPORARY, SIZE + 1)).delete(TEMPORARY);
    let anew = asked().take(TEMPORARY).tell_size(TEMPORARY, SIZE);
    run_in_turn([broken_temporary(), named(anew)], atomic()).outcome.succeeds().retried(1);
    let run = run_in_turn([broken_temporary(), refused(asked()).delete(TEMPORARY)], atomic());
    run.outcome.fails(run.outcome.code).says("553").says("removed again");
}

#[test]
fn a_file_without_a_known_size_is_sent_from_the_start() {
    for answer in ["550 No such file", "502 SIZE?", "213 what?"] {
        let asked = Script::ready().expect("SIZE half.bin").reply(answer);
        let script = if answer.starts_with("502") {
            asked.take("half.bin").no_size("half.bin").goodbye()
        } else {
            from_the_start(asked)
        };
        let run = run_in_turn([broken(), script], retried());
        run.outcome.succeeds().never_says("Resuming");
        run.stored_last(&content());
    }
}

#[test]
fn a_prefix_with_the_right_hash_is_resumed_and_another_is_not() {
    let asked = |there: &[u8]| Script::hashing().tell_size("half.bin", HALF).tell_hash("half.bin", there);
    let whole = content();
    let right = asked(&whole[..HALF as usize]).resume("half.bin", HALF).receive_all().reply("226 Stored");
    let run = run_in_turn([broken_of(Script::hashing()), right.tell_hash("half.bin", &whole).goodbye()], retried());
    run.outcome.succeeds().says("Resuming half.bin").says("SHA-256 confirmed");
    run.stored_in_pieces(&whole);

    let wrong = asked(b"something else").take("half.bin").tell_hash("half.bin", &whole).goodbye();
    let run = run_in_turn([broken_of(Script::hashing()), wrong], retried());
    run.outcome.succeeds().never_says("Resuming");
    run.stored_last(&whole);
}

#[test]
fn an_earlier_runs_partial_is_resumed_when_its_hash_is_right() {
    let script = Script::hashing().tell_size("hello.txt", 4).tell_hash("hello.txt", b"hell").resume("hello.txt", 4);
    let script = script.receive_all().reply("226 Stored").tell_hash("hello.txt", HELLO).goodbye();
    let run = script.run(Upload::of_hello().options(["--resume"]));
    run.outcome.succeeds().says("Resuming hello.txt at byte 4");
    run.server_log.stored(b"o\n");
}

#[test]
fn an_earlier_runs_partial_is_replaced_without_a_proof() {
    let without = Script::ready().tell_size("hello.txt", 4).take("hello.txt").and_all_is_well();
    let wrong = Script::hashing().tell_size("hello.txt", 4).tell_hash("hello.txt", b"olle").take("hello.txt");
    let scripts = [
        (without, "Note: hello.txt is sent from its first byte: the server computes no hashes"),
        (wrong.tell_hash("hello.txt", HELLO).goodbye(), "the 4 bytes on the server are not the beginning of this file"),
    ];
    for (script, reason) in scripts {
        let run = script.run(Upload::of_hello().options(["--resume"]));
        run.outcome.succeeds().never_says("Resuming").says(reason);
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_server_that_does_not_go_on_in_the_middle_is_the_reason_to_start_over() {
    let asked = Script::hashing().tell_size("hello.txt", 4).tell_hash("hello.txt", b"hell").passive().expect("REST 4");
    let asked = asked.reply("502 REST?").expect("APPE hello.txt").reply("502 APPE?");
    let script = asked.take("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let run = script.run(Upload::of_hello().options(["--resume"]));
    run.outcome
        .succeeds()
        .says("hello.txt is sent from its first byte: the server does not go on in the middle of a file");
    run.server_log.stored(HELLO);
}

#[test]
fn without_a_part_on_the_server_or_without_the_option_there_is_no_note_about_the_beginning() {
    let script = Script::ready().lacks("hello.txt").take("hello.txt").and_all_is_well();
    script.run(Upload::of_hello().options(["--resume"])).outcome.succeeds().never_says("first byte");
    let run = run_in_turn([broken(), from_the_start(Script::ready().tell_size("half.bin", HALF))], retried());
    run.outcome.succeeds().never_says("first byte");
}

#[test]
fn a_file_that_is_there_already_is_not_sent_again() {
    let script = Script::hashing().tell_size("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye();
    let run = script.run(Upload::of_hello().options(["--resume"]));
    run.outcome.succeeds().says("Stored hello.txt").says("SHA-256 confirmed");
    run.server_log.stored_all(&[]);
}

#[test]
fn nothing_is_asked_before_the_first_try_when_it_is_the_only_one() {
    Script::ready().take("hello.txt").and_all_is_well().run(Upload::of_hello()).outcome.succeeds();
}

#[test]
fn the_stored_file_is_asked_about_once_before_the_first_try() {
    let resuming = || Upload::of_hello().options(["--resume"]).retries("3");
    let script = Script::ready().tell_size("hello.txt", 4).take("hello.txt").and_all_is_well();
    script.run(resuming()).outcome.succeeds();

    // The answer is remembered: a file that had this size before proves nothing about the bytes that this run has sent.
    let there = Script::ready().tell_size("hello.txt", 6).no_time("hello.txt");
    let lost = there.passive().store("hello.txt").receive_all().close();
    let run = run_in_turn([lost, Script::ready().tell_size_twice("hello.txt", 6)], resuming());
    run.outcome.fails(10);
}

#[test]
fn an_earlier_runs_whole_file_is_sent_again_without_a_hash() {
    let there = Script::ready().tell_size("hello.txt", 6).no_time("hello.txt").take("hello.txt").and_all_is_well();
    let run = there.run(Upload::of_hello().options(["--resume"]));
    run.outcome.succeeds().says("confirmed by the server, not verified").never_says("Resuming");
    run.server_log.stored(HELLO);

    let temporary = "{temp:hello.txt}";
    let there = Script::ready().can_rename("hello.txt").tell_size(temporary, 6).take(temporary).tell_size(temporary, 6);
    let run = there.rename(temporary, "hello.txt").goodbye().run(Upload::of_hello().options(["--resume", "--atomic"]));
    run.outcome.succeeds().never_says("Resuming");
    run.server_log.stored(HELLO);
}

#[test]
fn an_earlier_runs_partial_under_a_temporary_name_is_resumed() {
    let temporary = "{temp:hello.txt}";
    let script = Script::ready().can_rename("hello.txt").tell_size(temporary, 4).resume(temporary, 4).receive_all();
    let script = script.reply("226 Stored").tell_size(temporary, 6).rename(temporary, "hello.txt").goodbye();
    let run = script.run(Upload::of_hello().options(["--resume", "--atomic"]));
    run.outcome.succeeds().says("Resuming hello.txt at byte 4");
    run.server_log.stored(b"o\n");
}

#[test]
fn the_temporary_name_is_another_for_another_version_of_a_file() {
    let names = [b"hello\n", b"HELLO\n"].map(|content| {
        let refused =
            |script: Script, name: &str| script.lacks(name).passive().expect(&format!("STOR {name}")).reply("550 No");
        let script = refused(Script::ready().can_rename("hello.txt"), "{temp:hello.txt}");
        let script = refused(script, "{plain:hello.txt}");
        let run = script.run(Upload::of("hello.txt", content).options(["--resume", "--atomic"]));
        run.outcome.fails(7);
        run.server_log.commands.iter().find(|line| line.starts_with(b"STOR ")).cloned().unwrap()
    });
    assert_ne!(names[0], names[1]);
}

/// The first [`HALF`] bytes of `half.bin` arrive. The program may have sent more, which is lost.
fn broken() -> Script {
    broken_of(Script::ready())
}

fn broken_of(ready: Script) -> Script {
    ready.lacks("half.bin").passive().store("half.bin").receive(HALF as usize).reset_data().close()
}

/// The same as [`broken`], under the temporary name.
fn broken_temporary() -> Script {
    let storing = Script::ready().can_rename("half.bin").passive().store(TEMPORARY);
    storing.receive(HALF as usize).reset_data().close()
}

/// Answers REST with 350, but then stores the second half as if it were the whole file.
fn ignoring_rest() -> Script {
    let ignoring = Script::ready().tell_size(TEMPORARY, HALF).resume(TEMPORARY, HALF).receive_all();
    ignoring.reply("226 Stored").tell_size_twice(TEMPORARY, SIZE - HALF).goodbye()
}

/// Renames the file to its final name.
fn named(script: Script) -> Script {
    script.rename(TEMPORARY, "half.bin").goodbye()
}

/// Receives the whole file again.
fn from_the_start(script: Script) -> Script {
    script.take("half.bin").tell_size("half.bin", SIZE).goodbye()
}

fn content() -> Vec<u8> {
    crate::support::real_servers::content(SIZE as usize)
}

fn retried() -> Upload {
    Upload::of("half.bin", &content()).retries("3").timeout("2")
}

fn atomic() -> Upload {
    retried().options(["--atomic"])
}

const TEMPORARY: &str = "{temp:half.bin}";
const SIZE: u64 = 24 << 20;
const HALF: u64 = 1 << 20;
