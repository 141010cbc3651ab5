//! Stores the files of a plan: under temporary names, which are changed when all files are there, or in place.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ftp_plan::operations::Store;
use ftp_plan::path::RemotePath;
use ftp_protocol::timestamp::Timestamp;

use crate::bindings::ftp_uploader::upload::upload::UploadError;
use crate::cli_error::CliError;
use crate::delivery::{File, PutFile};
use crate::sync::course::Course;
use crate::sync::problem::SyncProblem;
use crate::sync::switch::Staged;
use crate::sync::{notes, problem, removal, scan};

/// A file that the server has.
pub(super) struct Stored {
    pub(super) size: u64,
    /// The line about it.
    pub(super) line: String,
}

impl Course<'_> {
    /// Stores all files under temporary names, and gives them their own when all are there. If one fails, the temporary
    /// files are removed, and the old files are still in place.
    pub(super) fn store_and_switch(&mut self, files: &[Store]) -> Result<(), CliError> {
        let Some(first) = files.first() else { return Ok(()) };
        let can_rename = self.link.can_rename(&self.names.unused(&first.path)).map_err(|error| self.blame(error))?;
        if !can_rename {
            return Err(CliError::Sync(SyncProblem::CannotRename));
        }
        let (mut staged, mut temporary) = (Vec::new(), Vec::new());
        for file in files {
            let name = self.names.temporary(&file.path);
            temporary.push(name.clone());
            match self.put(&file.path, &name) {
                Ok(stored) => {
                    let (path, time) = (file.path.clone(), self.time(&file.path));
                    staged.push(Staged { path, temporary: name, time, page: file.page, stored });
                }
                Err(error) => {
                    self.discard(&temporary);
                    return Err(error);
                }
            }
        }
        let (pages, others): (Vec<_>, Vec<_>) = staged.into_iter().partition(|staged| staged.page);
        let switched = self.switch(&others).and_then(|()| self.switch(&pages));
        if let Err(error) = &switched {
            self.tell_interrupted(error, &temporary);
        }
        switched
    }

    /// Says what is there after a change of names that has failed. If the server has changed none, the old files are in
    /// place.
    fn tell_interrupted(&mut self, error: &CliError, temporary: &[Vec<u8>]) {
        if self.report.stored == 0 && problem::is_plain_refusal_of_name(error) {
            return self.discard(temporary);
        }
        notes::say(
            "the names were being changed: some files are new, others still wait under temporary names; run it again",
        );
    }

    /// Stores all files under their own names.
    pub(super) fn store_in_place(&mut self, files: &[Store]) -> Result<(), CliError> {
        for file in files {
            let stored = self.put(&file.path, file.path.as_bytes())?;
            self.set_time(&file.path)?;
            self.tell_stored(&stored);
        }
        Ok(())
    }

    /// Counts a file that has its name, and says so.
    pub(super) fn tell_stored(&mut self, stored: &Stored) {
        self.report.stored += 1;
        self.report.bytes += stored.size;
        ftp_guest_console::say(&stored.line);
    }

    /// Stores one file under the path `name`.
    fn put(&self, path: &RemotePath, name: &[u8]) -> Result<Stored, CliError> {
        let local = scan::text(path);
        let target = &self.options.target;
        let source = self.directory.open_file(&local).map_err(|why| CliError::File(local.clone(), why))?;
        let size = source.size().ok_or(CliError::Fault)?;
        let file = File { source: &source, size, path: &local, name };
        let verified = PutFile::new(&self.link, target, &file).put().map_err(|error| error.of(path.as_bytes()))?;
        let line = crate::stored(path.as_bytes(), target.directory, size, verified);
        Ok(Stored { size, line })
    }

    /// Returns the time that the file gets on the server, if a command can carry it.
    fn time(&self, path: &RemotePath) -> Option<u64> {
        let modified = self.local.file(path.as_bytes())?.modified;
        modified.filter(|time| Timestamp::from_unix(*time).is_some())
    }

    fn set_time(&mut self, path: &RemotePath) -> Result<(), CliError> {
        let Some(time) = self.time(path) else { return Ok(()) };
        match self.link.set_time(path.as_bytes(), time) {
            Ok(()) => Ok(()),
            Err(UploadError::Refused(_)) if !self.link.is_over() => {
                self.report.times_not_set += 1;
                Ok(())
            }
            Err(error) => Err(self.blame(error)),
        }
    }

    /// Removes the temporary files of a run that failed. One of them may not exist.
    fn discard(&mut self, temporary: &[Vec<u8>]) {
        let paths: Vec<_> = temporary.iter().filter_map(|name| RemotePath::parse(name).ok()).collect();
        let removed = self.reconnect().is_ok().then(|| removal::remove_files(&self.link, &paths, false));
        match removed {
            Some(Ok(removed)) if removed.refused.is_empty() && removed.count == 0 => {
                notes::say("the old files are in place");
            }
            Some(Ok(removed)) if removed.refused.is_empty() => notes::say(&format!(
                "{} had arrived under temporary names and were removed again; the old files are in place",
                notes::files(removed.count)
            )),
            Some(_) | None => notes::say(&format!(
                "up to {} remain under temporary names (.NAME.NUMBER.part); the old files are in place",
                notes::files(paths.len() as u64)
            )),
        }
    }
}
