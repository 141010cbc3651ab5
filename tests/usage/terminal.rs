//! The program on a terminal: the prompt, the echo and the progress bar.
//!
//! The terminal is a pseudo-terminal. `setsid --ctty` of util-linux makes it the program's controlling terminal, since
//! the program prompts there and not on standard input.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use test_servers::skips::skipped;

use crate::support::program::{Program, code_of};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_search::{Sight, copies, has};
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
    let kept = copies(terminal.child.id(), PASSWORD);
    let mut sight = Sight::default();
    sight.look(terminal.child.id());
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
    let echoes = terminal.keeper.try_clone().expect("a terminal");
    let (code, shown) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(begun.elapsed() < Duration::from_secs(2), "an end within two seconds");
    assert!(echo(&echoes), "the terminal is left without echo");
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

/// A running program and its terminal.
struct Terminal {
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
    keyboard: File,
    /// Keeps the terminal's settings readable after the program has ended.
    keeper: OwnedFd,
    /// Keeps the local files.
    _program: Program,
}

impl Terminal {
    /// Runs the program on a terminal of its own, or skips the test if `setsid` is missing.
    fn run(program: Program) -> Option<Self> {
        if Command::new("setsid").args(["--ctty", "--version"]).output().is_err() {
            skipped("no `setsid` to give the program a terminal");
            return None;
        }
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a pseudo-terminal");
        grantpt(&master).and_then(|()| unlockpt(&master)).expect("a pseudo-terminal");
        let side = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let keeper = ioctl_tiocgptpeer(&master, side).expect("its other side");
        let side = || keeper.try_clone().expect("its other side");
        let program = program.on_its_own_terminal().signals("--default-signal");
        let mut command = program.command();
        let child = command.env("TERM", "xterm").stdin(side()).stdout(side()).stderr(side()).spawn();
        let keyboard = File::from(master);
        let screen = Arc::default();
        watch(keyboard.try_clone().expect("a terminal"), Arc::clone(&screen));
        Some(Self { child: child.expect("the program starts"), screen, keyboard, keeper, _program: program })
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("a screen")).into_owned()
    }

    fn wait_for(&self, text: &str) {
        wait_until(|| self.shown().contains(text), || format!("no {text:?} on the terminal:\n{}", self.shown()));
    }

    fn wait_for_no_echo(&self) {
        wait_until(|| !echo(&self.keeper), || format!("the terminal echoes:\n{}", self.shown()));
    }

    fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("a keyboard");
    }

    fn end(mut self) -> (i32, String) {
        let mut status = None;
        wait_until(
            || {
                status = self.child.try_wait().expect("the program can be waited for");
                status.is_some()
            },
            || "the program does not end".to_owned(),
        );
        // The last output may not have passed the terminal yet.
        std::thread::sleep(Duration::from_millis(50));
        (status.map_or(i32::MIN, code_of), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(mut master: File, screen: Arc<Mutex<Vec<u8>>>) {
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut piece) {
            screen.lock().expect("a screen").extend(&piece[..count]);
        }
    });
}

fn echo(terminal: &OwnedFd) -> bool {
    tcgetattr(terminal).expect("a terminal").local_modes.contains(LocalModes::ECHO)
}

fn wait_until(mut done: impl FnMut() -> bool, complaint: impl Fn() -> String) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{}", complaint());
        std::thread::sleep(Duration::from_millis(2));
    }
}
