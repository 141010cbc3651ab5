//! The line for each [`UploadError`]: the event, the likely cause, the action to take.

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
        UploadError::Misbehaved { step, what } => {
            format!("{host} broke the FTP protocol while {}. {}.", doing(*step), misbehaved(*what))
        }
        UploadError::Broken { step, connection: Connection::Data, cause } if context.active => {
            not_called_back(&host, *step, *cause)
        }
        UploadError::Broken { step, connection, cause } => broken(&host, *step, *connection, *cause),
        UploadError::Unknown => format!(
            "every byte was sent, but {host} does not say what came of them. The file may be whole; look before you send \
             it again."
        ),
        UploadError::Unconfirmed { cause, completed: false, .. } => format!(
            "every byte was sent, but {host} never said whether it has them: {}. The file may be whole; look before \
             you send it again.",
            control(*cause)
        ),
        UploadError::Unconfirmed { cause, completed: true, .. } => format!(
            "{host} said that it has the file, but was lost before it told how much of it: {}. It may not be whole; look \
             before you send it again.",
            control(*cause)
        ),
        UploadError::Missing => format!(
            "{host} said that it has the file, and then that it does not know it. It may have another name, or somebody \
             has taken it away; look before you send it again."
        ),
        UploadError::Mismatch { sent, stored } => format!(
            "{sent} bytes were sent, but {host} says that it has {stored}. Something on the way or another writer \
             changed the file; look, and send it again."
        ),
        UploadError::Corrupt { algorithm } => format!(
            "{host} has stored something else than was sent: its {} differs. Something on the way or another writer \
             changed the file; look, and send it again.",
            algorithm_name(*algorithm)
        ),
        UploadError::Unverified => format!(
            "the file was sent, but {host} cannot prove it as --verify demands, or not in time. Use another --verify, or \
             check the file in another way."
        ),
        UploadError::CannotRename => format!(
            "{host} cannot rename files, as --atomic needs. Nothing was stored; leave --atomic out, or ask whoever runs \
             it."
        ),
        UploadError::NotRenamed { forbidden, old_is_aside, code, text } => {
            let advice = not_renamed(context, *forbidden, *old_is_aside);
            format!(
                "the file was sent under a temporary name, and {host} refuses to give it its own ({code} \"{text}\"). \
                 {advice}."
            )
        }
        UploadError::TemporaryRefused { name, code, text } => format!(
            "{host} refuses the temporary name {} ({code} \"{text}\"), which --atomic makes up. Nothing was stored; leave \
             --atomic out, or ask the server's administrator to allow such names.",
            Escaped(name)
        ),
        UploadError::Interrupted { step: Some(Step::Attributes) } => {
            "interrupted while setting time and permissions. The file is stored; look at both.".to_owned()
        }
        UploadError::Interrupted { step: Some(step @ (Step::Confirmation | Step::Renaming)) } => {
            format!("interrupted while {}. The file may be whole; look before you send it again.", doing(*step))
        }
        UploadError::Interrupted { step: Some(step) } => {
            format!("interrupted while {}. The file was not stored; send it again.", doing(*step))
        }
        UploadError::Interrupted { step: None } => "interrupted. Nothing was sent; try again.".to_owned(),
        UploadError::OutOfTime { step } => out_of_time(*step),
        UploadError::Fault(what) => {
            format!("internal error: {}. This is a bug; please report it.", Escaped(what.as_bytes()))
        }
    }
}

/// What to do about a file that is stored, and does not get its name.
fn not_renamed(context: &Context, forbidden: bool, old_is_aside: bool) -> &'static str {
    match (forbidden, old_is_aside, context.replace) {
        (_, true, _) => "The file that had the name was moved aside and could not be moved back; rename it there",
        (true, false, _) => "You may not rename files there; leave --atomic out, or ask the server's administrator",
        (false, false, true) => {
            "You may not rename files there, or not to that name; rename it there, or ask the server's administrator"
        }
        (false, false, false) => "A file of that name may exist; use --replace to have it replaced, or rename it there",
    }
}

fn out_of_time(step: Option<Step>) -> String {
    let (when, advice) = match step {
        None => ("connecting", "Nothing was sent; raise --max-time, or try again later"),
        Some(step @ (Step::Confirmation | Step::Renaming | Step::Attributes)) => {
            (doing(step), "The file may be whole; look before you send it again")
        }
        Some(step) => (doing(step), "The file was not stored; raise --max-time, or try again later"),
    };
    format!("ran out of the time that --max-time allows while {when}. {advice}.")
}
