//! The control connection of a quirky server: lines that are read as real servers read them, and replies.
//!
//! Nothing is read while a command is carried out, except to prove that nothing was sent during a transfer.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::quirky_server::Shared;
use crate::support::quirky_server::journal::Event;
use crate::support::quirky_server::quirk::{Order, Quirk};
use crate::support::sockets::WAIT_LIMIT;
use crate::support::upload::PASSWORD;

/// The time between two looks at the stop signal.
pub(super) const TICK: Duration = Duration::from_millis(20);

/// The pause between two bytes of a split reply.
const SPLIT_PAUSE: Duration = Duration::from_micros(50);

/// The replies whose text has a meaning.
const WITH_A_MEANING: [&str; 5] = ["211", "213", "227", "229", "257"];

/// One control connection.
pub(super) struct Control {
    stream: TcpStream,
    shared: Arc<Shared>,
    /// The number of the connection.
    pub(super) number: usize,
    unfinished: Vec<u8>,
    lines: VecDeque<String>,
    /// The number of times that bytes were received.
    pub(super) receives: usize,
    /// The command that is carried out.
    current: Option<String>,
    /// Replies that were not written yet.
    unwritten: Vec<String>,
    /// True if the final reply to the current command is left out.
    pub(super) swallows: bool,
    /// True after PASS.
    pub(super) password_known: bool,
}

impl Control {
    pub(super) fn new(stream: TcpStream, shared: Arc<Shared>, number: usize) -> std::io::Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TICK))?;
        stream.set_write_timeout(Some(WAIT_LIMIT))?;
        Ok(Self {
            stream,
            shared,
            number,
            unfinished: Vec::new(),
            lines: VecDeque::new(),
            receives: 0,
            current: None,
            unwritten: Vec::new(),
            swallows: false,
            password_known: false,
        })
    }

    /// Returns the next command and the number of the receive that completed it. `None` if the connection has ended or
    /// the server is stopped.
    pub(super) fn next(&mut self) -> Option<String> {
        self.current = None;
        let begun = Instant::now();
        while self.lines.is_empty() {
            self.flush()?;
            if begun.elapsed() > WAIT_LIMIT || self.shared.is_stopped() || !self.receive()? {
                return None;
            }
        }
        self.current = self.lines.pop_front();
        self.current.clone()
    }

    /// Receives once. Returns false if the connection has ended.
    fn receive(&mut self) -> Option<bool> {
        let mut bytes = [0; 4096];
        let count = match self.stream.read(&mut bytes) {
            Ok(0) => return Some(false),
            Ok(count) => count,
            Err(error) if is_timeout(error.kind()) => return Some(true),
            Err(_) => return None,
        };
        self.receives += 1;
        self.unfinished.extend_from_slice(&bytes[..count]);
        let mut received = 0;
        while let Some(end) = self.unfinished.iter().position(|&byte| byte == b'\n') {
            let line: Vec<u8> = self.unfinished.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            self.note(&line);
            received += 1;
            if received == 1 || !self.shared.has(|quirk| matches!(quirk, Quirk::DropsAllButFirst)) {
                self.lines.push_back(line);
            }
        }
        let closes = received > 1 && self.shared.has(|quirk| matches!(quirk, Quirk::ClosesOnFlight));
        Some(!closes)
    }

    fn note(&self, line: &str) {
        let waiting = self.current.iter().chain(&self.lines);
        let in_transfer = waiting.clone().any(|line| transfers(line));
        let unanswered = waiting.count();
        let line = line.replace(PASSWORD, "****");
        self.shared.note(self.number, Event::Command { line: line.clone(), unanswered, in_transfer });
        self.shared.hook(&line);
    }

    /// Returns true if the client has closed the connection.
    pub(super) fn is_gone(&self) -> bool {
        let set = self.stream.set_nonblocking(true);
        let seen = self.stream.peek(&mut [0]);
        let unset = self.stream.set_nonblocking(false);
        let failed = |error: &std::io::Error| !is_timeout(error.kind());
        set.is_err() || unset.is_err() || seen.map_or_else(|error| failed(&error), |count| count == 0)
    }

    /// Receives the commands that have come during a transfer. Returns true if there is one.
    pub(super) fn has_early_command(&mut self) -> bool {
        if self.stream.set_nonblocking(true).is_err() {
            return false;
        }
        // An end of the connection is found by the next wait, too.
        let _ = self.receive();
        let _ = self.stream.set_nonblocking(false);
        !self.lines.is_empty()
    }

    /// Sends the final reply to the current command.
    pub(super) fn reply(&mut self, text: &str) -> Option<()> {
        if std::mem::take(&mut self.swallows) {
            return Some(());
        }
        self.send(text)
    }

    /// Sends a reply.
    pub(super) fn send(&mut self, text: &str) -> Option<()> {
        self.shared.quirks().for_each(|quirk| {
            if let Quirk::LateReplies(time) = quirk {
                std::thread::sleep(*time);
            }
        });
        let echoes = self.password_known && self.shared.has(|quirk| matches!(quirk, Quirk::EchoesPassword));
        match text.split_at_checked(3) {
            Some((code, rest)) if echoes && !WITH_A_MEANING.contains(&code) => self
                .unwritten
                .push(format!("{code}-{PASSWORD}\r\n {PASSWORD}\r\n{code}{rest} {PASSWORD} \"{PASSWORD}\"\r\n")),
            _ => self.unwritten.push(format!("{text}\r\n")),
        }
        let merges = self.shared.has(|quirk| matches!(quirk, Quirk::MergedReplies | Quirk::ReordersReplies(_)));
        if merges && !self.lines.is_empty() { Some(()) } else { self.flush() }
    }

    /// Writes the replies that were not written yet. Must be called before each wait.
    pub(super) fn flush(&mut self) -> Option<()> {
        let mut replies = std::mem::take(&mut self.unwritten);
        if self.shared.has(|quirk| matches!(quirk, Quirk::ReordersReplies(Order::Reversed))) {
            replies.reverse();
        }
        if self.shared.has(|quirk| matches!(quirk, Quirk::ReordersReplies(Order::FirstTwoExchanged))) {
            let first_two = replies.len().min(2);
            replies[..first_two].reverse();
        }
        let text = replies.concat();
        if text.is_empty() {
            return Some(());
        }
        self.shared.note(self.number, Event::Replies(text.replace(PASSWORD, "****")));
        if !self.shared.has(|quirk| matches!(quirk, Quirk::SplitReplies)) {
            return self.stream.write_all(text.as_bytes()).ok();
        }
        for byte in text.bytes() {
            self.stream.write_all(&[byte]).ok()?;
            std::thread::sleep(SPLIT_PAUSE);
        }
        Some(())
    }
}

/// Returns true for a command after which only ABOR may be sent before its final reply.
fn transfers(line: &str) -> bool {
    ["STOR ", "APPE ", "STOU", "RETR ", "MLSD", "LIST"].iter().any(|verb| line.starts_with(verb))
}

/// Returns true for the errors of a read that found nothing in time.
pub(super) fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
