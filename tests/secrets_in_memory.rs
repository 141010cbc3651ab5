//! The password in the memory of the real program, looked at while a server holds the conversation: never in the
//! component's, and after the login not even in the host's more often than once, for the next login.
//!
//! What is looked at is what a core dump would have.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use crate::process_memory::{Region, all, of_guests};
use crate::program::Running;
use crate::script::Script;
use crate::scripted_server::ScriptedServer;
use crate::secret_search::{count, has};
use crate::secrets::Source;
use crate::upload::{PASSWORD, Upload};

#[test]
fn measure() {
    for source in Source::ALL {
        let (upload, held) = (Upload::of_hello(), Held::at(Script::logged_in().expect("CWD inbox"), "550 No"));
        let program = held.start(source, upload);
        for region in all(&program.id().to_string()) {
            let n = count(&region.bytes, PASSWORD.as_bytes());
            let m = count(&region.bytes, &PASSWORD.as_bytes()[8..]);
            if n + m > 0 {
                println!("{source:?} {} {n} {m}", region.name);
                let at = region.bytes.windows(8).position(|w| w == &PASSWORD.as_bytes()[8..]).unwrap();
                println!("   {}", region.bytes[at.saturating_sub(64)..(at + 64).min(region.bytes.len())].escape_ascii());
            }
        }
        let g = of_guests(&program.id().to_string());
        println!("{}", g.len());
        held.end(program, 7);
    }
}

/// A server that waits in the middle of its script until the test has looked.
struct Held {
    server: ScriptedServer,
    reached: Receiver<()>,
    go_on: Sender<()>,
}

impl Held {
    fn at(before: Script, reply: &str) -> Self {
        let (tell, reached) = channel();
        let (go_on, wait) = channel::<()>();
        let script = before.tell(tell).meanwhile(move || drop(wait.recv_timeout(Duration::from_secs(20))));
        Self { server: ScriptedServer::start(script.reply(reply)), reached, go_on }
    }

    /// Starts the program, and waits until it waits.
    fn start(&self, source: Source, upload: Upload) -> Running {
        let upload = source.give(PASSWORD, upload.options(["--verbose"]).timeout("30"));
        let program = upload.to(self.server.address()).start();
        self.reached.recv_timeout(Duration::from_secs(20)).expect("the script reaches its middle");
        program
    }

    fn end(self, program: Running, code: i32) {
        self.go_on.send(()).expect("a server that waits");
        program.wait().exits(code).never_tells(PASSWORD);
        self.server.visit();
    }
}
