//! The sources of a password, their order, and the proof that the password is sent in the PASS line only.
//!
//! `Outcome::passes_general_checks` checks for every run that the output does not contain the password. The prompt is
//! tested in `terminal.rs`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::Duration;

use test_servers::skips::skipped;

use crate::support::program::Program;
use crate::support::run::{IdleServer, Run};
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn a_password_comes_from_the_environment() {
    accepted(Upload::of_hello());
}

#[test]
fn a_password_comes_from_a_file() {
    for content in line_ends() {
        accepted(with_file(&content).options(["--password-file", "password"]));
    }
}

#[test]
fn a_password_comes_from_a_file_descriptor() {
    for content in line_ends() {
        let redirect = |program: Program| program.redirected("3<password");
        accepted(with_file(&content).options(["--password-fd", "3"]).program(redirect));
    }
}

#[test]
fn a_password_comes_from_standard_input() {
    for content in line_ends() {
        let upload = Upload::of_hello().without_password().options(["--password-stdin"]);
        accepted(upload.program(|program| program.stdin(content)));
    }
    let upload = Upload::of_hello().without_password().options(["--password-fd", "0"]);
    accepted(upload.program(|program| program.stdin(PASSWORD)));
}

#[test]
fn a_password_on_standard_input_is_read_to_its_line_end_and_no_further() {
    let server = ScriptedServer::start(Script::logged_in().expect("CWD inbox").reply("550 No inbox"));
    let mut upload = Upload::of_hello().without_password().options(["--password-stdin"]).to(server.address());
    upload = upload.stdin(format!("{PASSWORD}\n")).keeping_stdin_open();
    let run = Run::end(upload.start(), server);
    run.outcome.fails(7).within(A_FEW_SECONDS);
}

#[test]
fn a_byte_order_mark_before_the_password_is_no_part_of_it() {
    let content = format!("\u{feff}{PASSWORD}\r\n");
    accepted(with_file(&content).options(["--password-file", "password"]));
    accepted(with_file(&content).options(["--password-fd", "3"]).program(|program| program.redirected("3<password")));
    let upload = Upload::of_hello().without_password().options(["--password-stdin"]);
    accepted(upload.program(|program| program.stdin(content)));
}

#[test]
fn a_refused_password_that_was_empty_is_said_to_be_empty() {
    let refused = |upload: Upload| {
        let script = Script::greeted().expect("USER alice").reply("331 Go on").expect("PASS ").reply("530 No");
        script.run(upload).outcome
    };
    refused(with_file("\n").options(["--password-file", "password"])).fails(6).says("The password was empty");
    let given = Script::greeted().expect("USER alice").reply("331 Go on").then(Move::ExpectAny).reply("530 No");
    given.run_hello().outcome.fails(6).never_says("empty");
}

#[test]
fn an_option_wins_over_the_environment() {
    let both = |options: &[&str]| {
        let wrong = |program: Program| program.environment("FTP_PASSWORD", "wrong").stdin(PASSWORD);
        with_file(PASSWORD).options(options).program(wrong)
    };
    accepted(both(&["--password-file", "password"]));
    accepted(both(&["--password-stdin"]));
}

#[test]
fn a_password_that_is_no_utf8_is_sent_as_it_is() {
    let secret = OsStr::from_bytes(b"gr\xfc\xdfe");
    let upload = Upload::of_hello().without_password().program(|program| program.environment("FTP_PASSWORD", secret));
    let script = Script::greeted().expect("USER alice").reply("331 Go on").then(Move::ExpectAny);
    let run = script.reply("530 No").run(upload);
    run.outcome.fails(6);
    run.server_log.claim(run.server_log.commands[1] == b"PASS gr\xfc\xdfe\r\n", "the password's own bytes");
}

#[test]
fn no_password_and_no_terminal_is_exit_2_with_advice() {
    if Command::new("setsid").arg("true").status().is_err() {
        return skipped("no `setsid` to run without a terminal");
    }
    let upload = Upload::of_hello().without_password().program(Program::without_terminal);
    IdleServer::listen().refuses(2, upload).says("FTP_PASSWORD").within(A_FEW_SECONDS);
}

#[test]
fn an_empty_variable_is_no_password_and_exit_2_without_a_terminal() {
    let empty = || Upload::of_hello().without_password().program(|program| program.environment("FTP_PASSWORD", ""));
    let outcome = IdleServer::listen().refuses(2, empty());
    outcome.says("FTP_PASSWORD is empty").says("--password-file").within(A_FEW_SECONDS);
    let other = empty().with_local("password", PASSWORD).options(["--password-file", "password"]);
    accepted(other);
}

#[test]
fn a_control_byte_in_the_password_is_exit_2_and_it_is_not_shown() {
    for secret in ["hunter\x01two", "hunter\rtwo", "hunter\ttwo", "hunter\x7ftwo", "hunter\x1b[2Jtwo"] {
        let upload = || Upload::of_hello().without_password();
        let set = |program: Program| program.environment("FTP_PASSWORD", secret);
        IdleServer::listen().refuses(2, upload().program(set)).mentions(&["password"]).never_says("hunter");

        let read = upload().options(["--password-stdin"]).program(|program| program.stdin(format!("{secret}\n")));
        IdleServer::listen().refuses(2, read).mentions(&["password"]).never_says("hunter");
    }
    // A variable has no lines, so a line end in it would be part of the password, which may contain none.
    let lines = Upload::of_hello().without_password();
    let lines = lines.program(|program| program.environment("FTP_PASSWORD", "hunter\ntwo"));
    IdleServer::listen().refuses(2, lines).never_says("hunter");
}

#[test]
fn a_password_source_that_is_not_there_is_refused_before_anything_is_sent() {
    let file = Upload::of_hello().without_password().options(["--password-file", "missing"]);
    IdleServer::listen().refuses(2, file).mentions(&["missing", "--password-file"]);
    // 3 to 6 are the first numbers that the program's own descriptors get.
    for number in ["3", "4", "5", "6", "77"] {
        let descriptor = Upload::of_hello().without_password().options(["--password-fd", number]);
        IdleServer::listen().refuses(2, descriptor).mentions(&["--password-fd", "Nothing was sent"]);
    }
}

/// If such a stream were closed after reading, the next connection would get its number, and the server would receive
/// the program's messages.
#[test]
fn a_password_is_not_taken_from_the_streams_that_we_write_to() {
    for (number, redirection) in [("1", "1<>password"), ("2", "2<>password")] {
        let redirect = |program: Program| program.redirected(redirection);
        let upload = with_file(PASSWORD).options(["--password-fd", number]).program(redirect);
        upload.at("127.0.0.1:1").run().exits(2);
    }
    let said = with_file(PASSWORD).options(["--password-fd", "1"]);
    IdleServer::listen().refuses(2, said).says("--password-fd 1 and 2").says("such as 3");
}

#[test]
fn standard_input_is_not_closed_by_a_password_that_is_read_from_it() {
    let (reached, wait) = channel();
    let script = Script::logged_in().expect("CWD inbox").tell(reached).pause(300).reply("550 No inbox");
    let server = ScriptedServer::start(script);
    let upload = Upload::of_hello().without_password().options(["--password-fd", "0"]);
    let program = upload.program(|program| program.stdin(format!("{PASSWORD}\n"))).to(server.address()).start();
    wait.recv_timeout(Duration::from_secs(20)).expect("a login");
    let stdin = std::fs::read_link(format!("/proc/{}/fd/0", program.id()));
    Run::end(program, server).outcome.fails(7);
    assert!(stdin.is_ok_and(|stdin| stdin.to_string_lossy().starts_with("pipe:")));
}

#[test]
fn an_account_comes_from_the_environment_or_an_option_and_is_shown_nowhere() {
    let upload = || Upload::of_hello().options(["--verbose"]);
    let from_environment = upload().program(|program| program.environment("FTP_ACCOUNT", "the guild"));
    let from_option = upload().options(["--account", "the guild"]);
    let from_option = from_option.program(|program| program.environment("FTP_ACCOUNT", "another"));
    for upload in [from_environment, from_option] {
        let asked = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
        let asked = asked.reply("332 Account, please").expect("ACCT the guild");
        let run = asked.reply("530-the guild\r\n530 No the guild here").run(upload);
        run.outcome.fails(6).says("> ACCT ****\n").says("(530 \"").never_says("the guild").never_says("another");
    }
}

#[test]
fn secrets_in_the_environment_are_wiped_whether_they_are_needed_or_not() {
    let (reached, wait) = channel();
    let server =
        ScriptedServer::start(Script::logged_in().expect("CWD inbox").tell(reached).pause(300).reply("550 No"));
    let set = |program: Program| {
        let program = program.environment("FTP_PROXY_AUTH", "alice:open-the-gate");
        program.environment("FTP_ACCOUNT", "the guild")
    };
    let program = Upload::of_hello().program(set).to(server.address()).start();
    wait.recv_timeout(Duration::from_secs(20)).expect("a login");
    let shown = std::fs::read(format!("/proc/{}/environ", program.id())).expect("the program waits");
    Run::end(program, server).outcome.fails(7);
    let shown = shown.escape_ascii().to_string();
    assert!(!["open-the-gate", "the guild", PASSWORD].iter().any(|secret| shown.contains(secret)), "{shown}");
}

#[test]
fn a_password_that_looks_like_a_reply_is_masked() {
    for secret in ["202-555-0147", "555-0147"] {
        let upload = Upload::of_hello().without_password().options(["--verbose"]);
        let upload = upload.program(|program| program.environment("FTP_PASSWORD", secret));
        let told = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {secret}"));
        let told = told.send(format!("230-You are\r\n{secret}\r\n{secret} is what came\r\n230 {secret}\r\n"));
        let run = told.expect("CWD inbox").reply(&format!("550 {secret}")).run(upload);
        run.outcome.fails(7).says("****").never_says(secret).never_says(&secret[4..]);
    }
}

#[test]
fn a_password_that_is_the_very_reply_does_not_keep_one_from_logging_in() {
    let upload = Upload::of_hello().without_password().options(["--verbose"]);
    let upload = upload.program(|program| program.environment("FTP_PASSWORD", "230 Come in"));
    let told =
        Script::greeted().expect("USER alice").reply("331 Go on").expect("PASS 230 Come in").reply("230 Come in");
    let run = told.expect("CWD inbox").reply("550 No inbox").run(upload);
    run.outcome.fails(7).says("< ****\n").never_says("Come in");
}

/// The resolver may run code of other vendors in this process, so it must have finished before the password is read.
#[test]
fn a_server_that_is_not_found_is_known_before_the_password_is_read() {
    let upload = Upload::of_hello().without_password().options(["--password-file", "missing"]);
    upload.at("nowhere.invalid").run().fails(4).never_says("missing");
}

#[test]
fn a_password_without_an_end_is_refused_in_time() {
    let upload = Upload::of_hello().without_password().options(["--password-file", "/dev/zero"]);
    IdleServer::listen().refuses(2, upload).within(A_FEW_SECONDS);
}

/// Returns contents whose first line is the password. Only the line end is removed from that line.
fn line_ends() -> [String; 4] {
    ["", "\n", "\r\n", "\nsecond line\n"].map(|end| format!("{PASSWORD}{end}"))
}

fn with_file(content: &str) -> Upload {
    let content = content.as_bytes().to_vec();
    Upload::of_hello().without_password().program(|program| program.with_file("password", &content))
}

/// Claims that the server receives the password. The server refuses the upload only after the login.
#[track_caller]
fn accepted(upload: Upload) {
    let run = Script::logged_in().expect("CWD inbox").reply("550 No inbox").run(upload);
    run.outcome.fails(7);
}
