//! Replaces a file on a server that does not rename over an existing one: the old file is moved aside, the new one gets
//! its name, and the old one is removed.

use core::slice;

use crate::bindings::ftp_uploader::upload::upload::{Change, Found, Inquiry, Refusal, Renaming};
use crate::cli_error::CliError;
use crate::sync::course::Course;
use crate::sync::problem::SyncProblem;
use crate::sync::switch::{Staged, not_renamed};

impl Course<'_> {
    /// Replaces the old file by `file`. `refusal` is the reply with which the server refused to rename over it.
    pub(super) fn replace(&mut self, file: &Staged, refusal: Refusal) -> Result<(), CliError> {
        let (own, aside) = (file.path.as_bytes(), self.names.aside(&file.path));
        match self.look(file, &aside)? {
            // Both files are there, and nothing is where the old one goes.
            [Found::Bytes(_), Found::Bytes(_), Found::Refused] => {}
            // The temporary file is still there, so that nothing was renamed.
            [_, Found::Bytes(_), _] => return Err(not_renamed(refusal)),
            // Some servers refuse what they have done, and others hide the temporary file.
            _ => return Err(CliError::Sync(SyncProblem::NameUnclear(refusal))),
        }
        if self.rename(own, &aside)?.is_some() {
            // Some servers refuse what they have done.
            match self.look(file, &aside)? {
                [Found::Refused, Found::Bytes(_), Found::Bytes(_)] => {}
                [Found::Bytes(_), Found::Bytes(_), Found::Refused] => return Err(not_renamed(refusal)),
                _ => return Err(CliError::Sync(SyncProblem::NotRenamed { refusal, aside: Some(aside) })),
            }
        }
        if let Some(refusal) = self.rename(&file.temporary, own)? {
            match self.look(file, &aside)? {
                // The old file is aside, so that this is the new one.
                [Found::Bytes(size), Found::Refused, Found::Bytes(_)] if size == file.stored.size => {}
                // The old file is brought back only if the new one cannot have the name.
                [Found::Refused, Found::Bytes(_), Found::Bytes(_)] if self.rename(&aside, own)?.is_none() => {
                    return Err(not_renamed(refusal));
                }
                _ => return Err(CliError::Sync(SyncProblem::NotRenamed { refusal, aside: Some(aside) })),
            }
        }
        // The new file has its name. If the old one cannot be removed, the next run finds it.
        self.link.remove_all(slice::from_ref(&aside)).map(drop).map_err(|error| self.blame(error))
    }

    /// Asks for the file under its own name, under its temporary one, and for the old file aside.
    fn look(&self, file: &Staged, aside: &[u8]) -> Result<[Found; 3], CliError> {
        let names = [file.path.as_bytes().to_vec(), file.temporary.clone(), aside.to_vec()];
        let known = self.link.ask(&names, Inquiry::Size).map_err(|error| self.blame(error))?;
        let [own, temporary, old] = &known[..] else { return Err(CliError::Fault) };
        Ok([own.found, temporary.found, old.found])
    }

    /// Changes one name. Returns the server's refusal.
    fn rename(&self, name: &[u8], to: &[u8]) -> Result<Option<Refusal>, CliError> {
        let change = Change { name: name.to_vec(), to: to.to_vec(), time: None };
        let changed = self.link.rename_all(slice::from_ref(&change)).map_err(|error| self.blame(error))?;
        Ok(changed.into_iter().find_map(|changed| match changed.renaming {
            Renaming::Done => None,
            Renaming::NotFrom(refusal) | Renaming::NotTo(refusal) => Some(refusal),
        }))
    }
}
