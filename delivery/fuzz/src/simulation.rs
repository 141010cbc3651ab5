//! The state of one run of the fuzzer: the script, the world, the control connection, the active transfer, and the
//! information that the client got.

use std::cell::RefCell;
use std::collections::VecDeque;

use ftp_delivery::{Found, Rules};
use ftp_uploader_component::native::{IoError, Step};

use crate::script::Script;
use crate::transfer::Transfer;
use crate::world::{Excuse, World};

/// More calls of resource handles than any delivery needs. A run that reaches the limit is in a loop.
const MAX_CALLS: u32 = 3000;

/// One run.
pub(crate) struct Simulation {
    pub(crate) script: Script,
    pub(crate) rules: Rules,
    pub(crate) world: RefCell<World>,
    pub(crate) line: RefCell<Line>,
    pub(crate) transfer: RefCell<Option<Transfer>>,
    pub(crate) facts: RefCell<Facts>,
}

/// The control connection of the present session.
pub(crate) struct Line {
    /// The replies that the server has sent and the client has not read.
    pub(crate) outbox: VecDeque<Vec<u8>>,
    /// The connection ends with this error once the outbox is empty.
    pub(crate) cut: Option<IoError>,
    /// The file for which RNFR was accepted.
    pub(crate) renaming: Option<usize>,
    /// The offset for which REST was accepted.
    pub(crate) rest: Option<u64>,
}

/// The facts about the client's knowledge and about the run.
#[derive(Default)]
pub(crate) struct Facts {
    calls: u32,
    pub(crate) step: Option<Step>,
    /// The program must be killed when the present call returns; or the user has interrupted it.
    pub(crate) killed: bool,
    pub(crate) interrupted: bool,
    kills: u8,
    /// The answer to the last command, if it was a proper one.
    pub(crate) said_size: Option<u64>,
    pub(crate) said_time: Option<u64>,
    pub(crate) said_yes: bool,
    /// The last hash that the server returned.
    pub(crate) said_hash: Option<u32>,
    /// True if no command was sent after STOR.
    pub(crate) storing: bool,
    /// True if the client has waited for a reply and got none.
    pub(crate) unanswered: bool,
    /// True if the server has replied that the last transfer is stored, before another command was sent.
    pub(crate) said_stored: bool,
    /// The name that the last transfer stored to, and the reason why the file there may differ from the sent data.
    pub(crate) stored_at: usize,
    pub(crate) excuse: Excuse,
    /// The results of comparing the hash of a complete file, in the whole run.
    pub(crate) hash_fitted: bool,
    pub(crate) hash_differed: bool,
    /// True if a file of ours got its final name in this run.
    pub(crate) renamed: bool,
    /// True if the file of the last transfer is not visible at once.
    pub(crate) late: bool,
    /// The offset of the first byte that the client sends, in bytes of the simulated file.
    pub(crate) from: usize,
    pub(crate) moved: usize,
    pub(crate) delivered: (u64, bool),
    /// The number of bytes of a stream that were read.
    pub(crate) spent: usize,
    /// True if the client has received the reply that the last transfer is stored.
    pub(crate) accepted: bool,
    /// True if the local file was found unchanged after the last transfer.
    pub(crate) checked: bool,
    /// True if the client has received a reply that the last transfer is not stored, and the reply is not about a
    /// connection.
    pub(crate) denied: bool,
    pub(crate) last_told: Option<Found>,
    pub(crate) last_hash: Option<bool>,
    pub(crate) told_sizes: Vec<u64>,
    /// True if the server has returned sizes in this run.
    pub(crate) sizes_seen: bool,
    /// True if our complete file has its own name, and no answer denies that.
    pub(crate) may_be_whole: bool,
    /// True if the server has opened a file for us in this run.
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

/// Formats a reply: with several lines, if the text has several.
pub(crate) fn reply(code: u16, text: &str) -> Vec<u8> {
    match text.rsplit_once('\n') {
        Some((lines, last)) => format!("{code}-{lines}\r\n{code} {last}\r\n").into_bytes(),
        None => format!("{code} {text}\r\n").into_bytes(),
    }
}

impl Simulation {
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

    /// Prints a line of the dialogue, for the analysis of a finding.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if crate::is_shown() {
            eprintln!("{}", line());
        }
    }

    /// Checks an invariant.
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

    /// Ends the control connection.
    pub(crate) fn cut(&self) {
        let cause = [IoError::Closed, IoError::Reset][self.script.choice(2)];
        self.line.borrow_mut().cut.get_or_insert(cause);
        self.note(|| "S [cut]".to_owned());
    }

    /// Kills or interrupts the program, up to the limit for one run.
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

    /// Returns true if no answer contradicts the success of the last transfer.
    pub(crate) fn is_uncontradicted(&self) -> bool {
        let facts = self.facts.borrow();
        let size = match facts.last_told {
            None | Some(Found::Untold) => true,
            Some(Found::Bytes(size)) => self.is_our_size(size),
            Some(Found::Refused) => !facts.sizes_seen,
        };
        size && facts.last_hash != Some(false)
    }

    /// Returns true if a server that may count modulo 2^32 reports this size for a file of our length.
    pub(crate) fn is_our_size(&self, size: u64) -> bool {
        let whole = self.world.borrow().whole();
        size == whole || whole >= 1 << 32 && size == whole % (1 << 32)
    }

    /// With `atomic`, the final name has either the complete old file or the complete new one. Checks the file that a
    /// rename has just put there.
    pub(crate) fn check_new_name(&self) {
        let good = match &self.world.borrow().files[0] {
            Some(own) if own.ours && own.bytes != self.world.borrow().ours => self.is_excused(own.excuse),
            Some(_) | None => true,
        };
        self.demand(good, "an incomplete file has the final name");
    }

    /// Checks that the old file exists somewhere until ours has its name.
    pub(crate) fn check_old_file(&self) {
        let world = self.world.borrow();
        if !self.rules.atomic || world.files[0].is_some() || world.old.is_none() || world.taken {
            return;
        }
        let mut others = world.files[3].iter().chain(&world.orphans);
        let kept = others.any(|file| Some(&file.bytes) == world.old.as_ref() || file.bytes == world.ours);
        self.demand(kept && self.rules.replace, "the old file is lost");
    }

    /// Returns true if the client could not have detected the difference.
    pub(crate) fn is_excused(&self, excuse: Excuse) -> bool {
        match excuse {
            Excuse::None => false,
            // If the server has not confirmed the file, a matching size is the only information that it gives.
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
