//! The server said that the file is stored, and its own answers contradict that: it is looked at again, and sent again at most
//! until the same contradiction comes a second time.

use crate::answer::{Action, Compared, Found, Next, Why};
use crate::doubt::Looks;
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Proof};

impl FileDelivery {
    /// The server said that it is stored, and tells something else: that may be because it is not done yet.
    pub(crate) fn contradicted(&mut self, sent: u64, found: Found) -> Next {
        self.begin_with(sent);
        self.sizes_told = true;
        self.file = FileState::InDoubt { completed: true };
        if let Found::Bytes(stored) = found
            && Self::is_wrapped(sent, stored)
        {
            return self.is_stored(Proof::Reply);
        }
        self.told = Some(found);
        self.ask(Phase::Recheck(Looks::after(Some(found))), Action::Settle)
    }

    pub(crate) fn rechecked(&mut self, looks: Looks, found: Found) -> Next {
        if found == Found::Bytes(self.length) {
            return self.is_stored(Proof::Size);
        }
        let looks = looks.and(found);
        self.told = Some(looks.found());
        if !looks.are_enough() {
            return self.ask(Phase::Recheck(looks), Action::Settle);
        }
        match looks.found() {
            Found::Bytes(there) if Self::is_wrapped(self.length, there) => self.is_stored(Proof::Reply),
            // The server has stored it elsewhere, or not at all; to send it again would end the same way.
            Found::Bytes(there) if self.work == Name::Own && self.before == Some(Found::Bytes(there)) => {
                self.leave(Why::Mismatch(there))
            }
            Found::Bytes(there) if looks.agree() => self.spoil(Why::Mismatch(there)),
            Found::Bytes(there) => self.leave(Why::Mismatch(there)),
            // Somebody took it away, or it has another name: to send it again would deliver it twice.
            Found::Refused => self.leave(Why::Missing),
            Found::Untold => self.is_stored(Proof::Reply),
        }
    }

    pub(crate) fn corrupt(&mut self, sent: u64) -> Next {
        self.begin_with(sent);
        self.stale = true;
        self.hash_differs = true;
        self.file = FileState::InDoubt { completed: true };
        self.ask(Phase::RecheckHash, Action::Settle)
    }

    pub(crate) fn rechecked_hash(&mut self, compared: Compared) -> Next {
        match compared {
            Compared::Same => self.is_stored(Proof::Hash),
            Compared::Different | Compared::Unavailable => self.spoil(Why::Corrupt),
        }
    }

    /// The stored bytes are not the sent ones: another try from the start. A server that changes the bytes does so each time
    /// in the same way. A connection that is cut in an orderly manner leaves another length each time.
    pub(crate) fn spoil(&mut self, why: Why) -> Next {
        let over = self.is_spoilt_by(why) || self.rules.stream || self.rules.unique;
        self.file = FileState::Partial { sent: 0 };
        if over { self.leave(why) } else { self.again() }
    }

    /// Notes the contradiction. True if it is the same as the last time.
    pub(crate) fn is_spoilt_by(&mut self, why: Why) -> bool {
        self.spoilt.replace(why) == Some(why)
    }

    /// Whether `stored` is `sent` as a server tells it that counts modulo 2^32.
    pub(crate) fn is_wrapped(sent: u64, stored: u64) -> bool {
        sent >= WRAP && stored < WRAP && sent % WRAP == stored
    }
}

/// Where old servers begin anew to count.
pub(crate) const WRAP: u64 = 1 << 32;
