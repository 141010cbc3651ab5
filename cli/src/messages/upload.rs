//! The message for each [`UploadError`].

use ftp_uploader::{Connection, Escaped, UploadError};

use crate::context::Context;
use crate::messages::connection::{broken, not_called_back, unreachable, unresolved};
use crate::messages::message::Message;
use crate::messages::step::{misbehaved, refused};
use crate::messages::{ending, file, outcome, proxy, rename, tls};

/// The message for `error`.
pub fn message(context: &Context, error: &UploadError) -> Message {
    let host = Escaped(context.host.as_bytes()).to_string();
    match error {
        UploadError::Source { file, problem } => file::failed(context, file, problem),
        UploadError::Proxy { proxy, connection, problem } => proxy::failed(&host, proxy, *connection, problem),
        UploadError::Tls { connection, problem } => tls::failed(context, &host, *connection, problem),
        UploadError::NoTls { code, text } => tls::not_offered(&host, *code, text),
        UploadError::NotResumed { code, text } => tls::not_resumed(*code, text),
        UploadError::Unresolved { error, .. } => unresolved(&host, error),
        UploadError::Unreachable { address, error } => unreachable(&host, address, error),
        UploadError::Refused { step, code, text } => refused(context, error, *step, (*code, text)),
        UploadError::Misbehaved { step, what: violation } => misbehaved(&host, *step, *violation),
        UploadError::Broken { step, connection: Connection::Data, cause } if context.active => {
            not_called_back(&host, *step, *cause)
        }
        UploadError::Broken { step, connection, cause } => broken(&host, *step, *connection, *cause),
        UploadError::Unknown => outcome::unknown(&host),
        UploadError::Unconfirmed { cause, completed, .. } => outcome::unconfirmed(&host, *cause, *completed),
        UploadError::Missing => outcome::missing(&host),
        UploadError::Mismatch { sent, stored } => outcome::mismatch(&host, *sent, *stored),
        UploadError::Corrupt { algorithm } => outcome::corrupt(&host, *algorithm),
        UploadError::Unverified => outcome::unverified(&host),
        UploadError::CannotRename => rename::not_supported(&host),
        UploadError::NotRenamed { forbidden, old_is_aside, code, text } => {
            rename::refused(context, &host, (*forbidden, *old_is_aside), (*code, text))
        }
        UploadError::TemporaryRefused { name, code, text } => rename::temporary_refused(&host, name, (*code, text)),
        UploadError::Interrupted { step } => ending::interrupted(*step),
        UploadError::OutOfTime { step } => ending::out_of_time(*step),
        UploadError::Fault(text) => ending::internal(text),
    }
}
