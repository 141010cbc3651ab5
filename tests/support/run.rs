//! Brings the program and a scripted server together and keeps both sides of the story.
//!
//! Next: the tests: `replies.rs`, `data_connection.rs`, `interruptions.rs`, `local_files.rs`, `signals.rs`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

use crate::support::outcome::Outcome;
use crate::support::program::{Program, Running};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::upload::Upload;

/// An upload that is over.
pub(crate) struct Run {
    /// The program's side.
    pub(crate) outcome: Outcome,
    /// The server's side.
    pub(crate) server_log: ServerLog,
}

impl Run {
    /// Waits for both; a script that the program did not follow fails the test.
    pub(crate) fn end(program: Running, server: ScriptedServer) -> Self {
        let mut outcome = program.wait();
        server.dismiss();
        let server_log = server.finish();
        outcome.aside = server_log.to_string();
        outcome.keeps_the_promises();
        outcome.claim(server_log.mismatch.is_none(), "a program that follows the script");
        Self { outcome, server_log }
    }
}

impl Script {
    /// Plays the script to an upload.
    pub(crate) fn run(self, upload: Upload) -> Run {
        let server = ScriptedServer::start(self);
        let program = upload.to(server.address()).start();
        Run::end(program, server)
    }

    /// Plays the script to the upload of `hello.txt`.
    pub(crate) fn run_hello(self) -> Run {
        self.run(Upload::of_hello())
    }
}

/// A server that must not be visited.
pub(crate) struct IdleServer {
    listener: TcpListener,
}

impl IdleServer {
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
        outcome.claim(!self.was_contacted(), "no connection to the server");
        outcome
    }

    /// Whether anyone has connected.
    pub(crate) fn was_contacted(&self) -> bool {
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
