//! The server's side of a transfer: the bytes that it writes, and its final reply.

use ftp_delivery::Rules;

use crate::server::{BREAKDOWNS, REFUSALS};
use crate::simulation::Simulation;
use crate::world::{Excuse, File};

/// A file that is being written.
pub(crate) struct Transfer {
    at: usize,
    /// The bytes before those that are sent.
    base: Vec<u8>,
    before: Option<File>,
    excuse: Excuse,
    pub(crate) sent: Vec<u8>,
    /// True if the server has replied that the file is stored before the end of the data.
    pub(crate) early: bool,
    /// True if another file has its name in the meantime.
    detached: bool,
}

impl Simulation {
    /// Carries out STOR or APPE: opens the file. Returns the reply.
    pub(crate) fn open_file(&self, at: usize, appends: bool) -> (u16, String) {
        let rest = self.line.borrow_mut().rest.take();
        let before = self.world.borrow().files[at].clone();
        self.check_overwriting(at, before.as_ref());
        let there = before.as_ref().map(|file| file.bytes.clone()).unwrap_or_default();
        let from = self.facts.borrow().from;
        let mut base = if appends { there } else { self.kept(there, rest) };
        if rest.is_some() && !appends {
            base.resize(from, 0);
        }
        let mut world = self.world.borrow_mut();
        let excuse = match &before {
            _ if base == world.ours[..from] => Excuse::None,
            Some(file) if file.excuse == Excuse::Hole => Excuse::Hole,
            _ if world.touched[at] => Excuse::Hole,
            _ if from > 0 && rest.is_none() => Excuse::Lie,
            _ => Excuse::None,
        };
        if !world.kind.at_end {
            let file = File { bytes: base.clone(), time: world.now(), ours: true, excuse, ..File::default() };
            world.put(at, Some(file));
        }
        let early = false;
        let transfer = Transfer { at, base, before, excuse, sent: Vec::new(), early, detached: false };
        self.transfer.replace(Some(transfer));
        let mut facts = self.facts.borrow_mut();
        (facts.accepted, facts.last_told, facts.last_hash, facts.opened) = (false, None, None, true);
        (facts.stored_at, facts.excuse, facts.denied) = (at, excuse, false);
        (facts.late, facts.checked) = (false, false);
        (150, "Go".to_owned())
    }

    fn kept(&self, mut there: Vec<u8>, rest: Option<u64>) -> Vec<u8> {
        let units = rest.map_or(Some(0), |rest| self.world.borrow().units(rest));
        self.demand(units.is_some(), "resumes at a size that was returned modulo 2^32");
        there.truncate(units.unwrap_or_default());
        there
    }

    fn check_overwriting(&self, at: usize, before: Option<&File>) {
        let Rules { atomic, .. } = self.rules;
        self.demand(!atomic || at != 0, "stores under the final name");
        let facts = self.facts.borrow();
        let world = self.world.borrow();
        let whole = before.is_some_and(|file| file.ours && file.bytes == world.ours);
        let harm = at == 0 && whole && facts.may_be_whole && facts.from < world.ours.len();
        let empty = facts.from == world.ours.len() && facts.from > 0 && !self.rules.stream;
        drop(world);
        self.demand(!harm, "a file that may be complete is overwritten");
        self.demand(!empty, "an empty STOR behind the last byte");
    }

    /// Lets other clients change files during the transfer.
    pub(crate) fn event_during_transfer(&self) {
        let mut transfer = self.transfer.borrow_mut();
        let at = transfer.as_ref().map(|transfer| transfer.at);
        let moved = self.world.borrow_mut().event(&self.script, at);
        if let Some(transfer) = transfer.as_mut() {
            transfer.detached |= moved;
        }
    }

    /// Writes `bytes` behind the base; the script decides when the file and its size become visible.
    fn write(&self, transfer: &Transfer, bytes: &[u8], excuse: Excuse, whole: bool) {
        if transfer.detached {
            return;
        }
        let mut world = self.world.borrow_mut();
        let bytes = [&transfer.base, bytes].concat();
        let mut file = File { bytes, time: world.now(), ours: true, excuse, ..File::default() };
        if whole {
            match self.script.odd(6) {
                hidden @ 1..=3 => file.hidden = hidden as u8,
                4 => file.lag = Some(0),
                5 => file.lag = Some(transfer.before.as_ref().map_or(0, |file| world.length(file.bytes.len()))),
                _ => {}
            }
            self.facts.borrow_mut().late = file.hidden > 0 || file.lag.is_some();
        }
        world.put(transfer.at, Some(file));
    }

    /// The data connection broke. The server keeps some of the bytes that were sent, none, or the file from before.
    pub(crate) fn is_broken_off(&self) {
        let Some(transfer) = self.transfer.take() else { return };
        let arrived = transfer.sent.len() - self.script.choice(transfer.sent.len() + 1);
        let mut bytes = transfer.sent[..arrived].to_vec();
        match self.script.odd(4) {
            _ if self.world.borrow().kind.at_end => {}
            1 if !transfer.detached => self.world.borrow_mut().put(transfer.at, None),
            2 if !transfer.detached => self.world.borrow_mut().put(transfer.at, transfer.before.clone()),
            // A server that converts line ends.
            3 => {
                bytes.retain(|&byte| byte != b'\n');
                let excuse = if bytes.len() == arrived { transfer.excuse } else { Excuse::Hole };
                self.write(&transfer, &bytes, excuse, false);
            }
            _ => self.write(&transfer, &bytes, transfer.excuse, false),
        }
        match self.script.odd(6) {
            _ if transfer.early => {}
            0 => self.says(426, "Broken"),
            1 => {}
            2 => self.cut(),
            3 => self.says_one_of(REFUSALS),
            4 => self.says_one_of(BREAKDOWNS),
            _ => self.says(226, "Taken for whole"),
        }
    }

    /// The client has ended the file, and the server has read up to that end.
    pub(crate) fn is_complete(&self) {
        let Some(transfer) = self.transfer.take() else { return };
        if transfer.detached {
            self.facts.borrow_mut().excuse = Excuse::Hole;
        }
        let what = self.script.odd(10);
        if what >= 8 {
            self.lie(&transfer);
            return self.stored(&transfer);
        }
        let sent = transfer.sent.clone();
        if matches!(what, 5..=7) {
            self.is_dropped(&transfer);
        } else {
            self.write(&transfer, &sent, transfer.excuse, true);
        }
        match what {
            1 | 7 => {}
            2 => self.cut(),
            3 | 6 => self.says_one_of(REFUSALS),
            4 | 5 => self.says_one_of(BREAKDOWNS),
            _ => self.stored(&transfer),
        }
    }

    /// Every byte was sent, and the server has not received all of them, or discards them.
    fn is_dropped(&self, transfer: &Transfer) {
        let mut world = self.world.borrow_mut();
        match self.script.choice(3) {
            _ if transfer.detached => {}
            0 => world.put(transfer.at, None),
            1 => world.put(transfer.at, transfer.before.clone()),
            _ => {
                drop(world);
                let fewer = self.script.choice(transfer.sent.len().max(1));
                self.write(transfer, &transfer.sent[..fewer], transfer.excuse, false);
            }
        }
    }

    /// The server replies 226, and has stored something else: a file with a forged end, other line ends, other bytes,
    /// or another name.
    fn lie(&self, transfer: &Transfer) {
        self.facts.borrow_mut().excuse = if transfer.detached { Excuse::Hole } else { Excuse::Lie };
        let sent = &transfer.sent;
        let lie = |bytes: &[u8]| self.write(transfer, bytes, Excuse::Lie, true);
        match self.script.choice(6) {
            0 => lie(&sent[..self.script.choice(sent.len().max(1))]),
            1 => lie(&sent.iter().copied().filter(|&byte| byte != b'\n').collect::<Vec<u8>>()),
            2 => lie(&[sent, &b"\r"[..]].concat()),
            3 => {
                self.facts.borrow_mut().excuse = Excuse::Hole;
                self.write(transfer, &vec![b'z'; sent.len()], Excuse::Hole, true);
            }
            4 if !transfer.detached => self.world.borrow_mut().put(transfer.at, None),
            _ if !transfer.detached => {
                let before = transfer.before.clone().map(|file| File { excuse: Excuse::Lie, ..file });
                // A file that an earlier run left may become visible after the query.
                self.facts.borrow_mut().late |= before.as_ref().is_some_and(|file| file.ours);
                self.world.borrow_mut().put(transfer.at, before);
            }
            _ => {}
        }
    }

    fn stored(&self, transfer: &Transfer) {
        if transfer.early && self.script.odd(2) == 0 {
            return;
        }
        self.says(226, "Stored");
        match self.script.odd(4) {
            1 => self.says(226, "Stored"),
            2 => self.cut(),
            3 => self.says(421, "Good night"),
            _ => {}
        }
    }
}
