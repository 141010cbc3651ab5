//! Replaces a file on a server that does not rename over an existing one: the old file is moved aside, the new one gets
//! its name, and the old one is removed.

use alloc::vec::Vec;
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
        let names = [own.to_vec(), file.temporary.clone(), aside.clone()];
        let known = self.link.ask(&names, Inquiry::Size).map_err(|error| self.blame(error))?;
        let found: Vec<_> = known.iter().map(|known| known.found).collect();
        // Both files are there, and nothing is where the old one goes.
        let [Found::Bytes(_), Found::Bytes(_), Found::Refused] = found[..] else { return Err(not_renamed(refusal)) };
        self.rename(own, &aside)?.map_or(Ok(()), |_| Err(not_renamed(refusal)))?;
        if let Some(refusal) = self.rename(&file.temporary, own)? {
            let aside = self.rename(&aside, own)?.map(|_| aside);
            return Err(CliError::Sync(SyncProblem::NotRenamed { refusal, aside }));
        }
        // The new file has its name. If the old one cannot be removed, the next run finds it.
        self.link.remove_all(slice::from_ref(&aside)).map(drop).map_err(|error| self.blame(error))
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
