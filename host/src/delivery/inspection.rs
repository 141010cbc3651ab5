//! What is on the server, and where to go on: asked after a try that broke off, and before the first try of a run that
//! is to resume an earlier one's.
//!
//! Two rules: what may be whole is never overwritten, and only what is certainly ours is gone on with. Next: `file.rs`.

use std::sync::Arc;
use std::time::Duration;

use crate::bindings::exports::ftp_uploader::upload::upload::{Comparison, Found};
use crate::error::{Cause, UploadError};
use crate::progress::Verification;
use crate::session::Session;
use crate::source::Source;

/// How long a server may go on writing down what it has received, between two looks.
const SETTLING: Duration = Duration::from_millis(500);

/// How often to look until two looks agree.
const LOOKS: usize = 5;

/// Where to go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    /// At this byte.
    At(u64),
    /// Nowhere: everything is there.
    Complete(Verification),
}

/// What is known of what lies on the server under one name.
pub(super) struct Remains<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) name: &'a [u8],
    /// So many bytes were sent by this run.
    pub(super) sent: u64,
    /// What was there before this run. Some servers keep it until a new file is whole.
    pub(super) before: Option<Found>,
    /// Whoever has put something there has sent this very file.
    pub(super) ours_by_name: bool,
}

impl Remains<'_> {
    /// Every byte was sent, and nobody said that they are there.
    pub(super) fn settle(&self, session: &mut Session, cause: Cause) -> Result<Start, UploadError> {
        let unknown = UploadError::Unconfirmed { cause, asked: true };
        let size = self.source.length();
        match self.look_until_steady(session)? {
            Found::Bytes(there) if there > size => Err(UploadError::Mismatch { sent: size, stored: there }),
            // What of a stream did not arrive is gone.
            Found::Bytes(there) if there < size && self.source.is_stream() => {
                Err(UploadError::Mismatch { sent: size, stored: there })
            }
            Found::Nothing if size > 0 && self.source.is_stream() => {
                Err(UploadError::Mismatch { sent: size, stored: 0 })
            }
            Found::Bytes(there) if there < size => self.go_on_at(session, there),
            Found::Nothing => Ok(Start::At(0)),
            found @ (Found::Bytes(_) | Found::Untold) => match self.compare(session, size)? {
                Comparison::Same(algorithm) => Ok(Start::Complete(Verification::Hash(algorithm))),
                Comparison::Different(algorithm) => Err(UploadError::Corrupt { algorithm }),
                // The size alone proves nothing if it is that of what was there before.
                Comparison::Unavailable if found == Found::Untold || self.before == Some(found) => Err(unknown),
                Comparison::Unavailable => Ok(Start::Complete(Verification::Size)),
            },
        }
    }

    /// A part was sent, by this run or, perhaps, an earlier one, and this was found.
    pub(super) fn resume(&self, session: &mut Session, found: Found) -> Result<Start, UploadError> {
        let size = self.source.length();
        match found {
            Found::Bytes(there) if there == size => match self.compare(session, size)? {
                Comparison::Same(algorithm) => Ok(Start::Complete(Verification::Hash(algorithm))),
                Comparison::Different(_) => Ok(Start::At(0)),
                // To send nothing behind the last byte has the server confirm all that is before it.
                Comparison::Unavailable if self.is_ours(there) => Ok(Start::At(size)),
                Comparison::Unavailable => Ok(Start::At(0)),
            },
            Found::Bytes(there) if there < size => self.go_on_at(session, there),
            Found::Bytes(_) | Found::Nothing | Found::Untold => Ok(Start::At(0)),
        }
    }

    /// Behind what is there, if that is the beginning of the file.
    fn go_on_at(&self, session: &mut Session, there: u64) -> Result<Start, UploadError> {
        if there == 0 {
            return Ok(Start::At(0));
        }
        let proved = match self.compare(session, there)? {
            Comparison::Same(_) => true,
            Comparison::Different(_) => false,
            Comparison::Unavailable => self.is_ours(there),
        };
        Ok(Start::At(if proved { there } else { 0 }))
    }

    /// With the first `length` bytes of the source. Those of a stream are gone, but for a hash that was made on the way.
    fn compare(&self, session: &mut Session, length: u64) -> Result<Comparison, UploadError> {
        if self.source.has_digest_of(length) {
            session.compare(self.source, self.name, length)
        } else {
            Ok(Comparison::Unavailable)
        }
    }

    fn is_ours(&self, there: u64) -> bool {
        let new = self.before != Some(Found::Bytes(there));
        self.ours_by_name || (new && there > 0 && there <= self.sent)
    }

    fn look_until_steady(&self, session: &mut Session) -> Result<Found, UploadError> {
        let mut last = session.look(self.name)?;
        for _ in 1..LOOKS {
            session.pause(SETTLING)?;
            let found = session.look(self.name)?;
            if found == last {
                break;
            }
            last = found;
        }
        Ok(last)
    }
}
