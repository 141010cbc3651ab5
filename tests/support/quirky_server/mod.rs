//! An FTP server for tests of several connections and of commands in flight, with the peculiarities of real servers.
//!
//! It has a thread for each connection, keeps its files in memory, and is stopped when dropped. All waits are bounded.
//! `scripted_server.rs` plays fixed scripts to one client after the other; this server answers as a real one would, in
//! any order of commands, and logs them.

pub(crate) mod journal;
pub(crate) mod names;
pub(crate) mod quirk;

mod clock;
mod control;
mod hook;
mod listing;
mod self_check;
mod self_check_tree;
mod session;
mod storage;
mod transfer;
mod tree;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::support::sockets::WAIT_LIMIT;

use control::{Control, TICK, is_timeout};
use hook::Hook;
use journal::{Event, Journal, Record};
use quirk::{Quirk, Refusal};
use session::Session;
use storage::{Entry, Storage};

/// An address on which nothing else listens, so that no other program takes the port while it is closed.
const HOST: Ipv4Addr = Ipv4Addr::new(127, 0, 21, 1);

/// A running server. At first, `inbox` is its only directory.
pub(crate) struct QuirkyServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The parts of the server that all sessions share.
struct Shared {
    /// Never freed, so that no session holds a lock while it looks at them. A test has a few of them.
    quirks: Mutex<&'static [Quirk]>,
    hook: Mutex<Option<Hook>>,
    storage: Mutex<Storage>,
    journal: Mutex<Journal>,
    counts: Mutex<Counts>,
    is_stopped: AtomicBool,
}

#[derive(Clone, Default)]
struct Counts {
    /// Connections that were greeted and have not ended.
    open: usize,
    logged_in: usize,
    peak: usize,
    connections: usize,
    refused_sessions: usize,
    refused_passwords: usize,
    /// The number of commands with each verb, and of other things that quirks count.
    of_verbs: HashMap<String, usize>,
}

impl QuirkyServer {
    /// Starts a server with these peculiarities.
    pub(crate) fn start(quirks: impl IntoIterator<Item = Quirk>) -> Self {
        let listener = TcpListener::bind((HOST, 0)).expect("a loopback port");
        let address = listener.local_addr().expect("a bound port");
        let quirks: &[Quirk] = Vec::leak(quirks.into_iter().collect());
        let mut storage = Storage::new(quirks.iter().any(|quirk| matches!(quirk, Quirk::FoldsCase)));
        storage.place("/inbox", Entry::Directory);
        for quirk in quirks {
            if let Quirk::ClockIsAhead(seconds) = quirk {
                storage.set_ahead(*seconds);
            }
        }
        let shared = Arc::new(Shared {
            quirks: Mutex::new(quirks),
            hook: Mutex::default(),
            storage: Mutex::new(storage),
            journal: Mutex::new(Journal::new()),
            counts: Mutex::default(),
            is_stopped: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        let thread = Some(std::thread::spawn(move || listen(listener, address, &of_thread)));
        Self { address, shared, thread }
    }

    /// Returns the address for control connections.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the log so far.
    pub(crate) fn record(&self) -> Record {
        lock(&self.shared.journal).record()
    }

    /// Returns the number of control connections that were accepted.
    pub(crate) fn connections(&self) -> usize {
        lock(&self.shared.counts).connections
    }

    /// Returns the largest number of sessions that were logged in at the same time.
    pub(crate) fn peak(&self) -> usize {
        lock(&self.shared.counts).peak
    }

    /// Returns the number of sessions that were refused because there were enough of them.
    pub(crate) fn refused_sessions(&self) -> usize {
        lock(&self.shared.counts).refused_sessions
    }

    /// Returns the number of logins that were refused because of the password.
    pub(crate) fn refused_passwords(&self) -> usize {
        lock(&self.shared.counts).refused_passwords
    }

    /// Waits until `reached` is true for the log so far.
    pub(crate) fn wait_until(&self, reached: impl Fn(&Record) -> bool) {
        let begun = Instant::now();
        while !reached(&self.record()) {
            assert!(begun.elapsed() < WAIT_LIMIT, "not reached within {WAIT_LIMIT:?}:\n{}", self.record());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for QuirkyServer {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Relaxed);
        // A panic of the server is a failure of the test, which may be failing already.
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) && !std::thread::panicking() {
            panic!("the quirky server has panicked");
        }
    }
}

impl Shared {
    fn quirks(&self) -> impl Iterator<Item = &'static Quirk> + use<> {
        let quirks: &'static [Quirk] = *lock(&self.quirks);
        quirks.iter()
    }

    fn has(&self, is_wanted: impl Fn(&Quirk) -> bool) -> bool {
        self.quirks().any(is_wanted)
    }

    /// Returns the number of sessions from which on further ones are refused in this way.
    fn limit_of(&self, way: Refusal) -> Option<usize> {
        self.quirks().find_map(|quirk| {
            let Quirk::AtMostSessions(most, refusal) = quirk else { return None };
            (*refusal == way).then_some(*most)
        })
    }

    /// Returns true if the limit for this way of refusing is reached by the connections that are open.
    fn is_full(&self, way: Refusal) -> bool {
        self.limit_of(way).is_some_and(|most| lock(&self.counts).open >= most)
    }

    fn is_stopped(&self) -> bool {
        self.is_stopped.load(Ordering::Relaxed)
    }

    fn storage(&self) -> MutexGuard<'_, Storage> {
        lock(&self.storage)
    }

    fn note(&self, connection: usize, event: Event) {
        lock(&self.journal).add(connection, event);
    }

    /// Counts a thing, and returns its number, from 1.
    fn count(&self, thing: &str) -> usize {
        let mut counts = lock(&self.counts);
        let count = counts.of_verbs.entry(thing.to_owned()).or_default();
        *count += 1;
        *count
    }

    fn logged_in(&self) -> usize {
        lock(&self.counts).logged_in
    }

    fn add_session(&self, change: isize) {
        let mut counts = lock(&self.counts);
        counts.logged_in = counts.logged_in.saturating_add_signed(change);
        counts.peak = counts.peak.max(counts.logged_in);
    }

    fn refused_session(&self) {
        lock(&self.counts).refused_sessions += 1;
    }

    fn refused_password(&self) {
        lock(&self.counts).refused_passwords += 1;
    }
}

/// Accepts connections until the server is stopped.
fn listen(listener: TcpListener, address: SocketAddr, shared: &Arc<Shared>) {
    let mut listener = Some(listener);
    let mut sessions = Vec::new();
    while !shared.is_stopped() {
        if shared.is_full(Refusal::ClosedPort) {
            listener = None;
        } else if listener.is_none() {
            // Fails while an old connection still uses the port.
            listener = TcpListener::bind(address).ok();
        }
        let accepted = listener.as_ref().filter(|it| it.set_nonblocking(true).is_ok()).map(TcpListener::accept);
        match accepted {
            Some(Ok((stream, _))) => sessions.extend(welcome(stream, shared)),
            Some(Err(_)) | None => std::thread::sleep(Duration::from_millis(1)),
        }
    }
    drop(listener);
    let panicked = sessions.into_iter().filter_map(|session| session.join().err()).count();
    assert_eq!(panicked, 0, "no session panics");
}

/// Serves a new connection, or refuses it. Returns the thread that does so.
fn welcome(stream: TcpStream, shared: &Arc<Shared>) -> Option<JoinHandle<()>> {
    let refusal = [Refusal::Greeting, Refusal::Silence].into_iter().find(|way| shared.is_full(*way));
    let number = {
        let mut counts = lock(&shared.counts);
        counts.connections += 1;
        counts.refused_sessions += usize::from(refusal.is_some());
        counts.open += usize::from(refusal.is_none());
        counts.connections - 1
    };
    let shared = Arc::clone(shared);
    std::thread::Builder::new()
        .spawn(move || match refusal {
            Some(Refusal::Greeting) => refuse(stream),
            Some(Refusal::Silence | Refusal::Login | Refusal::ClosedPort) => keep(stream, &shared),
            None => serve(stream, &shared, number),
        })
        .ok()
}

fn serve(stream: TcpStream, shared: &Arc<Shared>, number: usize) {
    if let Ok(control) = Control::new(stream, Arc::clone(shared), number) {
        Session::new(control, Arc::clone(shared)).serve();
    }
    lock(&shared.counts).open -= 1;
    shared.note(number, Event::End);
}

fn refuse(mut stream: TcpStream) {
    // Fails if the client has left.
    let _ = stream.write_all(b"421 Too many connections\r\n");
}

/// Keeps a connection open without a greeting, until the client leaves.
fn keep(mut stream: TcpStream, shared: &Shared) {
    let begun = Instant::now();
    let set = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(TICK)));
    while set.is_ok() && begun.elapsed() < WAIT_LIMIT && !shared.is_stopped() {
        match stream.read(&mut [0; 64]) {
            Err(error) if is_timeout(error.kind()) => {}
            Ok(0) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
