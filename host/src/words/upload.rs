//! The message for each [`UploadError`].

use crate::report::error::UploadError;
use crate::report::step::Connection;
use crate::request::context::Context;
use crate::words::connection::{broken, not_called_back, unreachable, unresolved};
use crate::words::message::Message;
use crate::words::step::{self, misbehaved, refused};
use crate::words::{ending, existing, file, outcome, proxy, rename, sync, tls};

/// The message for `error`.
pub fn message(context: &Context, error: &UploadError) -> Message {
    let host = context.server();
    match error {
        UploadError::Source { file, problem } => file::failed(context, file, problem),
        UploadError::Proxy { proxy, connection, problem } => proxy::failed(context, proxy, *connection, problem),
        UploadError::Tls { connection, problem } => tls::failed(context, *connection, problem),
        UploadError::NoTls { code, text } => tls::not_offered(context, *code, text),
        UploadError::NotResumed { code, text } => tls::not_resumed(*code, text),
        UploadError::Unresolved { server, error } => unresolved(context, server, error),
        UploadError::Unreachable { address, error } => unreachable(context, address, error),
        UploadError::Refused { step, code, text } => refused(context, error, *step, (*code, text)),
        UploadError::Misbehaved { step, what: violation } => misbehaved(context, *step, *violation),
        UploadError::Broken { step, connection: Connection::Data, cause } if context.active => {
            not_called_back(context, *step, *cause)
        }
        UploadError::Broken { step, connection, cause } => broken(context, *step, *connection, *cause),
        UploadError::Unknown => outcome::unknown(&host),
        UploadError::Unconfirmed { cause, completed, .. } => outcome::unconfirmed(context, *cause, *completed),
        UploadError::Missing => outcome::missing(&host),
        UploadError::Mismatch { sent, stored } => outcome::mismatch(&host, *sent, *stored),
        UploadError::Corrupt { algorithm } => outcome::corrupt(&host, *algorithm),
        UploadError::Unverified => outcome::unverified(context),
        UploadError::CannotRename => rename::not_supported(context),
        UploadError::NotRenamed { forbidden, old_is_aside, code, text } => {
            rename::refused(context, (*forbidden, *old_is_aside), (*code, text))
        }
        UploadError::NotMade { path, code, text } => step::directory_not_made(path, (*code, text)),
        UploadError::MayExist { why } => existing::unknown(context, *why),
        UploadError::Sync(problem) => sync::message(context, problem),
        UploadError::TemporaryRefused { name, code, text } => rename::temporary_refused(context, name, (*code, text)),
        UploadError::Interrupted { step } => ending::interrupted(context, *step),
        UploadError::OutOfTime { step } => ending::out_of_time(context, *step),
        UploadError::Fault(text) => ending::internal(text),
    }
}
