//! The transfer of the file: calls `splice` until the source is at its end. When the connection fails, it asks the
//! server for the reason before it decides.
//!
//! This is the only file that uses both connections at the same time. The host moves the bytes
//! (`host/src/sandbox/capabilities/data_connection.rs`); this loop only decides whether to continue.

use crate::bindings::exports::ftp_uploader::upload::upload::{Breakage, Connection, UploadError, Verification};
use crate::capabilities::{DataConnection, IoError, Moved, SourceFile, SpliceError, Step as Stage};
use crate::control::{Answer, Control};
use crate::error;
use alloc::vec::Vec;
use ftp_protocol::reply::Reply;
use ftp_protocol::step::{Meaning, Step};

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

/// The replies to STOR that were received so far.
pub(crate) struct Replies {
    /// The preliminary reply.
    accepted: Option<Reply>,
    /// True if the final reply was received before the last byte was sent.
    early: bool,
}

impl Replies {
    /// The server has accepted the transfer.
    pub(crate) fn accepted(answer: Answer) -> Self {
        Self { accepted: Some(answer.reply), early: false }
    }

    /// STOR was sent, and its reply was not awaited.
    pub(crate) fn awaited() -> Self {
        Self { accepted: None, early: false }
    }

    /// Returns the name that the server chose.
    pub(crate) fn unique_name(&self) -> Option<Vec<u8>> {
        self.accepted.as_ref()?.unique_name().map(<[u8]>::to_vec)
    }

    /// Evaluates the replies already received, before the last byte was sent.
    fn heed(&mut self, control: &mut Control) -> Result<(), UploadError> {
        if self.accepted.is_none() {
            let Some(answer) = control.heed(Step::Stor)? else { return Ok(()) };
            self.accept(control, answer)?;
        }
        self.early |= control.heed(Step::Transfer)?.is_some();
        Ok(())
    }

    /// Receives once, and evaluates the replies received. To wait for the rest of a reply would delay the data.
    fn listen(&mut self, control: &mut Control) -> Result<(), UploadError> {
        control.receive(self.step())?;
        self.heed(control)
    }

    fn step(&self) -> Step {
        if self.accepted.is_some() { Step::Transfer } else { Step::Stor }
    }

    fn accept(&mut self, control: &mut Control, answer: Answer) -> Result<(), UploadError> {
        if answer.meaning == Meaning::EarlySuccess {
            return Err(control.end_by_early_success(Step::Stor));
        }
        self.accepted = Some(answer.reply);
        Ok(())
    }

    /// Returns the reason why the data connection failed: the server's reply if it sent one, else `cause`.
    fn reason(&mut self, control: &mut Control, cause: IoError) -> UploadError {
        if self.accepted.is_none() {
            match control.await_reply(Step::Stor).and_then(|answer| self.accept(control, answer)) {
                Ok(()) => {}
                Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => return told,
                Err(_) => return error::broken(Step::Transfer, Connection::Data, cause),
            }
        }
        reason(control, cause)
    }

    /// Waits for the preliminary reply, after all bytes were sent. A server that sends the final one instead has
    /// confirmed nothing by that: it may have sent it before it had all bytes.
    fn await_acceptance(&mut self, control: &mut Control, tail: Tail) -> Result<(), UploadError> {
        if self.accepted.is_some() {
            return Ok(());
        }
        match control.await_reply(Step::Stor) {
            Ok(answer) => {
                self.early |= answer.meaning == Meaning::EarlySuccess;
                self.accepted = Some(answer.reply);
                Ok(())
            }
            Err(error) => Err(without_final_reply(error, tail)),
        }
    }
}

/// Returns the reason why there is no data connection for a STOR (or the command of another `step`) that was sent: the
/// server's reply, if it was received. Otherwise the conversation ends, because nothing may be sent while the server waits
/// for the data connection.
pub(crate) fn not_connected(control: &mut Control, step: Step, error: UploadError) -> UploadError {
    let error = match error {
        // A port that the embedder forbids. In another session, another command may lead to another port.
        UploadError::Broken(Breakage { step: Stage::DataConnection, cause: IoError::Denied, .. }) => {
            error::broken(Step::Epsv, Connection::Control, IoError::OutOfStep)
        }
        error => error,
    };
    loop {
        match control.heed(step) {
            Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => return told,
            Ok(None) if control.has_pending() => {
                if control.receive(step).is_err() {
                    return control.end(error);
                }
            }
            Ok(_) | Err(_) => return control.end(error),
        }
    }
}

/// Begins TLS on a data connection. Must be called after the server has accepted the transfer (RFC 4217 §7), because
/// some servers do not expect a handshake before that.
pub(crate) fn secure(control: &mut Control, data: &DataConnection) -> Result<(), UploadError> {
    match data.secure() {
        Ok(()) => Ok(()),
        // The client's side decided this, and the server's reply cannot explain it.
        Err(cause @ (IoError::Insecure | IoError::Denied)) => {
            Err(control.end(error::broken(Step::Transfer, Connection::Data, cause)))
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
    replies: &mut Replies,
) -> Result<(u64, Tail), UploadError> {
    replies.heed(control)?;
    let mut at = from;
    loop {
        match data.splice(source, at, CHUNK) {
            Ok(Moved::Bytes(bytes)) => at += bytes,
            Ok(Moved::Heard) => replies.listen(control).map_err(|error| in_transfer(error, at > from))?,
            Ok(Moved::End) => break,
            Err(SpliceError::Connection(_)) if replies.early => {
                return Err(control.end_by_early_success(Step::Transfer));
            }
            Err(SpliceError::Connection(cause)) => return Err(replies.reason(control, cause)),
            Err(SpliceError::Source(cause)) => return Err(control.end(UploadError::Unreadable(cause))),
        }
    }
    finish(control, &data, replies).map(|tail| (at - from, tail))
}

/// Declares the file complete, and waits for the server to close its side.
///
/// The preliminary reply is received before that wait, which the arrival of a reply shortens.
fn finish(control: &mut Control, data: &DataConnection, replies: &mut Replies) -> Result<Tail, UploadError> {
    let ended = data.shutdown();
    replies.await_acceptance(control, ended.err().map_or(Tail::Delivered, Tail::Doubtful))?;
    match ended.and_then(|()| data.finish()) {
        Ok(()) if replies.early => Ok(Tail::ConfirmedEarly),
        Ok(()) => Ok(Tail::Delivered),
        Err(_) if replies.early => Err(control.end_by_early_success(Step::Transfer)),
        Err(cause) => Ok(Tail::Doubtful(cause)),
    }
}

/// Waits for the final reply (RFC 959 §5.4: 226 or 250). Without it the file does not count as stored.
pub(crate) fn confirm(control: &mut Control, tail: Tail) -> Result<(), UploadError> {
    if tail == Tail::ConfirmedEarly {
        return Ok(());
    }
    control.await_reply(Step::Confirmation).map(|_| ()).map_err(|error| without_final_reply(error, tail))
}

/// Returns the outcome of a transfer of which every byte was sent, and that has ended by `error` without a final reply.
fn without_final_reply(error: UploadError, tail: Tail) -> UploadError {
    match (error, tail) {
        // A reset without a reply from the server: the bytes that the server had not read are lost.
        (UploadError::Broken(_), Tail::Doubtful(IoError::Reset)) => {
            error::broken(Step::Transfer, Connection::Data, IoError::Reset)
        }
        (UploadError::Broken(lost), _) => error::unconfirmed(lost.cause),
        (error, _) => error,
    }
}

/// If bytes were sent, a connection that fails before the server has accepted the transfer has failed in it.
fn in_transfer(error: UploadError, began: bool) -> UploadError {
    match error {
        UploadError::Broken(_) if began => error::moved_to(Step::Transfer, error),
        error => error,
    }
}

impl Tail {
    /// A final reply that came before the last byte, or after a data connection that failed at its end, does not
    /// confirm the file if the question that would verify it was not answered.
    pub(crate) fn uncompleted(self, error: UploadError) -> UploadError {
        match self {
            Self::Delivered => error,
            Self::Doubtful(_) | Self::ConfirmedEarly => error::not_completed(error),
        }
    }
}

/// A final reply that came before the last byte (RFC 959 §5.4) confirms nothing: some servers send it together with
/// 150. The file is confirmed only if `asked` contains a size or a hash that matches.
pub(crate) fn proved(
    control: &mut Control,
    tail: Tail,
    asked: Result<Verification, UploadError>,
) -> Result<Verification, UploadError> {
    match asked {
        Ok(Verification::None | Verification::Refused)
        | Err(UploadError::Mismatch(_) | UploadError::Corrupt(_) | UploadError::Missing)
            if tail == Tail::ConfirmedEarly =>
        {
            Err(control.end_by_early_success(Step::Transfer))
        }
        asked => asked,
    }
}

/// Returns the reason why the data connection failed: the server's reply if it sent one, else `cause`.
pub(crate) fn reason(control: &mut Control, cause: IoError) -> UploadError {
    match control.await_reply(Step::Transfer) {
        Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => told,
        Ok(_) => control.end_by_early_success(Step::Transfer),
        Err(_) => error::broken(Step::Transfer, Connection::Data, cause),
    }
}
