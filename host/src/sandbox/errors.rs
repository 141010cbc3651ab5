//! Translates the guest's errors into `UploadError`. Adds the host's knowledge of TLS and of the proxy, masks the
//! password, and truncates quotations.

use ftp_text::system_error::without_code;
use wasmtime::{Store, Trap};

use crate::files::source::Source;
use crate::report::error::{SourceProblem, UploadError};
use crate::report::server_text::ServerText;
use crate::report::step::{Connection, Protocol, Step, Violation};
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload as wit;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::SourceError;
use crate::sandbox::call_error::{Interrupted, RunTimeExceeded};
use crate::sandbox::state::GuestState;
use crate::sandbox::values::Refusal;

/// The longest text of a reply that an error may hold, in bytes (`refusal` in the contract).
const MAX_QUOTE: usize = 512;

/// Returns the error of a guest that was ended during a call: by the caller, by a limit, or by a bug.
pub(crate) fn fault(store: &Store<GuestState>, error: &wasmtime::Error) -> UploadError {
    if error.is::<Interrupted>() {
        return UploadError::Interrupted { step: Some(store.data().progress.step()) };
    }
    if error.is::<RunTimeExceeded>() {
        return UploadError::OutOfTime { step: Some(store.data().progress.step()) };
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => {
            UploadError::Fault(format!("the component crashed: {}", trap.to_string().replace("wasm trap: ", "")))
        }
        None => UploadError::Fault(without_code(error.root_cause())),
    }
}

/// Translates the error that a call of the guest has returned. `source` is the file of that call.
pub(crate) fn from_guest(error: wit::UploadError, state: &mut GuestState, source: Option<&Source>) -> UploadError {
    use wit::UploadError as Guest;
    match error {
        Guest::Refused(refusal) => refused(refusal, state),
        Guest::Misbehaved(wit::Misbehaviour { step, what }) => {
            let (step, what) = (step.into(), what.into());
            another_protocol(step, state).unwrap_or(UploadError::Misbehaved { step, what })
        }
        Guest::Broken(breakage) => broken(breakage, state),
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
        Guest::Invalid(wit::Argument::Announced) => {
            UploadError::Fault("another file was to be stored than the one that was announced".into())
        }
        Guest::Invalid(wit::Argument::TooMany) => UploadError::Fault("too many names at once".into()),
        Guest::Invalid(wit::Argument::Unfinished) => UploadError::Fault("a listing was not read to its end".into()),
        Guest::Invalid(argument) => {
            UploadError::Fault(format!("the component refuses {argument:?}, which was checked"))
        }
    }
}

/// Returns the error of a server whose greeting is certainly that of another protocol; `None` after the greeting.
fn another_protocol(step: Step, state: &GuestState) -> Option<UploadError> {
    let protocol = state.control.greeting().protocol().filter(|_| step == Step::Greeting)?;
    Some(speaks(protocol))
}

fn speaks(protocol: Protocol) -> UploadError {
    UploadError::Misbehaved { step: Step::Greeting, what: Violation::AnotherProtocol(protocol) }
}

/// Returns the error of a failed connection: of TLS, of the proxy, or of the connection itself.
fn broken(wit::Breakage { step, connection, cause }: wit::Breakage, state: &mut GuestState) -> UploadError {
    let (step, connection, cause) = (Step::from(step), Connection::from(connection), cause.into());
    if let Some(error) = another_protocol(step, state) {
        return error;
    }
    if let Some(problem) = state.tls.problem(connection) {
        return UploadError::Tls { connection, problem: problem.clone() };
    }
    let is_new_data_connection = (step, connection) == (Step::DataConnection, Connection::Data);
    match state.data_path.take_proxy_problem().filter(|_| is_new_data_connection) {
        Some((proxy, problem)) => UploadError::Proxy { proxy, connection, problem },
        None => UploadError::Broken { step, connection, cause },
    }
}

/// Returns the text of a reply for an error: truncated, and without password and account.
fn quote(mut text: Vec<u8>, state: &GuestState) -> ServerText {
    // The contract has the same limit, but the guest is not trusted to respect it.
    text.truncate(MAX_QUOTE);
    let is_cut = text.len() == MAX_QUOTE;
    ServerText(state.control.masked(&text, is_cut))
}

/// Translates a negative reply.
pub(super) fn refusal_of(refusal: wit::Refusal, state: &GuestState) -> Refusal {
    let wit::Refusal { step, code, text } = refusal;
    Refusal { step: step.into(), code, text: quote(text, state) }
}

/// Returns the error of a negative reply: of TLS, if code and step indicate that, or of the command itself.
fn refused(refusal: wit::Refusal, state: &GuestState) -> UploadError {
    let Refusal { step, code, text } = refusal_of(refusal, state);
    match (step, code) {
        // RFC 5321 §4.3.2: an SMTP server does not know AUTH without EHLO, and no USER.
        (Step::Protection | Step::Login, 500..=504) if state.control.greeting().names_smtp() => speaks(Protocol::Smtp),
        (Step::Greeting, 500..) if state.control.greeting().names_smtp() => speaks(Protocol::Smtp),
        // 421 is a possible reply to any command; the others refuse AUTH (RFC 2228 §5.1, RFC 4217 §4.2).
        (Step::Protection, 431 | 500..) if state.tls.is_still_missing() => UploadError::NoTls { code, text },
        // 522 is the code of RFC 4217; ProFTPD sends 425, Pure-FTPd 450.
        (Step::Inspection | Step::Store | Step::Transfer | Step::Confirmation, 425 | 450 | 522)
            if state.tls.was_not_resumed() =>
        {
            UploadError::NotResumed { code, text }
        }
        _ => UploadError::Refused { step, code, text },
    }
}
