//! The transfer of the file: calls `splice` until the source is at its end. When the connection fails, it asks the
//! server for the reason before it decides.
//!
//! This is the only file that uses both connections at the same time. The host moves the bytes
//! (`host/src/sandbox/capabilities/data_connection.rs`); this loop only decides whether to continue.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Verification};
use crate::capabilities::{DataConnection, IoError, Moved, SourceFile, SpliceError};
use crate::control::Control;
use crate::error;
use ftp_protocol::step::Step;

/// The number of bytes that the host is asked to move at a time. It moves fewer if the connection accepts fewer.
const CHUNK: u64 = 16 * 1024 * 1024;

/// The state of the last bytes, according to the data connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// The server read to the end and closed its side.
    Delivered,
    /// The connection ended in another way after the last byte was handed over: it is unknown whether the server read
    /// it.
    Doubtful(IoError),
    /// As for `Delivered`, but the final reply came before the last byte, so it confirms nothing by itself.
    ConfirmedEarly,
}

/// Begins TLS on a data connection. Must be called after the server has accepted the transfer (RFC 4217 §7), because
/// some servers do not expect a handshake before that.
pub(crate) fn secure(control: &mut Control, data: &DataConnection) -> Result<(), UploadError> {
    match data.secure() {
        Ok(()) => Ok(()),
        // The client's side decided this, and the server's reply cannot explain it.
        Err(cause @ (IoError::Insecure | IoError::Denied)) => {
            Err(error::broken(Step::Transfer, Connection::Data, cause))
        }
        Err(cause) => Err(reason(control, cause)),
    }
}

/// Sends the file from the byte at `from` to its end, and declares it complete. Returns the number of bytes sent.
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

/// Waits for the final reply (RFC 959 §5.4: 226 or 250). Without it the file does not count as stored.
pub(crate) fn confirm(control: &mut Control, tail: Tail) -> Result<(), UploadError> {
    if tail == Tail::ConfirmedEarly {
        return Ok(());
    }
    match (control.await_reply(Step::Confirmation), tail) {
        (Ok(_), _) => Ok(()),
        // A reset without a reply from the server: the bytes that the server had not read are lost.
        (Err(UploadError::Broken(_)), Tail::Doubtful(IoError::Reset)) => {
            Err(error::broken(Step::Transfer, Connection::Data, IoError::Reset))
        }
        (Err(UploadError::Broken(lost)), _) => Err(error::unconfirmed(lost.cause)),
        (Err(error), _) => Err(error),
    }
}

/// A final reply that came before the last byte (RFC 959 §5.4) confirms nothing: some servers send it together with
/// 150. The file is confirmed only if `asked` contains a size or a hash that matches.
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

/// Returns the reason why the data connection failed: the server's reply if it sent one, else `cause`.
pub(crate) fn reason(control: &mut Control, cause: IoError) -> UploadError {
    match control.await_reply(Step::Transfer) {
        Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => told,
        Ok(_) => control.end_by_early_success(),
        Err(_) => error::broken(Step::Transfer, Connection::Data, cause),
    }
}
