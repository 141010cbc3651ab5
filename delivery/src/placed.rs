//! The steps after the new file has its name: the remains of a temporary name and of an old file are removed.

use crate::answer::{Action, Found, Left, Next, Why};
use crate::machine::{FileDelivery, Phase};
use crate::rename::Aside;
use crate::rules::Name;

impl FileDelivery {
    /// The file has its name. An old file that was moved aside is removed after that is confirmed.
    pub(crate) fn is_placed(&mut self) -> Next {
        match self.aside {
            Aside::Unused if self.rules.odd_name && self.sizes_told => self.ask(Phase::Named, Action::Size(Name::Own)),
            Aside::Unused => self.has_its_name(Left::Nothing),
            Aside::Perhaps | Aside::Moved => self.ask(Phase::Placed, Action::Size(Name::Own)),
        }
    }

    /// The server replied that the file has its name. If it then reports no such file, it has changed the name, or
    /// somebody has removed the file already.
    pub(crate) fn named(&mut self, found: Found) -> Next {
        match found {
            Found::Refused => self.leave(Why::Missing),
            Found::Bytes(there) if self.is_another_size(found) => self.leave(Why::Mismatch(there)),
            Found::Bytes(_) | Found::Untold => self.has_its_name(Left::Nothing),
        }
    }

    pub(crate) fn placed_and_seen(&mut self, found: Found) -> Next {
        match found {
            Found::Bytes(_) if self.is_another_size(found) => self.leave(Why::Unknown),
            Found::Refused if self.sizes_told => self.leave(Why::Unknown),
            Found::Bytes(_) | Found::Refused | Found::Untold => {
                self.ask(Phase::RemovingOld, Action::Remove(Name::Aside))
            }
        }
    }

    pub(crate) fn removed_old(&mut self, removed: bool) -> Next {
        if removed {
            return self.has_its_name(Left::Removed);
        }
        self.ask(Phase::OldRemains, Action::Size(Name::Aside))
    }

    pub(crate) fn has_its_name(&mut self, aside: Left) -> Next {
        self.phase = Phase::Between;
        Next::Stored { proof: self.its_proof(), aside }
    }
}
