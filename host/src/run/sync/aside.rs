//! Replaces a file on a server that does not rename over an existing one: the old file is moved aside, the new one gets
//! its name, and the old one is removed. Each step is chosen by what the server has and by what this run has done, so that
//! the steps can be taken again after a lost connection.
//!
//! Invariants, which a model of a server checks for all faults in their combinations (`aside/tests.rs`): a file that counts as
//! done has its name; one that counts as refused waits under its temporary name, and the old file has its own; no file is left
//! aside that is not named, unless the new one has its name; and no file is overwritten or lost.

use ftp_delivery::Found;

use crate::report::error::UploadError;
use crate::report::summary::{Remaining, Remains, Whose};
use crate::run::sync::switch::{Sign, Staged, Switched, not_renamed, ours};
use crate::sandbox::guest::GuestSession;
use crate::sandbox::values::{Inquiry, Refusal, Renaming};

/// The most steps: three are needed, and each may be taken again once.
const MAX_STEPS: usize = 6;

/// The progress of this run, which outlives a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moving {
    /// This run has changed nothing.
    NotBegun,
    /// The old file may be aside.
    Doubtful,
    /// The server has confirmed that the old file is aside.
    Aside,
    /// The old file is aside, and the new one may have the name.
    Taking,
    /// No file had the name, and the new one may have it.
    Vacant,
    /// The new file has the name. The old one is being removed.
    Removing,
}

/// The operations of a server that are needed here.
pub(super) trait Server {
    /// Asks for the sizes of files.
    fn sizes(&mut self, names: &[Vec<u8>]) -> Result<Vec<Found>, UploadError>;
    /// Changes the name of a file.
    fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError>;
    /// Removes a file.
    fn remove(&mut self, name: &[u8]) -> Result<(), UploadError>;
}

impl Server for GuestSession {
    fn sizes(&mut self, names: &[Vec<u8>]) -> Result<Vec<Found>, UploadError> {
        Ok(self.ask(names, Inquiry::Size, false)?.into_iter().map(|known| known.found).collect())
    }

    fn rename(&mut self, name: &[u8], to: &[u8]) -> Result<Renaming, UploadError> {
        Self::rename(self, name, to)
    }

    fn remove(&mut self, name: &[u8]) -> Result<(), UploadError> {
        Self::remove(self, name)
    }
}

/// The files that the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct There {
    /// Under the own name, with its size.
    own: Option<u64>,
    temporary: bool,
    aside: bool,
}

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    MoveAside,
    TakeName,
    RemoveOld,
    Done,
    /// The first change of the name was carried out and refused, or the old file has the size of the new one.
    Renamed,
    /// Give up, and bring the old file back if it was moved.
    Leave,
    /// It is not known which file has the name.
    Lost,
}

impl There {
    /// Returns the next step for a file of `size` bytes.
    fn next(self, size: u64, moving: Moving) -> Step {
        let Self { own, temporary, aside } = self;
        match (temporary, own, moving) {
            (true, None, _) => Step::TakeName,
            // A file that is aside already belongs to another run.
            (true, Some(_), Moving::NotBegun | Moving::Doubtful) if !aside => Step::MoveAside,
            (true, Some(_), _) => Step::Leave,
            // Some servers refuse what they have done, and others hide the temporary file.
            (false, Some(own), Moving::NotBegun) if own == size => Step::Renamed,
            (false, _, Moving::NotBegun) => Step::Leave,
            // The old file is aside, so that this is the new one.
            (false, Some(own), Moving::Taking | Moving::Removing) if own == size && aside => Step::RemoveOld,
            (false, Some(own), Moving::Vacant | Moving::Removing) if own == size => Step::Done,
            (false, _, _) => Step::Lost,
        }
    }
}

/// The replacement of one file.
pub(super) struct Replacement<'a> {
    pub(super) file: &'a Staged,
    /// The reply with which the server refused to rename over the old file.
    pub(super) refusal: &'a Refusal,
    pub(super) time_set: bool,
}

impl Replacement<'_> {
    /// Replaces the old file.
    ///
    /// # Errors
    /// The connection was lost. `moving` says how far the replacement has come.
    pub(super) fn carry_out(&self, server: &mut dyn Server, moving: &mut Moving) -> Result<Switched, UploadError> {
        let aside = name_aside(&self.file.temporary);
        let (mut is_refused, mut is_waiting) = (false, false);
        for _ in 0..MAX_STEPS {
            let Some(there) = self.look(server, &aside)? else { break };
            is_waiting = there.temporary;
            match there.next(self.file.stored.size, *moving) {
                Step::MoveAside if is_refused => {
                    *moving = Moving::NotBegun;
                    break;
                }
                Step::MoveAside => {
                    *moving = Moving::Doubtful;
                    match server.rename(&self.file.stored.remote, &aside)? {
                        Renaming::Done => *moving = Moving::Aside,
                        // Some servers refuse what they have done.
                        Renaming::NotFrom(_) | Renaming::NotTo(_) => is_refused = true,
                    }
                }
                Step::TakeName => return self.take_name(server, moving, &aside, there.aside),
                Step::RemoveOld => return self.remove_old(server, moving, &aside),
                Step::Done => return Ok(self.done()),
                Step::Renamed if self.file.sign == Sign::Size => return Ok(self.done()),
                Step::Renamed => return Ok(self.lost(Moving::Vacant)),
                Step::Leave => break,
                Step::Lost => return Ok(self.lost(*moving)),
            }
        }
        match *moving {
            Moving::NotBegun if !is_waiting => Ok(self.lost(Moving::NotBegun)),
            _ => self.leave(server, moving, &aside, self.refusal.clone()),
        }
    }

    /// Gives the new file the name, which no file has.
    fn take_name(
        &self,
        server: &mut dyn Server,
        moving: &mut Moving,
        aside: &[u8],
        is_aside: bool,
    ) -> Result<Switched, UploadError> {
        let before = *moving;
        let is_ours = matches!(before, Moving::Doubtful | Moving::Aside | Moving::Taking) && is_aside;
        *moving = if is_ours { Moving::Taking } else { Moving::Vacant };
        match server.rename(&self.file.temporary, &self.file.stored.remote)? {
            Renaming::Done if is_ours => self.remove_old(server, moving, aside),
            Renaming::Done => Ok(self.done()),
            // After a lost connection, the first command may have been carried out.
            Renaming::NotFrom(_) if matches!(before, Moving::Taking | Moving::Vacant) => Ok(self.lost(*moving)),
            Renaming::NotFrom(refusal) | Renaming::NotTo(refusal) => {
                // Some servers refuse what they have done.
                match self.look(server, aside)?.map(|there| there.next(self.file.stored.size, *moving)) {
                    Some(Step::RemoveOld) => return self.remove_old(server, moving, aside),
                    Some(Step::Done) => return Ok(self.done()),
                    Some(Step::TakeName) => *moving = if is_ours { Moving::Aside } else { Moving::NotBegun },
                    Some(Step::MoveAside | Step::Renamed | Step::Leave | Step::Lost) | None => {}
                }
                self.leave(server, moving, aside, refusal)
            }
        }
    }

    /// Removes the old file, after the new one has got its name. If the server refuses, the next run says so.
    fn remove_old(&self, server: &mut dyn Server, moving: &mut Moving, aside: &[u8]) -> Result<Switched, UploadError> {
        *moving = Moving::Removing;
        match server.remove(aside) {
            Ok(()) | Err(UploadError::Refused { .. }) => Ok(self.done()),
            Err(error) => Err(error),
        }
    }

    /// Gives up, after the server has shown that the new file waits under its temporary name. The old file gets its name again,
    /// if this run may have moved it, and if the new one cannot have the name.
    fn leave(
        &self,
        server: &mut dyn Server,
        moving: &mut Moving,
        aside: &[u8],
        refusal: Refusal,
    ) -> Result<Switched, UploadError> {
        let is_back = match *moving {
            Moving::Removing => return Ok(self.done()),
            Moving::Vacant => return Ok(self.lost(Moving::Vacant)),
            Moving::NotBegun => true,
            Moving::Taking => false,
            Moving::Doubtful | Moving::Aside => match server.rename(aside, &self.file.stored.remote)? {
                Renaming::Done => true,
                // If the old file has never left, no file is aside.
                Renaming::NotFrom(_) | Renaming::NotTo(_) => self.old_has_its_name(server, aside)?,
            },
        };
        if is_back {
            *moving = Moving::NotBegun;
            return Ok(Switched::Refused(not_renamed(refusal, false)));
        }
        let Refusal { code, text, .. } = refusal;
        let error = UploadError::NotRenamed { forbidden: false, old_is_aside: true, code, text };
        Ok(Switched::Failed { error, remains: vec![ours(self.file), old(self.file)] })
    }

    /// Returns true if the server shows a file under the own name, the new one under its temporary name, and none aside.
    fn old_has_its_name(&self, server: &mut dyn Server, aside: &[u8]) -> Result<bool, UploadError> {
        Ok(self.look(server, aside)?.is_some_and(|there| there.own.is_some() && there.temporary && !there.aside))
    }

    /// Asks for the three files. Returns `None` if the server does not tell.
    fn look(&self, server: &mut dyn Server, aside: &[u8]) -> Result<Option<There>, UploadError> {
        let names = [self.file.stored.remote.clone(), self.file.temporary.clone(), aside.to_vec()];
        let found = server.sizes(&names)?;
        let size = |found| match found {
            Found::Bytes(size) => Some(Some(size)),
            Found::Refused => Some(None),
            Found::Untold => None,
        };
        let [own, temporary, old] = found[..] else { return Ok(None) };
        Ok((|| {
            let (own, temporary, old) = (size(own)?, size(temporary)?, size(old)?);
            Some(There { own, temporary: temporary.is_some(), aside: old.is_some() })
        })())
    }

    fn done(&self) -> Switched {
        Switched::Done { time_set: self.time_set }
    }

    /// The result if there is no session any more, or if it is not known which file has the name.
    pub(super) fn lost(&self, moving: Moving) -> Switched {
        let old = |file| Some(old(file));
        let old = match moving {
            Moving::NotBegun => {
                // The server may have carried out what it has refused.
                let (error, remains) = (not_renamed(self.refusal.clone(), false), vec![ours(self.file)]);
                return Switched::Failed { error, remains };
            }
            Moving::Removing => return self.done(),
            Moving::Vacant => None,
            Moving::Doubtful | Moving::Aside | Moving::Taking => old(self.file),
        };
        let remains = std::iter::once(ours(self.file)).chain(old).collect();
        Switched::Failed { error: UploadError::Unknown, remains }
    }
}

/// The entry of the report for the old file, which may be aside.
fn old(file: &Staged) -> Remains {
    Remains { name: name_aside(&file.temporary), of: Whose::Old, state: Remaining::Unknown }
}

/// Returns the name for the old file: that of the temporary file, with another ending.
fn name_aside(temporary: &[u8]) -> Vec<u8> {
    let stem = temporary.strip_suffix(b"part").unwrap_or(temporary);
    [stem, b"old"].concat()
}

#[cfg(test)]
mod tests;
