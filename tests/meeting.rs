//! Brings the program and a scripted server together and keeps both sides of the story.
//!
//! Next: the tests: `replies.rs`, `data_connection.rs`, `interruptions.rs`, `local_files.rs`, `signals.rs`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

use crate::outcome::Outcome;
use crate::program::{Program, Running};
use crate::script::Script;
use crate::scripted_server::ScriptedServer;
use crate::upload::Upload;
use crate::visit::Visit;

/// An upload that is over.
pub(crate) struct Meeting {
    /// The program's side.
    pub(crate) outcome: Outcome,
    /// The server's side.
    pub(crate) visit: Visit,
}

impl Meeting {
    /// Waits for both; a script that the program did not follow fails the test.
    pub(crate) fn end(program: Running, server: ScriptedServer) -> Self {
        let mut outcome = program.wait();
        server.dismiss();
        let visit = server.visit();
        outcome.aside = visit.to_string();
        outcome.keeps_the_promises();
        outcome.claim(visit.mismatch.is_none(), "a program that follows the script");
        Self { outcome, visit }
    }
}

impl Script {
    /// Plays the script to an upload.
    pub(crate) fn meet(self, upload: Upload) -> Meeting {
        let server = ScriptedServer::start(self);
        let program = upload.to(server.address()).start();
        Meeting::end(program, server)
    }

    /// Plays the script to the upload of `hello.txt`.
    pub(crate) fn meet_hello(self) -> Meeting {
        self.meet(Upload::of_hello())
    }
}

/// A server that must not be visited.
pub(crate) struct Unvisited {
    listener: TcpListener,
}

impl Unvisited {
    /// Opens a port on 127.0.0.1.
    pub(crate) fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("a loopback port") }
    }

    /// Opens this port, if that is permitted.
    pub(crate) fn listen_on(host: &str, port: u16) -> Option<Self> {
        TcpListener::bind((host, port)).ok().map(|listener| Self { listener })
    }

    /// Runs an upload that is refused before anything is sent.
    pub(crate) fn refuses(self, code: i32, upload: Upload) -> Outcome {
        let program = upload.to(self.address());
        self.refuses_program(code, program)
    }

    /// Runs a program that is to fail before it connects.
    pub(crate) fn refuses_program(self, code: i32, program: Program) -> Outcome {
        let outcome = program.run();
        outcome.fails(code);
        outcome.claim(!self.was_visited(), "no connection to the server");
        outcome
    }

    /// Whether anyone has connected.
    pub(crate) fn was_visited(&self) -> bool {
        self.listener.set_nonblocking(true).expect("a listener can be polled");
        self.listener.accept().is_ok()
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("a bound port")
    }
}

/// A port of 127.0.0.1 that refuses connections: taken, so that nobody else gets it, but not listened on.
pub(crate) struct ClosedPort {
    socket: OwnedFd,
    /// Where nobody listens.
    pub(crate) address: SocketAddr,
}

impl ClosedPort {
    /// Takes a port.
    pub(crate) fn reserve() -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a loopback port");
        let address = getsockname(&socket).expect("a bound port");
        Self { socket, address: address.try_into().expect("an internet address") }
    }

    /// Listens there from now on.
    pub(crate) fn open(self) -> TcpListener {
        listen(&self.socket, 8).expect("a port that is ours");
        self.socket.into()
    }
}
