//! Carries a [`ProxyProblem`] through code that knows only `io::Error`, with the error kind that the component is told.

use std::io;

use crate::cancel::WaitError;
use crate::report::proxy_problem::ProxyProblem;

impl ProxyProblem {
    /// Extracts the problem from `error`, which came from a connection through a proxy.
    pub(crate) fn found_in(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Lost)
    }

    fn io_kind(&self) -> io::ErrorKind {
        match self {
            Self::Unresolved(error) | Self::Unreachable { error, .. } | Self::Lost(error) => error.kind(),
            Self::Misbehaved => io::ErrorKind::ConnectionReset,
            Self::AuthWanted | Self::AuthRefused | Self::Refused(_) => io::ErrorKind::ConnectionRefused,
        }
    }
}

impl From<ProxyProblem> for WaitError {
    fn from(problem: ProxyProblem) -> Self {
        Self::Failed(io::Error::new(problem.io_kind(), problem))
    }
}

/// Turns an error of the socket to the proxy into the problem that the proxy gave no complete answer.
pub(super) fn lost(error: WaitError) -> WaitError {
    match error {
        WaitError::Failed(error) => ProxyProblem::Lost(error).into(),
        error @ (WaitError::Interrupted | WaitError::OutOfTime) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_survives_the_way_through_an_error() {
        let WaitError::Failed(error) = WaitError::from(ProxyProblem::AuthWanted) else { panic!("not an error") };
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        assert!(matches!(ProxyProblem::found_in(error), ProxyProblem::AuthWanted));
    }
}
