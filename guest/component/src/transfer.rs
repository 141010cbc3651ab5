//! The file: splice until the source is spent, and when something breaks, ask the server why before judging.
//!
//! The one place where both connections matter at once. Bytes are moved by the host (`host/src/lent/`
//! `data_connection.rs`); this loop decides only whether to go on. Here the walk through one upload ends.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Verification};
use crate::control::Control;
use crate::error;
use crate::lent::{DataConnection, IoError, Moved, SourceFile, SpliceError};
use ftp_protocol::step::Step;

/// How much the host is asked to move at a time. It moves less when the connection takes less.
const CHUNK: u64 = 16 * 1024 * 1024;

/// What became of the last bytes, as far as the data connection tells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// The server read to the end and closed its side.
    Delivered,
    /// The connection ended in another way after the last byte was handed over: the server may or may not have read it.
    Doubtful(IoError),
    /// As for `Delivered`, but the final reply had come before the last byte. So it confirms nothing by itself.
    ConfirmedEarly,
}

/// Begins TLS on a data connection: after the server has agreed to take the file (RFC 4217 §7), because some look
/// for nothing there before that.
pub(crate) fn secure(control: &mut Control, data: &DataConnection) -> Result<(), UploadError> {
    match data.secure() {
        Ok(()) => Ok(()),
        // Our side's verdict, on which the server has nothing to say.
        Err(cause @ (IoError::Insecure | IoError::Denied)) => {
            Err(error::broken(Step::Transfer, Connection::Data, cause))
        }
        Err(cause) => Err(reason(control, cause)),
    }
}

/// Sends the file from the byte at `from` to its end, and says that it is whole. Returns how many bytes were sent.
pub(crate) fn send(
    control: &mut Control,
    data: DataConnection,
    source: &SourceFile,
    from: u64,
) -> Result<(u64, Tail), UploadError> {
    let mut early = control.heed(Step::Transfer)?.is_some();
    let mut at = from;
    loop {
        match data.splice(source, at, CHUNK) {
            Ok(Moved::Bytes(bytes)) => at += bytes,
            Ok(Moved::Heard) => early |= control.listen(Step::Transfer)?.is_some(),
            Ok(Moved::End) => break,
            Err(SpliceError::Connection(_)) if early => return Err(control.end_by_early_success()),
            Err(SpliceError::Connection(cause)) => return Err(reason(control, cause)),
            Err(SpliceError::Source(cause)) => return Err(UploadError::Unreadable(cause)),
        }
    }
    let tail = match data.finish() {
        Ok(()) if early => Tail::ConfirmedEarly,
        Ok(()) => Tail::Delivered,
        Err(_) if early => return Err(control.end_by_early_success()),
        Err(cause) => Tail::Doubtful(cause),
    };
    Ok((at - from, tail))
}

/// Waits for the final reply (RFC 959 §5.4: 226 or 250), which alone makes the file stored.
pub(crate) fn confirm(control: &mut Control, tail: Tail) -> Result<(), UploadError> {
    if tail == Tail::ConfirmedEarly {
        return Ok(());
    }
    match (control.await_reply(Step::Confirmation), tail) {
        (Ok(_), _) => Ok(()),
        // A reset with no word from the server: what it had not read is gone.
        (Err(UploadError::Broken(_)), Tail::Doubtful(IoError::Reset)) => {
            Err(error::broken(Step::Transfer, Connection::Data, IoError::Reset))
        }
        (Err(UploadError::Broken(lost)), _) => Err(error::unconfirmed(lost.cause)),
        (Err(error), _) => Err(error),
    }
}

/// A final reply that came before the last byte (RFC 959 §5.4) confirms nothing: some servers send it together with 150.
/// The size or the hash that `asked` came to does.
pub(crate) fn proved(
    control: &mut Control,
    asked: Result<Verification, UploadError>,
) -> Result<Verification, UploadError> {
    match asked {
        Ok(Verification::None | Verification::Refused)
        | Err(UploadError::Mismatch(_) | UploadError::Corrupt(_) | UploadError::Missing) => {
            Err(control.end_by_early_success())
        }
        asked => asked,
    }
}

/// Why the data connection broke: the server's own words if it has any, else what was seen.
pub(crate) fn reason(control: &mut Control, cause: IoError) -> UploadError {
    match control.await_reply(Step::Transfer) {
        Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => told,
        Ok(_) => control.end_by_early_success(),
        Err(_) => error::broken(Step::Transfer, Connection::Data, cause),
    }
}
