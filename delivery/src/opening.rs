//! The part of a first try that can be sent in one flight: the questions whose answers do not decide if the file is
//! stored, and STOR behind them.

use crate::machine::{FileDelivery, FileState, Phase};
use crate::rules::{Name, Verify};

/// The commands that open a delivery, if they can be sent before the replies to the first of them are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The name that the file is stored under.
    pub name: Name,
    /// True if [`begin`](FileDelivery::begin) first asks about that name: for its size, and then perhaps for its time.
    pub asks: bool,
}

impl FileDelivery {
    /// Returns the opening of the next try, if the delivery stores the file from its first byte, whatever the server
    /// answers to the questions before. `tests/opening.rs` checks this for all answers.
    pub fn opening(&self) -> Option<Opening> {
        let fresh = self.file == FileState::Fresh && self.phase == Phase::Between && !self.begun;
        if !fresh || self.rules.resume || self.rules.unique || self.rules.stream {
            return None;
        }
        match self.rules.atomic {
            true => self.renames.then_some(Opening { name: self.work, asks: false }),
            false if self.before.is_some() => None,
            false => {
                let asks = self.rules.retried || self.rules.verify != Verify::Nothing;
                Some(Opening { name: Name::Own, asks })
            }
        }
    }

    /// Records that the commands of the opening were sent, and the connection failed: the server may have emptied the file
    /// of that name, although it received no byte.
    pub fn opening_was_lost(&mut self) {
        self.begin_with(0);
        self.file = FileState::Partial { sent: 0 };
    }

    /// Returns true if the check of the stored file may be answered after the next file was begun: a stored file has
    /// its name already, so nothing is renamed.
    pub fn may_be_checked_later(&self) -> bool {
        !(self.rules.atomic || self.rules.unique || self.rules.stream)
    }
}
