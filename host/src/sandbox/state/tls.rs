//! The TLS of one session: `secure` on both connections, and the knowledge of the handshakes that errors need. The
//! guest learns only that there is no TLS.

use std::io;

use crate::cancel::WaitError;
use crate::net::stream::Stream;
use crate::net::tls::{TlsClient, secured};
use crate::report::event::{Event, Secured};
use crate::report::step::Connection;
use crate::report::tls_problem::TlsProblem;
use crate::sandbox::call_error::CallError;
use crate::sandbox::protection::Protection;
use crate::sandbox::state::progress::Progress;
use crate::sandbox::transfer::deadlines::Deadlines;

/// The protection of a session, and its handshakes.
pub(crate) struct TlsState {
    protection: Protection,
    handshakes: Handshakes,
}

/// The handshakes of one session.
#[derive(Default)]
struct Handshakes {
    /// The problem of the last handshake that failed, if TLS was the reason.
    problem: Option<(Connection, TlsProblem)>,
    /// True if a handshake was begun on the control connection. There is no second one.
    begun: bool,
    /// The protection of the control connection, also after the guest has dropped it.
    control: Option<Secured>,
    /// The last data connection of the current call.
    data: DataSession,
    /// The last data connection of any call on which the handshake was complete.
    last: Option<Secured>,
}

/// The TLS of the last data connection.
#[derive(Default)]
enum DataSession {
    /// There was no data connection, or no handshake on it.
    #[default]
    None,
    /// The handshake has begun, and is not complete.
    Unfinished,
    /// The handshake is complete.
    Active(Secured),
}

impl TlsState {
    pub(in crate::sandbox) fn new(protection: Protection) -> Self {
        Self { protection, handshakes: Handshakes::default() }
    }

    /// Returns the protection that the session must have.
    pub(crate) fn protection(&self) -> &Protection {
        &self.protection
    }

    /// Forgets the data connections of the last call of the guest, which do not explain the errors of the next one.
    pub(super) fn begin_call(&mut self) {
        self.handshakes.problem = None;
        self.handshakes.data = DataSession::None;
    }

    /// Begins TLS on the control connection.
    pub(crate) fn secure_control(
        &mut self,
        control: Option<&mut Stream>,
        deadlines: &mut Deadlines,
        progress: &Progress,
    ) -> Result<(), CallError> {
        let client = self.protection.client().ok_or(CallError::NoTls)?;
        let stream = control.ok_or(CallError::Denied)?;
        // CVE-2021-22947: bytes received before TLS would count as protected once TLS is active. With implicit TLS, the
        // handshake itself fails on such bytes.
        let explicit = matches!(self.protection, Protection::Explicit(_));
        if self.handshakes.begun || (explicit && stream.socket().has_unread()?) {
            return Err(CallError::Denied);
        }
        self.handshakes.begun = true;
        deadlines.restart();
        let done = stream.secure(client.connection()?, deadlines.reply()).map(secured);
        let tls = done.map_err(|error| self.handshakes.note_failure(Connection::Control, client, error))?;
        progress.tell(&Event::Secured { connection: Connection::Control, tls: &tls });
        self.handshakes.control = Some(tls);
        Ok(())
    }

    /// Begins TLS on a data connection, and offers to resume the session of the control connection (RFC 4217 §10.2).
    /// `begun` is true if that was tried before on this connection. There is no second handshake.
    pub(crate) fn secure_data(
        &mut self,
        data: &mut Stream,
        begun: &mut bool,
        control: Option<&Stream>,
        deadlines: &mut Deadlines,
        progress: &Progress,
    ) -> Result<(), CallError> {
        let client = self.protection.client().ok_or(CallError::NoTls)?;
        if *begun || !control.is_some_and(Stream::is_secure) {
            return Err(CallError::Denied);
        }
        *begun = true;
        deadlines.restart();
        self.handshakes.data = DataSession::Unfinished;
        let done = data.secure(client.connection()?, deadlines.reply()).map(secured);
        let tls = done.map_err(|error| self.handshakes.note_failure(Connection::Data, client, error))?;
        progress.tell(&Event::Secured { connection: Connection::Data, tls: &tls });
        self.handshakes.last = Some(tls.clone());
        self.handshakes.data = DataSession::Active(tls);
        Ok(())
    }

    /// Records an error after the handshake if it is a refusal of our certificate: with TLS 1.3 the server checks the
    /// certificate only then (RFC 8446 §4.4.2.4).
    pub(crate) fn note_late_refusal(&mut self, connection: Connection, error: &io::Error) {
        let problem = self.protection.client().and_then(|client| client.problem(error));
        if let Some(problem @ TlsProblem::ClientCertificate) = problem {
            self.handshakes.problem = Some((connection, problem));
        }
    }

    /// Returns the reason why there is no TLS on `connection`.
    pub(crate) fn problem(&self, connection: Connection) -> Option<&TlsProblem> {
        self.handshakes.problem.as_ref().filter(|(failed, _)| *failed == connection).map(|(_, problem)| problem)
    }

    /// Returns true if TLS is required and the control connection has none, so that only AUTH can have been sent.
    pub(crate) fn is_still_missing(&self) -> bool {
        self.protection.client().is_some() && self.handshakes.control.is_none()
    }

    /// Returns true if the last data connection has a TLS session of its own, or its handshake is not complete.
    pub(crate) fn was_not_resumed(&self) -> bool {
        match &self.handshakes.data {
            DataSession::None => false,
            DataSession::Unfinished => true,
            DataSession::Active(tls) => !tls.resumed,
        }
    }

    /// Returns true if the last data connection has resumed the session, and the next one cannot.
    pub(crate) fn has_used_all_tickets(&self) -> bool {
        let (Some(last), Some(client)) = (&self.handshakes.last, self.protection.client()) else {
            return false;
        };
        client.has_used_all_tickets(last)
    }
}

impl Handshakes {
    /// Records the reason of a failed handshake if TLS knows it, and returns `error`.
    fn note_failure(&mut self, connection: Connection, client: &TlsClient, error: WaitError) -> WaitError {
        if let WaitError::Failed(error) = &error {
            self.problem = client.problem(error).map(|problem| (connection, problem));
        }
        error
    }
}
