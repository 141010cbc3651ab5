//! The calls that may send several commands at once, and the check of a file that was left for later.

use ftp_authority::Call;

use crate::report::error::UploadError;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::errors::{from_guest, refusal_of};
use crate::sandbox::guest::GuestSession;
use crate::sandbox::state::GuestState;
use crate::sandbox::values::{self, Announced, Inquiry, MkdOutcome, Verified};

impl GuestSession {
    /// Prepares to store a file under `name`: makes the open check of the file stored before, and asks about `name`. If
    /// `flight` is true, the commands are sent at once, and STOR with them if that has worked in this session; then
    /// [`store`](Self::store) of this name from its first byte must be the next call.
    pub(crate) fn announce(&mut self, name: &[u8], inquiry: Inquiry, flight: bool) -> Result<Announced, UploadError> {
        self.store.data_mut().begin_check(self.unchecked, Call::Announce { name: name.to_vec(), flight });
        let inquiry = values::inquiry(inquiry);
        let announced = self
            .call_begun(|guest, store, conversation| guest.call_announce(store, conversation, name, inquiry, flight))?;
        let checked = announced.checked.map(|checked| self.checked(checked));
        Ok(Announced { found: values::found(announced.found), modified: announced.modified, checked })
    }

    /// Makes the open check of the last file stored, and returns its result.
    pub(crate) fn check(&mut self) -> Result<Verified, UploadError> {
        self.store.data_mut().begin_check(self.unchecked, Call::Check);
        self.call_begun(|guest, store, conversation| guest.call_check(store, conversation)).map(Verified::from)
    }

    fn checked(&mut self, checked: Result<wit::Verification, wit::UploadError>) -> Result<Verified, UploadError> {
        checked.map(Verified::from).map_err(|error| from_guest(error, self.store.data_mut(), None))
    }

    /// Makes directories, parents before their children. `paths` are relative to the directory that was entered.
    pub(crate) fn make_directories(&mut self, paths: &[Vec<u8>], flight: bool) -> Result<Vec<MkdOutcome>, UploadError> {
        let made = self.call(Call::MakeDirectories(paths.to_vec()), |guest, store, conversation| {
            guest.call_make_directories(store, conversation, paths, flight)
        })?;
        if made.len() != paths.len() {
            return Err(UploadError::Fault("the component reports other directories than it was to make".into()));
        }
        Ok(made.into_iter().map(|made| mkd_outcome(made, self.store.data())).collect())
    }
}

fn mkd_outcome(made: wit::Made, state: &GuestState) -> MkdOutcome {
    match made {
        wit::Made::Made => MkdOutcome::Made,
        wit::Made::Exists => MkdOutcome::Exists,
        wit::Made::Refused(reply) => MkdOutcome::Refused(refusal_of(reply, state)),
        wit::Made::Unknown(reply) => MkdOutcome::Unknown(refusal_of(reply, state)),
    }
}
