//! The errors of a host call: those that the guest is told, as `io-error` of the contract, and those that end the
//! guest.

use std::io;

use crate::cancel::WaitError;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::IoError;

/// The reason why a call of the guest has no result.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The host refuses the call: the contract, a limit or the user's options do not allow it.
    Denied,
    /// The call needs TLS, and this session has none.
    NoTls,
    /// The operation failed, or the run must end.
    Wait(WaitError),
}

/// The run was cancelled while the guest was in a call.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub(crate) struct Interrupted;

/// The time limit of the run was reached while the guest was in a call.
#[derive(Debug, thiserror::Error)]
#[error("out of time")]
pub(crate) struct RunTimeExceeded;

/// The guest broke the contract with a call whose result type has no error for that.
#[derive(Debug, thiserror::Error)]
#[error("the component asked for {0}")]
pub(crate) struct ContractViolation(pub(super) &'static str);

impl From<WaitError> for CallError {
    fn from(error: WaitError) -> Self {
        Self::Wait(error)
    }
}

impl From<io::Error> for CallError {
    fn from(error: io::Error) -> Self {
        Self::Wait(error.into())
    }
}

/// Returns the result that the guest gets, or the error that ends the guest.
pub(super) fn answer<T>(result: Result<T, CallError>) -> wasmtime::Result<Result<T, IoError>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(CallError::Denied) => Ok(Err(IoError::Denied)),
        Err(CallError::NoTls) => Ok(Err(IoError::Insecure)),
        Err(CallError::Wait(WaitError::Failed(error))) => Ok(Err(io_error(&error))),
        Err(CallError::Wait(error)) => Err(end_of_guest(error)),
    }
}

/// Returns the error that ends the guest.
pub(super) fn end_of_guest(error: WaitError) -> wasmtime::Error {
    match error {
        WaitError::Failed(error) => wasmtime::Error::new(error),
        WaitError::Interrupted => wasmtime::Error::new(Interrupted),
        WaitError::OutOfTime => wasmtime::Error::new(RunTimeExceeded),
    }
}

/// Returns the error that the guest is told for an error of the system or of TLS. Never `Denied`: only the host
/// refuses.
pub(super) fn io_error(error: &io::Error) -> IoError {
    use io::ErrorKind as Kind;
    match error.kind() {
        Kind::UnexpectedEof => IoError::Closed,
        Kind::TimedOut => IoError::TimedOut,
        Kind::ConnectionRefused => IoError::Refused,
        // EACCES and EPERM: a route of type `prohibit`, a firewall, or a security module of this machine.
        Kind::PermissionDenied => IoError::Unreachable,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::AddrNotAvailable => IoError::Unreachable,
        // An error of rustls (`net/tls`).
        Kind::InvalidData => IoError::Insecure,
        _ => IoError::Reset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: impl Into<CallError>) -> IoError {
        answer::<()>(Err(error.into())).unwrap().unwrap_err()
    }

    #[test]
    fn only_the_host_denies_and_a_permission_that_the_system_denies_is_unreachable() {
        assert_eq!(told(CallError::Denied), IoError::Denied);
        for errno in [rustix::io::Errno::ACCESS, rustix::io::Errno::PERM] {
            assert_eq!(told(io::Error::from(errno)), IoError::Unreachable);
        }
        assert_eq!(told(io::Error::from(io::ErrorKind::ConnectionRefused)), IoError::Refused);
        assert_eq!(told(CallError::NoTls), IoError::Insecure);
    }

    #[test]
    fn the_end_of_the_run_ends_the_guest() {
        let end = |error: WaitError| answer::<()>(Err(error.into())).unwrap_err();
        assert!(end(WaitError::Interrupted).is::<Interrupted>());
        assert!(end(WaitError::OutOfTime).is::<RunTimeExceeded>());
    }
}
