//! Options that set more than the content of a file: missing directories (`--create-dirs`), the modification time,
//! permissions, and a name that the server chooses (`--unique`).

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::support::runs::run_in_turn;
use crate::support::script::{Move, Script};
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_directory_is_made_part_by_part_where_it_is_missing() {
    let missing = Script::logged_in().expect("CWD a/b/c").reply("550 None").expect("MKD a").reply("550 Exists");
    let made = missing.expect("MKD a/b").reply("257 \"/a/b\"").expect("MKD a/b/c").reply("257 \"/a/b/c\"");
    let script = made.expect("CWD a/b/c").reply("250 There").binary().take("hello.txt").and_all_is_well();
    script.run(Upload::of_hello().directory("a/b/c").options(["--create-dirs"])).outcome.succeeds();
}

#[test]
fn a_directory_that_is_there_is_not_made() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    script.run(Upload::of_hello().options(["--create-dirs"])).outcome.succeeds();
}

#[test]
fn a_directory_that_cannot_be_made_is_exit_7_with_the_reason() {
    let missing = Script::logged_in().expect("CWD /a/b").reply("550 None").expect("MKD /a").reply("550 Exists");
    let script = missing.expect("MKD /a/b").reply("553 Not here").expect("CWD /a/b").reply("550 None");
    script.run(Upload::of_hello().directory("/a/b").options(["--create-dirs"])).outcome.fails(7).says("Not here");
}

#[test]
fn directories_are_not_made_unasked() {
    Script::logged_in().expect("CWD inbox").reply("550 None").run_hello().outcome.fails(7);
}

#[test]
fn the_time_is_set_in_the_way_that_the_server_has() {
    let set = |script: Script, line: &str, answer: &str| script.expect(line).reply(answer);
    let mfmt = Script::offering(&["MFMT", "SIZE"]).take("hello.txt").tell_size("hello.txt", 6);
    set(mfmt, &format!("MFMT {TIME} hello.txt"), "213 Modify")
        .goodbye()
        .run(dated())
        .outcome
        .succeeds()
        .never_says("Note:");
    let mdtm = || Script::ready().take("hello.txt").tell_size("hello.txt", 6);
    set(mdtm(), &format!("MDTM {TIME} hello.txt"), "253 Done").goodbye().run(dated()).outcome.succeeds();
    let refused = set(mdtm(), &format!("MDTM {TIME} hello.txt"), "501 One argument");
    let utime = format!("SITE UTIME hello.txt {TIME} {TIME} {TIME} UTC");
    set(refused, &utime, "200 Done").goodbye().run(dated()).outcome.succeeds().never_says("Note:");
}

#[test]
fn a_time_that_cannot_be_set_is_a_note() {
    let script = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
    let refused = script.expect(&format!("MDTM {TIME} hello.txt")).reply("501 One argument");
    let refused = refused.expect(&format!("SITE UTIME hello.txt {TIME} {TIME} {TIME} UTC")).reply("500 SITE?");
    refused.goodbye().run(dated()).outcome.succeeds().says("Note: ").says("Stored hello.txt");
}

#[test]
fn a_time_that_no_server_can_be_told_is_a_note_and_is_not_sent() {
    let upload = dated();
    let time = SystemTime::UNIX_EPOCH - Duration::from_secs(86_400);
    File::options().write(true).open(upload.path("hello.txt")).unwrap().set_modified(time).unwrap();
    let script = Script::ready().take("hello.txt").and_all_is_well();
    script.run(upload).outcome.succeeds().says("Note: the time of hello.txt was not set: it is before 1970");
}

#[test]
fn permissions_are_set_or_a_note_says_that_they_are_not() {
    let asked = |answer: &str| {
        let script = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
        let script = script.expect("SITE CHMOD 640 hello.txt").reply(answer).goodbye();
        script.run(Upload::of_hello().options(["--chmod", "640"])).outcome
    };
    asked("200 Done").succeeds().never_says("Note:");
    asked("502 SITE?").succeeds().says("Note: ").says("Stored hello.txt");
    for mode in ["888", "rw", "", "10000", "-1"] {
        Upload::of_hello().options(["--chmod", mode]).at("h").run().fails(2);
    }
}

#[test]
fn a_name_that_the_server_chooses_is_said() {
    let script = Script::ready().passive().expect("STOU").reply("150 FILE: hello.txt.1").then(Move::AcceptData);
    let script = script.receive_all().reply("226 Stored").tell_size("hello.txt.1", 6).goodbye();
    let run = script.run(Upload::of_hello().options(["--unique"]));
    run.outcome.succeeds().says("hello.txt.1").says("size confirmed");
    run.server_log.stored(HELLO);
}

#[test]
fn a_name_that_the_server_keeps_to_itself_is_no_failure() {
    let script = Script::ready().passive().expect("STOU").reply("150 Go on").then(Move::AcceptData);
    let options = ["--unique", "--chmod", "600"];
    let run = script.receive_all().reply("226 Stored").goodbye().run(Upload::of_hello().options(options));
    run.outcome.succeeds().says(", confirmed by the server").says("did not tell the name");
}

#[test]
fn attributes_are_set_on_a_new_session_or_said_to_be_unset() {
    let lost = || {
        let stored = Script::ready().take("hello.txt").tell_size("hello.txt", 6);
        stored.expect(&format!("MDTM {TIME} hello.txt")).close()
    };
    let set = Script::ready().expect("SITE CHMOD 600 hello.txt").reply("200 Done").goodbye();
    let run = run_in_turn([lost(), set], dated().options(["--chmod", "600"]));
    run.outcome.succeeds().says("the time of hello.txt was not set").never_says("the permissions of");
    let gone = Script::new().reply("421 Full");
    let run = run_in_turn([lost(), gone], dated().options(["--chmod", "600"]));
    run.outcome.succeeds().says("the time of hello.txt was not set").says("the permissions of hello.txt were not set");
}

#[test]
fn a_reset_after_the_last_byte_is_no_success_where_the_stored_file_cannot_be_asked_about() {
    for said in ["150 Go on", "150 FILE: h\u{7}"] {
        let script = Script::ready().passive().expect("STOU").reply(said).then(Move::AcceptData);
        let script = script.receive(HELLO.len()).reset_data().reply("226 Stored");
        script.run(Upload::of_hello().options(["--unique"])).outcome.fails(10);
    }
}

#[test]
fn a_second_file_is_never_made_by_a_retry() {
    let script = Script::ready().passive().expect("STOU").reply("150 FILE: h").then(Move::AcceptData).receive_all();
    let run = script.close().run(Upload::of_hello().options(["--unique"]).retries("3"));
    run.outcome.fails(10).retried(0);
    // The server may have created the file under a name that it did not report.
    let lost =
        Script::ready().passive().expect("STOU").close().run(Upload::of_hello().options(["--unique"]).retries("3"));
    lost.outcome.fails(8).retried(0);
    let lost = Script::ready().expect("EPSV").close();
    let script = Script::ready().passive().expect("STOU").reply("150 FILE: h").then(Move::AcceptData).receive_all();
    let script = script.reply("226 Stored").tell_size("h", 6).goodbye();
    run_in_turn([lost, script], Upload::of_hello().options(["--unique"]).retries("3")).outcome.succeeds().retried(1);
}

#[test]
fn options_that_contradict_each_other_are_exit_2() {
    for options in [
        ["--unique", "--atomic"],
        ["--unique", "--resume"],
        ["--retries", "-1"],
        ["--retry-delay", "x"],
        ["--verify", "luck"],
    ] {
        Upload::of_hello().options(options).at("h").run().fails(2);
    }
}

/// Uploads `hello.txt`, which has the modification time [`TIME`], with `--preserve-time`.
fn dated() -> Upload {
    let upload = Upload::of_hello().options(["--preserve-time"]);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_164_800);
    File::options().write(true).open(upload.path("hello.txt")).unwrap().set_modified(time).unwrap();
    upload
}

const TIME: &str = "20240229000000";
