//! The information that the client got, as its own answers state it. Everything that the client reports in the end is
//! compared with it.

use ftp_delivery::{Compared, Failure, Found, Proof};

use crate::server::hash;
use crate::simulation::Simulation;

impl Simulation {
    /// The client is about to send the bytes from `from` on.
    pub(crate) fn begins_to_store(&self, from: u64) {
        let units = self.world.borrow().units(from);
        self.demand(units.is_some(), "resumes within a size that was returned modulo 2^32");
        let mut facts = self.facts.borrow_mut();
        (facts.from, facts.moved, facts.delivered) = (units.unwrap_or_default(), 0, (from, false));
        (facts.step, facts.said_stored) = (None, false);
    }

    /// Records an answer to SIZE.
    pub(crate) fn is_told(&self, at: usize, found: Found) {
        let mut facts = self.facts.borrow_mut();
        if let Found::Bytes(size) = found {
            facts.told_sizes.push(size);
            facts.sizes_seen = true;
        }
        if found == Found::Untold {
            return;
        }
        if facts.accepted && at == facts.stored_at {
            facts.last_told = Some(found);
        }
        self.world.borrow_mut().touched[at] = false;
    }

    pub(crate) fn is_compared(&self, at: usize, length: u64, compared: Compared) {
        if compared == Compared::Unavailable {
            return;
        }
        let same = compared == Compared::Same;
        {
            let mut world = self.world.borrow_mut();
            world.touched[at] = false;
            let whole = length == world.whole();
            let mut facts = self.facts.borrow_mut();
            if whole && at == facts.stored_at {
                facts.last_hash = Some(same);
            }
            facts.hash_fitted |= whole && same;
            facts.hash_differed |= whole && !same;
        }
        let ours = {
            let world = self.world.borrow();
            world.units(length).and_then(|units| world.ours.get(..units)).map(hash)
        };
        let said = self.facts.borrow().said_hash;
        self.demand(said.is_some() && (said == ours) == same, "a hash that the server did not return");
    }

    /// Records the outcome of STOR, as the guest reports it.
    pub(crate) fn is_stored(&self, at: usize, outcome: Result<(Proof, bool), Failure>) {
        let whole = self.world.borrow().whole();
        match outcome {
            Ok((proof, hidden)) => self.is_confirmed(at, whole, proof, hidden),
            Err(Failure::Unconfirmed { completed, .. }) if completed => self.is_accepted(),
            Err(Failure::Mismatch { stored, .. }) => {
                self.is_accepted();
                self.is_told(at, Found::Bytes(stored));
            }
            Err(Failure::Missing { .. }) => {
                self.is_accepted();
                self.is_told(at, Found::Refused);
            }
            Err(Failure::Corrupt { .. }) => {
                self.is_accepted();
                self.is_compared(at, whole, Compared::Different);
            }
            Err(_) => {}
        }
        let own =
            self.world.borrow().files[0].as_ref().is_some_and(|own| own.ours && own.bytes == self.world.borrow().ours);
        let mut facts = self.facts.borrow_mut();
        facts.may_be_whole = match outcome {
            Err(Failure::Session | Failure::NotTaken(_)) => facts.may_be_whole,
            Err(Failure::GivenUp { .. } | Failure::EarlySuccess) => false,
            // A file cannot be complete before its last byte was sent.
            Err(Failure::Cut { all: false, .. } | Failure::BrokeDown { all: false, .. } | Failure::Source { .. }) => {
                facts.may_be_whole
            }
            Err(Failure::Final { all: false, .. }) => facts.may_be_whole,
            Ok(_) | Err(_) => own,
        };
    }

    fn is_confirmed(&self, at: usize, whole: u64, proof: Proof, hidden: bool) {
        let (from, moved, finished) = {
            let facts = self.facts.borrow();
            (facts.from, facts.moved, facts.delivered.1)
        };
        self.demand(
            from + moved == self.world.borrow().ours.len() && finished,
            "reported as stored, and not every byte was sent",
        );
        self.is_accepted();
        self.demand(!self.facts.borrow().unanswered, "reported as stored, and a question about it got no answer");
        match proof {
            Proof::Reply if hidden => self.is_told(at, Found::Refused),
            Proof::Reply => {}
            Proof::Size | Proof::SameSize => {
                let said = self.facts.borrow().said_size;
                self.demand(said == Some(whole), "a size that the server did not return");
                self.is_told(at, Found::Bytes(whole));
            }
            Proof::Hash => self.is_compared(at, whole, Compared::Same),
        }
    }

    fn is_accepted(&self) {
        let mut facts = self.facts.borrow_mut();
        facts.accepted = true;
        let said = facts.said_stored;
        drop(facts);
        self.demand(said, "reported as stored, but the server did not confirm it");
    }

    /// The program is killed: the next run has no knowledge of this one.
    pub(crate) fn forgets_all(&self) {
        self.is_broken_off();
        self.world.borrow_mut().killed(self.rules.atomic && self.rules.resume);
        let mut facts = self.facts.borrow_mut();
        (facts.killed, facts.interrupted, facts.accepted, facts.may_be_whole) = (false, false, false, false);
        (facts.last_told, facts.last_hash) = (None, None);
        (facts.sizes_seen, facts.opened, facts.hash_fitted, facts.hash_differed) = (false, false, false, false);
        facts.told_sizes.clear();
        facts.excuse = crate::world::Excuse::None;
        (facts.spent, facts.renamed, facts.denied) = (0, false, false);
    }
}
