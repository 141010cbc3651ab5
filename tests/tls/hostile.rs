//! Servers and attackers that break off the TLS handshake on the control connection, or inject bytes into it. If TLS is
//! required and cannot be established, the program must send nothing but AUTH.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, PASSWORD, Upload};

#[test]
fn a_server_without_tls_is_exit_5_and_the_price_of_clear_text_is_said() {
    for reply in ["500 AUTH?", "502 Not here", "504 Not TLS", "530 Log in first", "534 No", "431 Not now", "550 What?"]
    {
        let run = Script::greeted().expect("AUTH TLS").reply(reply).run_protected(Upload::of_hello());
        run.outcome.fails(5).says(&quoted(reply)).says("--tls off").mentions(&["in clear"]).mentions(&["password"]);
        run.server_log.said_nothing();
    }
}

#[test]
fn a_server_that_wants_more_than_tls_is_no_server_with_tls() {
    for reply in ["334 ADAT, please", "331 Password, please", "230 You are in", "220 Hello again"] {
        let run = Script::greeted().expect("AUTH TLS").reply(reply).silence().run_protected(patient(1));
        run.outcome.claim(matches!(run.outcome.code, 4 | 5 | 9), "exit code 4, 5 or 9").within(A_FEW_SECONDS);
        run.server_log.said_nothing();
    }
}

#[test]
fn text_in_the_packet_of_the_234_is_exit_9() {
    let texts: [&[u8]; 7] = [
        b"220 Injected\r\n",
        b"331 Password, please\r\n",
        b"230 You are in\r\n",
        b"234 Go ahead\r\n",
        b"\r\n",
        b"2",
        b"\x16\x03\x03\x00\x7a\x02",
    ];
    for text in texts {
        let injected = [b"234 Go ahead\r\n", text].concat();
        let run = Script::greeted().expect("AUTH TLS").send(injected).silence().run_protected(patient(2));
        run.outcome.fails(9).mentions(&["before TLS", "TLS began"]).within(Duration::from_millis(1500));
        run.server_log.said_nothing().claim(run.server_log.clear == b"AUTH TLS\r\n", "only AUTH TLS in clear");
    }
}

#[test]
fn text_behind_a_234_of_several_lines_is_exit_9() {
    let script =
        Script::greeted().expect("AUTH TLS").send("234-Go\r\n 230 You are in\r\n234 ahead\r\n230 You are in\r\n");
    let run = script.silence().run_protected(patient(2));
    run.outcome.fails(9);
    run.server_log.said_nothing().claim(run.server_log.clear == b"AUTH TLS\r\n", "only AUTH TLS in clear");
}

#[test]
fn text_in_the_packet_of_the_greeting_is_no_answer_to_auth() {
    let run = Script::new().send("220 Hello\r\n234 Go ahead\r\n").silence().run_protected(patient(2));
    run.outcome.claim(matches!(run.outcome.code, 4 | 5 | 9), "exit code 4, 5 or 9").within(A_FEW_SECONDS);
    run.server_log.said_nothing();
}

/// CVE-2021-22947. The exit code depends on whether the text arrives before the handshake begins.
#[test]
fn text_in_a_packet_of_its_own_is_exit_9_or_5() {
    for pause in [0, 1, 5, 50] {
        let script = Script::agreed().pause(pause).send("230 You are in\r\n").silence();
        let run = script.run_protected(patient(2));
        run.outcome.claim(matches!(run.outcome.code, 5 | 9), "exit code 5 or 9").within(A_FEW_SECONDS);
        run.outcome.fails(run.outcome.code);
        run.server_log.stored_nothing();
    }
}

#[test]
fn text_is_not_taken_for_protected_when_tls_follows() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    for text in ["230 You are in\r\n", "331 Password, please\r\n", "220 Hello again\r\n"] {
        let injected = Script::greeted().expect("AUTH TLS").send(format!("234 Go ahead\r\n{text}"));
        let run = injected.then(Move::FailToSecure(tls.clone())).run_protected(patient(2).trusting(&authority));
        run.outcome.fails(9);
        run.server_log.said_nothing();
    }
}

#[test]
fn text_instead_of_a_handshake_is_exit_5() {
    for text in ["220 Hello\r\n", "500 What?\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n", "\0\0\0\0\0\0\0\0"] {
        let run = answering(text.as_bytes()).silence().run_protected(patient(2));
        run.outcome.fails(5).mentions(&["tls"]).within(A_FEW_SECONDS);
    }
}

#[test]
fn a_server_in_clear_on_an_implicit_port_is_exit_5() {
    for greeting in ["220 Scripted server ready", "421 Too many", "SSH-2.0-what"] {
        let script = Script::new().reply(greeting).silence();
        let run = script.run_with_tls("implicit", "localhost", patient(2));
        run.outcome.fails(5).mentions(&["tls"]).within(A_FEW_SECONDS);
        run.server_log.stored_nothing();
    }
}

#[test]
fn silence_instead_of_a_handshake_is_exit_4_in_time() {
    let silent = Script::agreed().silence().run_protected(patient(1));
    in_time(silent);
    let mute = Script::new().silence().run_with_tls("implicit", "localhost", patient(1));
    in_time(mute);
}

#[test]
fn a_handshake_that_dribbles_for_ever_is_left_in_time() {
    // The beginning of a record of 16 KiB; further below, small records without an end.
    let record: Vec<u8> = b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc".iter().copied().chain([0; 60]).collect();
    let dribble = Script::agreed().then(Move::ReadClientHello).then(Move::Dribble(record, Duration::from_millis(100)));
    in_time(dribble.silence().run_protected(patient(1)));

    for endless in [&b"\x14\x03\x03\x00\x01\x01"[..], b"\x16\x03\x03\x00\x00", b"\x15\x03\x03\x00\x02\x01\x5a"] {
        let flood = Move::Flood(endless.to_vec(), Duration::from_millis(20));
        let run = Script::agreed().then(Move::ReadClientHello).then(flood).run_protected(patient(1));
        // Some of these records are an error in TLS (5). Others are valid, so only the timeout ends the wait (4).
        run.outcome.claim(matches!(run.outcome.code, 4 | 5), "exit code 4 or 5").within(A_FEW_SECONDS);
    }
}

/// A lost connection is not a TLS error. Orchestrators do not try again after exit code 5.
#[test]
fn a_server_that_hangs_up_instead_of_a_handshake_is_exit_4() {
    let greeted = || Script::agreed().then(Move::ReadClientHello);
    for script in [Script::agreed().close(), Script::agreed().reset(), greeted().close(), greeted().reset()] {
        let run = script.run_protected(Upload::of_hello());
        run.outcome.fails(4).mentions(&["closed", "reset"]).says("the port does not use TLS").within(A_FEW_SECONDS);
        run.server_log.said_nothing();
    }
    let hangs_up = || Script::new().then(Move::ReadClientHello);
    for script in [hangs_up().close(), hangs_up().reset()] {
        script.run_with_tls("implicit", "localhost", Upload::of_hello()).outcome.fails(4);
    }
}

#[test]
fn a_handshake_that_was_cut_off_is_tried_again() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let whole = Script::protected_and_ready(&tls).expect("SIZE hello.txt").reply("550 None");
    let whole = whole.take_protected("hello.txt", &tls).and_all_is_well();
    let scripts = vec![Script::agreed().then(Move::ReadClientHello).reset(), whole];
    let server = ScriptedServer::listen(TcpListener::bind("127.0.0.1:0").expect("a loopback port"), scripts);
    let upload = Upload::of_hello().trusting(&authority).options(["--tls", "explicit"]).retries_after("1", "0.05");
    let outcome = upload.at(format!("localhost:{}", server.address().port())).run();
    server.dismiss();
    let server_logs = server.finish_all();
    outcome.claim(
        server_logs.iter().all(|server_log| server_log.mismatch.is_none()),
        &format!("the scripts: {}", server_logs[1]),
    );
    outcome.succeeds();
}

#[test]
fn a_server_that_refuses_the_handshake_is_exit_5_with_its_reason() {
    // Fatal alerts with which a server may answer (RFC 8446 §6).
    let alerts: [(u8, &[&str]); 6] = [
        (40, &["no cipher"]),
        (70, &["version"]),
        (71, &["safe", "security"]),
        (80, &["internal"]),
        (112, &["name", "unrecognized"]),
        (120, &["protocol"]),
    ];
    for (alert, words) in alerts {
        let run = answering(&[0x15, 3, 3, 0, 2, 2, alert]).silence().run_protected(patient(2));
        run.outcome.fails(5).mentions(words).within(A_FEW_SECONDS);
        run.server_log.said_nothing();
    }
}

#[test]
fn a_server_that_speaks_an_old_version_only_is_exit_5() {
    for minor in [0, 1, 2] {
        let run = answering(&old_hello(minor)).silence().run_protected(patient(2));
        run.outcome.fails(5).mentions(&["version", "TLS 1.2"]).within(A_FEW_SECONDS);
        run.server_log.said_nothing();
    }
}

#[test]
fn data_that_may_not_be_protected_is_exit_5_and_nothing_is_stored() {
    let (authority, identity) = certified();
    for reply in ["534 Not here", "536 Not with TLS", "502 PROT?", "504 Only C", "500 What?", "431 Not now"] {
        let script = Script::secured(&Tls::of(&identity)).log_in().expect("PBSZ 0").reply("200 Fine");
        let run = script.expect("PROT P").reply(reply).run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(5).says(&quoted(reply)).never_says("Stored").never_says("No password was sent");
        run.server_log.last_command("PROT P").claim(run.server_log.files.is_empty(), "no data connection");
    }
}

#[test]
fn a_record_that_was_tampered_with_is_exit_5_and_no_password_follows() {
    let (authority, identity) = certified();
    let slips: [&[u8]; 4] = [
        b"331 Password, please\r\n",
        b"\x17\x03\x03\x00\x20aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"\x16\x03\x03\x00\x04\x00\x00\x00\x00",
    ];
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        for slip in slips {
            let script = Script::secured(&tls).expect("USER alice").then(Move::SlipIn(slip.to_vec()));
            let run = script.silence().run_protected(patient(2).trusting(&authority));
            run.outcome.fails(5).within(A_FEW_SECONDS);
            run.server_log.last_command("USER alice");
        }
    }
}

#[test]
fn a_connection_that_ends_in_order_is_lost_and_no_matter_of_tls() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old(), Tls::of(&identity).without_close_notify()] {
        let run =
            Script::secured(&tls).expect("USER alice").close().run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(4).within(A_FEW_SECONDS);
        let late = Script::protected_storing("hello.txt", &tls).receive_all().close();
        late.run_protected(Upload::of_hello().trusting(&authority)).outcome.fails(10);
    }
}

#[test]
fn a_reply_that_was_cut_off_is_no_reply() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity).without_close_notify();
    for reply in ["226-Stored\r\n", "226 Stored", "226"] {
        let script = Script::protected_storing("hello.txt", &tls).receive_all().send(reply).close();
        script.run_protected(Upload::of_hello().trusting(&authority)).outcome.fails(10).never_says("Stored hello");
    }
}

#[test]
fn new_keys_on_the_control_connection_are_no_reply() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let asked = Script::secured(&tls).expect("USER alice").then(Move::RefreshKeys).pause(50);
    let script = asked.reply("331 Password, please").expect(&format!("PASS {PASSWORD}")).then(Move::RefreshKeys);
    let script = script.reply("230 Come in").expect("PBSZ 0").reply("200 Fine").expect("PROT P").reply("200 Private");
    let script = script.enter().passive().store("hello.txt").secure_data(&tls).then(Move::RefreshKeys).receive_all();
    let run = script.reply("226 Stored").and_all_is_well().run_protected(Upload::of_hello().trusting(&authority));
    run.outcome.succeeds();
    run.server_log.stored(HELLO).resumed(1);
}

#[test]
fn records_that_say_nothing_do_not_prolong_a_wait() {
    let (authority, identity) = certified();
    let mut script = Script::secured(&Tls::of(&identity)).expect("USER alice");
    for _ in 0..25 {
        script = script.then(Move::RefreshKeys).pause(100);
    }
    let run = script.silence().run_protected(patient(1).trusting(&authority));
    run.outcome.claim(matches!(run.outcome.code, 4 | 5), "exit code 4 or 5").within(Duration::from_millis(2200));
}

/// An upload with a timeout of `seconds`.
fn patient(seconds: u8) -> Upload {
    Upload::of_hello().timeout(&seconds.to_string())
}

/// Returns a reply as the program shows it: the code, and the text in quotes.
fn quoted(reply: &str) -> String {
    format!("({} \"{}\")", &reply[..3], &reply[4..])
}

/// A server that accepts AUTH TLS and answers the ClientHello with `bytes`.
fn answering(bytes: &[u8]) -> Script {
    Script::agreed().then(Move::ReadClientHello).send(bytes)
}

#[track_caller]
fn in_time(run: Run) {
    run.outcome.fails(4).not_before(Duration::from_millis(900)).within(Duration::from_millis(2500));
    run.server_log.stored_nothing();
}

/// Returns the ServerHello of a server that supports at most SSL 3.0, TLS 1.0 or TLS 1.1 (RFC 5246 §7.4.1.3).
fn old_hello(minor: u8) -> Vec<u8> {
    let mut hello = vec![0x16, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor];
    hello.extend([7; 32]);
    // No session ID, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0, 0x2f, 0]);
    hello
}
