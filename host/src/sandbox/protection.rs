//! `secure`, on either connection, and the second wall behind it: where TLS is required, nothing but AUTH leaves this
//! machine in clear, whatever the guest asks for.
//!
//! How TLS is done is `crate::net::tls`; what it says of a server's certificate is kept here for the error, as the guest
//! learns only that it did not come about.

use std::io;

use ftp_protocol::command::asks_for_tls;
use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::net::stream::Stream;
use crate::net::tls::{TlsClient, secured};
use crate::report::event::{Event, Secured};
use crate::report::step::Connection;
use crate::report::tls_problem::TlsProblem;
use crate::sandbox::bindings::exports::ftp_uploader::upload::upload::Protection as Asked;
use crate::sandbox::capabilities::data_connection::DataConnection;
use crate::sandbox::state::{GuestState, denied};

/// How the connections of one session are to be protected.
pub(crate) enum Protection {
    /// Not at all.
    Clear,
    /// By TLS after AUTH.
    Explicit(TlsClient),
    /// By TLS from the first byte.
    Implicit(TlsClient),
}

impl Protection {
    /// What the guest is told to ask for.
    pub(crate) fn asked(&self) -> Asked {
        match self {
            Self::Clear => Asked::Clear,
            Self::Explicit(_) => Asked::Explicit,
            Self::Implicit(_) => Asked::Implicit,
        }
    }

    fn tls(&self) -> Option<&TlsClient> {
        match self {
            Self::Clear => None,
            Self::Explicit(tls) | Self::Implicit(tls) => Some(tls),
        }
    }

    /// Whether `stream` may carry what is not for everyone's eyes.
    pub(super) fn permits(&self, stream: &Stream) -> bool {
        matches!(self, Self::Clear) || stream.is_secure()
    }

    /// Whether `line` may be sent over `stream`.
    pub(super) fn permits_line(&self, stream: &Stream, line: &[u8]) -> bool {
        self.permits(stream) || (matches!(self, Self::Explicit(_)) && asks_for_tls(line))
    }
}

/// What is known of the TLS of one session, for its errors.
#[derive(Default)]
pub(crate) struct Handshakes {
    /// Why the last handshake that failed did, if it was TLS that failed.
    problem: Option<(Connection, TlsProblem)>,
    /// Whether a handshake was begun on the control connection; there is no second one.
    begun: bool,
    /// How the control connection is protected, also when the guest has given it up since.
    control: Option<Secured>,
    /// How the last data connection is protected.
    data: DataSession,
}

/// How the last data connection is protected.
#[derive(Default)]
enum DataSession {
    /// There was none, or none to be protected.
    #[default]
    None,
    /// Its handshake has begun, and has not come to its end.
    Unfinished,
    /// It is protected.
    Active(Secured),
}

impl Handshakes {
    /// A new call of the guest begins: what was known of the last one's connections does not explain its errors.
    pub(super) fn begin_call(&mut self) {
        self.problem = None;
        self.data = DataSession::None;
    }

    /// Why there is no TLS on `connection`.
    pub(crate) fn problem(&self, connection: Connection) -> Option<&TlsProblem> {
        self.problem.as_ref().filter(|(failed, _)| *failed == connection).map(|(_, problem)| problem)
    }

    /// Whether the last data connection has TLS with a session of its own, or failed on the way to it.
    pub(crate) fn was_not_resumed(&self) -> bool {
        match &self.data {
            DataSession::None => false,
            DataSession::Unfinished => true,
            DataSession::Active(secured) => !secured.resumed,
        }
    }

    /// Whether the next data connection could not resume the session, though the last one did.
    pub(crate) fn are_spent(&self, protection: &Protection) -> bool {
        match (&self.data, protection.tls()) {
            (DataSession::Active(last), Some(tls)) => tls.is_spent(last),
            _ => false,
        }
    }

    /// Remembers why a handshake failed, if it was for a reason that TLS knows.
    fn failed(&mut self, connection: Connection, tls: &TlsClient, stop: WaitError) -> WaitError {
        if let WaitError::Failed(error) = &stop {
            self.problem = tls.problem(error).map(|problem| (connection, problem));
        }
        stop
    }

    /// Remembers what the server says of a handshake that was done as far as we can see: with TLS 1.3 it judges our
    /// certificate only then (RFC 8446 §4.4.2.4).
    pub(super) fn refused(&mut self, connection: Connection, protection: &Protection, error: &io::Error) {
        let problem = protection.tls().and_then(|tls| tls.problem(error));
        if let Some(problem @ TlsProblem::ClientCertificate) = problem {
            self.problem = Some((connection, problem));
        }
    }
}

impl GuestState {
    /// Begins TLS on the control connection.
    pub(super) fn secure_control(&mut self) -> Result<(), WaitError> {
        let tls = self.protection.tls().ok_or_else(insecure)?;
        let control = self.control.as_mut().ok_or_else(denied)?;
        // CVE-2021-22947: what has come before TLS would be taken for protected once TLS stands. Where TLS comes first,
        // it is TLS that finds such bytes out.
        let explicit = matches!(self.protection, Protection::Explicit(_));
        if self.handshakes.begun || (explicit && control.socket().has_unread()?) {
            return Err(denied());
        }
        self.handshakes.begun = true;
        self.deadlines.mark();
        let done = control.secure(tls.connection()?, self.deadlines.due(), &self.cancellation).map(secured);
        let secured = done.map_err(|stop| self.handshakes.failed(Connection::Control, tls, stop))?;
        self.observer.event(&Event::Secured { connection: Connection::Control, tls: &secured });
        self.handshakes.control = Some(secured);
        Ok(())
    }

    /// Whether nothing but AUTH can have been sent, for want of TLS.
    pub(crate) fn still_needs_tls(&self) -> bool {
        self.protection.tls().is_some() && self.handshakes.control.is_none()
    }

    /// Begins TLS on a data connection, offering to resume the session of the control connection (RFC 4217 §10.2).
    pub(super) fn secure_data(&mut self, handle: &Resource<DataConnection>) -> Result<(), WaitError> {
        let tls = self.protection.tls().ok_or_else(insecure)?;
        let data = self.table.get_mut(handle).map_err(|_| denied())?;
        if data.handshake_begun || !self.control.as_ref().is_some_and(Stream::is_secure) {
            return Err(denied());
        }
        data.handshake_begun = true;
        self.deadlines.mark();
        self.handshakes.data = DataSession::Unfinished;
        let done = data.stream.secure(tls.connection()?, self.deadlines.due(), &self.cancellation).map(secured);
        let secured = done.map_err(|stop| self.handshakes.failed(Connection::Data, tls, stop))?;
        self.observer.event(&Event::Secured { connection: Connection::Data, tls: &secured });
        self.handshakes.data = DataSession::Active(secured);
        Ok(())
    }
}

/// There is no TLS to be had.
fn insecure() -> WaitError {
    WaitError::Failed(io::ErrorKind::InvalidData.into())
}
