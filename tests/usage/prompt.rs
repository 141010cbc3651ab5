//! The prompt for the password on a terminal: keys, stops, signals, and a terminal that changes or goes away.
//!
//! `terminal.rs` tests the usual prompt, `another_password.rs` the prompt after a password that the server refuses.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::program::Program;
use crate::support::run::ClosedPort;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::terminal::Terminal;
use crate::support::upload::{HELLO, PASSWORD, Upload};

/// The beginning of the question.
const QUESTION: &str = "Enter password for alice on ";

/// A shell with job control, which runs the program, and continues it after a line.
const WITH_JOBS: &str = r#"set -m; "$0" "$@"; echo "left: $?"; read line; fg; echo "ended: $?""#;

fn asking() -> Upload {
    Upload::of_hello().without_password()
}

/// A server that takes the file from a user with the right password.
fn server() -> ScriptedServer {
    ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well())
}

/// Runs an upload to nobody, and waits for its prompt.
fn at_prompt(change: impl FnOnce(Program) -> Program) -> Option<Terminal> {
    let terminal = Terminal::run(change(asking().to(ClosedPort::reserve().address)))?;
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    Some(terminal)
}

#[test]
fn ctrl_z_stops_the_program_with_echo_and_the_prompt_comes_again() {
    let server = server();
    let Some(mut terminal) = Terminal::run_in_shell(asking().to(server.address()), WITH_JOBS) else { return };
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    terminal.types("forgotten\x1a");
    // 128 and the number of SIGTSTP.
    terminal.wait_for("left: 148");
    assert!(terminal.echoes(), "a shell without echo");
    terminal.types("\n");
    terminal.wait_for_times(QUESTION, 2);
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    terminal.wait_for("ended: 0");
    let (_, shown) = terminal.end();
    server.finish().stored(HELLO);
    assert!(!shown.contains(PASSWORD) && !shown.contains("forgotten"), "typed text shows:\n{shown}");
}

#[test]
fn a_program_that_is_killed_while_it_is_stopped_ends_and_the_terminal_echoes() {
    for (signal, code) in [("TERM", 130), ("KILL", 137)] {
        let script = format!(
            r#"set -m; "$0" "$@"; echo "left: $?"; read line; kill -{signal} %1; bg; wait %1; echo "ended: $?""#
        );
        let program = asking().to(ClosedPort::reserve().address);
        let Some(mut terminal) = Terminal::run_in_shell(program, &script) else { return };
        terminal.wait_for(QUESTION);
        terminal.wait_for_no_echo();
        terminal.types("\x1a");
        terminal.wait_for("left: 148");
        terminal.types("\n");
        terminal.wait_for(&format!("ended: {code}"));
        assert!(terminal.echoes(), "a shell without echo after {signal}");
        terminal.end();
    }
}

/// A program that a terminal window runs instead of a shell, for example.
#[test]
fn ctrl_z_asks_again_at_once_if_nobody_could_continue_the_program() {
    let Some(mut terminal) = at_prompt(|program| program) else { return };
    terminal.types("forgotten\x1a");
    terminal.wait_for_times(QUESTION, 2);
    terminal.wait_for_no_echo();
    terminal.types("\x03");
    assert_eq!(terminal.wait(), 130, "{}", terminal.shown());
}

#[test]
fn a_program_that_another_one_stops_and_continues_asks_again() {
    let server = server();
    let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    terminal.types("forgotten");
    send(&terminal, Signal::STOP);
    send(&terminal, Signal::CONT);
    terminal.wait_for_times(QUESTION, 2);
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    server.finish().stored(HELLO);
}

#[test]
fn a_program_in_the_background_asks_when_it_gets_the_terminal() {
    let server = server();
    let script = r#"set -m; "$0" "$@" & read line; fg; echo "ended: $?""#;
    let Some(mut terminal) = Terminal::run_in_shell(asking().to(server.address()), script) else { return };
    std::thread::sleep(Duration::from_millis(700));
    assert!(!terminal.shown().contains(QUESTION) && terminal.echoes(), "a prompt from the background");
    terminal.types("\n");
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    terminal.wait_for("ended: 0");
    terminal.end();
    server.finish().stored(HELLO);
}

#[test]
fn the_prompt_is_on_the_terminal_if_only_one_stream_is_redirected() {
    for redirection in ["2>log", "</dev/null", ">log"] {
        let server = server();
        let program = asking().to(server.address());
        let script = format!(r#""$0" "$@" {redirection}; echo "ended: $?""#);
        let Some(mut terminal) = Terminal::run_in_shell(program, &script) else { return };
        terminal.wait_for(QUESTION);
        terminal.wait_for_no_echo();
        terminal.types(&format!("{PASSWORD}\n"));
        terminal.wait_for("ended: 0");
        terminal.end();
        server.finish().stored(HELLO);
    }
}

#[test]
fn ctrl_backslash_ends_the_program_at_once_and_the_terminal_echoes_again() {
    let Some(mut terminal) = at_prompt(|program| program) else { return };
    terminal.types("\x1c");
    // Without a core dump, which could hold the password.
    assert_eq!(terminal.wait(), -Signal::QUIT.as_raw(), "{}", terminal.shown());
    assert!(terminal.echoes(), "the terminal is left without echo");
}

#[test]
fn a_signal_at_the_prompt_is_exit_130_and_the_terminal_echoes_again() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let Some(mut terminal) = at_prompt(|program| program) else { return };
        let begun = Instant::now();
        send(&terminal, signal);
        assert_eq!(terminal.wait(), 130, "{}", terminal.shown());
        assert!(begun.elapsed() < Duration::from_secs(2) && terminal.echoes(), "the terminal is left without echo");
    }
}

#[test]
fn ctrl_d_at_the_prompt_is_said_to_be_no_password() {
    let Some(mut terminal) = at_prompt(|program| program) else { return };
    terminal.types("\x04");
    terminal.wait_for("no password was typed");
    assert_eq!(terminal.wait(), 2);
    assert!(terminal.echoes(), "the terminal is left without echo");
}

#[test]
fn a_terminal_that_is_closed_at_the_prompt_ends_the_program_even_if_it_ignores_the_signal() {
    for trap in ["trap : HUP", "trap '' HUP"] {
        // Not in the folder of the program, which is removed with the terminal.
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("code");
        let script = format!(r#"({trap}; "$0" "$@"; echo "ended: $?" >{}); :"#, told.display());
        let program = asking().to(ClosedPort::reserve().address);
        let Some(terminal) = Terminal::run_in_shell(program, &script) else { return };
        terminal.wait_for(QUESTION);
        terminal.wait_for_no_echo();
        drop(terminal);
        let begun = Instant::now();
        while std::fs::read_to_string(&told).unwrap_or_default() != "ended: 130\n" {
            let code = std::fs::read_to_string(&told);
            assert!(begun.elapsed() < Duration::from_secs(10), "{trap}: {code:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn a_window_that_changes_its_size_does_not_disturb_the_prompt() {
    let server = server();
    let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    let (first, last) = PASSWORD.split_at(5);
    terminal.types(first);
    terminal.resize(30);
    std::thread::sleep(Duration::from_millis(100));
    terminal.types(&format!("{last}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(shown.matches(QUESTION).count(), 1, "{shown}");
    server.finish().stored(HELLO);
}

#[test]
fn the_terminal_edits_the_line_and_the_password_may_hold_any_bytes() {
    for (typed, sent) in [
        (&b"wrong\x15opex\x7fn sesame\n"[..], &b"open sesame"[..]),
        (b"open \x04sesame\x04\x04", b"open sesame"),
        (b"gr\xfc\xdfe\r", b"gr\xfc\xdfe"),
        ("grüße 😀\n".as_bytes(), "grüße 😀".as_bytes()),
        (b"\n", b""),
    ] {
        let asked = Script::greeted().expect("USER alice").reply("331 Go on").then(Move::ExpectAny);
        let server = ScriptedServer::start(asked.reply("530 No"));
        let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
        terminal.wait_for(QUESTION);
        terminal.wait_for_no_echo();
        terminal.types(typed);
        terminal.wait_for_times(QUESTION, 2);
        terminal.wait_for_no_echo();
        terminal.types("\x04");
        assert_eq!(terminal.wait(), 6, "{}", terminal.shown());
        let log = server.finish();
        log.claim(log.commands[1] == [b"PASS ", sent, b"\r\n"].concat(), &sent.escape_ascii().to_string());
    }
}

/// The terminal keeps 4095 bytes of a line, so that a text of that length may have been longer.
#[test]
fn a_text_that_is_too_long_for_the_terminal_is_asked_for_again() {
    let longest = "x".repeat(4094);
    let script = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {longest}"));
    let server = ScriptedServer::start(script.reply("530 No"));
    let Some(mut terminal) = Terminal::run(asking().to(server.address())) else { return };
    for (number, text) in ["pasted".repeat(900), "p".repeat(4095), longest].into_iter().enumerate() {
        terminal.wait_for_times(QUESTION, number + 1);
        terminal.wait_for_no_echo();
        terminal.types(&format!("{text}\n"));
    }
    terminal.wait_for("refused the login");
    terminal.wait_for_times(QUESTION, 4);
    terminal.wait_for_no_echo();
    terminal.types("\x04");
    let (code, shown) = terminal.end();
    assert_eq!((code, shown.matches("longer than 4094 bytes").count()), (6, 2), "{shown}");
    assert!(!shown.contains("pasted") && !shown.contains("ppp"), "{shown}");
    server.finish();
}

#[test]
fn lines_that_are_pasted_behind_the_password_do_not_reach_the_shell() {
    let server = server();
    let script = r#""$0" "$@"; echo "ended: $?"; read line; echo "heard <$line>""#;
    let Some(mut terminal) = Terminal::run_in_shell(asking().to(server.address()), script) else { return };
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\nsecond half\n"));
    terminal.wait_for("ended: 0");
    terminal.types("\n");
    terminal.wait_for("heard <>");
    terminal.end();
    server.finish().stored(HELLO);
}

#[test]
fn an_empty_variable_is_said_before_the_prompt() {
    let server = server();
    let program = asking().to(server.address()).environment("FTP_PASSWORD", "");
    let Some(mut terminal) = Terminal::run(program) else { return };
    terminal.wait_for(QUESTION);
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.starts_with("Note: FTP_PASSWORD is empty."), "{shown}");
    server.finish().stored(HELLO);
}

fn send(terminal: &Terminal, signal: Signal) {
    let process = Pid::from_raw(terminal.id().try_into().expect("a process ID")).expect("a process");
    kill_process(process, signal).expect("the program runs");
}
