//! What the caller wants: which files, to which server, as whom, into which directory.
//!
//! Nothing in a request can break a command: every text was parsed on the way in. Next: `uploader.rs`, which does
//! what a request asks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ftp_protocol::argument::{Argument, NotAnArgument};
use ftp_protocol::server::{FTP_PORT, FTPS_PORT, Scheme, Server};

use crate::error::UploadError;
use crate::interrupt::Interrupt;
use crate::password::Password;
use crate::source::Source;
use crate::tls::{ClientIdentity, Trust};

/// How both connections are protected. None of these falls back to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// As [`Explicit`](Self::Explicit), save to this very machine, where clear text does no harm.
    #[default]
    UnlessLoopback,
    /// TLS once the server has greeted (AUTH TLS, RFC 4217). Nothing else is sent in clear.
    Explicit,
    /// TLS from the first byte. The port is 990 unless another one is given.
    Implicit,
    /// Everything, the password included, is sent in clear.
    Off,
}

/// An upload that can be asked for. Built in steps; see the example at the top of the crate.
pub struct Request {
    pub(crate) server: Server,
    pub(crate) user: Vec<u8>,
    pub(crate) password: Password,
    pub(crate) account: Option<Vec<u8>>,
    pub(crate) directory: Vec<u8>,
    pub(crate) files: Vec<PathBuf>,
    pub(crate) tls: Tls,
    pub(crate) trust: Trust,
    pub(crate) identity: Option<ClientIdentity>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) interrupt: Option<Interrupt>,
}

impl Request {
    /// Uploads into `directory` of `server`, as `user`, with an empty password until [`password`](Self::password) is
    /// called. TLS is as the scheme of `server` says, until [`tls`](Self::tls) says otherwise.
    ///
    /// # Errors
    /// [`UploadError::Argument`] when no FTP command can carry `user` or `directory`.
    pub fn new(server: Server, user: impl Into<Vec<u8>>, directory: impl Into<Vec<u8>>) -> Result<Self, UploadError> {
        Ok(Self {
            tls: tls_of(server.scheme()),
            trust: Trust::default(),
            identity: None,
            server,
            user: argument("the user name", user.into())?,
            password: Password::default(),
            account: None,
            directory: argument("the remote directory", directory.into())?,
            files: Vec::new(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(15),
            interrupt: None,
        })
    }

    /// Adds a file, to be stored under the last part of its path, after those added before.
    ///
    /// # Errors
    /// [`UploadError::Argument`] when no FTP command can carry that name, [`UploadError::SameName`] when a file added
    /// before would be overwritten by it.
    pub fn file(mut self, path: impl AsRef<Path>) -> Result<Self, UploadError> {
        let path = path.as_ref();
        if let Some(name) = path.file_name() {
            argument("the file's name", name.as_encoded_bytes().to_vec())?;
            if let Some(other) = self.files.iter().find(|other| other.file_name() == Some(name)) {
                return Err(UploadError::SameName { one: other.clone(), other: path.to_owned() });
            }
        }
        self.files.push(path.to_owned());
        Ok(self)
    }

    /// The password, for a server that asks for one.
    pub fn password(mut self, password: Password) -> Self {
        self.password = password;
        self
    }

    /// The answer for a server that asks for an account (ACCT, RFC 959 §4.1.1).
    ///
    /// # Errors
    /// [`UploadError::Argument`] when no FTP command can carry it.
    pub fn account(mut self, account: impl Into<Vec<u8>>) -> Result<Self, UploadError> {
        self.account = Some(argument("the account", account.into())?);
        Ok(self)
    }

    /// How the connections are protected.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// What makes the server's certificate a good one. Default: [`Trust::Platform`].
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Who we are, for a server that asks for a certificate.
    pub fn identity(mut self, identity: ClientIdentity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// How long the server may be silent: the longest wait for a whole reply, and for data to move. Default: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long resolving and connecting may take, all addresses together, and each data connection. Default: 15 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// A bell that stops this upload when it is rung.
    pub fn interrupt(mut self, bell: &Interrupt) -> Self {
        self.interrupt = Some(bell.clone());
        self
    }

    /// Opens every file and closes it again: for programs that want to know before they ask for a password.
    ///
    /// # Errors
    /// [`UploadError::Source`] for the first file that cannot be uploaded.
    pub fn check_files(&self) -> Result<(), UploadError> {
        self.open_files().map(drop)
    }

    /// Where the server listens.
    pub(crate) fn port(&self) -> u16 {
        let usual = if self.tls == Tls::Implicit { FTPS_PORT } else { FTP_PORT };
        self.server.port().unwrap_or(usual)
    }

    /// Opens every file, so that a missing one is known before anything is sent.
    pub(crate) fn open_files(&self) -> Result<Vec<Source>, UploadError> {
        self.files.iter().map(|path| Source::open(path)).collect()
    }
}

/// What an address asks for by its scheme.
fn tls_of(scheme: Option<Scheme>) -> Tls {
    match scheme {
        None => Tls::default(),
        Some(Scheme::Ftp) => Tls::Off,
        Some(Scheme::Ftpes) => Tls::Explicit,
        Some(Scheme::Ftps) => Tls::Implicit,
    }
}

fn argument(what: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, UploadError> {
    match Argument::new(&bytes) {
        Ok(_) => Ok(bytes),
        Err(why @ (NotAnArgument::Empty | NotAnArgument::TooLong | NotAnArgument::ControlByte(_))) => {
            Err(UploadError::Argument { what, why })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(user: &str, directory: &str) -> Result<Request, UploadError> {
        Request::new("h".parse().unwrap(), user, directory)
    }

    #[test]
    fn no_text_of_a_request_can_start_a_command() {
        let evil = "x\r\nDELE y";
        let is_argument = |result: Result<Request, UploadError>| matches!(result, Err(UploadError::Argument { .. }));
        assert!(is_argument(request(evil, ".")));
        assert!(is_argument(request("u", evil)));
        assert!(is_argument(request("u", ".").unwrap().account(evil)));
        assert!(is_argument(request("u", ".").unwrap().file(format!("dir/{evil}"))));
        assert!(is_argument(request("u", "")));
    }

    #[test]
    fn the_port_is_that_of_the_protocol_unless_one_is_given() {
        let port = |server: &str| Request::new(server.parse().unwrap(), "u", ".").unwrap().port();
        assert_eq!([port("h"), port("ftp://h"), port("ftpes://h"), port("ftps://h")], [21, 21, 21, 990]);
        assert_eq!(port("ftps://h:21"), 21);
        assert_eq!(Request::new("h".parse().unwrap(), "u", ".").unwrap().tls(Tls::Implicit).port(), 990);
    }

    #[test]
    fn a_control_byte_in_the_local_path_alone_does_no_harm() {
        assert!(request("u", ".").unwrap().file("odd\ndir/name").is_ok());
    }

    #[test]
    fn two_files_with_one_name_are_refused() {
        let first = request("u", ".").unwrap().file("a/name").unwrap();
        assert!(matches!(first.file("b/name"), Err(UploadError::SameName { .. })));
    }
}
