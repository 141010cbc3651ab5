//! SOCKS5 (RFC 1928, RFC 1929), spoken by `tokio-socks`: a library for programs with an async runtime, of which we have
//! none. Its futures never have to wait here, because every read and write blocks until it is done or its time is up.

use std::cell::Cell;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use tokio_socks::io::AsyncSocket;
use tokio_socks::tcp::Socks5Stream;
use tokio_socks::{Error, TargetAddr};

use crate::cancel::{Cancellation, WaitError};
use crate::net::socket::Socket;
use crate::report::proxy_problem::{ProxyProblem, ProxyRefusal};
use crate::request::proxy::ProxyTarget;
use crate::request::proxy_auth::ProxyAuth;

/// Has the proxy at the other end of `socket` connect it to `port` of `host`.
pub(super) fn ask(
    socket: &Socket,
    host: &ProxyTarget,
    port: u16,
    auth: Option<&ProxyAuth>,
    until: Instant,
    cancellation: &Cancellation,
) -> Result<(), WaitError> {
    let target = match host {
        ProxyTarget::Address(address) => TargetAddr::Ip((*address, port).into()),
        // One byte says how long a name is (RFC 1928 §5).
        ProxyTarget::Name(name) if name.len() > 255 => {
            return Err(ProxyProblem::Refused(ProxyRefusal::NotSupported).into());
        }
        ProxyTarget::Name(name) => TargetAddr::Domain(name.as_str().into(), port),
    };
    let stop = Cell::new(None);
    let line = Line { socket, until, cancellation, stop: &stop };
    let asked = match auth {
        None => at_once(Socks5Stream::connect_with_socket(line, target)),
        Some(auth) => {
            let (user, password) = (auth.user(), auth.password());
            at_once(Socks5Stream::connect_with_password_and_socket(line, target, user, password))
        }
    };
    match (asked, stop.take()) {
        (Ok(_), _) => Ok(()),
        (Err(_), Some(WaitError::Failed(error))) => Err(ProxyProblem::Lost(error).into()),
        (Err(_), Some(stop)) => Err(stop),
        (Err(error), None) => Err(problem(error, auth.is_some()).into()),
    }
}

fn problem(error: Error, had_auth: bool) -> ProxyProblem {
    use ProxyRefusal as Refusal;
    let refusal = match error {
        Error::GeneralSocksServerFailure => Refusal::Failure,
        Error::ConnectionNotAllowedByRuleset => Refusal::NotAllowed,
        Error::NetworkUnreachable => Refusal::NetworkUnreachable,
        Error::HostUnreachable => Refusal::HostUnreachable,
        Error::ConnectionRefused => Refusal::ConnectionRefused,
        Error::TtlExpired => Refusal::Expired,
        Error::CommandNotSupported | Error::AddressTypeNotSupported => Refusal::NotSupported,
        Error::AuthorizationRequired | Error::NoAcceptableAuthMethods if !had_auth => return ProxyProblem::AuthWanted,
        Error::NoAcceptableAuthMethods | Error::PasswordAuthFailure(_) => return ProxyProblem::AuthRefused,
        Error::Io(error) => return ProxyProblem::Lost(error),
        _ => return ProxyProblem::Misbehaved,
    };
    ProxyProblem::Refused(refusal)
}

/// A socket whose reads and writes are done, or have failed, when they return.
struct Line<'a> {
    socket: &'a Socket,
    until: Instant,
    cancellation: &'a Cancellation,
    /// Why one has failed: an `io::Error` cannot tell an interrupt.
    stop: &'a Cell<Option<WaitError>>,
}

impl Line<'_> {
    fn done<T>(&self, outcome: Result<T, WaitError>) -> Poll<io::Result<T>> {
        Poll::Ready(outcome.map_err(|stop| {
            self.stop.set(Some(stop));
            io::ErrorKind::ConnectionAborted.into()
        }))
    }
}

impl AsyncSocket for Line<'_> {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        self.done(self.socket.read(buffer, self.until, self.cancellation))
    }

    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.done(self.socket.write_all(bytes, self.until, self.cancellation).map(|()| bytes.len()))
    }
}

/// What a future comes to that waits for nothing but a [`Line`].
fn at_once<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(Error::Io(io::Error::other("a future waits for something else than the proxy"))),
    }
}
