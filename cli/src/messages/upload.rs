//! The line for each [`UploadError`].

use ftp_uploader::{Connection, Escaped, Step, UploadError};

use crate::context::Context;
use crate::messages::connection::{broken, control, not_called_back, unreachable};
use crate::messages::step::{advice, doing, misbehaved, refused};
use crate::messages::{algorithm_name, file, proxy, tls, without_code};

/// The line for `error`.
pub fn explain(context: &Context, error: &UploadError) -> String {
    let host = Escaped(context.host.as_bytes()).to_string();
    match error {
        UploadError::Source { file, problem } => file::failed(context, file, problem),
        UploadError::Proxy { proxy, connection, problem } => proxy::failed(&host, proxy, *connection, problem),
        UploadError::Tls { connection, problem } => tls::failed(context, &host, *connection, problem),
        UploadError::NoTls { code, text } => tls::not_offered(&host, *code, text),
        UploadError::NotResumed { code, text } => tls::not_resumed(*code, text),
        UploadError::Unresolved { error, .. } => {
            format!("cannot find {host}: {}. Check the name and this machine's network.", without_code(error))
        }
        UploadError::Unreachable { address, error } => unreachable(&host, address, error),
        UploadError::Refused { step, code, text } => {
            let advice = if context.may_be_clear && tls::is_wanted(text) {
                tls::WANTED
            } else {
                advice(context, error, *step, *code)
            };
            format!("{} ({code} \"{text}\"). {advice}.", refused(context, *step))
        }
        UploadError::Misbehaved { step, what: violation } => {
            format!("{host} broke the FTP protocol while {}. {}.", doing(*step), misbehaved(*violation))
        }
        UploadError::Broken { step, connection: Connection::Data, cause } if context.active => {
            not_called_back(&host, *step, *cause)
        }
        UploadError::Broken { step, connection, cause } => broken(&host, *step, *connection, *cause),
        UploadError::Unknown => format!(
            "every byte was sent, but {host} does not say whether the file is stored. The file may be whole; check it on \
             the server before you send it again."
        ),
        UploadError::Unconfirmed { cause, completed: false, .. } => format!(
            "every byte was sent, but {host} did not confirm the file: {}. The file may be whole; check it on the server \
             before you send it again.",
            control(*cause)
        ),
        UploadError::Unconfirmed { cause, completed: true, .. } => format!(
            "{host} reported the file stored, but this could not be verified: {}. The file may not be whole; check it on \
             the server before you send it again.",
            control(*cause)
        ),
        UploadError::Missing => format!(
            "{host} reported the file stored, and then that it does not exist. It may have another name, or someone may \
             have removed it; check the server before you send it again."
        ),
        UploadError::Mismatch { sent, stored } => format!(
            "{sent} bytes were sent, but {host} says that it has {stored}. A device on the network, or another writer, \
             may have changed the file; check it, and send it again."
        ),
        UploadError::Corrupt { algorithm } => format!(
            "the file on {host} is not the one that was sent: the {} differs. A device on the network, or another writer, \
             may have changed the file; check it, and send it again.",
            algorithm_name(*algorithm)
        ),
        UploadError::Unverified => format!(
            "the file was sent, but {host} cannot give the proof that --verify requires, or not in time. Use another \
             --verify, or check the file in another way."
        ),
        UploadError::CannotRename => format!(
            "{host} cannot rename files, which --atomic requires. Nothing was stored; leave --atomic out, or ask the \
             server's administrator."
        ),
        UploadError::NotRenamed { forbidden, old_is_aside, code, text } => {
            let advice = not_renamed(context, *forbidden, *old_is_aside);
            format!(
                "the file was sent under a temporary name, and {host} refuses to rename it ({code} \"{text}\"). {advice}."
            )
        }
        UploadError::TemporaryRefused { name, code, text } => format!(
            "{host} refuses the temporary name {} ({code} \"{text}\"), which --atomic uses. Nothing was stored; leave \
             --atomic out, or ask the server's administrator to allow such names.",
            Escaped(name)
        ),
        UploadError::Interrupted { step: Some(Step::Attributes) } => {
            "interrupted while setting time and permissions. The file is stored; check both.".to_owned()
        }
        UploadError::Interrupted { step: Some(step @ (Step::Confirmation | Step::Renaming)) } => {
            format!(
                "interrupted while {}. The file may be whole; check it on the server before you send it again.",
                doing(*step)
            )
        }
        UploadError::Interrupted { step: Some(step) } => {
            format!("interrupted while {}. The file was not stored; send it again.", doing(*step))
        }
        UploadError::Interrupted { step: None } => "interrupted. Nothing was sent; try again.".to_owned(),
        UploadError::OutOfTime { step } => out_of_time(*step),
        UploadError::Fault(text) => {
            format!("internal error: {}. This is a bug; please report it.", Escaped(text.as_bytes()))
        }
    }
}

/// The advice for a file that is stored under its temporary name, and cannot be renamed.
fn not_renamed(context: &Context, forbidden: bool, old_is_aside: bool) -> &'static str {
    match (forbidden, old_is_aside, context.replace) {
        (_, true, _) => "The old file with that name was moved aside and could not be moved back; rename it there",
        (true, false, _) => "You may not rename files there; leave --atomic out, or ask the server's administrator",
        (false, false, true) => {
            "You may not rename files there, or not to that name; rename it there, or ask the server's administrator"
        }
        (false, false, false) => "A file with that name may exist; use --replace to replace it, or rename it there",
    }
}

/// The line for the end of `--max-time`.
fn out_of_time(step: Option<Step>) -> String {
    let (when, advice) = match step {
        None => ("connecting", "Nothing was sent; raise --max-time, or try again later"),
        Some(step @ (Step::Confirmation | Step::Renaming | Step::Attributes)) => {
            (doing(step), "The file may be whole; check it on the server before you send it again")
        }
        Some(step) => (doing(step), "The file was not stored; raise --max-time, or try again later"),
    };
    format!("ran out of the time that --max-time allows while {when}. {advice}.")
}
