//! Exit code 0 means that the whole file is on the server. These tests cover connections that break after the final
//! reply, refusals after the last byte, files that are removed after the upload, and sizes reported by old servers.

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

/// A command after a positive final reply, at which the control connection breaks.
struct Question {
    name: &'static str,
    /// The conversation up to this command; the reply is missing.
    script: Script,
    /// The second session, which makes the upload a success.
    settled: fn() -> Script,
    options: &'static [&'static str],
}

const fn question(
    name: &'static str,
    script: Script,
    settled: fn() -> Script,
    options: &'static [&'static str],
) -> Question {
    Question { name, script, settled, options }
}

fn questions() -> Vec<Question> {
    let plain = || Script::ready().tell_size("hello.txt", 3).take("hello.txt");
    let hashed = || Script::hashing().tell_size("hello.txt", 3).take("hello.txt").expect("HASH hello.txt");
    let same = Script::ready().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).take("hello.txt");
    let looked = || taken_temporarily().tell_size(TEMPORARY, 6);
    let renaming = || looked().tell_size("hello.txt", 3);
    vec![
        question("SIZE", plain().expect("SIZE hello.txt"), by_size, &[]),
        question("HASH", hashed(), by_hash, &[]),
        question("SIZE after HASH", hashed().reply("550 No").expect("SIZE hello.txt"), by_hash, &[]),
        question("MDTM", same.tell_size("hello.txt", 6).expect("MDTM hello.txt"), by_time, &[]),
        question("SIZE of .part", taken_temporarily().expect(&format!("SIZE {TEMPORARY}")), by_part, &["--atomic"]),
        question("SIZE of the old file", looked().expect("SIZE hello.txt"), looked_at, &["--atomic"]),
        question("RNFR", renaming().expect(&format!("RNFR {TEMPORARY}")), named, &["--atomic"]),
        question("RNTO", renaming().rename_from(TEMPORARY).expect("RNTO hello.txt"), named, &["--atomic"]),
    ]
}

fn by_size() -> Script {
    Script::ready().tell_size_twice("hello.txt", 6).goodbye()
}

fn by_hash() -> Script {
    Script::hashing().tell_size_twice("hello.txt", 6).tell_hash("hello.txt", HELLO).goodbye()
}

fn by_time() -> Script {
    let asked = Script::ready().tell_size_twice("hello.txt", 6).tell_time("hello.txt", LATER);
    asked.tell_size("hello.txt", 6).goodbye()
}

fn by_part() -> Script {
    let asked = Script::ready().tell_size_twice(TEMPORARY, 6).tell_size("hello.txt", 3);
    asked.rename(TEMPORARY, "hello.txt").goodbye()
}

fn looked_at() -> Script {
    Script::ready().tell_size("hello.txt", 3).rename(TEMPORARY, "hello.txt").goodbye()
}

fn named() -> Script {
    Script::ready().rename(TEMPORARY, "hello.txt").goodbye()
}

/// The ways in which a control connection ends: closed, reset, silent, or with reply 421.
const ENDS: [fn(Script) -> Script; 4] =
    [Script::close, Script::reset, Script::silence, |script| script.reply("421 Closing").close()];

#[test]
fn a_line_that_breaks_at_any_question_after_the_success_is_settled_by_the_next_session() {
    everywhere(|question, cut| {
        let run = run_in_turn([cut, (question.settled)()], retried("1").options(question.options));
        run.outcome.succeeds().retried(1).says("Stored hello.txt");
        run.data_connections(1);
    });
}

#[test]
fn a_line_that_breaks_at_any_question_after_the_success_is_no_success_without_another_session() {
    everywhere(|question, cut| {
        let run = run_in_turn([cut, Script::new().close()], retried("1").options(question.options));
        let code = if matches!(question.name, "SIZE of the old file") { 8 } else { 10 };
        run.outcome.fails(code).never_says("Stored hello.txt");
        run.data_connections(1);
    });
}

#[test]
fn fewer_bytes_than_were_said_to_be_stored_are_no_success_and_get_no_name() {
    let cut = Script::ready().lacks("hello.txt").take("hello.txt").expect("SIZE hello.txt").close();
    let again = Script::ready().tell_size_twice("hello.txt", 3).take("hello.txt").and_all_is_well();
    let run = run_in_turn([cut, again], retried("1"));
    run.outcome.succeeds().never_says("Resuming");
    run.data_connections(2);

    let cut = Script::ready().can_rename("hello.txt").take(TEMPORARY).expect(&format!("SIZE {TEMPORARY}")).close();
    let short = || Script::ready().tell_size_twice(TEMPORARY, 3).take(TEMPORARY).tell_size_twice(TEMPORARY, 3);
    let run = run_in_turn([cut, short().delete(TEMPORARY)], retried("1").options(["--atomic"]));
    run.outcome.fails(10).says("removed again");
}

#[test]
fn a_refusal_after_the_last_byte_is_believed_and_the_size_is_no_proof() {
    for answer in ["552 Quota", "501 No", "504 No", "553 No", "500 What?"] {
        let run = run_in_turn([refused(Script::ready(), answer)], retried("3"));
        run.outcome.fails(8).retried(0).says(&answer[4..]).never_says("Stored");
    }
    for answer in ["450 Busy", "451 Virus found", "452 Full"] {
        let again = || Script::ready().tell_size("hello.txt", 6).passive().store("hello.txt").receive_all();
        let run = run_in_turn([refused(Script::ready(), answer), again().reply(answer)], retried("1"));
        run.outcome.fails(8).retried(1).says(&answer[4..]).never_says("Stored");
        // The server may have kept the refused file, which has the same size.
        let taken = again().reply("226 Stored").tell_size("hello.txt", 6).goodbye();
        let run = run_in_turn([refused(Script::ready(), answer), taken], retried("1"));
        run.outcome.succeeds().never_says("size confirmed");
        run.data_connections(2);
        let another = Script::ready().tell_size("hello.txt", 2).take("hello.txt").and_all_is_well();
        let run = run_in_turn([refused(Script::ready(), answer), another], retried("1"));
        run.outcome.succeeds().says("size confirmed");
    }
}

#[test]
fn a_refusal_after_the_last_byte_is_overruled_by_a_hash() {
    let asked = |content| Script::hashing().tell_hash("hello.txt", content);
    let run = run_in_turn([refused(Script::hashing(), "451 Trouble"), asked(HELLO).goodbye()], retried("1"));
    run.outcome.succeeds().says("SHA-256 confirmed");
    run.data_connections(1);
    let again = asked(b"hel").tell_size("hello.txt", 3).take("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([refused(Script::hashing(), "451 Trouble"), again], retried("1"));
    run.outcome.succeeds().says("SHA-256 confirmed");
    run.data_connections(2);
}

#[test]
fn words_that_say_that_something_broke_leave_a_doubt() {
    for answer in ["425 Broken", "426 Broken", "500 OOPS: child died"] {
        let asked = Script::ready().tell_size_twice("hello.txt", 6).goodbye();
        let run = run_in_turn([refused(Script::ready(), answer), asked], retried("1"));
        run.outcome.succeeds().says("size confirmed").says(&answer[4..]);
        run.data_connections(1);
    }
}

/// For example, a virus scanner has removed the file, or the server has stored it under another name.
#[test]
fn a_file_that_is_gone_after_the_success_is_exit_10_where_sizes_are_told() {
    let gone = Script::ready().tell_size("hello.txt", 3).take("hello.txt").lacks("hello.txt").never_has("hello.txt");
    let run = gone.run(retried("3"));
    run.outcome.fails(10).retried(0).says("and then that it does not exist").never_says("Stored");
    run.server_log.stored(HELLO);

    let told = Script::ready().take("one").tell_size("one", 1).take("two ").lacks("two ").never_has("two ");
    let run = told.run(Upload::of("one", b"1").and("two ", b"22"));
    run.outcome.exits(10).says("Stored one").never_says("Stored two");
}

#[test]
fn a_file_whose_name_the_server_has_changed_is_no_success_with_a_temporary_name_either() {
    let part = "{temp:two }";
    let stored = Script::ready().can_rename("two ").take(part).tell_size(part, 2).rename(part, "two ").lacks("two ");
    let run = stored.lacks(part).run(Upload::of("two ", b"22").options(["--atomic"]));
    run.outcome.fails(10).says("and then that it does not exist").never_says("Stored two");
}

#[test]
fn a_file_whose_size_was_never_reported_is_confirmed_and_not_verified() {
    let run = Script::ready().lacks("hello.txt").take("hello.txt").lacks("hello.txt").goodbye().run(retried("1"));
    run.outcome.succeeds().says("confirmed by the server, not verified");
}

/// Old servers report sizes modulo 2^32: they report 5 for a file of 4 GiB and 5 bytes.
#[test]
fn a_size_that_is_right_but_for_the_bits_that_the_server_lacks_is_no_mismatch() {
    let (size, there) = ((1 << 32) + 5, (1 << 32) - 7);
    let upload = Upload::of_nothing().program(|program| program.with_zeros("big.bin", size)).argument_file("big.bin");
    let temporary = "{temp:big.bin}";
    let asked = Script::ready().can_rename("big.bin").tell_size(temporary, there).resume(temporary, there);
    let taken = asked.receive_all().reply("226 Stored").tell_size(temporary, 5);
    let run = taken.rename(temporary, "big.bin").goodbye().run(upload.options(["--atomic", "--resume"]));
    run.outcome.succeeds().says("confirmed by the server, not verified");
    run.server_log.stored(&[0; 12]);
}

/// Runs every question with every end, in parallel, because the tests mostly wait.
fn everywhere(judge: fn(&Question, Script)) {
    std::thread::scope(|scope| {
        for (number, end) in ENDS.into_iter().enumerate() {
            for mut question in questions() {
                // Silence after HASH is a slow hash, which `slow_hashes.rs` tests.
                if question.name == "HASH" && number == 2 {
                    continue;
                }
                let script = std::mem::replace(&mut question.script, Script::new());
                let thread = std::thread::Builder::new().name(format!("cut {number} at {}", question.name));
                thread.spawn_scoped(scope, move || judge(&question, end(script))).expect("a thread");
            }
        }
    });
}

/// A server that has received the file under its temporary name.
fn taken_temporarily() -> Script {
    Script::ready().can_rename("hello.txt").take(TEMPORARY)
}

/// A server that reads every byte and sends `answer` as the final reply.
fn refused(ready: Script, answer: &str) -> Script {
    ready.lacks("hello.txt").passive().store("hello.txt").receive_all().reply(answer)
}

fn retried(times: &str) -> Upload {
    Upload::of_hello().retries(times).timeout("2")
}

const TEMPORARY: &str = "{temp:hello.txt}";
const EARLIER: &str = "20260101000000";
const LATER: &str = "20260202000000";
