//! Searches the memory of the program for passwords that were typed: the right one is kept once, and one that the server
//! refused not at all.

use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::secret_search::{Sight, copies, has};
use crate::support::terminal::Terminal;
use crate::support::upload::{PASSWORD, Upload};

/// A password that the server refuses, as long as the other one.
const WRONG: &str = "opne seasme 1377";

#[test]
fn a_password_that_was_refused_leaves_no_copy_and_the_right_one_is_kept_once() {
    let (tell, reached) = channel();
    let (go_on, wait) = channel::<()>();
    let pause = move || wait.recv_timeout(Duration::from_secs(20)).expect("a test that goes on");
    let asked = Script::greeted().expect("USER alice").reply("331 Go on");
    let refusing = asked.expect(&format!("PASS {WRONG}")).reply("530 No");
    let held = Script::logged_in().expect("CWD inbox").tell(tell).meanwhile(pause).reply("550 No");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let server = ScriptedServer::listen(listener, vec![refusing, held]);
    let upload = Upload::of_hello().without_password().options(["--verbose"]).timeout("30");
    let Some(mut terminal) = Terminal::run(upload.to(server.address())) else { return };
    let typed = [format!("erased\x15{WRONG}\n"), format!("{PASSWORD}x\x7f\n")];
    for (number, line) in typed.into_iter().enumerate() {
        terminal.wait_for_times("Enter password", number + 1);
        terminal.wait_for_no_echo();
        terminal.types(&line);
    }
    reached.recv_timeout(Duration::from_secs(20)).expect("the second login");
    let (right, wrong) = (copies(terminal.id(), PASSWORD), copies(terminal.id(), WRONG));
    let mut sight = Sight::default();
    sight.look(terminal.id());
    go_on.send(()).expect("a server that waits");
    let (code, shown) = terminal.end();
    server.finish_all();
    assert_eq!(code, 7, "{shown}");
    assert_eq!((right.len(), wrong.len()), (1, 0), "copies in {right:?} and {wrong:?}");
    for secret in [PASSWORD, WRONG] {
        assert!(!has(shown.as_bytes(), secret), "a password shows:\n{shown}");
        sight.is_free_of(secret, false);
    }
}
