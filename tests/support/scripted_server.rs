//! Plays a script to one client: a peer that knows bytes and lines, and nothing of FTP.
//!
//! One thread, loopback only, and a limit on every wait. It records what it sends and gets; a client that does something
//! else than the script wants ends the play with a mismatch. Next: `player.rs`, where it is played.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::support::script::Script;
use crate::support::script_player::{Memory, ScriptPlayer};
use crate::support::server_log::ServerLog;
use crate::support::sockets::accept;

/// A server that waits for its one client, or plays to it; or for several, one after the other.
pub(crate) struct ScriptedServer {
    address: SocketAddr,
    /// How many clients it waits for.
    scripts: usize,
    thread: JoinHandle<Vec<ServerLog>>,
}

impl ScriptedServer {
    /// Opens a port on 127.0.0.1.
    pub(crate) fn start(script: Script) -> Self {
        Self::start_on(Ipv4Addr::LOCALHOST.into(), script)
    }

    /// Opens a port on another loopback address.
    pub(crate) fn start_on(host: IpAddr, script: Script) -> Self {
        Self::listen(TcpListener::bind((host, 0)).expect("a loopback port"), vec![script])
    }

    /// Plays one script to each client that comes, and then is there no more.
    pub(crate) fn listen(listener: TcpListener, scripts: Vec<Script>) -> Self {
        let address = listener.local_addr().expect("a bound port");
        let count = scripts.len();
        let thread = std::thread::spawn(move || {
            let mut memory = Memory::default();
            scripts.into_iter().map(|script| play(&listener, script, &mut memory)).collect()
        });
        Self { address, scripts: count, thread }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says that nobody will come any more, so that a server without a visitor does not wait on.
    pub(crate) fn dismiss(&self) {
        // Some who leave at once. If there were visitors, these are never let in.
        (0..self.scripts).for_each(|_| drop(TcpStream::connect(self.address)));
    }

    /// Waits for the end of the play.
    pub(crate) fn finish(self) -> ServerLog {
        self.server_logs().pop().expect("a script is a visit")
    }

    /// Waits for the end of all plays.
    pub(crate) fn server_logs(self) -> Vec<ServerLog> {
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
