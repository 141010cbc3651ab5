//! `--atomic`: the file is stored under a temporary name, verified, and then renamed to its final name.
//!
//! `killed_runs.rs` tests against real servers that the final name never shows a partial file. `replacing.rs` tests the
//! case in which a file already has the final name.

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_file_gets_its_name_when_it_is_whole_and_verified() {
    let run = taken().tell_size(TEMPORARY, 6).rename(TEMPORARY, "hello.txt").goodbye().run(atomic());
    run.outcome.succeeds().says("Stored hello.txt in inbox: 6 bytes in ").says(", size confirmed");
    run.server_log.stored(HELLO);

    let hashed = Script::hashing().can_rename("hello.txt").take(TEMPORARY).tell_hash(TEMPORARY, HELLO);
    hashed.rename(TEMPORARY, "hello.txt").goodbye().run(atomic()).outcome.succeeds().says("SHA-256 confirmed");
}

#[test]
fn a_server_that_cannot_rename_is_exit_7_before_anything_is_stored() {
    for answer in ["502 RNFR?", "500 What?"] {
        let run = Script::ready().expect("RNFR {unused:hello.txt}").reply(answer).run(atomic().retries("3"));
        run.outcome.fails(7).says("--atomic").retried(0);
        run.server_log.stored_all(&[]);
    }
}

#[test]
fn a_refused_name_is_said_together_with_the_temporary_one() {
    let refused = taken().tell_size(TEMPORARY, 6).refuse_name(TEMPORARY, "hello.txt", "553 Exists");
    let run = refused.tell_size(TEMPORARY, 6).tell_size(TEMPORARY, 6).run(atomic().retries("3"));
    run.outcome.fails(7).says("--replace").says("Exists").says("6 bytes of it are on the server as .hello.txt.");
    run.outcome.says(".part").retried(0);
}

#[test]
fn an_option_that_was_given_is_not_advised() {
    let refused = taken().tell_size(TEMPORARY, 6).refuse_name(TEMPORARY, "hello.txt", "553 Exists");
    let refused = refused.tell_size(TEMPORARY, 6).expect("RNFR hello.txt").reply("550 No").tell_size(TEMPORARY, 6);
    refused.run(atomic().options(["--replace"])).outcome.fails(7).never_says("use --replace");
}

#[test]
fn a_temporary_name_with_a_dot_that_is_refused_is_replaced_by_one_without() {
    let plain = "{plain:hello.txt}";
    let script = no_dots().take(plain).tell_size(plain, 6).rename(plain, "hello.txt").goodbye();
    let run = script.run(atomic());
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn a_temporary_name_that_is_refused_is_said_to_be_ours() {
    let refused = no_dots().passive().expect("STOR {plain:hello.txt}").reply("553 No parts either");
    let run = refused.run(atomic().retries("3"));
    run.outcome.fails(7).says("temporary name").says("which --atomic uses").says("No parts either").retried(0);
    run.server_log.stored_all(&[]);
}

#[test]
fn a_server_that_renames_over_a_file_is_not_asked_to_delete_it() {
    let script = taken().tell_size(TEMPORARY, 6).rename(TEMPORARY, "hello.txt").goodbye();
    script.run(atomic().options(["--replace"])).outcome.succeeds();
}

#[test]
fn a_connection_lost_while_renaming_is_asked_about() {
    let lost = taken().tell_size(TEMPORARY, 6).rename_from(TEMPORARY).expect("RNTO hello.txt").close();
    let renamed =
        Script::ready().expect(&format!("RNFR {TEMPORARY}")).reply("550 None").expect(&format!("SIZE {TEMPORARY}"));
    let renamed = renamed.reply("550 None").tell_size("hello.txt", 6).goodbye();
    let run = run_in_turn([lost, renamed], atomic().retries("2"));
    run.outcome.succeeds().says("Stored hello.txt").retried(1);
    run.data_connections(1);
}

#[test]
fn a_name_that_was_not_given_is_given_by_the_next_try() {
    for step in ["RNFR", "RNTO"] {
        let verified = taken().tell_size(TEMPORARY, 6);
        let lost = match step {
            "RNFR" => verified.expect(&format!("RNFR {TEMPORARY}")),
            _ => verified.rename_from(TEMPORARY).expect("RNTO hello.txt"),
        };
        let run = run_in_turn(
            [lost.reset(), Script::ready().rename(TEMPORARY, "hello.txt").goodbye()],
            atomic().retries("2"),
        );
        run.outcome.succeeds().retried(1);
        run.data_connections(1);
    }
}

#[test]
fn a_broken_transfer_is_resumed_under_the_same_temporary_name() {
    let big = || Upload::of("b", &vec![7; 8 << 20]).options(["--atomic"]).retries("2");
    let temporary = "{temp:b}";
    let broken = Script::ready().can_rename("b").passive().store(temporary).receive(1 << 20).reset_data().close();
    let again =
        Script::ready().tell_size(temporary, 1 << 20).resume(temporary, 1 << 20).receive_all().reply("226 Done");
    let again = again.tell_size(temporary, 8 << 20).rename(temporary, "b").goodbye();
    let run = run_in_turn([broken, again], big());
    run.outcome.succeeds().says("Resuming b at byte 1048576");
    let names: Vec<_> = run
        .server_logs
        .iter()
        .flat_map(|server_log| &server_log.commands)
        .filter(|line| line.starts_with(b"STOR "))
        .collect();
    assert_eq!(names[0], names[1]);
}

#[test]
fn a_temporary_file_that_is_given_up_is_removed() {
    let refused = Script::ready().can_rename("hello.txt").passive().store(TEMPORARY).receive_all().reply("552 Quota");
    let run = refused.delete(TEMPORARY).run(atomic());
    run.outcome.fails(8).says("Quota").says("removed again").never_says("partial file may");
}

#[test]
fn a_temporary_file_that_cannot_be_removed_is_named() {
    let refused =
        || Script::ready().can_rename("hello.txt").passive().store(TEMPORARY).receive_all().reply("552 Quota");
    let kept = || refused().expect(&format!("DELE {TEMPORARY}")).reply("550 No");
    let run = kept().tell_size(TEMPORARY, 4).run(atomic());
    run.outcome.fails(8).says("4 bytes of it are on the server as .hello.txt.").never_says("removed again");
    let run = kept().no_size(TEMPORARY).run(atomic());
    run.outcome.fails(8).says("It, or a part of it, may be on the server as .hello.txt.").never_says("removed again");
}

#[test]
fn a_temporary_file_without_the_demanded_proof_is_removed_and_the_message_says_so() {
    let unproved = taken().no_size(TEMPORARY).delete(TEMPORARY);
    let run = unproved.run(atomic().options(["--verify", "size"]));
    run.outcome.fails(10).says("--verify").says("removed again");
}

#[test]
fn a_temporary_file_left_by_a_lost_connection_is_named() {
    let lost = Script::ready().can_rename("hello.txt").passive().store(TEMPORARY).receive(3).reset_data().close();
    let outcome = lost.run(atomic()).outcome;
    outcome.claim(matches!(outcome.code, 8 | 10), "exit code 8 or 10");
    outcome.says("It, or a part of it, may be on the server as .hello.txt.").never_says("removed again");
}

#[test]
fn a_file_that_was_stored_wrongly_never_gets_its_name() {
    let wrong = |script: Script| script.take(TEMPORARY).tell_size_twice(TEMPORARY, 5);
    let run = wrong(Script::ready().can_rename("hello.txt")).delete(TEMPORARY).run(atomic());
    run.outcome.fails(10).says("removed again").never_says("partial file may");
    assert!(!run.server_log.commands.iter().any(|line| line.starts_with(b"RNTO")));
}

#[test]
fn a_lost_final_reply_is_settled_under_the_temporary_name() {
    let lost = Script::ready().can_rename("hello.txt").passive().store(TEMPORARY).receive_all().close();
    let asked = Script::ready().tell_size_twice(TEMPORARY, 6).rename(TEMPORARY, "hello.txt").goodbye();
    let run = run_in_turn([lost, asked], atomic().retries("1"));
    run.outcome.succeeds();
    run.data_connections(1);
}

#[test]
fn replacing_needs_atomic() {
    Upload::of_hello().options(["--replace"]).at("h").run().fails(2).says("--atomic");
}

#[test]
fn every_run_has_a_temporary_name_of_its_own() {
    let name = || {
        let refused =
            Script::ready().can_rename("hello.txt").passive().expect(&format!("STOR {TEMPORARY}")).reply("550 No");
        let run = refused.passive().expect("STOR {plain:hello.txt}").reply("550 No").run(atomic());
        run.server_log.commands.iter().find(|line| line.starts_with(b"STOR ")).cloned().unwrap()
    };
    assert_ne!(name(), name());
}

/// A server that refuses names that begin with a dot.
fn no_dots() -> Script {
    let asked = Script::ready().can_rename("hello.txt").passive().expect(&format!("STOR {TEMPORARY}"));
    asked.reply("553 Prohibited file name")
}

/// A server that has received the file under its temporary name.
fn taken() -> Script {
    Script::ready().can_rename("hello.txt").take(TEMPORARY)
}

fn atomic() -> Upload {
    Upload::of_hello().options(["--atomic"])
}

const TEMPORARY: &str = "{temp:hello.txt}";
