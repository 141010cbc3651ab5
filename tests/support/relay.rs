//! A relay between the program and a real server, in clear, which cuts at most one connection of each session as
//! planned.
//!
//! It replaces the port in the server's replies by one of its own, so that data connections pass through it, too. This
//! file has the plan; `relay_passage.rs` passes the bytes. With TLS the replies are unreadable, see `cutting_relay.rs`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::relay_passage::Passage;

/// A cut of a control connection, or of a data connection that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The connections to cut.
    pub(crate) victim: Victim,
    /// The point at which to cut.
    pub(crate) point: Point,
    /// The kind of cut.
    pub(crate) how: How,
}

/// The connections to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    Control,
    Data,
    Both,
}

/// The point at which a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// After so many bytes of files. Nothing after them passes, not even the end of the connection.
    Bytes(u64),
    /// Instead of this reply of the server. The greeting has number 1.
    Reply(usize),
    /// Instead of the first line that begins with this text.
    Line(&'static str),
    /// Instead of the server's reply after the end of a file.
    FinalReply,
}

/// The kind of cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// An orderly end on both sides.
    Close,
    /// A reset on both sides.
    Reset,
    /// No more bytes pass. The server sees an end only after the client has left.
    Silence,
}

/// Listens before a server until it is dropped.
pub(crate) struct Relay {
    /// The address for the client.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

/// The state that all connections of a relay share.
pub(crate) struct Shared {
    server: SocketAddr,
    /// The pause between two pieces of data.
    pub(crate) pace: Duration,
    pub(crate) gone: AtomicBool,
    pub(crate) cuts: AtomicUsize,
}

impl Relay {
    /// Cuts as planned, with one entry for each control connection. Later ones pass unchanged.
    pub(crate) fn before<const N: usize>(server: SocketAddr, cuts: [Option<Cut>; N]) -> Self {
        let mut cuts = cuts.into_iter();
        Self::planned(server, Duration::ZERO, move || cuts.next().flatten())
    }

    /// Cuts nothing, but passes only 64 KiB in each interval of this length.
    pub(crate) fn slow(server: SocketAddr, pace: Duration) -> Self {
        Self::planned(server, pace, || None)
    }

    /// Asks `plan` for the cut of each control connection.
    pub(crate) fn planned(
        server: SocketAddr,
        pace: Duration,
        mut plan: impl FnMut() -> Option<Cut> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("a bound port");
        let (gone, cuts) = (AtomicBool::new(false), AtomicUsize::new(0));
        let shared = Arc::new(Shared { server, pace, gone, cuts });
        let mine = shared.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten().take_while(|_| !mine.is_gone()) {
                // If the server is down, the client's connection is closed, too.
                if let Ok(server) = TcpStream::connect(mine.server) {
                    Passage::begin(client, server, plan(), &mine);
                }
            }
        });
        Self { address, shared }
    }

    /// Returns the number of cuts so far.
    pub(crate) fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts connections.
        drop(TcpStream::connect(self.address));
    }
}

impl Cut {
    /// A cut of the data connection after so many bytes.
    pub(crate) fn data(bytes: u64, how: How) -> Option<Self> {
        Some(Self { victim: Victim::Data, point: Point::Bytes(bytes), how })
    }

    /// A cut of the control connection.
    pub(crate) fn control(point: Point, how: How) -> Option<Self> {
        Some(Self { victim: Victim::Control, point, how })
    }
}
