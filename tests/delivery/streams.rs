//! `--from-stdin`: the data from a pipe is stored under a given name. The program can read a pipe only once, so it
//! retries only before the first byte. Afterwards it can only ask the server whether the data is whole.
//!
//! `usage/stream_writers.rs` tests the process that writes into the pipe: slow writers, and writers that fail.

use std::ffi::OsStr;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::real_servers::{content, on_every_server, upload};
use crate::support::runs::{Runs, run_in_turn};
use crate::support::script::{Move, Script};
use crate::support::secure_server::{SecureServer, on_secure_servers};
use crate::support::upload::{HELLO, Upload};

on_every_server!(
    streams_of_every_size_arrive_byte_for_byte,
    a_stream_arrives_together_with_files,
    a_stream_gets_its_name_when_it_is_whole,
);

mod protected {
    use super::{a_stream_arrives_over_tls, on_secure_servers};

    on_secure_servers!(vsftpd: Vsftpd {}, proftpd: Proftpd {}, pure_ftpd: PureFtpd {}, pyftpdlib: Pyftpdlib {},
        libunftp: Libunftp {}; [a_stream_arrives_over_tls]);
}

fn streams_of_every_size_arrive_byte_for_byte(kind: Kind) {
    let Some(server) = kind.start() else { return };
    for size in [0, 1, 65_537, 5_000_003] {
        let outcome = upload(&server, piped(size), &[], server.upload_dir());
        outcome
            .succeeds()
            .says(&format!("Stored stream in {}: {size} bytes in ", server.upload_dir()))
            .says(", size confirmed");
        assert!(server.stored("stream") == content(size), "{size} bytes differ");
    }
}

fn a_stream_arrives_together_with_files(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = piped(300_000).with_file("one", b"1").with_file("two", &content(100_000));
    upload(&server, program, &[OsStr::new("one"), OsStr::new("two")], server.upload_dir()).succeeds();
    assert_eq!(server.stored("one"), b"1");
    assert!(server.stored("two") == content(100_000) && server.stored("stream") == content(300_000));
}

fn a_stream_gets_its_name_when_it_is_whole(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = piped(3_000_000).arguments(["--atomic", "--replace", "--limit-rate", "20m"]);
    upload(&server, program, &[], server.upload_dir()).succeeds();
    assert!(server.stored("stream") == content(3_000_000));
    assert_eq!(std::fs::read_dir(server.stored_path("")).unwrap().count(), 1, "other files are left");
}

fn a_stream_arrives_over_tls(server: &SecureServer) {
    for size in [0, 1, 5_000_003] {
        server.upload(piped(size), &[]).succeeds().says("size confirmed");
        assert!(server.server.stored("stream") == content(size), "{size} bytes differ");
    }
}

#[test]
fn a_stream_is_tried_again_before_its_first_byte() {
    let unborn = || asked().passive();
    let nobody = |script: Script| script.expect("STOR stream").then(Move::AcceptData).reset_data();
    let refusals = [
        (Script::new().reply("421 Too many users").close(), asked()),
        (Script::greeted().expect("USER alice").close(), asked()),
        (Script::logged_in().expect("CWD inbox").reset(), asked()),
        (asked().expect("EPSV").close(), Script::ready()),
        (unborn().expect("STOR stream").reply("450 Busy").goodbye(), Script::ready()),
        (unborn().expect("STOR stream").reply("421 Going down").close(), Script::ready()),
        (nobody(unborn()).reply("425 Not now").goodbye(), Script::ready()),
    ];
    for (first, second) in refusals {
        let run = run_in_turn([first, second.take("stream").tell_size("stream", 6).goodbye()], retried());
        run.outcome.succeeds().retried(1).says("Stored stream in inbox: 6 bytes in ").says(", size confirmed");
        run.stored_last(HELLO);
    }
}

#[test]
fn a_break_in_mid_transfer_is_not_tried_again() {
    let broken = || asked().passive().store("stream").receive(1 << 20).reset_data();
    for end in [broken().close(), broken().reset(), broken().reply("451 Disk trouble"), broken().silence()] {
        let run = end.run(retried().program(|program| program.stdin(vec![7; 16 << 20])));
        run.outcome.fails(8).retried(0).says("partial file may");
    }
}

#[test]
fn a_lost_final_reply_is_asked_about() {
    for lost in [lost(), taken().reset(), taken().reply("426 Connection broke").close()] {
        let run = run_in_turn([lost, Script::ready().tell_size_twice("stream", 6).goodbye()], retried());
        run.outcome.succeeds().retried(1).says("Stored stream in inbox: 6 bytes in ").says(", size confirmed");
        run.stored_in_pieces(HELLO).data_connections(1);
    }
    let asked = Script::hashing().tell_size_twice("stream", 6).tell_hash("stream", HELLO).goodbye();
    let run = run_in_turn([lost_of(Script::hashing()), asked], retried());
    run.outcome.succeeds().says("SHA-256 confirmed");
}

#[test]
fn a_stream_that_is_not_there_whole_is_exit_10_and_left_alone() {
    for there in [0, 4, 7] {
        let asked = Script::ready().tell_size_twice("stream", there);
        stays_as_it_is(&run_in_turn([lost(), asked], retried())).says(&format!("it has {there}."));
        // The program can neither resume the stream nor hash its beginning, because it has read the pipe already.
        let asked = Script::hashing().tell_size_twice("stream", there);
        stays_as_it_is(&run_in_turn([lost_of(Script::hashing()), asked], retried()));
    }
    stays_as_it_is(&run_in_turn([lost(), Script::ready().lacks("stream")], retried()));
    let silent = Script::ready().no_size("stream");
    stays_as_it_is(&run_in_turn([lost(), silent], retried())).says("may be whole");
}

#[test]
fn an_empty_stream_without_a_final_reply_may_be_stored() {
    let run = run_in_turn([lost(), Script::ready().lacks("stream")], {
        Upload::of_nothing().options(["--from-stdin", "stream", "--verify", "off"]).retries("3")
    });
    stays_as_it_is(&run);
}

#[test]
fn a_stream_that_was_not_hashed_on_the_way_is_asked_about_by_its_size() {
    let asked = Script::hashing().tell_size_twice("stream", 6).goodbye();
    let run = run_in_turn([lost_of(Script::hashing()), asked], retried().options(["--verify", "size"]));
    run.outcome.succeeds().says("size confirmed");
}

#[test]
fn a_stream_that_was_stored_wrongly_is_exit_10_and_not_sent_again() {
    let wrong = Script::hashing().lacks("stream").take("stream").tell_hash("stream", b"jello\n").tell_size("stream", 6);
    let wrong = wrong.tell_hash("stream", b"jello\n");
    wrong.run(retried()).outcome.fails(10).retried(0);
    for size in [5, 7] {
        let wrong = asked().take("stream").tell_size_twice("stream", size);
        wrong.run(retried()).outcome.fails(10).retried(0);
    }
}

#[test]
fn a_hash_of_a_stream_may_be_demanded() {
    let demanding = || streamed().options(["--verify", "hash"]);
    let hashing = Script::hashing().take("stream").tell_hash("stream", HELLO).goodbye();
    hashing.run(demanding()).outcome.succeeds().says("SHA-256 confirmed by the server");
    let sized = Script::ready().take("stream").tell_size("stream", 6);
    sized.run(demanding()).outcome.fails(10).says("--verify");
}

#[test]
fn a_stream_has_no_time_of_its_own() {
    let script = Script::offering(&["MFMT", "SIZE"]).take("stream").tell_size("stream", 6).goodbye();
    script.run(streamed().options(["--preserve-time"])).outcome.succeeds().never_says("Note:");
}

#[test]
fn a_server_may_choose_the_name_of_a_stream() {
    let script = Script::ready().passive().expect("STOU").reply("150 FILE: stream.1").then(Move::AcceptData);
    let script = script.receive_all().reply("226 Stored").tell_size("stream.1", 6).goodbye();
    script.run(streamed().options(["--unique"])).outcome.succeeds().says("stream.1");
}

#[test]
fn a_stream_counts_as_a_file() {
    let script = Script::ready().take("one").tell_size("one", 1).passive().expect("STOR stream").reply("550 No");
    let outcome = script.run(streamed().and("one", b"1")).outcome;
    outcome.exits(7).says("ftp-uploader: stream: ").says("1 of 2 files stored, ");
}

/// A program with `size` bytes of `content` on standard input.
fn piped(size: usize) -> Program {
    Program::new().arguments(["--from-stdin", "stream"]).stdin(content(size))
}

fn streamed() -> Upload {
    Upload::of_nothing().options(["--from-stdin", "stream"]).program(|program| program.stdin(HELLO))
}

fn retried() -> Upload {
    streamed().retries("3").timeout("2")
}

/// A server that was asked for the size of the file and does not have it.
fn asked() -> Script {
    Script::ready().lacks("stream")
}

fn taken() -> Script {
    asked().passive().store("stream").receive_all()
}

fn lost() -> Script {
    taken().close()
}

fn lost_of(ready: Script) -> Script {
    ready.lacks("stream").passive().store("stream").receive_all().close()
}

/// Asserts exit code 10, and that the stream was sent only once: the stored file was not overwritten.
fn stays_as_it_is(run: &Runs) -> &crate::support::outcome::Outcome {
    run.data_connections(1);
    run.outcome.fails(10)
}
