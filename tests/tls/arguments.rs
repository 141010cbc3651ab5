//! The options of TLS: client certificates, and options that are refused before anything is sent.

use test_servers::certificates::{Authority, Identity};

use crate::support::outcome::Outcome;
use crate::support::run::{IdleServer, Run};
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_client_certificate_is_shown_on_both_connections() {
    let (authority, identity) = certified();
    let me = authority.issue_client("me.example");
    for tls in [Tls::of(&identity), Tls::of(&identity).old()].map(|tls| tls.for_clients_of(&authority)) {
        for data in [tls.clone(), tls.clone().forgetful()] {
            let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &data).and_all_is_well();
            let run = script.run_protected(Upload::of_hello().trusting(&authority).showing(&me));
            run.outcome.succeeds();
            let agreed = run.server_log.handshakes.iter().filter_map(|one| one.agreement.as_ref());
            let shown: Vec<bool> = agreed.map(|one| one.client_certificate).collect();
            run.server_log.stored(HELLO).claim(shown == [true, true], "a client certificate on both connections");
        }
    }
}

#[test]
fn a_client_certificate_goes_with_any_way_to_trust_the_server() {
    let (authority, identity) = certified();
    let me = authority.issue_client("me.example");
    let tls = Tls::of(&identity).for_clients_of(&authority);
    for upload in [Upload::of_hello().pinning(identity.pin()), Upload::of_hello().options(["--insecure"])] {
        let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
        script.run_protected(upload.showing(&me)).outcome.succeeds();
    }
}

#[test]
fn a_server_that_wants_a_client_certificate_and_gets_none_is_exit_5() {
    let (authority, identity) = certified();
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::agreed().then(Move::FailToSecure(tls.for_clients_of(&authority)));
        let run = script.run_protected(Upload::of_hello().trusting(&authority));
        run.outcome.fails(5).says("--cert");
        run.server_log.said_nothing();
    }
}

#[test]
fn a_server_that_does_not_like_the_client_certificate_is_exit_5() {
    let (authority, identity) = certified();
    let me = Authority::new().issue_client("me.example");
    for tls in [Tls::of(&identity), Tls::of(&identity).old()] {
        let script = Script::agreed().then(Move::FailToSecure(tls.for_clients_of(&authority)));
        let run = script.run_protected(Upload::of_hello().trusting(&authority).showing(&me));
        run.outcome.fails(5).mentions(&["--cert", "certificate"]);
        run.server_log.said_nothing();
    }
}

#[test]
fn a_server_that_asks_for_no_certificate_is_shown_none() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
    let me = authority.issue_client("me.example");
    let run = script.run_protected(Upload::of_hello().trusting(&authority).showing(&me));
    run.outcome.succeeds();
    let shown =
        run.server_log.handshakes.iter().filter_map(|one| one.agreement.as_ref()).any(|one| one.client_certificate);
    run.server_log.claim(!shown, "no client certificate");
}

#[test]
fn a_pin_that_is_none_is_exit_2() {
    let good = certified().1.pin();
    let pins = [
        "",
        "sha256:",
        "sha256",
        &good["sha256:".len()..],
        &good.replace("sha256", "sha1"),
        &format!("{good};"),
        &good[..good.len() - 4],
        &format!("{good}AAAA"),
        &format!("{good} "),
        &format!("sha256:{}", "0".repeat(63)),
        &format!("sha256:{}", "0".repeat(65)),
        &format!("sha256:{}", "g".repeat(64)),
        "sha256:\u{1b}[2J",
    ];
    for pin in pins {
        refused(&["--pin", pin]).says("--pin");
    }
}

#[test]
fn a_fingerprint_by_another_digest_is_exit_2_and_the_digest_is_said() {
    for (name, pin) in [
        ("SHA-1", format!("SHA1 Fingerprint={}", ["AB"; 20].join(":"))),
        ("SHA-1", ["ab"; 20].concat()),
        ("MD5", format!("MD5 Fingerprint={}", ["AB"; 16].join(":"))),
        ("SHA-512", format!("sha512:{}", ["AB"; 64].concat())),
    ] {
        refused(&["--pin", &pin]).says(name).says("fingerprint").says("SHA-256 hash of the key");
    }
}

#[test]
fn files_of_certificates_that_cannot_be_read_are_exit_2() {
    for options in [
        &["--ca-file", "missing.pem"][..],
        &["--ca-file", "."],
        &["--ca-file", ""],
        &["--cert", "missing.pem", "--key", "me.key"],
        &["--cert", "me.pem", "--key", "missing.key"],
    ] {
        refused(options).mentions(&["missing", "--ca-file", "directory"]);
    }
}

#[test]
fn files_that_hold_something_else_are_exit_2() {
    for options in [
        &["--ca-file", "empty"][..],
        &["--ca-file", "text"],
        &["--ca-file", "me.key"],
        &["--ca-file", "garbled.pem"],
        &["--ca-file", "cut.pem"],
        &["--ca-file", "binary"],
        &["--cert", "empty", "--key", "me.key"],
        &["--cert", "me.key", "--key", "me.key"],
        &["--cert", "garbled.pem", "--key", "me.key"],
        &["--cert", "me.pem", "--key", "empty"],
        &["--cert", "me.pem", "--key", "me.pem"],
        &["--cert", "me.pem", "--key", "text"],
        &["--cert", "me.pem", "--key", "encrypted.key"],
        &["--cert", "me.pem", "--key", "other.key"],
    ] {
        let file = options.iter().rfind(|option| !option.starts_with("--")).expect("a file");
        let at_fault = options[1];
        let outcome = refused(options);
        outcome.claim(outcome.stderr.contains(file) || outcome.stderr.contains(at_fault), "the name of the file");
        outcome.never_says("-----");
    }
}

#[test]
fn options_that_exclude_each_other_are_exit_2() {
    let pin = certified().1.pin();
    for options in [
        &["--insecure", "--pin", &pin][..],
        &["--insecure", "--ca-file", "ca.pem"],
        &["--ca-file", "ca.pem", "--pin", &pin],
        &["--cert", "me.pem"],
        &["--key", "me.key"],
        &["--tls", "sometimes"],
        &["--tls", "off", "--insecure"],
        &["--tls", "off", "--pin", &pin],
        &["--tls", "off", "--ca-file", "ca.pem"],
    ] {
        refused(options);
    }
}

#[test]
fn an_option_about_trust_requires_tls_on_this_machine_too() {
    let (authority, identity) = certified();
    let tls = Tls::of(&identity);
    let ways = [
        Upload::of_hello().trusting(&authority),
        Upload::of_hello().pinning(identity.pin()),
        Upload::of_hello().options(["--insecure"]),
    ];
    for upload in ways {
        let script = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
        let server = ScriptedServer::start(script);
        let program = upload.to(server.address()).start();
        let run = Run::end(program, server);
        run.outcome.succeeds();
        run.server_log.kept_its_secrets().stored(HELLO);
    }
}

#[test]
fn a_scheme_and_another_kind_of_tls_are_exit_2() {
    for (scheme, kind) in [("ftps", "off"), ("ftps", "explicit"), ("ftpes", "off"), ("ftpes", "implicit")] {
        let server = IdleServer::listen();
        let host = format!("{scheme}://{}", server.address());
        let outcome = server.refuses_program(2, Upload::of_hello().options(["--tls", kind]).at(host));
        outcome.says("--tls");
    }
}

/// Runs an upload with these options, and asserts exit code 2 and that the program connects to no server.
#[track_caller]
fn refused(options: &[&str]) -> Outcome {
    let (authority, identity) = certified();
    let me = authority.issue_client("me.example");
    let pem = &identity.certificate_pem;
    let upload = Upload::of_hello()
        .with_local("ca.pem", authority.pem())
        .with_local("me.pem", &me.certificate_pem)
        .with_local("me.key", &me.key_pem)
        .with_local("other.key", &identity.key_pem)
        .with_local("encrypted.key", me.key_pem.replace("PRIVATE", "ENCRYPTED PRIVATE"))
        .with_local("garbled.pem", Identity::garbled(&identity).certificate_pem)
        .with_local("cut.pem", &pem[..pem.len() / 2])
        .with_local("binary", [0, 159, 146, 150, 0x1b, b'[', b'm'])
        .with_local("text", "no certificate at all\n")
        .with_local("empty", "");
    IdleServer::listen().refuses(2, upload.options(options))
}
