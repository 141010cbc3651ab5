//! Successful uploads over TLS: the server name, the sessions and the end of TLS that the server sees, with each
//! version (RFC 4217).
//!
//! `certificates.rs` tests certificates that are refused.

use rustls::ProtocolVersion;

use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{BIG, HELLO, PASSWORD, Upload};

#[test]
fn an_explicit_upload_is_protected_in_either_version() {
    let (authority, identity) = certified();
    for (tls, version) in
        [(Tls::of(&identity), ProtocolVersion::TLSv1_3), (Tls::of(&identity).old(), ProtocolVersion::TLSv1_2)]
    {
        let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.succeeds().says("Stored hello.txt in inbox: 6 bytes in ").says(", size confirmed by the server");
        run.server_log.stored(HELLO).resumed(1).claim(run.server_log.clear == b"AUTH TLS\r\n", "AUTH TLS in clear");
        greeted_properly(&run.server_log, Some("localhost"), version);
    }
}

#[test]
fn an_implicit_upload_is_protected_from_the_first_byte() {
    let (authority, identity) = certified();
    for (tls, version) in
        [(Tls::of(&identity), ProtocolVersion::TLSv1_3), (Tls::of(&identity).old(), ProtocolVersion::TLSv1_2)]
    {
        let script = Script::new().secure(&tls).reply("220 Scripted server ready").log_in().protect_data().enter();
        let script = script.take_protected("hello.txt", &tls).and_all_is_well();
        let run = script.run_with_tls("implicit", "localhost", Upload::of_hello().trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored(HELLO).resumed(1).claim(run.server_log.clear.is_empty(), "nothing in clear");
        greeted_properly(&run.server_log, Some("localhost"), version);
    }
}

#[test]
fn a_scheme_says_which_kind_of_tls_is_meant() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let rest = |script: Script| script.log_in().protect_data().enter().take_protected("hello.txt", &tls);
    let implicit = Script::new().secure(&tls).reply("220 Scripted server ready");
    for (start, scheme) in [(implicit, "ftps"), (Script::secured(&tls), "ftpes")] {
        let server = ScriptedServer::start(rest(start).and_all_is_well());
        let host = format!("{scheme}://localhost:{}", server.address().port());
        let program = Upload::of_hello().trusting(&authority).at(host).start();
        let run = Run::end(program, server);
        run.outcome.succeeds();
        run.server_log.kept_its_secrets().stored(HELLO).resumed(1);
    }
}

#[test]
fn a_server_that_is_named_by_its_address_is_told_no_name() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
    let run = script.run_with_tls("explicit", "127.0.0.1", Upload::of_hello().trusting(&authority));
    run.outcome.succeeds();
    run.server_log.stored(HELLO).resumed(1);
    greeted_properly(&run.server_log, None, ProtocolVersion::TLSv1_3);
}

#[test]
fn verbose_says_what_was_agreed_and_whether_the_session_was_resumed() {
    let (authority, identity) = certified();
    let verbose = || Upload::of_hello().trusting(&authority).options(["--verbose"]);
    for (tls, version) in [(Tls::of(&identity), "TLS 1.3, TLS13_"), (Tls::of(&identity).old(), "TLS 1.2, TLS_ECDHE_")] {
        for (data, session) in [(tls.clone(), "session resumed"), (tls.clone().forgetful(), "new session")] {
            let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &data).and_all_is_well();
            let run = script.run_protected(verbose());
            let line =
                |start: &str, end: &str| run.outcome.stderr.lines().any(|l| l.starts_with(start) && l.ends_with(end));
            let control = line(&format!("* control connection: {version}"), ", new session");
            run.outcome.succeeds().claim(control, "a line about the control connection");
            let data = line(&format!("* data connection: {version}"), &format!(", {session}"));
            run.outcome.claim(data, &format!("a line about the data connection that says {session}"));
        }
    }
}

#[test]
fn an_empty_file_is_protected_too() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::protected_and_ready(&tls).take_protected("empty", &tls).tell_size("empty", 0).goodbye();
        let run = script.run_protected(Upload::of("empty", b"").trusting(&authority));
        run.outcome.succeeds().says(": 0 bytes in ").says(", size confirmed");
        run.server_log.stored(b"").resumed(1);
    }
}

#[test]
fn a_big_file_is_protected_to_its_end() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::protected_and_ready(&tls).take_protected("big.bin", &tls).tell_size("big.bin", BIG);
        let run = script.goodbye().run_protected(Upload::of_big_file().trusting(&authority).timeout("20"));
        run.outcome.succeeds();
        run.server_log.stored(&vec![0; BIG as usize]).resumed(1);
    }
}

#[test]
fn fifty_files_in_a_row_are_each_protected_by_a_session_of_the_control_connection() {
    let (authority, identity) = certified();
    let ways = [
        Tls::of(&identity),
        Tls::of(&identity).old(),
        Tls::of(&identity).remembering_nothing(),
        Tls::of(&identity).remembering_nothing().old(),
        // One ticket after each handshake: each data connection has only the ticket from the previous one.
        Tls::of(&identity).tickets(1),
    ];
    for tls in ways {
        let contents: Vec<Vec<u8>> = (0..50).map(|number| vec![b'x'; number % 5 * 7000]).collect();
        let mut script = Script::protected_and_ready(&tls);
        let mut upload = Upload::of_nothing().trusting(&authority).timeout("20");
        for (number, content) in contents.iter().enumerate() {
            let name = format!("file{number}");
            script = script.take_protected(&name, &tls).tell_size(&name, content.len() as u64);
            upload = upload.and(&name, content);
        }
        let run = script.goodbye().run_protected(upload);
        run.outcome.succeeds();
        run.server_log.stored_all(&contents.iter().map(Vec::as_slice).collect::<Vec<_>>()).resumed(50);
    }
}

#[test]
fn a_server_that_does_not_resume_and_does_not_mind_is_uploaded_to() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        for data in [tls.clone().never_resuming(), tls.clone().forgetful()] {
            let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &data).and_all_is_well();
            let run = script.run_protected(Upload::of_hello().trusting(&authority));
            run.outcome.succeeds();
            run.server_log.stored(HELLO).claim(!last_was_resumed(&run.server_log), "a new session");
        }
    }
}

#[test]
fn a_server_that_never_hands_out_a_session_is_uploaded_to() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity).never_resuming(), Tls::of(&identity).old().never_resuming()] {
        let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).tell_size("hello.txt", 6);
        let script = script.take_protected("two", &tls).tell_size("two", 0).goodbye();
        let run = script.run_protected(Upload::of_hello().and("two", b"").trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored_all(&[HELLO, b""]);
    }
}

#[test]
fn a_server_that_asks_for_another_way_to_agree_on_keys_gets_it() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity).asking_again();
    let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
    let run = script.run_protected(Upload::of_hello().trusting(&authority));
    run.outcome.succeeds();
    run.server_log.stored(HELLO).resumed(1);
}

#[test]
fn a_refused_pbsz_does_not_matter() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    for reply in ["500 PBSZ?", "502 Not here", "503 Out of order", "501 Too small"] {
        let script = Script::secured(&tls).log_in().expect("PBSZ 0").reply(reply).expect("PROT P").reply("200 Private");
        let script = script.enter().take_protected("hello.txt", &tls).and_all_is_well();
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored(HELLO).resumed(1);
    }
}

/// Some servers with implicit TLS are older than PROT and always protect data connections.
#[test]
fn a_server_with_implicit_tls_need_not_know_prot() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let script = Script::new().secure(&tls).reply("220 Scripted server ready").log_in();
    let script = script.expect("PBSZ 0").reply("500 PBSZ?").expect("PROT P").reply("500 PROT?").enter();
    let script = script.take_protected("hello.txt", &tls).and_all_is_well();
    let run = script.run_with_tls("implicit", "localhost", Upload::of_hello().trusting(&authority));
    run.outcome.succeeds();
    run.server_log.stored(HELLO).resumed(1);
}

#[test]
fn replies_may_come_in_any_grouping_of_records() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let asked = Script::secured(&tls).expect("USER alice").dribble("331 Password, please");
        let half = asked.expect(&format!("PASS {}", PASSWORD));
        let half = half.then(Move::SendHalf(b"230-Come\r\n230 in\r\n".to_vec())).pause(100).then(Move::SendOtherHalf);
        let script = half.protect_data().enter().take_protected("hello.txt", &tls).and_all_is_well();
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.succeeds();
        run.server_log.stored(HELLO).resumed(1);
    }
}

impl Script {
    /// Accepts PBSZ and PROT P.
    fn protect_data(self) -> Self {
        self.expect("PBSZ 0").reply("200 Fine").expect("PROT P").reply("200 Private")
    }
}

/// Asserts that both handshakes had this server name (SNI), the ALPN protocol `ftp`, and this version.
#[track_caller]
fn greeted_properly(server_log: &ServerLog, name: Option<&str>, version: ProtocolVersion) {
    server_log.claim(server_log.handshakes.len() == 2, "two handshakes");
    for handshake in &server_log.handshakes {
        server_log.claim(handshake.server_name.as_deref() == name, &format!("SNI {name:?}"));
        server_log.claim(handshake.protocols == ["ftp"], "ALPN ftp");
        let agreed = handshake.agreement.as_ref().map(|agreement| agreement.version);
        server_log.claim(agreed == Some(version), &format!("{version:?}"));
    }
}

fn last_was_resumed(server_log: &ServerLog) -> bool {
    server_log.handshakes.last().and_then(|one| one.agreement.as_ref()).is_some_and(|one| one.resumed)
}
