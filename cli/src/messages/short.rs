//! Short forms of the messages, without cause and advice, for lines that say more than the error: the reason of a new try, or
//! the reason why an attribute was not set. They are written out here and not cut out of the long form, because a quoted
//! reply may contain any punctuation.

use ftp_uploader::{Connection, Escaped, SourceProblem, UploadError};

use crate::context::Context;
use crate::messages::connection::{control, data};
use crate::messages::step::{doing, refused};
use crate::messages::{algorithm_name, shown, without_code};

/// The event, without a full stop.
pub fn short(context: &Context, error: &UploadError) -> String {
    let host = Escaped(context.host.as_bytes()).to_string();
    match error {
        UploadError::Source { file, problem } => format!("{}: {}", shown(file), source(problem)),
        UploadError::Unresolved { error, .. } => format!("cannot find {host}: {}", without_code(error)),
        UploadError::Unreachable { address, error } => {
            format!("cannot connect to {address}: {}", without_code(error))
        }
        UploadError::Proxy { proxy, problem, .. } => {
            let (proxy, problem) = (Escaped(proxy.as_bytes()), problem.to_string());
            format!("no connection through the proxy {proxy}: {}", Escaped(problem.as_bytes()))
        }
        UploadError::Tls { connection, problem } => {
            let problem = problem.to_string();
            format!("no TLS on the {} connection: {}", name_of(*connection), Escaped(problem.as_bytes()))
        }
        UploadError::NoTls { code, text } => format!("{host} does not offer TLS ({code} \"{text}\")"),
        UploadError::NotResumed { code, text } => {
            format!("the server did not resume the TLS session on the data connection ({code} \"{text}\")")
        }
        UploadError::Refused { step, code, text } => format!("{} ({code} \"{text}\")", refused(context, *step)),
        UploadError::Misbehaved { step, .. } => format!("{host} broke the FTP protocol while {}", doing(*step)),
        UploadError::Broken { step, connection: Connection::Control, cause } => {
            format!("lost the connection to {host} while {}: {}", doing(*step), control(*cause))
        }
        UploadError::Broken { step, connection: Connection::Data, cause } => {
            format!("the data connection failed while {}: {}", doing(*step), data(*cause))
        }
        UploadError::Unknown => format!("every byte was sent, but {host} does not say whether the file is stored"),
        UploadError::Missing => format!("{host} reported the file stored, and then that it does not exist"),
        UploadError::Unconfirmed { cause, completed: true, .. } => {
            format!("{host} reported the file stored, but this could not be verified: {}", control(*cause))
        }
        UploadError::Unconfirmed { cause, .. } => {
            format!("every byte was sent, but {host} did not confirm the file: {}", control(*cause))
        }
        UploadError::Mismatch { sent, stored } => {
            format!("{sent} bytes were sent, but {host} says that it has {stored}")
        }
        UploadError::Corrupt { algorithm } => {
            format!("the file on {host} is not the one that was sent: the {} differs", algorithm_name(*algorithm))
        }
        UploadError::Unverified => format!("{host} cannot give the proof that --verify requires"),
        UploadError::CannotRename => format!("{host} cannot rename files"),
        UploadError::NotRenamed { code, text, .. } => {
            format!("{host} refuses to rename the file ({code} \"{text}\")")
        }
        UploadError::TemporaryRefused { code, text, .. } => {
            format!("{host} refuses the temporary name ({code} \"{text}\")")
        }
        UploadError::Interrupted { .. } => "interrupted".to_owned(),
        UploadError::OutOfTime { .. } => "ran out of the time that --max-time allows".to_owned(),
        UploadError::Fault(text) => format!("internal error: {}", Escaped(text.as_bytes())),
    }
}

fn source(problem: &SourceProblem) -> String {
    match problem {
        SourceProblem::Unreadable(error) => without_code(error),
        SourceProblem::Directory
        | SourceProblem::NotAFile
        | SourceProblem::UnknownSize
        | SourceProblem::Shrank
        | SourceProblem::Changed
        | SourceProblem::Failed => problem.to_string(),
    }
}

fn name_of(connection: Connection) -> &'static str {
    match connection {
        Connection::Control => "control",
        Connection::Data => "data",
    }
}
