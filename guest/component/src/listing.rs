//! Lists directories, page by page. The lines are parsed in `ftp_protocol::listing`.
//!
//! MLSD (RFC 3659 §7) is preferred: it tells kinds, sizes and times exactly, and all names. LIST hides names that begin
//! with a dot on common servers; `LIST -a` shows them. Therefore, a server without MLSD is asked for `LIST -a`. On some
//! servers this is refused, or lists a file called `-a`, or nothing: then it is LIST. Some servers take options only
//! without a path behind them. So `LIST -a` is sent without an argument, in the directory, which is entered for it.

use crate::bindings::exports::ftp_uploader::upload::upload::{
    Argument as Which, Entry, Form, Kind, Page, Refusal, UploadError,
};
use crate::capabilities::{ListingConnection, Step as Stage};
use crate::error;
use crate::receiving::{Receiving, is_refused};
use crate::session::{Conversation, argument};
use alloc::vec::Vec;
use ftp_protocol::argument::Argument;
use ftp_protocol::command::Retrieval;
use ftp_protocol::listing::{self, Reader};
use ftp_protocol::step::Step;

/// The most entries of a page.
const MAX_ENTRIES: usize = 500;

/// The number of bytes of names after which a page ends. A server may list names of thousands of bytes, and the memory of
/// the component is small.
const MAX_NAMES: usize = 128 * 1024;

/// The number of bytes that the host is asked for at a time.
const PORTION: u32 = 16 * 1024;

/// The commands for listings that this server is known to refuse or to support.
#[derive(Default)]
pub(crate) struct ListCommands {
    /// True if the server does not know MLSD, although it might have.
    refuses_mlsd: bool,
    /// True if `LIST -a` has listed something; false if LIST is to be used without it.
    takes_all: Option<bool>,
}

/// The first page of a listing.
struct First {
    page: Page,
    /// True if the server has sent no line at all. Where `LIST -a` is understood, it lists at least the directory itself.
    empty: bool,
}

impl Conversation {
    /// Lists the directory `path`, and returns the first page.
    pub fn list(&mut self, path: &[u8], flight: bool) -> Result<Page, UploadError> {
        self.receives_nothing()?;
        let path = argument(path, Which::Directory)?;
        self.announce_utf8(path)?;
        self.learn_features()?;
        let page = self.list_best(path, flight);
        self.left_when_done(page)
    }

    /// Returns the next page of the listing.
    pub fn next_page(&mut self) -> Result<Page, UploadError> {
        match self.receiving.take() {
            Some(Receiving::Listing(data, reader)) => {
                let page = self.page(data, reader);
                self.left_when_done(page.map(|first| first.page))
            }
            other => {
                self.receiving = other;
                Err(UploadError::Invalid(Which::Unfinished))
            }
        }
    }

    /// Leaves the directory that was entered for a listing, when the listing has ended.
    fn left_when_done(&mut self, page: Result<Page, UploadError>) -> Result<Page, UploadError> {
        let in_order = page.as_ref().err().is_none_or(|error| !error::is_final(error));
        if self.receiving.is_none() && in_order {
            self.go_back()?;
        }
        page
    }

    fn list_best(&mut self, path: Argument, flight: bool) -> Result<Page, UploadError> {
        if self.may_know_mlsd() {
            let argument = self.argument_of(path)?;
            match self.first_page(Retrieval::Mlsd(argument), flight) {
                Err(error) if is_unknown(&error) => self.list_commands.refuses_mlsd = true,
                first => return first.map(|first| first.page),
            }
        }
        self.list_lines(path, flight)
    }

    /// RFC 3659 §7.8: FEAT lists MLST. A server without FEAT may know MLSD.
    fn may_know_mlsd(&self) -> bool {
        !self.list_commands.refuses_mlsd && (self.features().mlsd || self.refuses_feat)
    }

    fn list_lines(&mut self, path: Argument, flight: bool) -> Result<Page, UploadError> {
        if !self.may_take_all(path)? {
            let argument = self.argument_of(path)?;
            return self.first_page(Retrieval::List(argument), flight).map(|first| first.page);
        }
        let known = self.list_commands.takes_all == Some(true);
        let refused = match self.first_page(Retrieval::ListAll, flight) {
            Ok(first) if known || !first.empty => {
                self.list_commands.takes_all = Some(true);
                return Ok(first.page);
            }
            Ok(_) => false,
            Err(error) if is_refused(&error) => true,
            Err(error) => return Err(error),
        };
        let first = self.first_page(Retrieval::List(None), flight)?;
        if refused || !first.empty {
            self.list_commands.takes_all = Some(false);
        }
        Ok(first.page)
    }

    /// Enters `path` for `LIST -a`. Returns false if that is not to be sent: this server does not take it, or the session
    /// would not find the way back.
    fn may_take_all(&mut self, path: Argument) -> Result<bool, UploadError> {
        if self.list_commands.takes_all == Some(false) {
            return Ok(false);
        }
        if path.as_bytes() == b"." || self.way_back.is_some() {
            return Ok(true);
        }
        match self.enter_beneath(path) {
            Ok(()) => Ok(true),
            Err(UploadError::Refused(Refusal { step: Stage::Directory, .. })) if is_plain(path) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns the argument of the command that lists `path`; none in the directory itself, which is entered if servers
    /// could take its name for a pattern or an option.
    fn argument_of<'a>(&mut self, path: Argument<'a>) -> Result<Option<Argument<'a>>, UploadError> {
        if path.as_bytes() == b"." || self.way_back.is_some() {
            return Ok(None);
        }
        if is_plain(path) {
            return Ok(Some(path));
        }
        self.enter_beneath(path).map(|()| None)
    }

    fn first_page(&mut self, retrieval: Retrieval, flight: bool) -> Result<First, UploadError> {
        let reader = match retrieval {
            Retrieval::Mlsd(_) => Reader::of_mlsd(),
            Retrieval::List(_) | Retrieval::ListAll | Retrieval::Retr(_) => Reader::of_list(),
        };
        let data = self.retrieve(retrieval, flight)?;
        self.page(data, reader)
    }

    /// Reads the next entries, and at the end of the data the final reply.
    fn page(&mut self, data: ListingConnection, mut reader: Reader) -> Result<First, UploadError> {
        let ignored_before = reader.ignored();
        let mut entries = Entries::default();
        while !entries.are_filled_from(&mut reader) {
            match data.receive(PORTION) {
                Ok(bytes) if bytes.is_empty() => {
                    // Some servers send the final reply only after this side has closed, too.
                    drop(data);
                    return self.last_page(reader, entries, ignored_before);
                }
                Ok(bytes) => reader.feed(&bytes),
                Err(cause) => {
                    drop(data);
                    return Err(self.cut_by(cause));
                }
            }
        }
        let page = entries.into_page(&reader, ignored_before);
        self.receiving = Some(Receiving::Listing(data, reader));
        Ok(First { page: Page { more: true, ..page }, empty: false })
    }

    fn last_page(&mut self, mut reader: Reader, entries: Entries, ignored_before: u32) -> Result<First, UploadError> {
        reader.end();
        let reply = self.confirm_received(reader.is_empty())?;
        if reader.is_empty() && reply.says_not_opened() {
            return Err(error::refused(Step::Retrieve, &reply));
        }
        let page = entries.into_page(&reader, ignored_before);
        Ok(First { page: Page { truncated: reply.says_truncated(), ..page }, empty: reader.is_empty() })
    }
}

/// The entries of a page.
#[derive(Default)]
struct Entries {
    entries: Vec<Entry>,
    /// The number of bytes in their names.
    names: usize,
}

impl Entries {
    /// Takes the entries that were received. Returns true if the page is full.
    fn are_filled_from(&mut self, reader: &mut Reader) -> bool {
        while self.entries.len() < MAX_ENTRIES && self.names < MAX_NAMES {
            let Some(entry) = reader.next_entry() else { return false };
            self.names += entry.name.len();
            self.entries.push(converted(entry));
        }
        true
    }

    /// Returns the page, as one after which nothing follows.
    fn into_page(self, reader: &Reader, ignored_before: u32) -> Page {
        let form = match reader.form() {
            listing::Form::Facts => Form::Facts,
            listing::Form::Unix => Form::Unix,
            listing::Form::Dos => Form::Dos,
            listing::Form::Untold => Form::Untold,
        };
        let ignored = reader.ignored() - ignored_before;
        Page { entries: self.entries, ignored, form, more: false, truncated: false }
    }
}

fn converted(entry: listing::Entry) -> Entry {
    let kind = match entry.kind {
        listing::Kind::File => Kind::File,
        listing::Kind::Directory => Kind::Directory,
        listing::Kind::Link => Kind::Link,
        listing::Kind::Other => Kind::Other,
    };
    Entry { name: entry.name, kind, size: entry.size, modified: entry.modified }
}

/// Returns true if the server does not know the command at all (RFC 959 §4.2.2).
fn is_unknown(error: &UploadError) -> bool {
    is_refused(error) && matches!(error, UploadError::Refused(Refusal { code: 500 | 502 | 504, .. }))
}

/// Returns true if servers take `path` for nothing but a path.
fn is_plain(path: Argument) -> bool {
    let bytes = path.as_bytes();
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    bytes.iter().all(known) && !bytes.split(|&byte| byte == b'/').any(|part| part.starts_with(b"-"))
}
