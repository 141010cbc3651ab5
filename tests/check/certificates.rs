//! Checks of servers whose certificate is not trusted: it is shown, and the password is not sent.

use test_servers::certificates::{Authority, Identity};

use crate::support::check::Checked;
use crate::support::program::Program;
use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::tls_server::Tls;
use crate::support::upload::PASSWORD;

/// Checks a server with this certificate, which no authority vouches for that the program knows.
fn refused(identity: &Identity, options: &[&str]) -> Checked {
    let tls = Tls::of(identity);
    let server = ScriptedServer::start(Script::agreed().then(Move::FailToSecure(tls)));
    let host = format!("localhost:{}", server.address().port());
    let program = Program::new()
        .with_file("ca.pem", Authority::named("another").pem().as_bytes())
        .arguments(["check", "--retries", "0", "--timeout", "5", "--tls", "explicit"])
        .arguments(options)
        .arguments([&host, "alice"])
        .environment("FTP_PASSWORD", PASSWORD);
    let run = Run::end(program.start(), server);
    run.server_log.said_nothing();
    run.outcome.exits(5);
    Checked::of(run.outcome)
}

const UNKNOWN: [&str; 3] = ["--json", "--ca-file", "ca.pem"];

#[test]
fn a_certificate_that_is_not_trusted_is_shown_and_the_password_is_not_sent() {
    let identity = Authority::new().issue(&["localhost", "ftp.example", "192.0.2.7"]);
    let checked = refused(&identity, &UNKNOWN);
    checked.failed(5).results("unasked", &["login", "directory", "data_connection", "file/store"]);
    checked.tells("tls/trust", "refused").tells("tls/certificate/pin", identity.pin());
    checked.tells("tls/certificate/names", vec!["localhost", "ftp.example", "192.0.2.7"]);
    let certificate = checked.finding("tls/certificate");
    let second = |name: &str| certificate[name].as_u64().unwrap_or_default();
    checked.claim(second("not_before_seconds") < second("not_after_seconds"), "dates");
    checked.claim(checked.recommended() == [format!("--pin {}", identity.pin())], "its pin as advice");
}

#[test]
fn a_self_signed_certificate_and_one_that_has_expired_are_told() {
    let checked = refused(&Identity::self_signed(&["localhost"]), &UNKNOWN);
    checked.tells("tls/certificate/self_signed", true);
    let checked = refused(&Authority::new().issue_expired(&["localhost"]), &UNKNOWN);
    let ended = checked.finding("tls/certificate")["not_after_seconds"].as_u64().unwrap_or(u64::MAX);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    checked.claim(ended < now, "a date that has passed");
}

#[test]
fn a_pin_that_differs_is_refused_and_the_one_that_is_there_is_told() {
    let (theirs, other) = (Identity::self_signed(&["localhost"]), Identity::self_signed(&["localhost"]));
    let pin = other.pin();
    let checked = refused(&theirs, &["--json", "--pin", &pin]);
    checked.tells("tls/trust", "refused").tells("tls/certificate/pin", theirs.pin());
    let command = checked.document()["recommended"]["command"].as_str().unwrap_or_default();
    checked.claim(command.contains(&theirs.pin()) && !command.contains(&pin), "the new pin in place of the old one");
}

#[test]
fn names_in_a_certificate_cannot_control_the_terminal() {
    let identity = Authority::new().issue_by_common_name("ftp.example\u{1b}[2J\u{202e}");
    let checked = refused(&identity, &UNKNOWN);
    let subject = checked.finding("tls/certificate")["subject"].as_str().unwrap_or_default();
    checked.claim(subject.contains("\\1b[2J\\u{202e}") && subject.is_ascii(), "an escaped subject");
}
