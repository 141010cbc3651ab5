//! Makes the directories of a run, once for all workers, before files are stored in them.

use crate::report::error::UploadError;
use crate::report::event::Event;
use crate::report::summary::Failure;
use crate::run::plan::Directory;
use crate::run::queue::Effect;
use crate::run::worker::Worker;
use crate::sandbox::values::{MkdOutcome, Refusal};

/// The most directories that one call of the component makes.
pub(super) const PER_CALL: usize = 64;

impl Worker<'_> {
    /// Makes `directories`, parents before their children, and lets the workers begin. A directory that cannot be made
    /// is a failure, and the files below it are not tried; all others are. Returns the paths of those
    /// that the server has made: the others may have existed.
    pub(super) fn make_directories(&mut self, directories: &[Directory]) -> Vec<Box<[u8]>> {
        let mut all_made = Vec::new();
        let mut refused: Vec<&Directory> = Vec::new();
        // No flight has a directory and one in it, so those of one depth come together.
        let mut ordered: Vec<&Directory> = directories.iter().collect();
        ordered.sort_by_key(|directory| directory.depth());
        for some in ordered.chunks(PER_CALL) {
            match self.make(some) {
                Ok(made) => some.iter().zip(made).for_each(|(&directory, made)| {
                    if matches!(made, MkdOutcome::Made) {
                        all_made.push(directory.remote.clone());
                    }
                    let below_refused = refused.iter().any(|parent| directory.is_below(parent));
                    if let MkdOutcome::Refused(refusal) = made
                        && !below_refused
                    {
                        self.give_up_directory(directory, refusal);
                        refused.push(directory);
                    }
                }),
                Err(error) => {
                    let failure = Failure::of_run(error);
                    self.emit(&Event::Failed(&failure));
                    self.queue.failed(failure, Effect::OnAll);
                    self.session = None;
                    break;
                }
            }
        }
        self.queue.open(|file| !refused.iter().any(|directory| directory.contains(&file.remote)));
        all_made
    }

    /// Makes the directories of one call, with the retries that the request allows.
    fn make(&mut self, directories: &[&Directory]) -> Result<Vec<MkdOutcome>, UploadError> {
        let paths: Vec<_> = directories.iter().map(|directory| directory.remote.to_vec()).collect();
        self.persist(|session, flight| session.make_directories(&paths, flight))
    }

    fn give_up_directory(&self, directory: &Directory, refusal: Refusal) {
        let Refusal { code, text, .. } = refusal;
        let error = UploadError::NotMade { path: directory.remote.to_vec(), code, text };
        let failure = Failure { file: Some(directory.local.clone()), ..Failure::of_run(error) };
        self.emit(&Event::Failed(&failure));
        self.queue.failed(failure, self.effect_on_others(Effect::OnNone));
    }
}
