//! Every byte was sent, and no reply reports the outcome: the server is asked, and a file that may be complete is not
//! overwritten.

use crate::answer::{Action, Compared, Found, Next, Why};
use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Proof};

/// Repeated SIZE queries of one name, half a second apart, until two answers are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Looks {
    count: u8,
    last: Option<Found>,
    steady: bool,
}

/// The maximum number of queries. If the answer is "no such file", all of them are used, because the file may become
/// visible later.
const LOOKS: u8 = 5;

impl Looks {
    /// No query yet, but `told` is the answer about the same transfer that came earlier.
    pub(crate) fn after(told: Option<Found>) -> Self {
        Self { count: 0, last: told, steady: false }
    }

    /// Adds one more answer. An answer without information does not replace an earlier one.
    pub(crate) fn and(self, found: Found) -> Self {
        let last = if found == Found::Untold { self.last.or(Some(found)) } else { Some(found) };
        Self { count: self.count + 1, last, steady: self.last == Some(found) }
    }

    /// Returns true if the last two answers are equal. Only then may something be sent again over a file with this
    /// name.
    pub(crate) fn agree(self) -> bool {
        self.steady
    }

    /// Returns the last answer that has information.
    pub(crate) fn found(self) -> Found {
        self.last.unwrap_or(Found::Untold)
    }

    /// Returns true if no further query is needed, and the last answer can be evaluated.
    pub(crate) fn are_enough(self) -> bool {
        self.count >= LOOKS || self.steady && self.last != Some(Found::Refused)
    }
}

impl FileDelivery {
    pub(crate) fn ask_about_doubt(&mut self) -> Next {
        self.ask(Phase::Doubt(Looks::after(self.told)), Action::Size(self.work))
    }

    pub(crate) fn found_in_doubt(&mut self, looks: Looks, found: Found) -> Next {
        let looks = looks.and(found);
        let found = looks.found();
        self.told = Some(found);
        // If the server has no SIZE, or always refuses it, another query gives no information.
        let pointless = found == Found::Untold || found == Found::Refused && !self.sizes_told;
        if !looks.are_enough() && !pointless {
            return self.ask(Phase::Doubt(looks), Action::Settle);
        }
        match found {
            Found::Bytes(there) if there == self.length || Self::is_wrapped(self.length, there) => {
                self.compare_in_doubt(found)
            }
            Found::Bytes(there) if there > self.length => self.is_another(Why::Mismatch(there)),
            Found::Bytes(there) if looks.agree() || self.may_be_sent_again() => self.is_shorter(there, looks.agree()),
            Found::Bytes(there) => self.leave(Why::Mismatch(there)),
            Found::Refused if self.sizes_told && (looks.agree() || self.completed()) => self.is_not_there(),
            Found::Refused | Found::Untold => self.compare_in_doubt(found),
        }
    }

    fn completed(&self) -> bool {
        self.file == FileState::InDoubt { completed: true }
    }

    /// Compares the hash, which decides the outcome. A hash that the server did not compute in time is not requested
    /// again.
    fn compare_in_doubt(&mut self, found: Found) -> Next {
        if self.hash_late {
            return self.compared_in_doubt(found, Compared::Unavailable);
        }
        self.compare(Phase::DoubtHash(found), self.work)
    }

    pub(crate) fn compared_in_doubt(&mut self, found: Found, compared: Compared) -> Next {
        match (compared, found) {
            (Compared::Same, _) => self.is_stored(Proof::Hash),
            (Compared::Different, _) => {
                self.hash_differs = true;
                self.is_another(Why::Corrupt)
            }
            (Compared::Unavailable, Found::Bytes(there)) if there == self.length => self.is_as_long(),
            (Compared::Unavailable, Found::Bytes(_) | Found::Refused | Found::Untold) => self.is_untold(),
        }
    }

    /// The size matches. That is no proof if an old file had the same size.
    fn is_as_long(&mut self) -> Next {
        let as_before = self.work == Name::Own && self.may_be_the_old_one();
        match self.before_time {
            _ if self.stale || self.hash_differs => self.is_untold(),
            _ if !as_before => self.is_stored(Proof::Size),
            Some(_) => self.ask(Phase::DoubtTime, Action::Modified(Name::Own)),
            None => self.is_untold(),
        }
    }

    pub(crate) fn dated_in_doubt(&mut self, time: Option<u64>) -> Next {
        let changed = time.is_some() && time != self.before_time;
        // The size is queried once more, so that both answers are about the same file.
        if changed { self.ask(Phase::DoubtSize, Action::Size(Name::Own)) } else { self.is_untold() }
    }

    pub(crate) fn seen_in_doubt(&mut self, found: Found) -> Next {
        match found {
            Found::Bytes(there) if there == self.length => self.is_stored(Proof::Size),
            Found::Untold => self.is_untold(),
            Found::Bytes(_) | Found::Refused => self.leave(Why::Unknown),
        }
    }

    /// The server gives no information. A file under a name that nobody else uses can be sent again; for other files, a
    /// success that nothing contradicts is accepted.
    fn is_untold(&mut self) -> Next {
        match self.completed() {
            _ if self.may_be_sent_again() => self.store(0),
            _ if self.hash_differs => self.leave(Why::Corrupt),
            true if !self.rules.atomic => self.is_stored(Proof::Reply),
            _ => self.leave(Why::Unknown),
        }
    }

    /// The file on the server is shorter than the sent data, and its size does not change.
    fn is_shorter(&mut self, there: u64, steady: bool) -> Next {
        if self.rules.stream {
            return self.leave(Why::Mismatch(there));
        }
        if !self.completed() {
            // Only a hash proves that these are the first bytes of our file, because no transfer was seen to break.
            // This is also true in a later try.
            if steady {
                self.file = FileState::Partial { sent: 0 };
            }
            return match there {
                0 => self.store(0),
                there => {
                    let action = Action::Compare { name: self.work, length: there };
                    self.ask(Phase::Prefix { there, by_name: false }, action)
                }
            };
        }
        let unchanged = self.work == Name::Own && self.before == Some(Found::Bytes(there));
        if unchanged || self.is_spoilt_by(Why::Mismatch(there)) {
            return self.leave(Why::Mismatch(there));
        }
        self.store(0)
    }

    /// The file on the server is a different one. Under the file's own name it may belong to anybody, so it is not
    /// overwritten.
    fn is_another(&mut self, why: Why) -> Next {
        if !self.may_be_sent_again() || self.is_spoilt_by(why) {
            return self.leave(why);
        }
        self.store(0)
    }

    /// The server returns sizes, and reports that there is no such file.
    fn is_not_there(&mut self) -> Next {
        if self.completed() {
            return self.leave(Why::Missing);
        }
        if self.rules.stream {
            return self.leave(Why::Mismatch(0));
        }
        self.store(0)
    }

    /// Returns true if sending the file again is safe for everybody: nobody else uses the name, and the bytes are still
    /// available locally.
    fn may_be_sent_again(&self) -> bool {
        self.rules.atomic && !self.rules.stream
    }

    pub(crate) fn compared_denied(&mut self, compared: Compared) -> Next {
        match compared {
            Compared::Same => self.is_stored(Proof::Hash),
            Compared::Different | Compared::Unavailable => self.ask(Phase::DeniedSize, Action::Size(self.work)),
        }
    }

    /// If the existing file's length differs from ours, the length distinguishes the next transfer's file from it.
    pub(crate) fn sized_denied(&mut self, found: Found) -> Next {
        self.stale = match found {
            Found::Bytes(there) => there == self.length,
            Found::Refused => !self.sizes_told,
            Found::Untold => true,
        };
        self.store(0)
    }
}
