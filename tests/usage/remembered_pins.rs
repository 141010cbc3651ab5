//! `--remember-pin`: the question about a certificate that is not trusted, and the pin in the profile.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use crate::support::program::Program;
use crate::support::run::Run;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::settings::{FILE, profile, refused, with_settings};
use crate::support::terminal::Terminal;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::HELLO;

#[test]
fn the_pin_of_a_certificate_that_is_not_trusted_is_remembered_after_a_yes() {
    let (_, identity) = certified();
    let tls = Tls::of(&identity);
    let script = || Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
    let server = ScriptedServer::start(script());
    let settings = |server: &ScriptedServer| profile(server.address(), "tls = 'explicit' # required");
    let program = with_settings(&settings(&server)).arguments(["--profile", "p", "--remember-pin", "hello.txt"]);
    let (file, pin) = (program.path(FILE), identity.pin());
    let Some(mut terminal) = Terminal::run(program) else { return };
    terminal.wait_for("Type yes or no: ");
    // Lines of progress are drawn ten times a second, and a run of one second has some.
    std::thread::sleep(Duration::from_millis(1500));
    let question = terminal.shown();
    assert!(question.contains("Type yes or no: "), "the question is still there in\n{question}");
    for shown in [&pin[..], "127.0.0.1", "localhost", "Valid: ", " to ", "profile p"] {
        assert!(question.contains(shown), "no {shown} in\n{question}");
    }
    terminal.types("yes\n");
    terminal.wait_for("the pin was written into profile p");
    let code = terminal.wait();
    assert_eq!(code, 0, "{}", terminal.shown());
    server.finish().stored(HELLO);
    let written = fs::read_to_string(file).expect("the file is still there");
    let line = format!("tls = 'explicit' # required\npin = [\"{pin}\"]\n");
    assert!(written.contains(&line), "{written}");
    // The next run asks nothing, and needs no terminal.
    let server = ScriptedServer::start(script());
    let settings = settings(&server) + &format!("pin = [\"{pin}\"]\n");
    let program = with_settings(&settings).arguments(["--profile", "p", "--remember-pin", "hello.txt"]);
    Run::end(program.without_terminal().start(), server).outcome.succeeds().never_says("not trusted");
}

#[test]
fn an_answer_that_takes_longer_than_the_time_limits_counts_for_the_next_try() {
    let (_, identity) = certified();
    let tls = Tls::of(&identity);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let gives_up = Script::agreed().then(Move::FailToSecure(tls.clone()));
    let stores = Script::protected_and_ready(&tls).take_protected("hello.txt", &tls).and_all_is_well();
    let server = ScriptedServer::listen(listener, vec![gives_up, stores]);
    let program = with_settings(&profile(server.address(), "tls = 'explicit'"));
    let impatient = ["--timeout", "1", "--connect-timeout", "1", "--retries", "1", "--retry-delay", "0.05"];
    let program = program.arguments(impatient).arguments(["--profile", "p", "--remember-pin", "hello.txt"]);
    let Some(mut terminal) = Terminal::run(program) else { return };
    terminal.wait_for("Type yes or no: ");
    std::thread::sleep(Duration::from_millis(1500));
    terminal.types("yes\n");
    assert_eq!(terminal.wait(), 0, "{}", terminal.shown());
    assert_eq!(terminal.shown().matches("Type yes or no").count(), 1, "{}", terminal.shown());
    server.dismiss();
}

#[test]
fn any_other_answer_about_a_certificate_is_exit_5_and_nothing_is_remembered() {
    let (_, identity) = certified();
    for answer in ["no\n", "y\n", "\n", "\x04"] {
        let server = ScriptedServer::start(Script::agreed().then(Move::FailToSecure(Tls::of(&identity))));
        let settings = profile(server.address(), "tls = 'explicit'");
        let program = with_settings(&settings).arguments(["--profile", "p", "--remember-pin", "hello.txt"]);
        let file = program.path(FILE);
        let Some(mut terminal) = Terminal::run(program) else { return };
        terminal.wait_for("Type yes or no: ");
        terminal.types(answer);
        assert_eq!(terminal.wait(), 5, "{answer:?}: {}", terminal.shown());
        assert_eq!(fs::read_to_string(file).expect("the file is still there"), settings);
        server.finish().said_nothing();
    }
}

#[test]
fn an_interrupt_at_the_question_about_a_certificate_is_exit_130() {
    let (_, identity) = certified();
    let server = ScriptedServer::start(Script::agreed().then(Move::FailToSecure(Tls::of(&identity))));
    let program = with_settings(&profile(server.address(), "tls = 'explicit'"));
    let program = program.arguments(["--profile", "p", "--remember-pin", "hello.txt"]);
    let Some(mut terminal) = Terminal::run(program) else { return };
    terminal.wait_for("Type yes or no: ");
    terminal.types("\x03");
    assert_eq!(terminal.wait(), 130, "{}", terminal.shown());
    server.dismiss();
}

#[test]
fn a_question_about_a_certificate_needs_a_terminal_and_a_profile_and_no_other_rule() {
    let detached = |program: Program| program.without_terminal();
    let arguments = ["--profile", "p", "--remember-pin", "hello.txt"];
    refused(detached, "tls = 'explicit'", &arguments).says("no terminal");
    refused(detached, "tls = 'off'", &arguments).says("contradict");
    refused(detached, "insecure = true", &arguments).says("--insecure");
    let (authority, _) = certified();
    let with_ca = |program: Program| detached(program.with_file("ftp-uploader/ca.pem", authority.pem().as_bytes()));
    refused(with_ca, "ca-file = 'ca.pem'", &arguments).says("--ca-file");
    refused(detached, "", &["--remember-pin", "127.0.0.1:1", "alice", "hello.txt", "inbox"]).says("--profile");
}
