//! The working directory, as the replies to CWD and PWD show it. Names are relative to it, so a command that changes the
//! file called `a` is permitted only where `a` is the file that the embedder means.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use ftp_protocol::reply::{Class, Reply};
use ftp_protocol::reply_reader::ReplyReader;

/// The most replies that may be outstanding. The component awaits eight at most.
pub(crate) const MAX_OUTSTANDING: usize = 1024;

/// The working directory of a session.
pub(crate) struct WorkingDirectory {
    at: At,
    /// The argument of `enter`; empty before.
    directory: Vec<u8>,
    /// The absolute name of this directory, if the server has told it.
    base: Option<Vec<u8>>,
    /// `None` after something that is no reply: from then on, no reply can be matched with its command.
    reader: Option<ReplyReader>,
    /// The commands whose final reply was not received yet, in the order in which they were sent.
    outstanding: VecDeque<Awaited>,
}

/// The place of the working directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The directory after the login.
    Login,
    /// The directory of `enter`.
    Root,
    /// Another directory, or an unknown one.
    Elsewhere,
}

/// A command whose reply is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaited {
    Cwd(Leads),
    Pwd,
    /// The greeting, or a command after which the working directory is the same.
    Other,
}

/// The place to which a CWD leads, if the server accepts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leads {
    /// The directory of `enter`, from everywhere.
    Back,
    /// The directory of `enter`, from the directory after the login: its name is relative.
    Down,
    Elsewhere,
}

impl Default for WorkingDirectory {
    fn default() -> Self {
        Self {
            at: At::Login,
            directory: Vec::new(),
            base: None,
            reader: Some(ReplyReader::default()),
            // The greeting.
            outstanding: VecDeque::from([Awaited::Other]),
        }
    }
}

impl WorkingDirectory {
    /// The embedder calls `enter` with `directory`.
    pub(crate) fn will_be(&mut self, directory: &[u8]) {
        if self.at != At::Login {
            // The directory that was entered before is another one.
            (self.at, self.base) = (At::Elsewhere, None);
        }
        self.directory = directory.to_vec();
    }

    /// Returns the place to which `CWD path` leads.
    pub(crate) fn leads(&self, path: &[u8]) -> Leads {
        let is_directory = path == self.directory;
        match (is_directory && path.starts_with(b"/")) || self.base.as_deref() == Some(path) {
            true => Leads::Back,
            false if is_directory => Leads::Down,
            false => Leads::Elsewhere,
        }
    }

    /// Returns true if the working directory is the one of `enter`, by the replies received. It is unknown while a reply
    /// to CWD is outstanding.
    pub(crate) fn is_root(&self) -> bool {
        let moves = self.outstanding.iter().any(|awaited| matches!(awaited, Awaited::Cwd(_)));
        !moves
            && match self.at {
                At::Login => self.directory == b".",
                At::Root => true,
                At::Elsewhere => false,
            }
    }

    /// Returns true if it is the one after the login.
    pub(crate) fn is_login(&self) -> bool {
        self.at == At::Login
    }

    /// Returns true if `absolute` is an absolute name of `path`, which is relative to the directory of `enter`.
    pub(crate) fn is_absolute_of(&self, absolute: &[u8], path: &[u8]) -> bool {
        let given = Some(&self.directory[..]).filter(|directory| directory.starts_with(b"/"));
        let bases = given.into_iter().chain(self.base.as_deref());
        bases.into_iter().any(|base| beneath(base, path) == absolute)
    }

    /// Returns true if `more` further commands may be sent.
    pub(crate) fn has_room_for(&self, more: usize) -> bool {
        self.outstanding.len() + more <= MAX_OUTSTANDING
    }

    /// Records that commands were sent.
    pub(crate) fn sent(&mut self, awaited: impl IntoIterator<Item = Awaited>) {
        self.outstanding.extend(awaited);
    }

    /// Takes the bytes that the component receives. After something that is no reply the component ends the session; the
    /// working directory of one that does not is unknown from there on.
    pub(crate) fn received(&mut self, bytes: &[u8]) {
        if let Some(reader) = &mut self.reader {
            reader.feed(bytes);
        }
        while let Some(reply) = self.reader.as_mut().map(ReplyReader::next_reply) {
            match reply {
                Ok(Some(reply)) => self.learn_from(&reply),
                Ok(None) => break,
                Err(_) => (self.at, self.reader) = (At::Elsewhere, None),
            }
        }
    }

    fn learn_from(&mut self, reply: &Reply) {
        let class = reply.code.class();
        if class == Class::Preliminary {
            return;
        }
        match self.outstanding.pop_front() {
            Some(Awaited::Cwd(leads)) => self.at = self.place_after(leads, class),
            Some(Awaited::Pwd) if class == Class::Completion && self.is_root() => self.base = reply.directory(),
            Some(Awaited::Pwd | Awaited::Other) | None => {}
        }
    }

    fn place_after(&self, leads: Leads, class: Class) -> At {
        match (class, leads, self.at) {
            (Class::Completion, Leads::Back, _) | (Class::Completion, Leads::Down, At::Login) => At::Root,
            (Class::Transient | Class::Permanent, _, at) => at,
            (Class::Completion, Leads::Down | Leads::Elsewhere, _)
            | (Class::Preliminary | Class::Intermediate, _, _) => At::Elsewhere,
        }
    }
}

fn beneath(base: &[u8], path: &[u8]) -> Vec<u8> {
    let separator: &[u8] = if base.ends_with(b"/") { b"" } else { b"/" };
    if path.starts_with(b"/") { path.to_vec() } else { [base, separator, path].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the directory after CWD of `entered`, which the server has accepted.
    fn entered(directory: &str) -> WorkingDirectory {
        let mut here = WorkingDirectory::default();
        here.will_be(directory.as_bytes());
        here.received(b"220 Hi\r\n");
        goes(&mut here, directory, "250 Yes\r\n");
        here
    }

    fn goes(here: &mut WorkingDirectory, path: &str, reply: &str) {
        let leads = here.leads(path.as_bytes());
        here.sent([Awaited::Cwd(leads)]);
        assert!(!here.is_root(), "the reply is outstanding");
        here.received(reply.as_bytes());
    }

    #[test]
    fn the_directory_is_reached_when_the_server_has_accepted_it() {
        for directory in ["a/b", "/a/b"] {
            let mut here = WorkingDirectory::default();
            here.will_be(directory.as_bytes());
            here.received(b"220 Hi\r\n");
            assert!(!here.is_root());
            goes(&mut here, directory, "550 No\r\n");
            assert!(!here.is_root() && here.is_login());
            goes(&mut here, directory, "250 Yes\r\n");
            assert!(here.is_root());
        }
        let mut here = WorkingDirectory::default();
        here.will_be(b".");
        assert!(here.is_root());
    }

    #[test]
    fn a_relative_name_leads_there_only_once_and_an_absolute_one_always() {
        let mut here = entered("a");
        goes(&mut here, "a", "250 Yes\r\n");
        assert!(!here.is_root(), "a/a");
        let mut here = entered("/a");
        goes(&mut here, "/a/b", "250 Yes\r\n");
        assert!(!here.is_root());
        goes(&mut here, "/a", "250 Yes\r\n");
        assert!(here.is_root());
    }

    #[test]
    fn the_reply_to_pwd_tells_the_way_back_if_it_was_asked_there() {
        let mut here = entered("a");
        here.sent([Awaited::Pwd]);
        here.received(b"257 \"/home/a\"\r\n");
        assert!(here.is_absolute_of(b"/home/a/b", b"b") && !here.is_absolute_of(b"a/b", b"b"));
        goes(&mut here, "/home/a/b", "250 Yes\r\n");
        here.sent([Awaited::Pwd]);
        here.received(b"257 \"/home/a/b\"\r\n");
        goes(&mut here, "/home/a/b", "250 Yes\r\n");
        assert!(!here.is_root(), "PWD was asked elsewhere");
        goes(&mut here, "/home/a", "250 Yes\r\n");
        assert!(here.is_root());
    }

    #[test]
    fn an_absolute_name_that_was_given_is_known_without_pwd() {
        assert!(entered("/a/").is_absolute_of(b"/a/b", b"b") && entered("/").is_absolute_of(b"/b", b"b"));
        assert!(!entered("a").is_absolute_of(b"a/b", b"b"));
    }

    #[test]
    fn each_reply_belongs_to_its_command() {
        let mut here = entered("a");
        here.sent([Awaited::Pwd]);
        here.received(b"257 \"/a\"\r\n");
        here.sent([Awaited::Other, Awaited::Cwd(here.leads(b"/a/b")), Awaited::Cwd(here.leads(b"/a"))]);
        here.received(b"150 Go\r\n226 Done\r\n250-Yes\r\n250");
        assert!(!here.is_root());
        here.received(b" Yes\r\n");
        assert!(!here.is_root(), "/a/b");
        here.received(b"550 No\r\n");
        assert!(!here.is_root(), "still /a/b");
    }

    #[test]
    fn after_something_that_is_no_reply_the_directory_is_unknown() {
        let mut here = entered("/a");
        here.received(b"what\r\n");
        assert!(!here.is_root());
        goes(&mut here, "/a", "250 Yes\r\n");
        assert!(!here.is_root());
    }
}
