//! The passwords for the server and for the proxy occur only where the user gave them and where the program sends them:
//! not in the outputs, the arguments or another environment. There are no child processes that could have them. The
//! tests cover every option, every source of the password and every way in which an upload ends.
//!
//! The table of cases is in `support/secret_cases.rs`, the search in `support/secret_search.rs`.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use rustix::process::Signal;
use test_servers::Kind;

use crate::support::outcome::Outcome;
use crate::support::password_source::Source;
use crate::support::program::Program;
use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_cases::{CASES, Case, Fixture, PROXY_PASSWORD};
use crate::support::secret_search::{Sight, watched};
use crate::support::server_log::ServerLog;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn no_option_and_no_failure_shows_a_password_from_the_environment() {
    no_case_shows_a_secret(Source::Environment);
}

#[test]
fn no_option_and_no_failure_shows_a_password_from_a_file() {
    no_case_shows_a_secret(Source::File);
}

#[test]
fn no_option_and_no_failure_shows_a_password_from_a_descriptor() {
    no_case_shows_a_secret(Source::Descriptor);
}

#[test]
fn no_option_and_no_failure_shows_a_password_from_standard_input() {
    no_case_shows_a_secret(Source::Stdin);
}

fn no_case_shows_a_secret(source: Source) {
    let fixture = Fixture::new();
    // With `Source::Stdin`, standard input is the password, so that the file cannot come from there.
    let cases = CASES.iter().filter(|case| source != Source::Stdin || !case.options.contains(&"--from-stdin"));
    let seen = cases.filter(|case| shows_no_secret(case, &fixture, source).saw_the_program()).count();
    assert!(seen > CASES.len() / 4, "the program was looked at in {seen} runs only");
}

fn shows_no_secret(case: &Case, fixture: &Fixture, source: Source) -> Sight {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let server = ScriptedServer::listen(listener, (case.scripts)(fixture));
    let host = format!("localhost:{}", server.address().port());
    let trusts = ["--tls", "--pin", "--insecure"].iter().any(|option| case.options.contains(option));
    let host = if trusts { host } else { server.address().to_string() };
    let upload = source.give(PASSWORD, case.upload(fixture));
    let (mut outcome, sight) = watched(upload.at(host));
    server.dismiss();
    let server_logs = server.finish_all();
    outcome.aside =
        server_logs.iter().map(ServerLog::to_string).collect::<Vec<_>>().join("---- next connection ----\n");
    outcome.claim(server_logs.iter().all(|log| log.mismatch.is_none()), "a program that follows the scripts");
    outcome.exits(case.code).passes_general_checks();
    outcome.never_tells(PASSWORD).never_tells(PROXY_PASSWORD);
    sight.is_free_of(PASSWORD, source == Source::Environment);
    // One case has the password among its arguments, to test that no output repeats it.
    if !case.options.iter().any(|option| option.contains(PROXY_PASSWORD)) {
        sight.is_free_of(PROXY_PASSWORD, case.proxy_auth.is_some());
    }
    sight
}

#[test]
fn every_option_of_the_program_is_in_the_table() {
    let help = Program::new().arguments(["--help"]).run().stdout;
    // An option's line is `  -q, --quiet`, `      --chmod <OCTAL>` or `      --explain[=<FORMAT>]`. Descriptions of
    // values start with `- `.
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-') && !line.starts_with("- "));
    let listed: Vec<_> = lines.map(|line| line.split_whitespace().find(|word| word.starts_with("--"))).collect();
    let options = listed.iter().copied().flatten().map(|option| option.split('[').next().unwrap_or(option));
    let options: BTreeSet<&str> = options.collect();
    assert!(options.len() > 30 && options.len() == listed.len(), "options that are not understood: {listed:?}");
    let sources = ["--password-file", "--password-fd", "--password-stdin", "--netrc", "--netrc-file", "--keyring"];
    let elsewhere = ["--help", "--version", "--verbose"].into_iter().chain(sources);
    let used: BTreeSet<&str> = CASES.iter().flat_map(|case| case.options).copied().chain(elsewhere).collect();
    let missing: Vec<_> = options.difference(&used).collect();
    assert!(missing.is_empty(), "{missing:?} are in no case of secret_cases.rs");
}

#[test]
fn help_and_version_show_no_password() {
    for option in ["--help", "-h", "--version", "-V"] {
        let program = Program::new().arguments([option]).environment("FTP_PASSWORD", PASSWORD);
        let outcome = program.environment("FTP_PROXY_AUTH", crate::support::secret_cases::PROXY_AUTH).run();
        outcome.exits(0).never_tells(PASSWORD).never_tells(PROXY_PASSWORD);
    }
}

#[test]
fn a_real_server_gets_the_file_and_nobody_else_the_password() {
    let options: [&[&str]; 3] = [
        &["--quiet"],
        &["--verbose", "--resume", "--atomic", "--replace", "--preserve-time", "--chmod", "644"],
        &["--verbose", "--create-dirs", "--verify", "size", "--limit-rate", "10m", "--max-time", "60"],
    ];
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    for (source, options) in Source::ALL.into_iter().flat_map(|source| options.map(|options| (source, options))) {
        let upload = Upload::of_hello().options(options).user(server.user).directory(server.upload_dir());
        let (outcome, sight) = watched(source.give(server.password, upload).to(server.addr));
        outcome.succeeds().never_tells(server.password).passes_general_checks();
        sight.is_free_of(server.password, source == Source::Environment);
        assert_eq!(server.stored("hello.txt"), crate::support::upload::HELLO);
    }
}

#[test]
fn an_interrupt_at_any_step_shows_no_password() {
    let scripts: [fn() -> Script; 3] =
        [Script::greeted, || Script::logged_in().expect("CWD inbox"), || Script::storing("big.bin").receive(1 << 20)];
    for (source, script) in Source::ALL.into_iter().flat_map(|source| scripts.map(|script| (source, script))) {
        let (reached, wait) = std::sync::mpsc::channel();
        let server = ScriptedServer::start(script().tell(reached).silence());
        let upload = source.give(PASSWORD, Upload::of_big_file().options(["--verbose"]));
        let program = upload.to(server.address()).signals("--default-signal").start();
        wait.recv_timeout(Duration::from_secs(20)).expect("the script reaches its middle");
        let mut sight = Sight::default();
        sight.look(program.id());
        program.signal(Signal::INT);
        assert!(sight.saw_the_program(), "the program was not looked at");
        program.wait().exits(130).never_tells(PASSWORD).passes_general_checks();
        sight.is_free_of(PASSWORD, source == Source::Environment);
    }
}

#[test]
fn a_password_in_the_wrong_place_is_not_repeated() {
    let secret = "hush-4421";
    let arguments: [&[&str]; 12] = [
        &["ftp://alice:hush-4421@127.0.0.1", "alice", "hello.txt", "inbox"],
        &["ftps://:hush-4421@127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["hello.txt", "ftp://alice:hush-4421@127.0.0.1:1/inbox"],
        &["hello.txt", "ftp://alice:a/hush-4421@127.0.0.1:1/inbox"],
        &["127.0.0.1:1", "alice:hush-4421", "hello.txt", "inbox"],
        &["alice:hush-4421@127.0.0.1", "alice", "hello.txt", "inbox"],
        &["--password", "hush-4421", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["--password=hush-4421", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["-phush-4421", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["--password-fd", "hush-4421", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["--password-stdin=hush-4421", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
        &["--proxy", "socks5://alice:hush-4421@127.0.0.1", "127.0.0.1:1", "alice", "hello.txt", "inbox"],
    ];
    for arguments in arguments {
        let program = Program::new().with_file("hello.txt", b"hello\n").arguments(arguments);
        let outcome = IdleServer::listen().refuses_program(2, program.environment("FTP_PASSWORD", PASSWORD));
        never_repeats(&outcome, secret);
    }
}

fn never_repeats(outcome: &Outcome, secret: &str) {
    outcome.never_tells(secret).never_tells(PASSWORD);
}
