//! Another prompt after the server has refused the password that was typed.

use std::net::TcpListener;
use std::time::Duration;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::real_servers::{content, on_servers};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::terminal::Terminal;
use crate::support::upload::{HELLO, PASSWORD, Upload};

/// The beginning of the question.
const QUESTION: &str = "Enter password for alice on ";

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    a_mistyped_password_is_no_harm,
    a_mistyped_password_is_no_harm_to_sync
]);

/// Each connection gets the next script.
fn server(scripts: Vec<Script>) -> ScriptedServer {
    ScriptedServer::listen(TcpListener::bind("127.0.0.1:0").expect("a loopback port"), scripts)
}

fn told(password: &str) -> Script {
    Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {password}"))
}

fn refusing(password: &str) -> Script {
    told(password).reply("530 Login incorrect")
}

fn taking() -> Script {
    Script::ready().take("hello.txt").and_all_is_well()
}

fn asking() -> Upload {
    Upload::of_hello().without_password().timeout("30")
}

/// Types `line` at the prompt with this number.
fn answer(terminal: &mut Terminal, number: usize, line: &str) {
    terminal.wait_for_times(QUESTION, number);
    terminal.wait_for_no_echo();
    terminal.types(line);
}

#[test]
fn a_password_that_was_mistyped_is_asked_for_again_and_each_one_is_sent_once() {
    let server = server(vec![refusing("opne sesame"), refusing("open sesme"), taking()]);
    // The fence must allow a prompt as it is: with a part missing, nothing would be sent.
    let upload = asking().options(["--require-fence"]);
    let Some(mut terminal) = Terminal::run(upload.to(server.address())) else { return };
    answer(&mut terminal, 1, "opne sesame\n");
    terminal.wait_for("refused the login of alice (530 \"Login incorrect\"). Try again");
    answer(&mut terminal, 2, "open sesme\n");
    answer(&mut terminal, 3, &format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("sesame") && !shown.contains("sesme"), "a password shows:\n{shown}");
    server.finish_all().last().expect("three connections").stored(HELLO);
}

#[test]
fn a_password_that_the_server_repeats_is_masked_before_the_next_prompt() {
    let server = server(vec![told("opne sesame").reply("530 opne sesame is wrong")]);
    let Some(mut terminal) = Terminal::run(asking().options(["--verbose"]).to(server.address())) else { return };
    answer(&mut terminal, 1, "opne sesame\n");
    terminal.wait_for("(530 \"**** is wrong\"). Try again");
    answer(&mut terminal, 2, "\x04");
    let (code, shown) = terminal.end();
    assert!(code == 6 && !shown.contains("opne"), "{code}: {shown}");
    server.finish_all();
}

#[test]
fn three_passwords_are_tried_at_most() {
    let server = server(vec![refusing("a"), refusing("b"), refusing("c")]);
    let Some(mut terminal) = Terminal::run(asking().retries("5").to(server.address())) else { return };
    for (number, password) in ["a\n", "b\n", "c\n"].into_iter().enumerate() {
        answer(&mut terminal, number + 1, password);
    }
    let (code, shown) = terminal.end();
    assert_eq!((code, shown.matches(QUESTION).count()), (6, 3), "{shown}");
    assert_eq!(server.finish_all().len(), 3);
}

#[test]
fn a_password_that_was_not_typed_is_never_asked_for_again() {
    for options in [&[][..], &["--password-file", "password"]] {
        let server = server(vec![refusing(PASSWORD)]);
        let upload = Upload::of_hello().with_local("password", PASSWORD).options(options);
        let Some(terminal) = Terminal::run(upload.to(server.address())) else { return };
        let (code, shown) = terminal.end();
        assert_eq!((code, shown.matches(QUESTION).count()), (6, 0), "{shown}");
        server.finish_all();
    }
}

#[test]
fn refusals_for_other_reasons_are_not_answered_by_a_prompt() {
    let refusals: [fn() -> Script; 4] = [
        || Script::greeted().expect("USER alice").reply("530 No such user"),
        || told(PASSWORD).reply("530 Sorry, the maximum number of clients are already connected."),
        || told(PASSWORD).reply("530 TLS required"),
        || told(PASSWORD).reply("421 Service not available"),
    ];
    for refusal in refusals {
        let server = server(vec![refusal()]);
        let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
        answer(&mut terminal, 1, &format!("{PASSWORD}\n"));
        let (code, shown) = terminal.end();
        assert_eq!(shown.matches(QUESTION).count(), 1, "{shown}");
        assert!(matches!(code, 4 | 6), "{code}: {shown}");
        server.finish_all();
    }
}

#[test]
fn a_password_that_was_accepted_once_is_not_asked_for_later() {
    let lost = Script::ready().expect("EPSV").close();
    let server = server(vec![lost, refusing(PASSWORD)]);
    let Some(mut terminal) = Terminal::run(asking().retries("1").to(server.address())) else { return };
    answer(&mut terminal, 1, &format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    assert_eq!((code, shown.matches(QUESTION).count()), (6, 1), "{shown}");
    server.finish_all();
}

#[test]
fn an_interruption_at_the_second_prompt_is_exit_130_and_an_end_is_the_refusal() {
    for (key, code) in [("\x03", 130), ("\x04", 6)] {
        let server = server(vec![refusing("wrong")]);
        let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
        answer(&mut terminal, 1, "wrong\n");
        answer(&mut terminal, 2, key);
        assert_eq!(terminal.wait(), code, "{}", terminal.shown());
        assert!(terminal.echoes(), "the terminal is left without echo");
        server.finish_all();
    }
}

#[test]
fn ctrl_z_at_the_second_prompt_stops_the_program_inside_its_fence_too() {
    let server = server(vec![refusing("wrong"), taking()]);
    let script = r#"set -m; "$0" "$@"; echo "left: $?"; read line; fg; echo "ended: $?""#;
    let Some(mut terminal) = Terminal::run_in_shell(asking().to(server.address()), script) else { return };
    answer(&mut terminal, 1, "wrong\n");
    answer(&mut terminal, 2, "\x1a");
    terminal.wait_for("left: 148");
    assert!(terminal.echoes(), "a shell without echo");
    terminal.types("\n");
    answer(&mut terminal, 3, &format!("{PASSWORD}\n"));
    terminal.wait_for("ended: 0");
    terminal.end();
    server.finish_all().last().expect("two connections").stored(HELLO);
}

#[test]
fn the_time_at_the_second_prompt_is_not_part_of_the_time_limit() {
    let server = server(vec![refusing("wrong"), taking()]);
    let Some(mut terminal) = Terminal::run(asking().options(["--max-time", "2"]).to(server.address())) else { return };
    answer(&mut terminal, 1, "wrong\n");
    terminal.wait_for_times(QUESTION, 2);
    std::thread::sleep(Duration::from_millis(2500));
    answer(&mut terminal, 2, &format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    server.finish_all();
}

fn a_mistyped_password_is_no_harm(kind: Kind) {
    second_password_is_right(kind, &["--retries", "3"]);
}

fn a_mistyped_password_is_no_harm_to_sync(kind: Kind) {
    second_password_is_right(kind, &["sync", "--delete", "own"]);
}

/// Uploads the directory `site`, or synchronises it, with a wrong password and then the right one.
fn second_password_is_right(kind: Kind, words: &[&str]) {
    let Some(server) = kind.start() else { return };
    let program = Program::new();
    std::fs::create_dir(program.path("site")).expect("a local directory");
    let program = program.with_file("site/file.bin", &content(100_000)).arguments(words);
    let recursive = if words.contains(&"sync") { &[][..] } else { &["-r"] };
    let program = program.arguments(recursive).arguments([&server.addr.to_string(), server.user, "site"]);
    let Some(mut terminal) = Terminal::run(program.arguments([server.upload_dir()])) else { return };
    let question = format!("Enter password for {} on ", server.user);
    for (number, line) in ["wrong\n", &format!("{}\n", server.password)].into_iter().enumerate() {
        terminal.wait_for_times(&question, number + 1);
        terminal.wait_for_no_echo();
        terminal.types(line);
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let stored = if recursive.is_empty() { "file.bin" } else { "site/file.bin" };
    assert_eq!(server.stored(stored), content(100_000));
}
