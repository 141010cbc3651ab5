//! TLS handshakes on data connections, and failures before the first byte of a file is sent.
//!
//! `endings.rs` tests the ends of protected data connections.

use std::time::Duration;

use test_servers::certificates::{Authority, Identity};

use crate::support::script::{Move, Script};
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_certificate_that_changes_between_control_and_data_is_exit_5() {
    let (authority, identity) = certified();
    let other = authority.issue(&["localhost", "127.0.0.1"]);
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        changed(&tls, &other, Upload::of_hello().trusting(&authority));
    }
}

#[test]
fn a_certificate_that_changes_is_exit_5_whatever_is_trusted() {
    let (_, identity) = certified();
    let (_, other) = certified();
    let tls = Tls::of(&identity);
    changed(&tls, &other, Upload::of_hello().pinning(identity.pin()).pinning(other.pin()));
    changed(&tls, &other, Upload::of_hello().options(["--insecure"]));
}

#[test]
fn the_same_certificate_without_its_key_is_exit_5_whatever_is_trusted() {
    let (authority, identity) = certified();
    let stolen = identity.with_key_of(&certified().1);
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        changed(&tls, &stolen, Upload::of_hello().trusting(&authority));
        changed(&tls, &stolen, Upload::of_hello().pinning(identity.pin()));
        changed(&tls, &stolen, Upload::of_hello().options(["--insecure"]));
    }
}

#[test]
fn a_bad_certificate_on_the_data_connection_is_exit_5() {
    let (authority, identity) = certified();
    let (_, stranger) = certified();
    let expired = authority.issue_expired(&["localhost"]);
    for other in [stranger, expired, Authority::new().issue(&["ftp.example"])] {
        changed(&Tls::of(&identity), &other, Upload::of_hello().trusting(&authority));
    }
}

#[test]
fn a_new_session_with_the_same_certificate_is_good() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls.clone().forgetful());
        let run = script.and_all_is_well().run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_refusal_after_a_session_that_was_not_resumed_is_exit_5_and_explained() {
    let (authority, identity) = certified();
    // The replies of vsftpd, ProFTPD and FileZilla Server.
    let replies = [
        "522 SSL connection failed; session reuse required",
        "425 Unable to build data connection: Operation not permitted",
        "450 TLS session of data connection has not resumed",
    ];
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        for reply in replies {
            let storing = || Script::protected_and_ready(&tls).passive().store("hello.txt");
            let anew = || storing().secure_data(&tls.clone().forgetful());
            for script in
                [anew().reply(reply).close_data(), anew().close_data().reply(reply), anew().receive_all().reply(reply)]
            {
                let run = script.run_protected(Upload::of_hello().trusting(&authority));
                run.outcome.fails(5).says(&reply[..3]).mentions(&["session"]).mentions(&["resume", "reuse"]);
                run.outcome.within(A_FEW_SECONDS).never_says("Stored");
            }
        }
    }
}

#[test]
fn a_server_that_hangs_up_as_soon_as_it_misses_the_session_is_understood_too() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let anew = tls.clone().forgetful().hanging_up();
        let script = Script::protected_and_ready(&tls).passive().store("hello.txt").secure_data(&anew).close_data();
        let script = script.pause(100).reply("522 SSL connection failed; session reuse required");
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(5).says("522").mentions(&["session"]).mentions(&["resume", "reuse"]).within(A_FEW_SECONDS);
    }
}

#[test]
fn a_refusal_after_a_session_that_was_resumed_has_other_reasons() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    for (reply, code) in [("425 Cannot", 10), ("450 Busy", 8), ("522 What?", 8)] {
        let script = Script::protected_storing("hello.txt", &tls).receive_all().reply(reply);
        let script = if code == 10 { script.lacks("hello.txt") } else { script };
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(code).says(&reply[4..]).never_says("resumed");
    }
}

#[test]
fn a_refusal_that_is_not_about_sessions_is_told_with_the_words_of_the_server() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    // 426 reports a lost connection, which the server may have lost after the last byte.
    for (reply, code) in [("552 Disk quota exceeded", 8), ("451 Cannot write", 8), ("426 Aborted", 10)] {
        let script = Script::protected_and_ready(&tls).passive().store("hello.txt");
        let script = script.secure_data(&tls.clone().forgetful()).receive_all().reply(reply);
        let script = if code == 10 { script.lacks("hello.txt") } else { script };
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(code).says(&reply[4..]).never_says("resumed");
    }
}

#[test]
fn a_reset_in_the_data_handshake_lets_the_server_give_its_reason() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    for ending in [Move::ResetData, Move::CloseData] {
        let greeted = Script::protected_and_ready(&tls).passive().store("hello.txt").then(Move::ReadDataClientHello);
        let script = greeted.then(ending).pause(200).reply("426 Failure reading network stream");
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.claim(matches!(run.outcome.code, 5 | 8), "exit code 5 or 8").fails(run.outcome.code);
        run.outcome.says("Failure reading network stream").within(A_FEW_SECONDS);
        run.server_log.stored_nothing();
    }
}

#[test]
fn something_else_than_a_data_handshake_is_exit_5() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    // Plain text, and the fatal alerts handshake_failure and protocol_version.
    for answer in [&b"thank you\r\n"[..], &[0x15, 3, 3, 0, 2, 2, 40], &[0x15, 3, 3, 0, 2, 2, 70]] {
        let greeted = Script::protected_and_ready(&tls).passive().store("hello.txt").then(Move::ReadDataClientHello);
        let script = greeted.then(Move::SendData(answer.to_vec())).silence();
        let run = script.run_protected(Upload::of_hello().trusting(&authority).timeout("2"));
        run.outcome.fails(5).mentions(&["tls"]).within(A_FEW_SECONDS);
    }
}

#[test]
fn silence_in_the_data_handshake_is_an_error_in_time() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let agreed = || Script::protected_and_ready(&tls).passive().store("hello.txt");
    for script in [agreed(), agreed().then(Move::ReadDataClientHello)] {
        let run = script.silence().run_protected(Upload::of_hello().trusting(&authority).timeout("1"));
        run.outcome.claim(matches!(run.outcome.code, 5 | 8), "exit code 5 or 8").fails(run.outcome.code);
        run.outcome.not_before(Duration::from_millis(900)).within(Duration::from_millis(3500));
    }
}

#[test]
fn a_refused_file_does_not_stop_the_next_one() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::protected_and_ready(&tls).passive().expect("STOR one").reply("553 No ones");
        let script = script.take_protected("two", &tls).tell_size("two", 1).goodbye();
        let run = script.run_protected(Upload::of("one", b"1").and("two", b"2").trusting(&authority));
        run.outcome.exits(7).says("No ones").says("Stored two in inbox");
        run.server_log.stored(b"2").resumed(1);
    }
}

/// Shows another certificate on the data connection, and asserts that nothing is stored.
#[track_caller]
fn changed(tls: &Tls, other: &Identity, upload: Upload) {
    let script = Script::protected_and_ready(tls).passive().store("hello.txt");
    let run = script.then(Move::FailToSecureData(tls.clone().forgetful().showing(other))).run_protected(upload);
    run.outcome.fails(5).mentions(&["certificate"]).within(A_FEW_SECONDS);
    run.server_log.stored_nothing().last_command("STOR hello.txt");
}
