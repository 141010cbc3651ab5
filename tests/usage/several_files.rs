//! Several files in one run: the failures after which the next file is sent, and the exit code of the run.

use crate::support::run::IdleServer;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::Upload;

#[test]
fn several_files_go_over_one_control_connection() {
    let script = Script::ready().take("one").tell_size("one", 3).take("two").tell_size("two", 0);
    let script = script.take("three").no_size("three").goodbye();
    let run = script.run(Upload::of("one", b"111").and("two", b"").and("three", b"3"));
    run.outcome
        .succeeds()
        .says("Stored one in inbox: 3 bytes in ")
        .says(", size confirmed")
        .says("Stored two in inbox: 0 bytes in ");
    run.outcome.says("Stored three in inbox: 1 bytes in ").says(", confirmed by the server");
    run.server_log.stored_all(&[b"111", b"", b"3"]);
}

#[test]
fn a_hundred_files_in_a_row_use_nothing_up() {
    let (mut script, mut upload) = (Script::ready(), Upload::of_nothing());
    for name in (0..100).map(|n| format!("file{n}")) {
        script = script.take(&name).tell_size(&name, name.len() as u64);
        upload = upload.and(&name, name.as_bytes());
    }
    script.goodbye().run(upload).outcome.succeeds().says("Stored file99 in inbox");
}

/// The program checks all files before it sends anything, and keeps only a few of them open.
#[test]
fn a_thousand_files_are_sent_with_64_descriptors() {
    let names: Vec<_> = (0..1000).map(|n| format!("file{n}")).collect();
    let upload = names.iter().fold(Upload::of_nothing(), |upload, name| upload.and(name, b""));
    let script = names.iter().fold(Script::ready(), |script, name| script.take(name).tell_size(name, 0));
    script.goodbye().run(upload.program(|program| program.limited("-n 64"))).outcome.succeeds();
}

#[test]
fn a_missing_file_among_a_thousand_is_reported_before_anything_is_sent_with_fail_fast() {
    let names = (0..1000).map(|n| format!("file{n}"));
    let upload = names.fold(Upload::of_nothing(), |upload, name| upload.and(name, b"")).argument_file("missing");
    IdleServer::listen().refuses(3, upload.options(["--fail-fast"])).says("missing").says("It was not sent");
}

#[test]
fn files_that_cannot_be_sent_do_not_stop_the_others() {
    let folder = |program: crate::support::program::Program| {
        std::fs::create_dir(program.path("folder")).expect("a folder");
        program
    };
    for options in [&[][..], &["--quiet"]] {
        let script = Script::ready().take("one").tell_size("one", 1).take("two").tell_size("two", 2).goodbye();
        let upload = Upload::of_nothing().program(folder).argument_file("missing").and("one", b"1");
        let run = script.run(upload.argument_file("folder").and("two", b"22").options(options));
        run.outcome.exits(3).says("ftp-uploader: cannot open missing: No such file or directory. It was not sent");
        run.outcome.says("ftp-uploader: folder is a directory. It was not sent").says("2 of 4 files stored");
        run.server_log.stored_all(&[b"1", b"22"]);
    }
}

#[test]
fn if_no_file_can_be_sent_each_is_reported_and_nobody_is_connected() {
    let upload = || Upload::of_nothing().argument_file("missing").argument_file("gone");
    for upload in [upload(), upload().without_password(), upload().options(["-r"]), upload().options(["--explain"])] {
        let server = IdleServer::listen();
        let outcome = upload.to(server.address()).run();
        outcome.exits(3).says("cannot open missing: ").says("cannot open gone: ");
        outcome.claim(!server.was_contacted(), "no connection to the server");
    }
}

#[test]
fn files_that_cannot_be_sent_are_told_beside_the_explanation_of_the_others() {
    let server = IdleServer::listen();
    let upload = Upload::of_hello().argument_file("missing").options(["--explain"]);
    let outcome = upload.to(server.address()).run();
    outcome.exits(3).says("cannot open missing: ");
    outcome.claim(outcome.stdout.contains("hello.txt"), "the explanation of the other file");
}

#[test]
fn a_refused_file_does_not_stop_the_next() {
    let script = Script::ready().passive().expect("STOR one").reply("553 No ones");
    let script = script.take("two").tell_size("two", 1).goodbye();
    let run = script.run(Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(7).says("No ones").says("Stored two in inbox").never_says("Stored one");
    run.server_log.stored(b"2");
}

#[test]
fn the_exit_code_is_that_of_the_worst_failure() {
    let script = Script::ready().passive().expect("STOR one").reply("553 No ones").passive().store("two").receive_all();
    let run = script.close().run(Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(10).says("No ones").says("two");
}

#[test]
fn a_broken_file_does_not_stop_the_next() {
    let full = |script: Script| script.passive().store("one").receive_all().reply("552 Full");
    let script = full(Script::ready()).take("two").tell_size("two", 1).goodbye();
    let run = script.run(Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(8).says("Full").never_says("Stored one").says("Stored two").says("1 of 2 files stored");
    // The same in the middle of a transfer, if the server keeps the control connection open.
    let big = Upload::of_big_file().and("two", b"2");
    let full = Script::storing("big.bin").receive(1 << 20).reset_data().reply("552 Full");
    let run = full.take("two").tell_size("two", 1).goodbye().run(big);
    run.outcome.exits(8).says("Full").never_says("Stored big.bin").says("Stored two");
}

#[test]
fn an_unknown_outcome_does_not_stop_the_next() {
    let lost = Script::storing("one").receive_all().close();
    let next = Script::ready().take("two").tell_size("two", 1).goodbye();
    let run = run_in_turn([lost, next], Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(10).never_says("Stored one").says("Stored two").retried(0);
}

#[test]
fn a_file_that_is_not_what_was_sent_does_not_stop_the_next() {
    // The first size is read when STOR of the next file is out already.
    let script = Script::ready().take("one").tell_size("one", 77).take("two").tell_size("two", 1);
    let script = script.tell_size("one", 77).goodbye();
    let run = script.run(Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(10).never_says("Stored one").says("Stored two");
}

#[test]
fn a_lost_connection_between_two_files_is_reported_for_the_second_only() {
    // STOR of the second file was sent, so that a part of it may remain.
    let first = Script::ready().take("one").tell_size("one", 1).lacks("two").expect("EPSV").expect("STOR two").close();
    let again = Script::ready().tell_size_twice("one", 1).lacks("two").expect("EPSV").close();
    let run = run_in_turn([first, again], Upload::of("one", b"1").and("two", b"2"));
    run.outcome.exits(8).says("Stored one in inbox: 1 bytes").says("two: ").never_says("Stored two");
}

#[test]
fn utf8_is_asked_for_only_where_a_name_needs_it() {
    for answer in ["200 UTF-8 on", "501 No options"] {
        // The option is set before the flight that checks the first file and announces the second.
        let asked = Script::ready().take("plain").expect("OPTS UTF8 ON").reply(answer).tell_size("plain", 1);
        let script = asked.take("grüße").tell_size("grüße", 2).take("größer").tell_size("größer", 3).goodbye();
        let upload = Upload::of("plain", b"1").and("grüße", b"22").and("größer", b"333");
        script.run(upload).outcome.succeeds().says("Stored grüße in inbox");
    }
    let asked = Script::logged_in().featureless().expect("OPTS UTF8 ON").reply("202 Always on").expect("CWD föö");
    asked.reply("550 No").run(Upload::of_hello().directory("föö")).outcome.fails(7);
}

#[test]
fn odd_names_are_sent_as_they_are() {
    for name in ["with space", " leading", "trailing ", "100%s", "a*b?", "\"quoted\"", "it's", "back\\slash", ".hidden"]
    {
        let script = Script::ready().take(name).no_size(name).goodbye();
        script.run(Upload::of(name, b"x")).outcome.succeeds();
    }
}

#[test]
fn names_that_differ_only_in_capital_letters_are_sent_and_noted() {
    for options in [&[][..], &["--quiet"]] {
        let script = Script::ready().take("a.TXT").no_size("a.TXT").take("b").take("A.txt");
        let upload = Upload::of("a.TXT", b"1").and("b", b"2").and("A.txt", b"3").options(options);
        script
            .goodbye()
            .run(upload)
            .outcome
            .succeeds()
            .says("Note: a.TXT and A.txt differ only in upper and lower case");
    }
}

#[test]
fn a_name_that_starts_with_a_dash_needs_two_dashes_before_it() {
    let script = Script::ready().take("-rf").no_size("-rf").goodbye();
    script.run(Upload::of("-rf", b"x").options(["--"])).outcome.succeeds();
}

#[test]
fn a_file_is_stored_under_its_base_name() {
    let folder = |program: crate::support::program::Program| {
        std::fs::create_dir(program.path("sub")).expect("a folder");
        program.with_file("sub/deep.txt", b"deep")
    };
    let script = Script::ready().take("deep.txt").no_size("deep.txt");
    let upload = Upload::of_nothing().program(folder).argument_file("sub/deep.txt");
    let run = script.goodbye().run(upload);
    run.outcome.succeeds();
    run.server_log.stored(b"deep");
}
