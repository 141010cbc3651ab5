//! Everything that one run of the fuzzer is about: the script, the world, the control connection, the transfer under way,
//! and what the client has been told.

use std::cell::RefCell;
use std::collections::VecDeque;

use ftp_delivery::{Found, Rules};
use ftp_uploader_component::native::{IoError, Step};

use crate::script::Script;
use crate::transfer::Transfer;
use crate::world::{Excuse, World};

/// More calls of handles than any delivery needs that is not caught in a loop.
const MAX_CALLS: u32 = 3000;

/// One run.
pub(crate) struct Stage {
    pub(crate) script: Script,
    pub(crate) rules: Rules,
    pub(crate) world: RefCell<World>,
    pub(crate) line: RefCell<Line>,
    pub(crate) transfer: RefCell<Option<Transfer>>,
    pub(crate) facts: RefCell<Facts>,
}

/// The control connection of the present session.
pub(crate) struct Line {
    /// What the server has said and the client has not read.
    pub(crate) outbox: VecDeque<Vec<u8>>,
    /// The connection is over, once the outbox is empty.
    pub(crate) cut: Option<IoError>,
    /// RNFR was granted for this file.
    pub(crate) renaming: Option<usize>,
    /// REST was granted for so many bytes.
    pub(crate) rest: Option<u64>,
}

/// What the client knows, and what became of it.
#[derive(Default)]
pub(crate) struct Facts {
    calls: u32,
    pub(crate) step: Option<Step>,
    /// The program is to be killed as soon as the present call is over; or the user has interrupted it.
    pub(crate) killed: bool,
    pub(crate) interrupted: bool,
    kills: u8,
    /// What the last command was answered with, if that was its proper answer.
    pub(crate) said_size: Option<u64>,
    pub(crate) said_time: Option<u64>,
    pub(crate) said_yes: bool,
    /// The last hash that was told.
    pub(crate) said_hash: Option<u32>,
    /// No command was sent since STOR.
    pub(crate) storing: bool,
    /// The client has waited for a reply in vain.
    pub(crate) unanswered: bool,
    /// The server has called the last transfer stored, before another command was sent.
    pub(crate) said_stored: bool,
    /// Where the last transfer went, and why what lies there may differ from what was sent.
    pub(crate) stored_at: usize,
    pub(crate) excuse: Excuse,
    /// What the client has heard of the hash of a whole file, in the whole run.
    pub(crate) hash_fitted: bool,
    pub(crate) hash_differed: bool,
    /// A file of ours was given its name in this run.
    pub(crate) renamed: bool,
    /// The file of the last transfer is not seen at once.
    pub(crate) late: bool,
    /// The first byte that the client means to send, in bytes here.
    pub(crate) from: usize,
    pub(crate) moved: usize,
    pub(crate) delivered: (u64, bool),
    /// How much of a stream was read.
    pub(crate) spent: usize,
    /// The client has heard that the last transfer is stored.
    pub(crate) accepted: bool,
    /// The local file was the same still, after the last transfer.
    pub(crate) checked: bool,
    /// It has heard that it is not, in words that are not about a connection.
    pub(crate) denied: bool,
    pub(crate) last_told: Option<Found>,
    pub(crate) last_hash: Option<bool>,
    pub(crate) told_sizes: Vec<u64>,
    /// The server has told sizes in this run.
    pub(crate) sizes_seen: bool,
    /// Ours lies whole under its own name, and no answer has spoken against it.
    pub(crate) may_be_whole: bool,
    /// The server has opened a file for us in this run.
    pub(crate) opened: bool,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self { outbox: VecDeque::new(), cut: None, renaming: None, rest: None }
    }

    pub(crate) fn says(&mut self, code: u16, text: &str) {
        self.outbox.push_back(reply(code, text));
    }
}

/// A reply as the server sends it: of several lines, where the text has several.
pub(crate) fn reply(code: u16, text: &str) -> Vec<u8> {
    match text.rsplit_once('\n') {
        Some((lines, last)) => format!("{code}-{lines}\r\n{code} {last}\r\n").into_bytes(),
        None => format!("{code} {text}\r\n").into_bytes(),
    }
}

impl Stage {
    pub(crate) fn new(script: Script, rules: Rules, world: World) -> Self {
        let (transfer, facts) = (RefCell::new(None), RefCell::default());
        Self { script, rules, world: RefCell::new(world), line: RefCell::new(Line::new()), transfer, facts }
    }

    pub(crate) fn count_call(&self) {
        let mut facts = self.facts.borrow_mut();
        facts.calls += 1;
        let calls = facts.calls;
        drop(facts);
        self.demand(calls < MAX_CALLS, "a loop");
    }

    /// Writes a line of the dialogue, for those who look into what was found.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if crate::is_shown() {
            eprintln!("{}", line());
        }
    }

    /// Something that has to hold.
    #[track_caller]
    pub(crate) fn demand(&self, holds: bool, what: &str) {
        if !holds {
            let world = self.world.borrow();
            panic!(
                "{what}\n{:?}\n{:?}\nours {:?} big {}\nfiles {:?}",
                self.rules, world.kind, world.ours, world.big, world.files
            );
        }
    }

    /// The control connection ends here.
    pub(crate) fn cut(&self) {
        let cause = [IoError::Closed, IoError::Reset][self.script.choice(2)];
        self.line.borrow_mut().cut.get_or_insert(cause);
        self.note(|| "S [cut]".to_owned());
    }

    /// The program is killed, or interrupted, as often as that may happen in one run.
    pub(crate) fn is_stopped(&self) {
        {
            let mut facts = self.facts.borrow_mut();
            if facts.kills == 2 {
                return;
            }
            facts.kills += 1;
            if self.script.choice(3) == 1 { facts.interrupted = true } else { facts.killed = true }
        }
        self.cut();
    }

    /// Whether nothing that was told speaks against the last transfer.
    pub(crate) fn is_uncontradicted(&self) -> bool {
        let facts = self.facts.borrow();
        let size = match facts.last_told {
            None | Some(Found::Untold) => true,
            Some(Found::Bytes(size)) => self.is_our_size(size),
            Some(Found::Refused) => !facts.sizes_seen,
        };
        size && facts.last_hash != Some(false)
    }

    /// Whether a server that may count modulo 2^32 tells this of a file of our length.
    pub(crate) fn is_our_size(&self, size: u64) -> bool {
        let whole = self.world.borrow().whole();
        size == whole || whole >= 1 << 32 && size == whole % (1 << 32)
    }

    /// With `atomic`, the final name is old-whole or new-whole: what has just become of it by a change of names.
    pub(crate) fn check_new_name(&self) {
        let good = match &self.world.borrow().files[0] {
            Some(own) if own.ours && own.bytes != self.world.borrow().ours => self.is_excused(own.excuse),
            Some(_) | None => true,
        };
        self.demand(good, "half a file has the final name");
    }

    /// Likewise: the old file is somewhere until ours has its name.
    pub(crate) fn check_old_file(&self) {
        let world = self.world.borrow();
        if !self.rules.atomic || world.files[0].is_some() || world.old.is_none() || world.taken {
            return;
        }
        let mut others = world.files[3].iter().chain(&world.orphans);
        let kept = others.any(|file| Some(&file.bytes) == world.old.as_ref() || file.bytes == world.ours);
        self.demand(kept && self.rules.replace, "the old file is lost");
    }

    /// Whether the client could not have known better.
    pub(crate) fn is_excused(&self, excuse: Excuse) -> bool {
        match excuse {
            Excuse::None => false,
            // Without its word, a size that fits is all that such a server tells.
            Excuse::Lie => {
                let facts = self.facts.borrow();
                let told = facts.accepted || matches!(facts.last_told, Some(Found::Bytes(_)));
                drop(facts);
                told && self.is_uncontradicted()
            }
            Excuse::Hole => self.is_uncontradicted(),
        }
    }
}
