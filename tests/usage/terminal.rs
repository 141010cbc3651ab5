//! The program on a terminal: the prompt and the echo. `screen.rs` tests the progress.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_search::{Sight, copies, has};
use crate::support::terminal::Terminal;
use crate::support::upload::{HELLO, PASSWORD, Upload};

#[test]
fn the_password_is_asked_for_without_echo_and_the_upload_works() {
    let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
    let host = server.address().to_string();
    let Some(mut terminal) = Terminal::run(Upload::of_hello().without_password().to(server.address())) else { return };
    terminal.wait_for("Enter password for alice on ");
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    let (code, shown) = terminal.end();
    server.finish().stored(HELLO);
    assert_eq!(code, 0, "{shown}");
    let prompt = shown.lines().next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    assert!(prompt.contains("Enter password for alice on ") && prompt.contains(name), "{shown}");
    assert!(!shown.contains(PASSWORD) && !shown.contains('*'), "the password shows:\n{shown}");
    assert!(shown.contains("Stored hello.txt in inbox"), "{shown}");
}

#[test]
fn a_password_that_was_typed_is_not_shown_even_if_the_server_repeats_it_and_is_kept_once() {
    let (tell, reached) = channel();
    let (go_on, wait) = channel::<()>();
    let pause = move || wait.recv_timeout(Duration::from_secs(20)).expect("a test that goes on");
    let reply = format!("530 PASS {PASSWORD} is wrong");
    let script = Script::logged_in().expect("CWD inbox").tell(tell).meanwhile(pause).reply(&reply);
    let server = ScriptedServer::start(script);
    let upload = Upload::of_hello().without_password().options(["--verbose"]).timeout("30");
    let Some(mut terminal) = Terminal::run(upload.to(server.address())) else { return };
    terminal.wait_for("Enter password");
    terminal.wait_for_no_echo();
    terminal.types(&format!("{PASSWORD}\n"));
    reached.recv_timeout(Duration::from_secs(20)).expect("the login");
    let kept = copies(terminal.id(), PASSWORD);
    let mut sight = Sight::default();
    sight.look(terminal.id());
    go_on.send(()).expect("a server that waits");
    let (code, shown) = terminal.end();
    assert_eq!(code, 7, "{shown}");
    assert!(!has(shown.as_bytes(), PASSWORD) && shown.contains("PASS **** is wrong"), "the password shows:\n{shown}");
    assert!(sight.saw_the_program(), "the program was not looked at");
    sight.is_free_of(PASSWORD, false);
    assert_eq!(kept.len(), 1, "copies in {kept:?}");
}

#[test]
fn a_password_in_the_environment_is_not_asked_for() {
    let server = ScriptedServer::start(Script::ready().take("hello.txt").and_all_is_well());
    let Some(terminal) = Terminal::run(Upload::of_hello().to(server.address())) else { return };
    let (code, shown) = terminal.end();
    server.finish().stored(HELLO);
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains("Enter password"), "{shown}");
}

#[test]
fn an_interrupt_at_the_prompt_is_exit_130_and_the_terminal_echoes_again() {
    let nobody = crate::support::run::ClosedPort::reserve();
    let Some(mut terminal) = Terminal::run(Upload::of_hello().without_password().to(nobody.address)) else { return };
    terminal.wait_for("Enter password");
    terminal.wait_for_no_echo();
    terminal.types("\x03");
    let begun = Instant::now();
    assert_eq!(terminal.wait(), 130, "{}", terminal.shown());
    assert!(begun.elapsed() < Duration::from_secs(2), "an end within two seconds");
    assert!(terminal.echoes(), "the terminal is left without echo");
}

#[test]
fn a_stream_may_be_typed() {
    let server = ScriptedServer::start(Script::ready().take("stream").tell_size("stream", 6).goodbye());
    let upload = Upload::of_nothing().options(["--from-stdin", "stream"]);
    let Some(mut terminal) = Terminal::run(upload.to(server.address())) else { return };
    terminal.wait_for("end it with Ctrl-D");
    terminal.types("hello\n\x04");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    server.finish().stored(HELLO);
}

#[test]
fn an_end_of_input_at_the_prompt_is_exit_2() {
    let nobody = crate::support::run::ClosedPort::reserve();
    let Some(mut terminal) = Terminal::run(Upload::of_hello().without_password().to(nobody.address)) else { return };
    terminal.wait_for("Enter password");
    terminal.wait_for_no_echo();
    terminal.types("\x04");
    let (code, shown) = terminal.end();
    assert_eq!(code, 2, "{shown}");
}
