//! Searches the memory of the real program for the password while a server holds the conversation. It is never in the
//! component's memory, and after the login the host keeps one copy, for the next login.
//!
//! The search covers the memory that a core dump would contain.

use std::net::TcpListener;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::support::outcome::Outcome;
use crate::support::password_source::Source;
use crate::support::process_memory::of_guests;
use crate::support::program::Running;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_cases::{PROXY_AUTH, PROXY_PASSWORD};
use crate::support::secret_search::{copies, count, has};
use crate::support::test_proxy::TestProxy;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn after_the_login_one_copy_is_left_in_the_whole_process_whatever_the_source() {
    for source in Source::ALL {
        let held = Held::at(Script::logged_in().expect("CWD inbox"), "550 No");
        let program = held.start(source, Upload::of_hello());
        has_copies(&program, PASSWORD, 1);
        // The kernel shows the initial environment in `/proc`. The password must be gone from there, too.
        let shown = std::fs::read(format!("/proc/{}/environ", program.id())).expect("the program waits");
        assert!(!has(&shown, PASSWORD), "{source:?}: {}", shown.escape_ascii());
        held.end(program, 7);
    }
}

#[test]
fn tls_leaves_no_copy_either() {
    let (authority, identity) = certified();
    let held = Held::at(Script::secured(&Tls::of(&identity)).log_in().expect("PBSZ 0"), "421 No");
    let upload = Upload::of_hello().trusting(&authority);
    let program = held.start(Source::File, upload);
    has_copies(&program, PASSWORD, 1);
    held.end_somehow(program);
}

#[test]
fn a_new_login_leaves_no_second_copy() {
    let (tell, reached) = channel();
    let (go_on, wait) = channel::<()>();
    let pause = move || wait.recv_timeout(Duration::from_secs(20)).expect("a test that goes on");
    let again = Script::logged_in().expect("CWD inbox").tell(tell).meanwhile(pause).reply("550 No");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let server = ScriptedServer::listen(listener, vec![Script::logged_in().close(), again]);
    let upload = Source::Descriptor.give(PASSWORD, Upload::of_hello().retries("1"));
    let program = upload.to(server.address()).start();
    reached.recv_timeout(Duration::from_secs(20)).expect("the second login");
    has_copies(&program, PASSWORD, 1);
    go_on.send(()).expect("a server that waits");
    program.wait().exits(7);
    server.finish_all();
}

#[test]
fn the_component_never_has_the_password_from_any_source_at_any_step() {
    type Step = (fn() -> Script, &'static str);
    // Each step has a text that the component does know, which proves that the search covers the right memory.
    let steps: [Step; 3] = [
        (|| Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}")), "alice"),
        (|| Script::logged_in().expect("CWD inbox"), "inbox"),
        (Script::taken_hello, "hello.txt"),
    ];
    for (source, (step, known)) in Source::ALL.into_iter().flat_map(|source| steps.map(|step| (source, step))) {
        let held = Held::at(step(), "421 No");
        let program = held.start(source, Upload::of_hello());
        assert!(guest_knows(&program, known), "the component's memory was not found");
        assert!(!guest_has(&program, PASSWORD), "{source:?}: the component has the password");
        held.end_somehow(program);
    }
}

#[test]
fn a_server_that_repeats_the_password_does_not_tell_the_component() {
    let asked = || Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
    let reply = format!("230-You said {PASSWORD}\r\n{PASSWORD}: well remembered");
    for script in [asked().send(format!("{reply}\r\n")), asked().dribble(&reply)] {
        // The server pauses before the reply's last line, so that the component's buffer still holds the lines before
        // it.
        let held = Held::at(script, "230 In");
        let program = held.start(Source::File, Upload::of_hello());
        let begun = Instant::now();
        while !guest_knows(&program, "well remembered") {
            assert!(begun.elapsed() < Duration::from_secs(20), "the component hears no reply");
        }
        assert!(!guest_has(&program, PASSWORD), "the component has the password");
        held.end_somehow(program);
    }
}

#[test]
fn the_search_would_find_a_password_in_the_component() {
    // Only the reply to PASS is redacted. The component must be able to read all later replies.
    let later = Script::logged_in().expect("CWD inbox").reply(&format!("250 {PASSWORD}")).expect("TYPE I");
    let held = Held::at(later, "421 No");
    let program = held.start(Source::File, Upload::of_hello());
    assert!(guest_has(&program, PASSWORD), "what was told is not found");
    held.end(program, 7);
}

#[test]
fn a_proxys_password_is_kept_once() {
    for scheme in ["http", "socks5"] {
        let proxy = TestProxy::demanding(PROXY_AUTH);
        let held = Held::at(Script::logged_in().expect("CWD inbox"), "550 No");
        let upload = Upload::of_hello().options(["--tls", "off", "--proxy", &proxy.url(scheme)]);
        let upload = upload.program(|program| program.environment("FTP_PROXY_AUTH", PROXY_AUTH));
        let program = held.start(Source::File, upload);
        let copies = copies(program.id(), PROXY_PASSWORD);
        assert_eq!(copies.len(), 1, "{scheme}: {copies:?}");
        held.end(program, 7);
    }
}

#[track_caller]
fn has_copies(program: &Running, secret: &str, number: usize) {
    let copies = copies(program.id(), secret);
    assert_eq!(copies.len(), number, "copies in {copies:?}");
}

fn guest_has(program: &Running, secret: &str) -> bool {
    of_guests(&program.id().to_string()).iter().any(|memory| has(memory, secret))
}

fn guest_knows(program: &Running, text: &str) -> bool {
    of_guests(&program.id().to_string()).iter().any(|memory| count(memory, text.as_bytes()) > 0)
}

/// A server that pauses in the middle of its script until the test has searched the memory.
struct Held {
    server: ScriptedServer,
    reached: Receiver<()>,
    go_on: Sender<()>,
}

impl Held {
    fn at(before: Script, reply: &str) -> Self {
        let (tell, reached) = channel();
        let (go_on, wait) = channel::<()>();
        let pause = move || wait.recv_timeout(Duration::from_secs(20)).expect("a test that goes on");
        let script = before.tell(tell).meanwhile(pause);
        Self { server: ScriptedServer::start(script.reply(reply)), reached, go_on }
    }

    /// Starts the program and waits until the server's script has reached its pause.
    fn start(&self, source: Source, upload: Upload) -> Running {
        let upload = source.give(PASSWORD, upload.options(["--verbose"]).timeout("30"));
        let program = upload.to(self.server.address()).start();
        self.reached.recv_timeout(Duration::from_secs(20)).expect("the script reaches its middle");
        program
    }

    fn end(self, program: Running, code: i32) {
        self.end_somehow(program).exits(code);
    }

    fn end_somehow(self, program: Running) -> Outcome {
        self.go_on.send(()).expect("a server that waits");
        let outcome = program.wait();
        outcome.never_tells(PASSWORD);
        self.server.finish();
        outcome
    }
}
