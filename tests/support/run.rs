//! Runs the program against a scripted server, and keeps the program's outcome with the server's log.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};

use crate::support::outcome::Outcome;
use crate::support::program::{Program, Running};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::ServerLog;
use crate::support::upload::Upload;

/// An upload that has ended.
pub(crate) struct Run {
    /// The result of the program.
    pub(crate) outcome: Outcome,
    /// The record of the server.
    pub(crate) server_log: ServerLog,
}

impl Run {
    /// Waits for the program and the server, and fails the test if the program did not follow the script.
    pub(crate) fn end(program: Running, server: ScriptedServer) -> Self {
        let mut outcome = program.wait();
        server.dismiss();
        let server_log = server.finish();
        outcome.aside = server_log.to_string();
        outcome.passes_general_checks();
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

/// A listener to which the program must not connect.
pub(crate) struct IdleServer {
    listener: TcpListener,
}

impl IdleServer {
    /// Opens a port on 127.0.0.1.
    pub(crate) fn listen() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").expect("a loopback port") }
    }

    /// Opens this port, or returns `None` if that is not permitted.
    pub(crate) fn listen_on(host: &str, port: u16) -> Option<Self> {
        TcpListener::bind((host, port)).ok().map(|listener| Self { listener })
    }

    /// Runs an upload that must fail before it connects.
    pub(crate) fn refuses(self, code: i32, upload: Upload) -> Outcome {
        let program = upload.to(self.address());
        self.refuses_program(code, program)
    }

    /// Runs a program that must fail before it connects.
    pub(crate) fn refuses_program(self, code: i32, program: Program) -> Outcome {
        let outcome = program.run();
        outcome.fails(code);
        outcome.claim(!self.was_contacted(), "no connection to the server");
        outcome
    }

    /// Runs an upload that must end before it connects, with or without the usual line about its failure.
    pub(crate) fn fails_before_connecting(self, upload: Upload) -> Outcome {
        let outcome = upload.to(self.address()).run();
        outcome.claim(!self.was_contacted(), "no connection to the server");
        outcome
    }

    /// Returns true if a client has connected.
    pub(crate) fn was_contacted(&self) -> bool {
        self.listener.set_nonblocking(true).expect("a listener can be polled");
        self.listener.accept().is_ok()
    }

    /// Returns the address of the listener.
    pub(crate) fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("a bound port")
    }
}

/// A port of 127.0.0.1 that refuses connections. It is bound, so that nobody else gets it, but does not listen.
pub(crate) struct ClosedPort {
    socket: OwnedFd,
    /// The address of the port.
    pub(crate) address: SocketAddr,
}

impl ClosedPort {
    /// Binds a port.
    pub(crate) fn reserve() -> Self {
        let socket = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
        bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a loopback port");
        let address = getsockname(&socket).expect("a bound port");
        Self { socket, address: address.try_into().expect("an internet address") }
    }

    /// Starts to listen on the port.
    pub(crate) fn open(self) -> TcpListener {
        listen(&self.socket, 8).expect("a port that is ours");
        self.socket.into()
    }
}
