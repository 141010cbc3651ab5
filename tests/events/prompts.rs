//! The events of runs that a signal or a key ends while a password is asked for.

use std::fs;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::events::Events;
use crate::support::program::Program;
use crate::support::run::ClosedPort;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::terminal::Terminal;
use crate::support::upload::Upload;

/// The beginning of the question.
const QUESTION: &str = "Enter password for alice on ";

/// The ways to end the program at the prompt.
#[derive(Clone, Copy, Debug)]
enum End {
    Signal(Signal),
    Key(&'static str),
}

const ENDS: [End; 4] =
    [End::Signal(Signal::INT), End::Signal(Signal::TERM), End::Signal(Signal::HUP), End::Key("\x03")];

fn asking() -> Upload {
    Upload::of_hello().without_password().options(["--json"])
}

/// Runs the program on a terminal, with its events in a file, and waits for the question.
fn ask(program: Program, file: &Path, times: usize) -> Option<Terminal> {
    let mut terminal = Terminal::run_in_shell(program, &format!(r#"exec "$0" "$@" >'{}'"#, file.display()))?;
    for time in 1..=times {
        terminal.wait_for_times(QUESTION, time);
        terminal.wait_for_no_echo();
        if time < times {
            terminal.types("wrong\n");
        }
    }
    Some(terminal)
}

/// Ends the program, and claims that the last event is a summary that says so.
fn is_told(mut terminal: Terminal, end: End, file: &Path) {
    match end {
        End::Signal(signal) => {
            let id = Pid::from_raw(i32::try_from(terminal.id()).expect("a number")).expect("a process");
            kill_process(id, signal).expect("a process");
        }
        End::Key(key) => terminal.types(key),
    }
    assert_eq!(terminal.wait(), 130, "{end:?}: {}", terminal.shown());
    assert!(terminal.echoes(), "{end:?}: the terminal is left without echo");
    let text = fs::read_to_string(file).expect("a file with events");
    assert!(text.ends_with('\n'), "{end:?}: a whole last line, not {text:?}");
    let events = Events::read(&text);
    let summary = events.summary();
    assert_eq!(summary["exit_code"], 130, "{end:?}");
    assert_eq!(summary["error"]["kind"], "interrupted", "{end:?}");
}

fn events_file() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events");
    (folder, file)
}

#[test]
fn a_signal_at_the_prompt_is_told_in_the_last_event() {
    for end in ENDS {
        let (_folder, file) = events_file();
        let Some(terminal) = ask(asking().to(ClosedPort::reserve().address), &file, 1) else { return };
        is_told(terminal, end, &file);
    }
}

/// That prompt is inside the fence.
#[test]
fn a_signal_at_the_prompt_after_a_refused_password_is_told_in_the_last_event() {
    for end in ENDS {
        let refusing = Script::greeted().expect("USER alice").reply("331 Go on").expect("PASS wrong").reply("530 No");
        let server = ScriptedServer::start(refusing);
        let (_folder, file) = events_file();
        let Some(terminal) = ask(asking().to(server.address()), &file, 2) else { return };
        is_told(terminal, end, &file);
    }
}
