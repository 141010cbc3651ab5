//! The access of a test to the files of a quirky server, to its quirks, and to moments in a run.

use std::collections::BTreeMap;

use crate::support::quirky_server::hook::Hook;
use crate::support::quirky_server::journal::Record;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::quirky_server::storage::Entry;
use crate::support::quirky_server::{QuirkyServer, lock};

impl QuirkyServer {
    /// Adds a file, as if it had been stored in 2001.
    pub(crate) fn place_file(&self, path: &str, bytes: &[u8]) {
        self.shared.storage().place(path, Entry::File(bytes.to_vec()));
    }

    /// Adds a directory, as if it had been made in 2001.
    pub(crate) fn place_directory(&self, path: &str) {
        self.shared.storage().place(path, Entry::Directory);
    }

    /// Adds a link.
    pub(crate) fn place_link(&self, path: &str, target: &str) {
        self.shared.storage().place(path, Entry::Link(target.to_owned()));
    }

    /// Sets the time of an object to `seconds` before the server's clock.
    pub(crate) fn set_age(&self, path: &str, seconds: i64) {
        self.shared.storage().set_age(path, seconds);
    }

    /// Sets the time of a file, in seconds since 1970.
    pub(crate) fn set_time(&self, path: &str, time: i64) {
        assert!(self.shared.storage().set_time(path, time), "{path} is a file");
    }

    /// Removes an object and all that is below it, as another client would.
    pub(crate) fn clear(&self, path: &str) {
        self.shared.storage().clear(path);
    }

    /// Returns the content of a file. Links and the folding of case are applied.
    pub(crate) fn content(&self, path: &str) -> Option<Vec<u8>> {
        let storage = self.shared.storage();
        storage.file(&storage.resolve("/", path)).map(|(bytes, _)| bytes.to_vec())
    }

    /// Returns the time of a file, in seconds since 1970.
    pub(crate) fn time(&self, path: &str) -> Option<i64> {
        self.shared.storage().file(path).map(|(_, time)| time)
    }

    /// Returns the paths of all files and their contents.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.shared.storage().files()
    }

    /// Returns the paths of all directories.
    pub(crate) fn directories(&self) -> Vec<String> {
        self.shared.storage().directories()
    }

    /// Checks this from now on after each change of a file or name, before any other change. An error says what is
    /// wrong.
    pub(crate) fn set_invariant(
        &self,
        invariant: impl Fn(&BTreeMap<String, &[u8]>) -> Result<(), String> + Send + 'static,
    ) {
        self.shared.storage().set_invariant(Some(Box::new(invariant)));
    }

    /// Returns the first violations of the invariant.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.shared.storage().violations().to_vec()
    }

    /// Replaces the quirks. The folding of case stays.
    pub(crate) fn change_quirks(&self, quirks: impl IntoIterator<Item = Quirk>) {
        *lock(&self.shared.quirks) = Vec::leak(quirks.into_iter().collect());
    }

    /// Takes an action when a command is received for which `is_due` is true, once. See `hook.rs`.
    pub(crate) fn at_command(
        &self,
        is_due: impl FnMut(&str) -> bool + Send + 'static,
        action: impl FnOnce() + Send + 'static,
    ) {
        self.shared.set_hook(Hook { is_due: Box::new(is_due), action: Box::new(action) });
    }

    /// Forgets the action.
    pub(crate) fn forget_hook(&self) {
        *lock(&self.shared.hook) = None;
    }

    /// Returns the number of log entries so far, for [`Self::record_since`].
    pub(crate) fn mark(&self) -> usize {
        self.record().len()
    }

    /// Returns the log without the entries before `mark`.
    pub(crate) fn record_since(&self, mark: usize) -> Record {
        self.record().after(mark)
    }

    /// Waits until the server has carried out all commands of clients that have left.
    pub(crate) fn wait_until_idle(&self) {
        self.wait_until(|_| lock(&self.shared.counts).open == 0);
    }
}
