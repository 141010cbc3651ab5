//! Listens to one session on its way to the caller's observer, and keeps the facts that the component does not return: the
//! greeting, the last reply to each command, and the parameters of TLS.
//!
//! The texts are for the report alone. No decision that changes something on the server depends on them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ftp_protocol::reply::{Class, Reply};
use ftp_protocol::reply_reader::ReplyReader;

use crate::report::event::{Event, Observer, Secured, Speaker};
use crate::report::server_text::ServerText;
use crate::report::step::Connection;

/// The most lines of a greeting or of the reply to FEAT that are kept.
const MAX_LINES: usize = 100;

/// The most bytes of a line that are kept.
const MAX_LINE: usize = 512;

/// The most commands whose replies are kept.
const MAX_COMMANDS: usize = 64;

/// Keeps the facts of one session.
pub(super) struct Recorder {
    inner: Arc<dyn Observer>,
    heard: Mutex<Heard>,
}

struct Heard {
    reader: ReplyReader,
    /// The verbs of the commands whose final replies are outstanding. An empty one stands for the greeting.
    awaited: VecDeque<Vec<u8>>,
    /// The last final reply to each verb.
    replies: BTreeMap<Vec<u8>, Reply>,
    control: Option<Secured>,
    data: Option<Secured>,
}

impl Recorder {
    /// A recorder for a session that is about to begin. All events go on to `inner`.
    pub(super) fn new(inner: Arc<dyn Observer>) -> Self {
        let heard = Heard {
            reader: ReplyReader::default(),
            awaited: VecDeque::from([Vec::new()]),
            replies: BTreeMap::new(),
            control: None,
            data: None,
        };
        Self { inner, heard: Mutex::new(heard) }
    }

    /// Returns the lines of the greeting.
    pub(super) fn greeting(&self) -> Vec<ServerText> {
        self.heard().replies.get(&b""[..]).map(|reply| lines(reply).collect()).unwrap_or_default()
    }

    /// Returns the extensions in the reply to FEAT: the lines between its first and its last one (RFC 2389 §3.2).
    pub(super) fn features(&self) -> Vec<ServerText> {
        let heard = self.heard();
        let Some(reply) = heard.replies.get(&b"FEAT"[..]).filter(|reply| reply.code.number() == 211) else {
            return Vec::new();
        };
        let all: Vec<_> = lines(reply).collect();
        all.get(1..all.len().saturating_sub(1)).unwrap_or_default().to_vec()
    }

    /// Returns true if the last reply to the command `verb` is positive (RFC 959 §4.2).
    pub(super) fn accepted(&self, verb: &str) -> bool {
        let class = self.heard().replies.get(verb.as_bytes()).map(|reply| reply.code.class());
        matches!(class, Some(Class::Completion | Class::Intermediate))
    }

    /// Returns the first of `verbs` whose last reply is positive.
    pub(super) fn first_accepted(&self, verbs: &[&'static str]) -> Option<&'static str> {
        verbs.iter().copied().find(|verb| self.accepted(verb))
    }

    /// Returns the parameters of TLS on the control connection.
    pub(super) fn control(&self) -> Option<Secured> {
        self.heard().control.clone()
    }

    /// Returns the parameters of TLS on the first data connection.
    pub(super) fn data(&self) -> Option<Secured> {
        self.heard().data.clone()
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Recorder {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Line { speaker: Speaker::Client, line } => self.heard().sent(line.0),
            Event::Line { speaker: Speaker::Server, line } => self.heard().received(line.0),
            Event::Secured { connection: Connection::Control, tls } => self.heard().control = Some((*tls).clone()),
            Event::Secured { connection: Connection::Data, tls } => {
                self.heard().data.get_or_insert_with(|| (*tls).clone());
            }
            _ => {}
        }
        self.inner.event(event);
    }
}

impl Heard {
    fn sent(&mut self, line: &[u8]) {
        let verb = line.split(|&byte| byte == b' ').next().unwrap_or_default();
        if self.awaited.len() < MAX_COMMANDS {
            self.awaited.push_back(verb.to_ascii_uppercase());
        }
    }

    fn received(&mut self, line: &[u8]) {
        self.reader.feed(line);
        self.reader.feed(b"\n");
        // Bytes that are no reply end the session; the component reports that.
        while let Ok(Some(reply)) = self.reader.next_reply() {
            if reply.code.class() == Class::Preliminary {
                continue;
            }
            let Some(verb) = self.awaited.pop_front() else { return };
            if self.replies.len() < MAX_COMMANDS || self.replies.contains_key(&verb) {
                self.replies.insert(verb, reply);
            }
        }
    }
}

/// Returns the lines of a reply that are not empty.
fn lines(reply: &Reply) -> impl Iterator<Item = ServerText> + '_ {
    let lines = reply.text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.take(MAX_LINES).map(|line| ServerText::from(&line[..line.len().min(MAX_LINE)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ftp_text::escape::Escaped;

    fn heard(lines: &[&str]) -> Recorder {
        let recorder = Recorder::new(Arc::new(()));
        for line in lines {
            let (speaker, line) = match line.strip_prefix("> ") {
                Some(command) => (Speaker::Client, command),
                None => (Speaker::Server, *line),
            };
            recorder.event(&Event::Line { speaker, line: Escaped(line.as_bytes()) });
        }
        recorder
    }

    fn shown(lines: Vec<ServerText>) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_greeting_and_the_features_are_told_line_by_line() {
        let recorder = heard(&[
            "220-Welcome",
            "220-",
            "220 Server 1.0 \x1b[2J",
            "> FEAT",
            "211-Extensions",
            " MDTM",
            " REST STREAM",
            "211 End",
        ]);
        assert_eq!(shown(recorder.greeting()), ["Welcome", "Server 1.0 \\u{1b}[2J"]);
        assert_eq!(shown(recorder.features()), ["MDTM", "REST STREAM"]);
    }

    #[test]
    fn replies_belong_to_their_commands_although_several_are_sent_at_once() {
        let recorder = heard(&["220 Hi", "> EPSV", "> LIST", "500 What?", "150 Go", "226 Done", "> PASV", "227 (1)"]);
        assert_eq!(recorder.first_accepted(&["EPSV", "PASV"]), Some("PASV"));
        assert!(recorder.accepted("LIST") && !recorder.accepted("EPSV") && !recorder.accepted("STOR"));
    }

    #[test]
    fn a_server_without_features_or_with_none_has_none() {
        for reply in ["500 What?", "211 No features"] {
            assert!(heard(&["220 Hi", "> FEAT", reply]).features().is_empty(), "{reply}");
        }
        assert!(heard(&["220 Hi", "> FEAT", "211-Extensions", "211 End"]).features().is_empty());
    }

    #[test]
    fn what_is_kept_of_a_server_that_never_ends_is_bounded() {
        let recorder = heard(&["220-Hi"]);
        let long = "x".repeat(5000);
        for _ in 0..10_000 {
            recorder.event(&Event::Line { speaker: Speaker::Server, line: Escaped(long.as_bytes()) });
        }
        assert!(recorder.greeting().is_empty());
        let recorder = heard(&["220-Hi", &long, "220 End"]);
        assert!(recorder.greeting().iter().all(|line| line.to_string().len() <= MAX_LINE));
    }
}
