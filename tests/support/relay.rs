//! Someone between the program and a real server, in clear, who cuts by plan: one thing goes wrong on each control
//! connection, or nothing.
//!
//! It reads what the server says of ports and names its own instead, so that the data comes through it as well. What can go
//! wrong is here; how bytes pass is `relay_passage.rs`, next. With TLS it would see no ports: that is `cutting_relay.rs`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crate::support::relay_passage::Passage;

/// What goes wrong on one control connection, or on a data connection that it led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Which of them.
    pub(crate) victim: Victim,
    /// When.
    pub(crate) point: Point,
    /// How.
    pub(crate) how: How,
}

/// Which connections are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Victim {
    Control,
    Data,
    Both,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// So many bytes of files have passed. What comes behind them does not pass, not even the end.
    Bytes(u64),
    /// Instead of this reply of the server, the greeting being the first.
    Reply(usize),
    /// Instead of the first line that begins with these words.
    Line(&'static str),
    /// Instead of what the server says when it has read a file to its end.
    FinalReply,
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// In order, on both sides.
    Close,
    /// By a reset, on both sides.
    Reset,
    /// Nothing passes any more. The server learns of it when the client has left.
    Silence,
}

/// Stands before a server until it is dropped.
pub(crate) struct Relay {
    /// Where the client has to go.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

/// What all connections of a relay have in common.
pub(crate) struct Shared {
    server: SocketAddr,
    /// Between two pieces of data.
    pub(crate) pace: Duration,
    pub(crate) gone: AtomicBool,
    pub(crate) cuts: AtomicUsize,
}

impl Relay {
    /// Cuts as these say, one for each control connection; those that come later pass whole.
    pub(crate) fn before<const N: usize>(server: SocketAddr, cuts: [Option<Cut>; N]) -> Self {
        let mut cuts = cuts.into_iter();
        Self::planned(server, Duration::ZERO, move || cuts.next().flatten())
    }

    /// Cuts nothing, but lets only 64 KiB pass in this time.
    pub(crate) fn slow(server: SocketAddr, pace: Duration) -> Self {
        Self::planned(server, pace, || None)
    }

    /// Cuts what `plan` says when it is asked, which is once for each control connection.
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
                // A server that is down is down for the client, too.
                if let Ok(server) = TcpStream::connect(mine.server) {
                    Passage::begin(client, server, plan(), &mine);
                }
            }
        });
        Self { address, shared }
    }

    /// How often something was cut.
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
        // Wakes whoever accepts.
        drop(TcpStream::connect(self.address));
    }
}

impl Cut {
    /// Of the data connection.
    pub(crate) fn data(bytes: u64, how: How) -> Option<Self> {
        Some(Self { victim: Victim::Data, point: Point::Bytes(bytes), how })
    }

    /// Of the control connection.
    pub(crate) fn control(point: Point, how: How) -> Option<Self> {
        Some(Self { victim: Victim::Control, point, how })
    }
}
