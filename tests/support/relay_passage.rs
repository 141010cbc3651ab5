//! Passes a control connection and its data connections through a relay, up to the planned cut.
//!
//! Each direction has a thread. All reads and writes have short timeouts, so that a cut takes effect soon.

use std::io::{BufRead, BufReader, ErrorKind, Read, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::support::relay::{Cut, How, Point, Shared, Victim};
use crate::support::relay_pair::{POLL_INTERVAL, Pair, is_timeout};
use crate::support::sockets::accept;

/// A control connection and its data connections.
pub(crate) struct Passage {
    shared: Arc<Shared>,
    cut: Option<Cut>,
    /// The address of the server.
    server: SocketAddr,
    done: AtomicBool,
    /// True once the client has left the control connection.
    left: AtomicBool,
    /// True if the current data connection, or else the next one, must be cut.
    data_must_be_cut: AtomicBool,
    /// The number of bytes of files that have passed.
    passed: AtomicU64,
    /// True once a file has passed to its end.
    whole: AtomicBool,
}

impl Passage {
    /// Passes bytes between a client and a server, in threads of their own.
    pub(crate) fn begin(client: TcpStream, server: TcpStream, cut: Option<Cut>, shared: &Arc<Shared>) {
        let passage = Arc::new(Self {
            shared: shared.clone(),
            cut,
            server: server.peer_addr().expect("a connected socket"),
            done: AtomicBool::new(false),
            left: AtomicBool::new(false),
            data_must_be_cut: AtomicBool::new(false),
            passed: AtomicU64::new(0),
            whole: AtomicBool::new(false),
        });
        let pair = Pair::new(client, server, true);
        let (other, there) = (passage.clone(), pair.clone());
        thread::spawn(move || {
            let heard = other.commands(&there);
            other.left.store(true, Ordering::SeqCst);
            if heard.is_err() {
                there.reset();
            }
        });
        thread::spawn(move || {
            let _ = passage.replies(&pair);
            if !pair.ended.load(Ordering::SeqCst) {
                pair.close();
            }
        });
    }

    fn commands(&self, pair: &Arc<Pair>) -> Result<()> {
        let mut piece = vec![0; 4096];
        loop {
            let count = self.read(pair, &pair.client, &mut piece)?;
            if count == 0 {
                let _ = pair.server.shutdown(Shutdown::Write);
                return Ok(());
            }
            // During a silence the client's commands are discarded.
            if !self.is_silent(pair) {
                self.write(pair, &pair.server, &piece[..count])?;
            }
        }
    }

    fn replies(self: &Arc<Self>, pair: &Arc<Pair>) -> Result<()> {
        let mut lines = BufReader::new(Reader { passage: self, pair });
        let (mut line, mut replies) = (Vec::new(), 0);
        while lines.read_until(b'\n', &mut line)? > 0 {
            let is_last = line.get(3) == Some(&b' ') && line[..3].iter().all(u8::is_ascii_digit);
            let is_final = self.whole.load(Ordering::SeqCst);
            replies += usize::from(is_last);
            let is_there = self.cut.is_some_and(|cut| match cut.point {
                Point::Reply(number) => number == replies,
                Point::Line(words) => line.starts_with(words.as_bytes()),
                Point::FinalReply => is_final,
                Point::Bytes(_) => false,
            });
            if is_there {
                self.make_cut();
            }
            if self.has_cut(pair) {
                self.end(pair);
                return Ok(());
            }
            let line = self.with_own_port(std::mem::take(&mut line));
            self.write(pair, &pair.client, &line)?;
        }
        Ok(())
    }

    /// Replaces the port in a reply by one of the relay, which leads to it.
    fn with_own_port(self: &Arc<Self>, line: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&line);
        let numbers = || text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
        let port: Option<u16> = match &text[..text.len().min(4)] {
            "229 " => numbers().nth(1),
            "227 " => numbers().skip(5).reduce(|high: u16, low| high * 256 + low),
            _ => return line,
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let own = listener.local_addr().expect("a bound port").port();
        let server = SocketAddr::new(self.server.ip(), port.expect("a reply that names a port"));
        let passage = self.clone();
        thread::spawn(move || {
            let (Ok(client), Ok(server)) = (accept(&listener), TcpStream::connect(server)) else { return };
            passage.data(&Pair::new(client, server, false));
        });
        match text.starts_with("229") {
            true => format!("229 Mine is (|||{own}|)\r\n").into(),
            false => format!("227 Mine is (127,0,0,1,{},{})\r\n", own / 256, own % 256).into(),
        }
    }

    fn data(self: &Arc<Self>, pair: &Arc<Pair>) {
        let (other, there) = (self.clone(), pair.clone());
        // Fails if one of the two sides has left.
        thread::spawn(move || drop(other.listing(&there)));
        if self.file(pair).is_err() {
            // One of the two sides has left.
            pair.reset();
        }
    }

    /// Passes the bytes of the server, which are those of a listing or of a file that the client fetches, and its end.
    fn listing(&self, pair: &Arc<Pair>) -> Result<()> {
        let mut piece = vec![0; 4096];
        loop {
            let count = self.read(pair, &pair.server, &mut piece)?;
            if self.has_cut(pair) {
                return Ok(());
            }
            if count == 0 {
                let _ = pair.client.shutdown(Shutdown::Write);
                return Ok(());
            }
            self.write(pair, &pair.client, &piece[..count])?;
        }
    }

    fn file(&self, pair: &Arc<Pair>) -> Result<()> {
        let mut piece = vec![0; 64 << 10];
        loop {
            let left = self.left();
            if left == 0 {
                self.make_cut();
            }
            if self.has_cut(pair) {
                self.end(pair);
                return Ok(());
            }
            let room = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX)).max(1);
            let count = self.read(pair, &pair.client, &mut piece[..room])?;
            if count == 0 {
                self.whole.store(true, Ordering::SeqCst);
                let _ = pair.server.shutdown(Shutdown::Write);
                return Ok(());
            }
            self.write(pair, &pair.server, &piece[..count])?;
            self.passed.fetch_add(count as u64, Ordering::SeqCst);
            thread::sleep(self.shared.pace);
        }
    }

    /// Returns the number of bytes that may pass before a cut that depends on bytes, or else `u64::MAX`.
    fn left(&self) -> u64 {
        match self.cut.map(|cut| cut.point) {
            Some(Point::Bytes(limit)) if !self.done.load(Ordering::SeqCst) => {
                limit.saturating_sub(self.passed.load(Ordering::SeqCst))
            }
            _ => u64::MAX,
        }
    }

    fn make_cut(&self) {
        if !self.done.swap(true, Ordering::SeqCst) {
            self.shared.cuts.fetch_add(1, Ordering::SeqCst);
            self.data_must_be_cut.store(true, Ordering::SeqCst);
        }
    }

    /// Returns true if this connection was cut.
    fn has_cut(&self, pair: &Pair) -> bool {
        let meant = match self.cut.map(|cut| cut.victim) {
            Some(Victim::Control) => pair.is_control,
            Some(Victim::Data) => !pair.is_control,
            Some(Victim::Both) => true,
            None => false,
        };
        if !meant || !self.done.load(Ordering::SeqCst) {
            return false;
        }
        // Only one of several data connections is cut.
        if !pair.is_control && self.data_must_be_cut.swap(false, Ordering::SeqCst) {
            pair.must_be_cut.store(true, Ordering::SeqCst);
        }
        pair.is_control || pair.must_be_cut.load(Ordering::SeqCst)
    }

    fn is_silent(&self, pair: &Pair) -> bool {
        self.has_cut(pair) && self.cut.is_some_and(|cut| cut.how == How::Silence)
    }

    fn end(&self, pair: &Pair) {
        match self.cut.map(|cut| cut.how) {
            Some(How::Close) | None => pair.close(),
            Some(How::Reset) => pair.reset(),
            Some(How::Silence) => {
                while !self.shared.is_gone() && !self.left.load(Ordering::SeqCst) && !pair.client_has_left() {
                    thread::sleep(POLL_INTERVAL);
                }
                pair.reset();
            }
        }
    }

    /// Waits for bytes, and returns 0 at the end.
    fn read(&self, pair: &Pair, mut from: &TcpStream, piece: &mut [u8]) -> Result<usize> {
        loop {
            match from.read(piece) {
                Err(error) if is_timeout(error.kind()) => {}
                done => return done,
            }
            if pair.ended.load(Ordering::SeqCst) || self.shared.is_gone() {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            if self.has_cut(pair) && !self.is_silent(pair) {
                self.end(pair);
            }
        }
    }

    fn write(&self, pair: &Pair, mut to: &TcpStream, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match to.write(bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(error)
                    if is_timeout(error.kind()) && !pair.ended.load(Ordering::SeqCst) && !self.shared.is_gone() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Reads the server's side of the control connection.
struct Reader<'a> {
    passage: &'a Passage,
    pair: &'a Pair,
}

impl Read for Reader<'_> {
    fn read(&mut self, piece: &mut [u8]) -> Result<usize> {
        self.passage.read(self.pair, &self.pair.server, piece)
    }
}
