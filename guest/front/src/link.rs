//! One session of the guest, with the provider's handles that watch over it. Each call of the guest is announced to the
//! provider before it is made, so that the provider permits the commands of this call only. Nothing else in the front
//! calls the guest.

use alloc::vec::Vec;
use core::cell::Cell;

use ftp_delivery::defaults;

use crate::args::Target;
use crate::bindings::ftp_uploader::upload::capabilities::{Secret, SourceFile};
use crate::bindings::ftp_uploader::upload::upload::{
    Change, Changed, Comparison, DataMode, Found, Inquiry, Known, Login, Made, Page, Plan, Protection, Receipt,
    Removal, Session, UploadError,
};
use crate::bindings::ftp_uploader::wasi::grants::{
    self, Authority, Call, Conversation, Destination, NewTime, Output, Patience, Witness, connect,
};
use crate::cli_error::CliError;
use crate::failure;

/// The deadlines of the native program.
const DEADLINES: Patience =
    Patience { silence: defaults::TIMEOUT.as_secs() as u32, connecting: defaults::CONNECT_TIMEOUT.as_secs() as u32 };

/// Each reply is awaited before the next command is sent: servers that cannot take several at once are common, and the
/// front has no second attempt.
const FLIGHT: bool = false;

/// A session.
pub(crate) struct Link {
    session: Session,
    authority: Authority,
    witness: Witness,
    /// True after an error with which the session has ended.
    over: Cell<bool>,
}

impl Link {
    /// Connects to the server and logs in. With `every_file`, the progress of every file is shown.
    pub(crate) fn open(target: &Target<'_>, password: &Secret, every_file: bool) -> Result<Self, CliError> {
        let output = Output { transcript: target.verbose, every_file };
        let lent = connect(&target.server, DEADLINES, output)
            .map_err(|why| CliError::Connect(target.server.host.clone(), why))?;
        let Conversation { control, progress, witness, authority } = lent;
        let user = target.user.as_bytes();
        authority.begin(&Call::Open(grants::Login { user: user.into(), account: None }));
        // `connect` has checked that a connection in clear is allowed.
        let (protection, data_mode) = (Protection::Clear, DataMode::Passive);
        let login = Login { user: user.into(), account: None, protection, data_mode, flight: FLIGHT };
        let session = Session::open(control, password, &login, progress).map_err(|why| target.blame(why))?;
        Ok(Self { session, authority, witness, over: Cell::new(false) })
    }

    /// Returns true if the session has ended, so that nothing can be sent (`wit/upload.wit`, `session`).
    pub(crate) fn is_over(&self) -> bool {
        self.over.get()
    }

    /// Returns the number of bytes of the last file that the provider has handed over, if it was handed over to its end.
    pub(crate) fn delivered(&self) -> Option<u64> {
        self.witness.delivered()
    }

    pub(crate) fn enter(&self, directory: &[u8]) -> Result<(), UploadError> {
        let call = Call::Enter(Destination { directory: directory.into(), create: false });
        self.call(&call, |session| session.enter(directory, false, FLIGHT))
    }

    pub(crate) fn make_directories(&self, paths: &[Vec<u8>]) -> Result<Vec<Made>, UploadError> {
        let made =
            self.call(&Call::MakeDirectories(paths.into()), |session| session.make_directories(paths, FLIGHT))?;
        self.checked(made, paths.len())
    }

    pub(crate) fn store(&self, source: &SourceFile, name: &[u8], plan: Plan) -> Result<Receipt, UploadError> {
        self.call(&Call::Store(name.into()), |session| session.store(source, name, plan))
    }

    pub(crate) fn look(&self, name: &[u8]) -> Result<Found, UploadError> {
        self.call(&Call::Look(name.into()), |session| session.look(name))
    }

    pub(crate) fn modified(&self, name: &[u8]) -> Result<Option<u64>, UploadError> {
        self.call(&Call::Modified(name.into()), |session| session.modified(name))
    }

    pub(crate) fn compare(&self, source: &SourceFile, name: &[u8], length: u64) -> Result<Comparison, UploadError> {
        self.call(&Call::Compare(name.into()), |session| session.compare(source, name, length))
    }

    pub(crate) fn can_rename(&self, name: &[u8]) -> Result<bool, UploadError> {
        self.call(&Call::CanRename(name.into()), |session| session.can_rename(name))
    }

    pub(crate) fn rename_all(&self, changes: &[Change]) -> Result<Vec<Changed>, UploadError> {
        let permitted =
            |Change { name, to, time }: &Change| grants::Change { name: name.clone(), to: to.clone(), time: *time };
        let call = Call::RenameAll(changes.iter().map(permitted).collect());
        let changed = self.call(&call, |session| session.rename_all(changes, FLIGHT))?;
        self.checked(changed, changes.len())
    }

    pub(crate) fn remove_all(&self, names: &[Vec<u8>]) -> Result<Vec<Removal>, UploadError> {
        let removals = self.call(&Call::RemoveAll(names.into()), |session| session.remove_all(names, FLIGHT))?;
        self.checked(removals, names.len())
    }

    pub(crate) fn remove_directories(&self, paths: &[Vec<u8>]) -> Result<Vec<Removal>, UploadError> {
        let call = Call::RemoveDirectories(paths.into());
        let removals = self.call(&call, |session| session.remove_directories(paths, FLIGHT))?;
        self.checked(removals, paths.len())
    }

    pub(crate) fn set_time(&self, name: &[u8], time: u64) -> Result<(), UploadError> {
        let call = Call::SetTime(NewTime { name: name.into(), time });
        self.call(&call, |session| session.set_time(name, time))
    }

    /// Returns the first page of a listing, to which [`Self::next_page`] belongs.
    pub(crate) fn list(&self, path: &[u8]) -> Result<Page, UploadError> {
        self.call(&Call::List(path.into()), |session| session.list(path, FLIGHT))
    }

    /// Returns the next page of the listing of `path`.
    pub(crate) fn next_page(&self, path: &[u8]) -> Result<Page, UploadError> {
        self.call(&Call::List(path.into()), Session::next_page)
    }

    pub(crate) fn ask(&self, names: &[Vec<u8>], inquiry: Inquiry) -> Result<Vec<Known>, UploadError> {
        let known = self.call(&Call::Ask(names.into()), |session| session.ask(names, inquiry, FLIGHT))?;
        self.checked(known, names.len())
    }

    /// Sends QUIT, unless the session has ended.
    pub(crate) fn quit(self) {
        if !self.is_over() {
            self.authority.begin(&Call::Quit);
            self.session.quit();
        }
    }

    fn call<T>(&self, call: &Call, act: impl FnOnce(&Session) -> Result<T, UploadError>) -> Result<T, UploadError> {
        self.authority.begin(call);
        let result = act(&self.session);
        if result.as_ref().is_err_and(failure::ends_session) {
            self.over.set(true);
        }
        result
    }

    /// Returns the results of the guest, which must be one for each argument: it is not trusted.
    fn checked<T>(&self, results: Vec<T>, wanted: usize) -> Result<Vec<T>, UploadError> {
        if results.len() == wanted {
            return Ok(results);
        }
        self.over.set(true);
        Err(failure::broken_contract())
    }
}

impl Drop for Link {
    /// The guest's own destructor runs after this, and may send nothing.
    fn drop(&mut self) {
        self.authority.begin(&Call::None);
    }
}
