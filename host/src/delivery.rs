//! The files of one request, one after the other: when to go on after a failure, when to begin a new session, and the
//! account of it all.
//!
//! Opening a session is `uploader.rs`; storing one file in it is `session.rs`.

use std::mem;
use std::sync::Arc;

use crate::error::{Failure, Incomplete, UploadError};
use crate::progress::{Progress, Receipt};
use crate::request::Request;
use crate::session::{Session, survives};
use crate::source::Source;
use crate::tls::Versions;
use crate::uploader::Uploader;

/// A request that is being carried out.
pub(crate) struct Delivery<'a> {
    uploader: &'a Uploader,
    request: &'a Request,
    progress: Arc<dyn Progress>,
    session: Session,
    stored: Vec<Receipt>,
    failures: Vec<Failure>,
}

impl<'a> Delivery<'a> {
    /// Logs in.
    pub(crate) fn begin(
        uploader: &'a Uploader,
        request: &'a Request,
        progress: Arc<dyn Progress>,
    ) -> Result<Self, UploadError> {
        let session = uploader.open_session(request, Versions::Safe, &progress)?;
        Ok(Self { uploader, request, progress, session, stored: Vec::new(), failures: Vec::new() })
    }

    /// Stores every file, as far as the server lets it.
    pub(crate) fn deliver(mut self, sources: &[Arc<Source>]) -> Result<Vec<Receipt>, Incomplete> {
        for (i, source) in sources.iter().enumerate() {
            match self.deliver_one(source) {
                Ok(receipt) => {
                    self.progress.stored(&receipt);
                    self.stored.push(receipt);
                }
                Err(error) => {
                    let over = !survives(&error);
                    self.failures.push(Failure { file: Some(source.path().to_owned()), error });
                    if over {
                        return Err(self.incomplete(&sources[i + 1..]));
                    }
                }
            }
        }
        let Self { session, stored, failures, .. } = self;
        session.quit();
        if failures.is_empty() { Ok(stored) } else { Err(Incomplete { stored, failures, untried: Vec::new() }) }
    }

    fn deliver_one(&mut self, source: &Arc<Source>) -> Result<Receipt, UploadError> {
        if self.session.is_spent() {
            self.renew_session()?;
        }
        self.session.store(source)
    }

    /// Goes on in a new session, with TLS 1.2 where the server has it: its sessions can be resumed any number of times.
    fn renew_session(&mut self) -> Result<(), UploadError> {
        let open = |versions| self.uploader.open_session(self.request, versions, &self.progress);
        let renewed = match open(Versions::Tls12) {
            Err(UploadError::Tls { .. }) => open(Versions::Safe),
            opened => opened,
        };
        mem::replace(&mut self.session, renewed?).quit();
        Ok(())
    }

    fn incomplete(self, untried: &[Arc<Source>]) -> Incomplete {
        let untried = untried.iter().map(|source| source.path().to_owned()).collect();
        Incomplete { stored: self.stored, failures: self.failures, untried }
    }
}
