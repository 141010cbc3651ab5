//! Makes the directories of which no listing tells if they exist, before the manifest names the files in them. Such a
//! directory may be a symbolic link to another place, whose files are not this run's own. If the server makes it for this
//! run, it is none.

use ftp_plan::path::RemotePath;

use crate::report::error::UploadError;
use crate::run::directories::PER_CALL;
use crate::run::sync::changes::Changes;
use crate::sandbox::values::MkdOutcome;

impl Changes<'_, '_> {
    /// Makes `make` if one of them may be a link, and a manifest records the own ones. Returns the directories that the
    /// server refused to make: they are tried again with the files, where a refusal is told.
    pub(super) fn make_possible_links(&mut self, mut make: Vec<RemotePath>) -> Result<Vec<RemotePath>, UploadError> {
        if self.context.manifest.is_none() || !self.record.may_have_links(&make) {
            return Ok(make);
        }
        make.sort_by_key(RemotePath::depth);
        let (mut new, mut refused) = (Vec::new(), Vec::new());
        for some in make.chunks(PER_CALL) {
            let (outcomes, in_flight) = self.try_to_make(some)?;
            // FTP's replies do not name their commands. A server that mixes up those of a flight could give the reply of a
            // new directory to one that exists.
            let is_known = !in_flight || outcomes.iter().all(|outcome| matches!(outcome, MkdOutcome::Made));
            for (path, outcome) in some.iter().zip(outcomes) {
                match outcome {
                    MkdOutcome::Made => {
                        self.sync.made.push(path.as_bytes().to_vec());
                        new.extend(is_known.then(|| path.clone()));
                    }
                    MkdOutcome::Exists => {}
                    MkdOutcome::Refused(_) | MkdOutcome::Unknown(_) => refused.push(path.clone()),
                }
            }
        }
        if let Some(first) = new.first()
            && self.refuses_to_make_again(first)?
        {
            new.iter().for_each(|path| self.record.is_no_link(path));
            new.iter().for_each(|path| self.record.made(path));
        }
        Ok(refused)
    }

    /// Returns the outcomes of MKD for `paths`, and true if the commands were sent in one flight. After a lost connection,
    /// all are sent again, and the directories of the first try exist.
    fn try_to_make(&self, paths: &[RemotePath]) -> Result<(Vec<MkdOutcome>, bool), UploadError> {
        let names: Vec<_> = paths.iter().map(|path| path.as_bytes().to_vec()).collect();
        let mut in_flight = false;
        let outcomes = self.context.run.with_worker(|worker| {
            worker.persist(|session, flight| {
                in_flight = flight;
                session.make_directories(&names, flight)
            })
        })?;
        Ok((outcomes, in_flight))
    }

    /// Returns true if the server refuses to make `made`, which it has just made. A server that makes directories with
    /// all that are above them may accept MKD for one that exists, too: its replies prove nothing.
    fn refuses_to_make_again(&self, made: &RemotePath) -> Result<bool, UploadError> {
        let (outcomes, _) = self.try_to_make(std::slice::from_ref(made))?;
        Ok(!matches!(outcomes.first(), Some(MkdOutcome::Made) | None))
    }

    /// Notes the directories that the server has made for this run.
    pub(super) fn note_made(&mut self, made: Vec<Box<[u8]>>) {
        for path in made {
            if let Ok(path) = RemotePath::parse(&path) {
                self.record.made(&path);
            }
            self.sync.made.push(path.into_vec());
        }
    }
}
