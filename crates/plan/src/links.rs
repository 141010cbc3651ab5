//! The local directories that are symbolic links on the server, or may be. A file that is stored through a link lies
//! elsewhere: it is not the run's own, and no later run may remove it.

use alloc::collections::BTreeSet;

use crate::Inputs;
use crate::compare::{Sight, sight};
use crate::path::{RemotePath, upwards};
use crate::remote::Kind;

/// The local directories that are links on the server, or may be, as far as the listings and the replies to MKD tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links(BTreeSet<RemotePath>);

impl Links {
    /// The links before anything is made. A trusted manifest stands for the listings, and has no links.
    pub(crate) fn of(inputs: &Inputs<'_>) -> Self {
        let may_be_link = |path: &&RemotePath| match sight(inputs, path.as_bytes()) {
            Sight::Listed(entry) => matches!(entry.kind, Kind::Link | Kind::Other),
            Sight::Unseen => true,
            Sight::Missing => false,
        };
        match inputs.trusted() {
            Some(_) => Self::default(),
            None => Self(inputs.local.directories().iter().filter(may_be_link).cloned().collect()),
        }
    }

    /// Returns true if `directory` itself is one of them.
    pub fn contains(&self, directory: &RemotePath) -> bool {
        self.0.contains(directory)
    }

    /// Takes `directory` out: this run has sent MKD for it, and the server has replied that it has made it. RFC 959 §5.4:
    /// MKD makes a directory, and is refused if there is something with its name. A directory that was refused because it
    /// exists must stay, and one whose reply was lost, too.
    pub fn rule_out(&mut self, directory: &RemotePath) {
        self.0.remove(directory);
    }

    /// Returns true if one of them is above `path`.
    pub fn lead_to(&self, path: &RemotePath) -> bool {
        !self.0.is_empty() && upwards(path.parent_bytes()).any(|directory| self.0.contains(directory))
    }
}
