//! The server replied that the file is stored, and its own answers contradict that. The file is checked again, and sent
//! again until the same contradiction comes a second time.

use crate::answer::{Action, Compared, Found, Next, Why};
use crate::doubt::Looks;
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Proof};

impl FileDelivery {
    /// The server replied that the file is stored, and reports another size, or no such file. It may not have finished
    /// yet, so it is asked again.
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
            // The server has stored the file elsewhere, or not at all. Sending it again would end the same way.
            Found::Bytes(there) if self.work == Name::Own && self.before == Some(Found::Bytes(there)) => {
                self.leave(Why::Mismatch(there))
            }
            Found::Bytes(there) if looks.agree() => self.spoil(Why::Mismatch(there)),
            Found::Bytes(there) => self.leave(Why::Mismatch(there)),
            // The file was removed, or it has another name. Sending it again would deliver it twice.
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

    /// The stored bytes differ from the sent ones: begins another try from the start, or gives up after the same
    /// contradiction twice. A server that changes the bytes changes them in the same way each time, but a transfer that
    /// was cut (and looked complete to the server) has a different length each time.
    pub(crate) fn spoil(&mut self, why: Why) -> Next {
        let over = self.is_spoilt_by(why) || self.rules.stream || self.rules.unique;
        self.file = FileState::Partial { sent: 0 };
        if over { self.leave(why) } else { self.again() }
    }

    /// Records the contradiction. Returns true if it is the same as the last one.
    pub(crate) fn is_spoilt_by(&mut self, why: Why) -> bool {
        self.spoilt.replace(why) == Some(why)
    }

    /// Returns true if `stored` is `sent` modulo 2^32, which is the size that some old servers report.
    pub(crate) fn is_wrapped(sent: u64, stored: u64) -> bool {
        sent >= WRAP && stored < WRAP && sent % WRAP == stored
    }
}

/// The number of bytes at which old servers start to count from 0 again.
pub(crate) const WRAP: u64 = 1 << 32;
