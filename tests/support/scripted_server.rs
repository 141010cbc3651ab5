//! Plays scripts to clients. It compares lines and sends bytes, and knows nothing about FTP.
//!
//! A server has one thread, uses loopback addresses, and has a limit for every wait. It records all it sends and
//! receives. A client that does not follow the script ends the conversation with a mismatch.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::support::script::Script;
use crate::support::script_player::{Memory, ScriptPlayer};
use crate::support::server_log::ServerLog;
use crate::support::sockets::accept;

/// A running server, with one script for each client, one after the other.
pub(crate) struct ScriptedServer {
    address: SocketAddr,
    /// The number of clients that it waits for.
    scripts: usize,
    thread: JoinHandle<Vec<ServerLog>>,
}

impl ScriptedServer {
    /// Listens on 127.0.0.1.
    pub(crate) fn start(script: Script) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), script)
    }

    /// Listens on another loopback address.
    pub(crate) fn start_on(host: IpAddr, script: Script) -> Self {
        Self::listen(TcpListener::bind((host, 0)).expect("a loopback port"), vec![script])
    }

    /// Plays one script to each client, in order, and then closes the port.
    pub(crate) fn listen(listener: TcpListener, scripts: Vec<Script>) -> Self {
        let address = listener.local_addr().expect("a bound port");
        let count = scripts.len();
        let thread = std::thread::spawn(move || {
            let mut memory = Memory::default();
            scripts.into_iter().map(|script| play(&listener, script, &mut memory)).collect()
        });
        Self { address, scripts: count, thread }
    }

    /// Returns the address of the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the wait of a server to which no client has connected.
    pub(crate) fn dismiss(&self) {
        // These connections end at once. If the server has had its clients, it does not accept them.
        (0..self.scripts).for_each(|_| drop(TcpStream::connect(self.address)));
    }

    /// Waits for the end of the script, and returns the record.
    pub(crate) fn finish(self) -> ServerLog {
        self.finish_all().pop().expect("one script for each connection")
    }

    /// Waits for the end of all scripts, and returns their records.
    pub(crate) fn finish_all(self) -> Vec<ServerLog> {
        self.thread.join().expect("the scripted server does not panic")
    }
}

fn play(listener: &TcpListener, script: Script, memory: &mut Memory) -> ServerLog {
    let player = match accept(listener) {
        Ok(control) => ScriptPlayer::new(control, memory),
        Err(mismatch) => return ServerLog::that_failed(mismatch),
    };
    player.play(script)
}
