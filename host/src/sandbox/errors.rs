//! Translates the guest's errors into ours: adds the host's knowledge of TLS and of the proxy, masks the password, cuts quotations.

use wasmtime::{Store, Trap};

use crate::files::source::Source;
use crate::report::error::{ServerText, SourceProblem, UploadError};
use crate::report::step::{Connection, Step};
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::SourceError;
use crate::sandbox::state::{GuestState, Interrupted, OutOfTime};
use crate::sandbox::values::Refusal;

/// The most of a reply's text that an error may hold, in bytes (`wit/upload.wit`, `refusal`).
const MAX_QUOTE: usize = 512;

/// The guest did not answer but was stopped: by the caller, by a limit, or by a bug.
pub(crate) fn fault(store: &Store<GuestState>, error: &wasmtime::Error) -> UploadError {
    if error.is::<Interrupted>() {
        return UploadError::Interrupted { step: Some(store.data().step) };
    }
    if error.is::<OutOfTime>() {
        return UploadError::OutOfTime { step: Some(store.data().step) };
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => {
            UploadError::Fault(format!("the component crashed: {}", trap.to_string().replace("wasm trap: ", "")))
        }
        None => UploadError::Fault(error.root_cause().to_string()),
    }
}

/// The guest's error, as ours, with what the host knows of TLS and of the proxy. `source` is the file that it was about.
pub(crate) fn from_guest(error: wit::UploadError, lent: &mut GuestState, source: Option<&Source>) -> UploadError {
    use wit::UploadError as Guest;
    match error {
        Guest::Refused(refusal) => refused(refusal, lent),
        Guest::Misbehaved(wit::Misbehaviour { step, what }) => {
            UploadError::Misbehaved { step: step.into(), what: what.into() }
        }
        Guest::Broken(breakage) => broken(breakage, lent),
        Guest::Unconfirmed(wit::Doubt { cause, completed, hashing }) => {
            UploadError::Unconfirmed { cause: cause.into(), completed, hashing }
        }
        Guest::Mismatch(wit::SizeMismatch { sent, stored }) => UploadError::Mismatch { sent, stored },
        Guest::Corrupt(algorithm) => UploadError::Corrupt { algorithm: algorithm.into() },
        Guest::Missing => UploadError::Missing,
        Guest::Unreadable(problem) => UploadError::Source {
            file: source.map(|source| source.path().to_owned()).unwrap_or_default(),
            problem: match problem {
                SourceError::Shrank => SourceProblem::Shrank,
                SourceError::Unreadable => SourceProblem::Failed,
            },
        },
        Guest::Invalid(argument) => {
            UploadError::Fault(format!("the component refuses {argument:?}, which was checked"))
        }
    }
}

/// A connection failed: because of TLS, because of the proxy, or for another reason.
fn broken(wit::Breakage { step, connection, cause }: wit::Breakage, lent: &mut GuestState) -> UploadError {
    let (step, connection, cause) = (Step::from(step), Connection::from(connection), cause.into());
    if let Some(problem) = lent.handshakes.problem(connection) {
        return UploadError::Tls { connection, problem: problem.clone() };
    }
    let proxys = (step, connection) == (Step::DataConnection, Connection::Data);
    match lent.take_proxy_problem().filter(|_| proxys) {
        Some((proxy, problem)) => UploadError::Proxy { proxy, connection, problem },
        None => UploadError::Broken { step, connection, cause },
    }
}

/// What a server said, as an error may quote it.
fn quote(mut text: Vec<u8>, lent: &GuestState) -> ServerText {
    // The contract says so, but the guest is not trusted to keep it.
    text.truncate(MAX_QUOTE);
    let whole = text.len() < MAX_QUOTE;
    let (transcript, password) = (&lent.transcript, &lent.password);
    ServerText(if whole {
        transcript.masked_in_text(&text, password)
    } else {
        transcript.masked_in_cut(&text, password)
    })
}

/// A negative reply, with its text as an error may quote it.
pub(super) fn refusal_of(refusal: wit::Refusal, lent: &GuestState) -> Refusal {
    let wit::Refusal { step, code, text } = refusal;
    Refusal { step: step.into(), code, text: quote(text, lent) }
}

/// The server said no: because of TLS, as far as one can tell, or for another reason.
fn refused(refusal: wit::Refusal, lent: &GuestState) -> UploadError {
    let Refusal { step, code, text } = refusal_of(refusal, lent);
    match (step, code) {
        // 421 is said of anything; the others mean AUTH (RFC 2228 §5.1, RFC 4217 §4.2).
        (Step::Protection, 431 | 500..) if lent.still_needs_tls() => UploadError::NoTls { code, text },
        // 522 is RFC 4217's; 425 and 450 are ProFTPD's and Pure-FTPd's words for it.
        (Step::Store | Step::Transfer | Step::Confirmation, 425 | 450 | 522) if lent.handshakes.was_not_resumed() => {
            UploadError::NotResumed { code, text }
        }
        _ => UploadError::Refused { step, code, text },
    }
}
