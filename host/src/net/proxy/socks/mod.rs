//! SOCKS5 (RFC 1928), with user name and password (RFC 1929) if there are credentials. Exactly the bytes of each reply
//! are read, because the bytes after the last one belong to the server's greeting.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use zeroize::Zeroizing;

use crate::cancel::WaitError;
use crate::net::proxy::error::lost;
use crate::net::socket::Socket;
use crate::net::wait::Deadline;
use crate::report::proxy_problem::{ProxyProblem, ProxyRefusal};
use crate::request::proxy::ProxyTarget;
use crate::request::proxy_auth::ProxyAuth;

/// The version of the protocol (RFC 1928 §3).
const VERSION: u8 = 5;

/// The version of the authentication (RFC 1929 §2).
const AUTH_VERSION: u8 = 1;

/// The methods of authentication (RFC 1928 §3).
const NO_AUTH: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;

/// The command CONNECT (RFC 1928 §4).
const CONNECT: u8 = 1;

/// The types of addresses (RFC 1928 §5).
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// The connection to the proxy before it is one to the server.
struct Exchange<'a> {
    socket: &'a Socket,
    deadline: Deadline<'a>,
}

/// Makes the proxy at the other end of `socket` connect it to `port` of `host`.
pub(super) fn connect(
    socket: &Socket,
    host: &ProxyTarget,
    port: u16,
    auth: Option<&ProxyAuth>,
    deadline: Deadline<'_>,
) -> Result<(), WaitError> {
    let request = request(host, port)?;
    let proxy = Exchange { socket, deadline };
    if proxy.wants_password(auth.is_some())?
        && let Some(auth) = auth
    {
        proxy.authenticate(auth)?;
    }
    proxy.send(&request)?;
    proxy.read_reply()
}

impl Exchange<'_> {
    /// Offers the methods of authentication (RFC 1928 §3), and returns true if the proxy chooses user name and
    /// password.
    fn wants_password(&self, has_auth: bool) -> Result<bool, WaitError> {
        self.send(if has_auth { &[VERSION, 2, NO_AUTH, USER_AND_PASSWORD] } else { &[VERSION, 1, NO_AUTH] })?;
        let problem = match self.receive()? {
            [VERSION, NO_AUTH] => return Ok(false),
            [VERSION, USER_AND_PASSWORD] if has_auth => return Ok(true),
            [VERSION, NONE_ACCEPTABLE] if has_auth => ProxyProblem::AuthRefused,
            [VERSION, USER_AND_PASSWORD | NONE_ACCEPTABLE] => ProxyProblem::AuthWanted,
            _ => ProxyProblem::Misbehaved,
        };
        Err(problem.into())
    }

    /// Sends user name and password (RFC 1929 §2).
    fn authenticate(&self, auth: &ProxyAuth) -> Result<(), WaitError> {
        self.send(&auth_message(auth)?)?;
        match self.receive()? {
            [AUTH_VERSION, 0] => Ok(()),
            [AUTH_VERSION, _] => Err(ProxyProblem::AuthRefused.into()),
            _ => Err(ProxyProblem::Misbehaved.into()),
        }
    }

    /// Reads the reply to the request (RFC 1928 §6). The address in it is not needed.
    fn read_reply(&self) -> Result<(), WaitError> {
        let [version, code, reserved, address_type] = self.receive()?;
        if version != VERSION {
            return Err(ProxyProblem::Misbehaved.into());
        }
        judge(code)?;
        match (reserved, address_type) {
            (0, IPV4) => self.receive::<{ 4 + 2 }>().map(drop),
            (0, IPV6) => self.receive::<{ 16 + 2 }>().map(drop),
            (0, NAME) => {
                let [length] = self.receive()?;
                (0..u16::from(length) + 2).try_for_each(|_| self.receive::<1>().map(drop))
            }
            _ => Err(ProxyProblem::Misbehaved.into()),
        }
    }

    fn send(&self, message: &[u8]) -> Result<(), WaitError> {
        self.socket.write_all(message, self.deadline).map_err(lost)
    }

    /// Receives exactly `N` bytes.
    fn receive<const N: usize>(&self) -> Result<[u8; N], WaitError> {
        let (mut bytes, mut filled) = ([0; N], 0);
        while filled < N {
            filled += self.socket.read(&mut bytes[filled..], self.deadline).map_err(lost)?;
        }
        Ok(bytes)
    }
}

/// Returns the message with user name and password, which is wiped when dropped.
fn auth_message(auth: &ProxyAuth) -> Result<Zeroizing<Vec<u8>>, ProxyProblem> {
    // The full capacity at once: growing would leave a copy of the password in freed memory.
    let (user, password) = (auth.user().as_bytes(), auth.password().as_bytes());
    let mut message = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    message.push(AUTH_VERSION);
    for part in [user, password] {
        // `ProxyAuth` holds no longer ones.
        message.push(u8::try_from(part.len()).map_err(|_| ProxyProblem::AuthRefused)?);
        message.extend_from_slice(part);
    }
    Ok(message)
}

/// Returns the request to connect (RFC 1928 §4).
///
/// # Errors
/// If the name is longer than 255 bytes: one byte holds its length (RFC 1928 §5).
fn request(host: &ProxyTarget, port: u16) -> Result<Vec<u8>, ProxyProblem> {
    let mut request = vec![VERSION, CONNECT, 0];
    match host {
        ProxyTarget::Address(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        ProxyTarget::Address(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        ProxyTarget::Name(name) => {
            let too_long = |_| ProxyProblem::Refused(ProxyRefusal::NotSupported);
            request.extend([NAME, u8::try_from(name.len()).map_err(too_long)?]);
            request.extend(name.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

/// The reply codes of RFC 1928 §6.
fn judge(code: u8) -> Result<(), ProxyProblem> {
    Err(ProxyProblem::Refused(match code {
        0 => return Ok(()),
        1 => ProxyRefusal::Failure,
        2 => ProxyRefusal::NotAllowed,
        3 => ProxyRefusal::NetworkUnreachable,
        4 => ProxyRefusal::HostUnreachable,
        5 => ProxyRefusal::ConnectionRefused,
        6 => ProxyRefusal::Expired,
        7 | 8 => ProxyRefusal::NotSupported,
        _ => return Err(ProxyProblem::Misbehaved),
    }))
}
