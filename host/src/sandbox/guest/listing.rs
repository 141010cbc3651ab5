//! The calls that receive: listings, in pages, and the one file that the request permits to receive, in portions.
//!
//! The pages of one listing are one call for the limits: a guest that returns pages without end is computing.

use ftp_authority::Call;
use ftp_protocol::argument::Argument;

use crate::report::error::UploadError;
use crate::report::step::{Cause, Connection, Step};
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::guest::GuestSession;
use crate::sandbox::limits::{CALL_BYTES, PAGE_BYTES};
use crate::sandbox::values::{Features, Listed, ListedEntry};

/// The most entries of one directory.
const MAX_ENTRIES: usize = 1_000_000;

impl GuestSession {
    /// Returns what the server says about itself.
    pub(crate) fn features(&mut self) -> Result<Features, UploadError> {
        let features =
            self.call(Call::Features, |guest, store, conversation| guest.call_features(store, conversation))?;
        let wit::Features { facts, tells_times, sets_times } = features;
        Ok(Features { facts, tells_times, sets_times })
    }

    /// Lists the directory `path`, which is relative to the directory that was entered, and reads the listing to its end.
    /// If `flight` is true, several commands are sent at once.
    pub(crate) fn list(&mut self, path: &[u8], flight: bool) -> Result<Listed, UploadError> {
        self.store.data_mut().begin_call(Call::List(path.to_vec()));
        self.receiving(|session| {
            let page =
                session.call_begun(|guest, store, conversation| guest.call_list(store, conversation, path, flight))?;
            session.listed_from(page)
        })
    }

    fn listed_from(&mut self, page: wit::Page) -> Result<Listed, UploadError> {
        let mut listed = Listed { entries: Vec::new(), ignored: 0, form: page.form.into(), truncated: false };
        let mut more = listed.add(page)?;
        while more {
            let page = self.call_begun(|guest, store, conversation| guest.call_next_page(store, conversation))?;
            more = listed.add(page)?;
        }
        Ok(listed)
    }

    /// Receives the file `name`, of at most `limit` bytes.
    ///
    /// # Errors
    /// `Broken` by `Denied` if it is larger. The session can only be dropped then.
    pub(crate) fn fetch(&mut self, name: &[u8], limit: usize) -> Result<Vec<u8>, UploadError> {
        self.store.data_mut().begin_call(Call::Fetch(name.to_vec()));
        self.receiving(|session| {
            let portion =
                session.call_begun(|guest, store, conversation| guest.call_fetch(store, conversation, name))?;
            session.fetched_from(portion, limit)
        })
    }

    fn fetched_from(&mut self, first: wit::Portion, limit: usize) -> Result<Vec<u8>, UploadError> {
        let wit::Portion { mut bytes, mut more } = first;
        loop {
            if bytes.len() > limit {
                let (step, connection, cause) = (Step::Transfer, Connection::Data, Cause::Denied);
                return Err(UploadError::Broken { step, connection, cause });
            }
            if !more {
                return Ok(bytes);
            }
            let portion = self.call_begun(|guest, store, conversation| guest.call_next_portion(store, conversation))?;
            bytes.extend(portion.bytes);
            more = portion.more;
        }
    }

    /// Calls `act`, in which the guest may return a page.
    fn receiving<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.store.set_hostcall_fuel(PAGE_BYTES);
        let received = act(self);
        self.store.set_hostcall_fuel(CALL_BYTES);
        received
    }
}

impl Listed {
    /// Adds a page. Returns true if there are more.
    fn add(&mut self, page: wit::Page) -> Result<bool, UploadError> {
        if self.entries.len() + page.entries.len() > MAX_ENTRIES {
            return Err(UploadError::Fault(format!("the component lists more than {MAX_ENTRIES} entries")));
        }
        for entry in page.entries {
            self.entries.push(checked(entry)?);
        }
        self.ignored = self.ignored.saturating_add(page.ignored);
        self.form = page.form.into();
        self.truncated |= page.truncated;
        Ok(page.more)
    }
}

/// The names become paths, local ones in messages and remote ones in commands, so the guest is not trusted to have
/// checked them.
fn checked(entry: wit::Entry) -> Result<ListedEntry, UploadError> {
    let wit::Entry { name, kind, size, modified } = entry;
    let is_part = Argument::new(&name).is_ok() && !name.contains(&b'/') && !matches!(&name[..], b"." | b"..");
    if !is_part {
        return Err(UploadError::Fault("the component lists a name that is no part of a path".into()));
    }
    Ok(ListedEntry { name: name.into(), kind: kind.into(), size, modified })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::values::{Form, Kind};

    fn page(names: &[&[u8]], ignored: u32, truncated: bool) -> wit::Page {
        let entry =
            |name: &&[u8]| wit::Entry { name: name.to_vec(), kind: wit::Kind::File, size: Some(3), modified: None };
        let entries = names.iter().map(entry).collect();
        wit::Page { entries, ignored, form: wit::Form::Unix, more: false, truncated }
    }

    fn empty() -> Listed {
        Listed { entries: Vec::new(), ignored: 0, form: Form::Untold, truncated: false }
    }

    #[test]
    fn pages_are_added_up() {
        let mut listed = empty();
        assert!(!listed.add(page(&[b"a", b"b c"], u32::MAX, true)).unwrap());
        assert!(listed.add(wit::Page { more: true, ..page(&[b"..a"], 7, false) }).unwrap());
        let names: Vec<&[u8]> = listed.entries.iter().map(|entry| &entry.name[..]).collect();
        assert_eq!(names, [&b"a"[..], b"b c", b"..a"]);
        assert_eq!((listed.ignored, listed.form, listed.truncated), (u32::MAX, Form::Unix, true));
        assert_eq!((listed.entries[0].kind, listed.entries[0].size), (Kind::File, Some(3)));
    }

    #[test]
    fn a_name_that_is_no_part_of_a_path_is_a_fault_of_the_component() {
        for name in [&b""[..], b".", b"..", b"/", b"../x", b"a/b", b"a/", b"a\0", b"a\r", b"\x7f", b"a\xff"] {
            assert!(matches!(empty().add(page(&[b"a", name], 0, false)), Err(UploadError::Fault(_))), "{name:?}");
        }
    }

    #[test]
    fn a_directory_without_end_is_a_fault_of_the_component() {
        let mut listed = empty();
        let entry = ListedEntry { name: b"a"[..].into(), kind: Kind::File, size: None, modified: None };
        listed.entries = vec![entry; MAX_ENTRIES - 1];
        assert!(listed.add(page(&[b"a"], 0, false)).is_ok());
        assert!(matches!(listed.add(page(&[b"a"], 0, false)), Err(UploadError::Fault(_))));
    }
}
