//! Servers that answer an optional command with a reply that no RFC allows for it.
//!
//! The rule under test: every reply to an optional command other than the expected positive one counts as a refusal. If
//! there is an alternative command, the program tries it.

use crate::support::runs::run_in_turn;
use crate::support::script::{Move, Script};
use crate::support::upload::{HELLO, Upload};

/// Intermediate replies, of which only USER, REST and RNFR expect one.
const ODD: [&str; 3] = ["314 What?", "350 Go on", "331 Password?"];

#[test]
fn an_odd_answer_to_epsv_leads_to_pasv() {
    for answer in ODD {
        let script = Script::ready().expect("EPSV").reply(answer).old_passive().store("hello.txt").receive_all();
        script.reply("226 Stored").and_all_is_well().run_hello().outcome.succeeds();
    }
    // After PASV there is no alternative, so the upload fails.
    let script = Script::ready().expect("EPSV").reply("500 EPSV?").expect("PASV").reply("314 What?");
    script.run_hello().outcome.fails(7).says("500");
}

#[test]
fn an_odd_answer_to_eprt_leads_to_port() {
    let script = Script::ready().then(Move::ReadAddress).reply("314 What?").active().store_actively("hello.txt");
    let run = script.receive_all().reply("226 Stored").and_all_is_well().run(Upload::of_hello().options(["--active"]));
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn an_odd_answer_to_an_optional_question_is_a_no() {
    for answer in ODD {
        let featureless = Script::logged_in().expect("CWD inbox").reply("250 In").expect("TYPE I").reply("200 Binary");
        let script = featureless.expect("FEAT").reply(answer).take("hello.txt");
        let run = script.expect("SIZE hello.txt").reply(answer).goodbye().run_hello();
        run.outcome.succeeds().says(", confirmed by the server");

        let script = Script::offering(&["HASH MD5*;SHA-256", "SIZE"]).take("hello.txt");
        let script = script.expect("OPTS HASH SHA-256").reply(answer).expect("HASH hello.txt").reply(answer);
        script.and_all_is_well().run_hello().outcome.succeeds().says("size confirmed");
    }
}

#[test]
fn an_odd_answer_to_rest_leads_to_appe() {
    let cut = Script::hashing().lacks("hello.txt").passive().store("hello.txt").receive(6).reset_data().reset();
    let asked = Script::hashing().tell_size_twice("hello.txt", 3).tell_hash("hello.txt", b"hel").passive();
    let script = asked.expect("REST 3").reply("250 Fine").expect("APPE hello.txt").reply("150 Go");
    let script = script.then(Move::AcceptData).receive_all().reply("226 Stored").tell_hash("hello.txt", HELLO);
    let run = run_in_turn([cut, script.goodbye()], Upload::of_hello().retries("1"));
    run.outcome.succeeds();
}

#[test]
fn permissions_that_are_superfluous_to_a_server_were_not_set() {
    let script = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
    let script = script.expect("SITE CHMOD 644 hello.txt").reply("202 SITE not necessary; you may proceed").goodbye();
    let run = script.run(Upload::of_hello().options(["--chmod", "644"]));
    run.outcome.succeeds().says("Note: the permissions of hello.txt were not set");
}

/// Some printers have no directories and refuse every CWD.
#[test]
fn the_directory_that_the_session_is_in_is_not_entered() {
    for options in [&[][..], &["--create-dirs"][..]] {
        let script = Script::logged_in().binary().take("hello.txt").and_all_is_well();
        let run = script.run(Upload::of_hello().directory(".").options(options));
        run.outcome.succeeds().says("Stored hello.txt in .: 6 bytes in ");
    }
}

#[test]
fn a_server_without_passive_mode_is_one_for_active_mode() {
    for (one, other) in [("500 EPSV?", "500 PASV?"), ("502 No", "502 No"), ("522 Use (1)", "502 No")] {
        let script = Script::ready().expect("EPSV").reply(one).expect("PASV").reply(other);
        let run = script.run_hello();
        run.outcome.fails(7).says(&one[4..]);
        run.outcome.claim(run.outcome.stderr.contains("--active") == one.starts_with("50"), "advice");
    }
    let refused = Script::ready().then(Move::ReadAddress).reply("500 EPRT?").then(Move::ReadAddress).reply("500 PORT?");
    refused.run(Upload::of_hello().options(["--active"])).outcome.fails(7).says("leave --active out");
}

/// Sends 150 and 226 in one packet, before it receives the data.
fn hasty(script: Script) -> Script {
    let asked = script.passive().expect("STOR hello.txt").send("150 Send it\r\n226 Stored\r\n");
    asked.then(Move::AcceptData).receive_all()
}

#[test]
fn success_that_comes_too_early_counts_once_the_size_or_a_hash_proves_it() {
    let run = hasty(Script::ready()).and_all_is_well().run_hello();
    run.outcome.succeeds().says("size confirmed");
    run.server_log.stored(HELLO);
    let run = hasty(Script::hashing()).tell_hash("hello.txt", HELLO).goodbye().run_hello();
    run.outcome.succeeds().says("SHA-256 confirmed");
}

/// The reply arrived before the server had the data, so only a size that has changed proves that the data is stored.
#[test]
fn success_that_comes_too_early_is_not_proved_by_a_size_that_was_there_before() {
    let before = Script::ready().tell_size("hello.txt", 6).expect("MDTM hello.txt").reply("213 20260101000000");
    hasty(before).tell_size("hello.txt", 6).run_hello().outcome.fails(9);
    // With `--verify off`, the size before the upload is unknown.
    let unasked = Upload::of_hello().options(["--verify", "off"]);
    hasty(Script::ready()).tell_size("hello.txt", 6).run(unasked).outcome.fails(9);
}

#[test]
fn success_that_comes_too_early_and_is_not_proved_is_exit_9() {
    hasty(Script::ready()).no_size("hello.txt").run_hello().outcome.fails(9);
    hasty(Script::ready()).tell_size("hello.txt", 3).run_hello().outcome.fails(9);
    hasty(Script::hashing()).tell_hash("hello.txt", b"jello").tell_size("hello.txt", 6).run_hello().outcome.fails(9);
}
