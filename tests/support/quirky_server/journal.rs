//! The log of a quirky server: all commands and replies in the order in which they crossed the network, and claims about
//! them.

use std::fmt;
use std::time::{Duration, Instant};

/// The most entries of a log.
const MAX_ENTRIES: usize = 100_000;

/// One entry of the log.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The time since the start of the server.
    pub(crate) at: Duration,
    /// The number of the connection, counted from 0.
    pub(crate) connection: usize,
    /// The event.
    pub(crate) event: Event,
}

/// An event on a control connection.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A command was received.
    Command {
        /// The line without its end. The password is replaced.
        line: String,
        /// The number of commands that were received before and not yet answered.
        unanswered: usize,
        /// True if one of those is a command that transfers a file.
        in_transfer: bool,
    },
    /// Replies were written.
    Replies(String),
    /// The data connection of a transfer was established.
    DataConnection,
    /// The connection ended.
    End,
}

/// The log.
pub(super) struct Journal {
    begun: Instant,
    entries: Vec<Entry>,
}

impl Journal {
    /// An empty log.
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), entries: Vec::new() }
    }

    /// Adds an event. Events after the first hundred thousand are left out.
    pub(super) fn add(&mut self, connection: usize, event: Event) {
        if self.entries.len() < MAX_ENTRIES {
            self.entries.push(Entry { at: self.begun.elapsed(), connection, event });
        }
    }

    /// Returns a copy for the claims of a test.
    pub(super) fn record(&self) -> Record {
        Record { entries: self.entries.clone() }
    }
}

/// A copy of the log.
#[derive(Clone)]
pub(crate) struct Record {
    entries: Vec<Entry>,
}

impl Record {
    /// The record of a server that keeps none.
    pub(crate) fn empty() -> Self {
        Self { entries: Vec::new() }
    }

    /// Returns the record of one connection.
    pub(crate) fn of(&self, connection: usize) -> Self {
        Self { entries: self.entries.iter().filter(|entry| entry.connection == connection).cloned().collect() }
    }

    /// Returns the record of all connections but the first. The server may note commands of the first connection after
    /// the next one has begun.
    pub(crate) fn of_later_connections(&self) -> Self {
        Self { entries: self.entries.iter().filter(|entry| entry.connection > 0).cloned().collect() }
    }

    /// Returns the record without its first `count` entries.
    pub(crate) fn after(&self, count: usize) -> Self {
        Self { entries: self.entries.iter().skip(count).cloned().collect() }
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns the arguments of the commands with this verb.
    pub(crate) fn arguments(&self, verb: &str) -> Vec<&str> {
        let of_verb = |(line, _): (_, _)| str::strip_prefix(line, verb)?.strip_prefix(' ');
        self.commands().filter_map(of_verb).collect()
    }

    /// Returns the number of connections in the record.
    pub(crate) fn connections(&self) -> usize {
        self.entries.iter().map(|entry| entry.connection + 1).max().unwrap_or_default()
    }

    /// Returns the commands of all connections with the number of commands that were unanswered.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Command { line, unanswered, .. } => Some((line.as_str(), *unanswered)),
            Event::Replies(_) | Event::DataConnection | Event::End => None,
        })
    }

    /// Returns the number of commands that begin with `beginning`.
    pub(crate) fn count(&self, beginning: &str) -> usize {
        self.commands().filter(|(line, _)| line.starts_with(beginning)).count()
    }

    /// Returns the number of replies with this code.
    pub(crate) fn replies(&self, code: &str) -> usize {
        let texts = self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Replies(text) => Some(text.lines().filter(|line| line.starts_with(code)).count()),
            Event::Command { .. } | Event::DataConnection | Event::End => None,
        });
        texts.sum()
    }

    /// Returns true if the connection has ended.
    pub(crate) fn has_ended(&self, connection: usize) -> bool {
        self.entries.iter().any(|entry| entry.connection == connection && matches!(entry.event, Event::End))
    }

    /// Returns the commands that were received while another one was unanswered: those of flights, but the first.
    pub(crate) fn in_flight(&self) -> Vec<&str> {
        self.commands().filter(|(_, unanswered)| *unanswered > 0).map(|(line, _)| line).collect()
    }

    /// Returns the commands, without ABOR, that were received between a STOR and its final reply.
    pub(crate) fn during_transfers(&self) -> Vec<&str> {
        let commands = self.entries.iter().filter_map(|entry| match &entry.event {
            Event::Command { line, in_transfer: true, .. } => Some(line.as_str()),
            Event::Command { .. } | Event::Replies(_) | Event::DataConnection | Event::End => None,
        });
        commands.filter(|line| *line != "ABOR").collect()
    }

    /// Returns the runs of commands of one connection without a reply between them.
    pub(crate) fn waves(&self, connection: usize) -> Vec<Vec<&str>> {
        let (mut waves, mut is_open): (Vec<Vec<&str>>, bool) = (Vec::new(), false);
        for entry in self.entries.iter().filter(|entry| entry.connection == connection) {
            match &entry.event {
                Event::Command { line, .. } => {
                    match waves.last_mut().filter(|_| is_open) {
                        Some(wave) => wave.push(line),
                        None => waves.push(vec![line]),
                    }
                    is_open = true;
                }
                Event::Replies(_) => is_open = false,
                Event::DataConnection | Event::End => {}
            }
        }
        waves
    }

    /// Returns the number of round trips for which a client on a distant machine would wait: one for the connection and
    /// the greeting each, one for each wave of commands, and two for each transfer (connection and preliminary reply,
    /// bytes and final reply).
    pub(crate) fn round_trips(&self, connection: usize) -> usize {
        let is_transfer = |entry: &&Entry| matches!(entry.event, Event::DataConnection);
        let transfers = self.of(connection).entries.iter().filter(is_transfer).count();
        // The first reply to a wave with STOR comes with the round trip of the connection.
        2 + self.waves(connection).len() + 2 * transfers
    }
}

/// The conversations, for messages of failed tests: `>` are commands, `<` replies.
impl fmt::Display for Record {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = self.entries.len().saturating_sub(400);
        if left_out > 0 {
            writeln!(to, "({left_out} entries left out)")?;
        }
        for Entry { at, connection, event } in &self.entries[left_out..] {
            write!(to, "{:9.4} [{connection}] ", at.as_secs_f64())?;
            match event {
                Event::Command { line, unanswered: 0, .. } => writeln!(to, "> {line}")?,
                Event::Command { line, unanswered, .. } => writeln!(to, "> {line} ({unanswered} unanswered)")?,
                Event::Replies(text) => writeln!(to, "< {}", text.trim_end().replace("\r\n", " | "))?,
                Event::DataConnection => writeln!(to, "= data connection")?,
                Event::End => writeln!(to, "= end")?,
            }
        }
        Ok(())
    }
}
