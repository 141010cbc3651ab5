//! What the caller wants: which files, to which server, as whom, into which directory.
//!
//! Nothing in a request can break a command: every text was parsed on the way in. Next: `uploader.rs`, which does
//! what a request asks.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::File;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ftp_protocol::argument::Argument;
use ftp_protocol::server::{FTP_PORT, FTPS_PORT, Server};

use crate::assurance::Verify;
use crate::delivery::Retry;
use crate::error::UploadError;
use crate::interrupt::{Interrupt, Stops};
use crate::password::{Password, PasswordSlot};
use crate::proxy::Proxy;
use crate::route::Route;
use crate::source::Source;
use crate::tls::{ClientIdentity, Tls, Trust};

/// An upload that can be asked for. Built in steps; see the example at the top of the crate.
pub struct Request {
    pub(crate) server: Server,
    pub(crate) user: Vec<u8>,
    pub(crate) password: PasswordSlot,
    pub(crate) account: Option<Vec<u8>>,
    pub(crate) directory: Vec<u8>,
    pub(crate) files: Vec<PathBuf>,
    /// The names of all files, and of the stream.
    names: HashSet<OsString>,
    pub(crate) stream: Option<(File, PathBuf)>,
    pub(crate) tls: Tls,
    pub(crate) trust: Trust,
    pub(crate) identity: Option<ClientIdentity>,
    pub(crate) retry: Retry,
    pub(crate) resume: bool,
    pub(crate) atomic: bool,
    pub(crate) replace: bool,
    pub(crate) unique: bool,
    pub(crate) verify: Verify,
    pub(crate) site: Vec<Vec<u8>>,
    pub(crate) create_directories: bool,
    pub(crate) preserve_time: bool,
    pub(crate) mode: Option<u16>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_time: Option<Duration>,
    pub(crate) route: Route,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) active: bool,
    pub(crate) limit_rate: Option<NonZeroU64>,
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
            tls: Tls::asked_by(server.scheme()),
            trust: Trust::default(),
            identity: None,
            server,
            user: argument("the user name", user.into())?,
            password: PasswordSlot::default(),
            account: None,
            directory: argument("the remote directory", directory.into())?,
            files: Vec::new(),
            names: HashSet::new(),
            stream: None,
            retry: Retry::default(),
            resume: false,
            atomic: false,
            replace: false,
            unique: false,
            verify: Verify::default(),
            site: Vec::new(),
            create_directories: false,
            preserve_time: false,
            mode: None,
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(15),
            max_time: None,
            route: Route::default(),
            proxy: None,
            active: false,
            limit_rate: None,
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
        }
        self.claim_name(path)?;
        self.files.push(path.to_owned());
        Ok(self)
    }

    /// Notes the name of `path`, which no other file may have.
    fn claim_name(&mut self, path: &Path) -> Result<(), UploadError> {
        match path.file_name() {
            Some(name) if !self.names.insert(name.to_owned()) => {
                let mut others = self.files.iter().chain(self.stream.iter().map(|(_, name)| name));
                let one = others.find(|other| other.file_name() == Some(name)).cloned().unwrap_or_default();
                Err(UploadError::SameName { one, other: path.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// What comes from `stream`, a pipe, to be stored under `name` after the files. Its bytes are gone once they are
    /// sent: there is no new try after the first of them, and nothing to resume.
    ///
    /// # Errors
    /// [`UploadError::Argument`] when `name` is no plain name that an FTP command can carry.
    pub fn stream(mut self, stream: impl Into<OwnedFd>, name: impl Into<Vec<u8>>) -> Result<Self, UploadError> {
        let name = PathBuf::from(OsString::from_vec(argument("the file's name", name.into())?));
        if name.file_name() != Some(name.as_os_str()) {
            return Err(UploadError::NotAName { name });
        }
        self.claim_name(&name)?;
        self.stream = Some((File::from(stream.into()), name));
        Ok(self)
    }

    /// The password, for a server that asks for one.
    pub fn password(self, password: Password) -> Self {
        self.password.set(password);
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

    /// How long looking up may take, and connecting, all addresses together, and each data connection. Default: 15 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long all of it may take, from the first name that is looked up to the last reply, with every new try. Default:
    /// as long as it takes.
    pub fn max_time(mut self, time: Duration) -> Self {
        self.max_time = Some(time);
        self
    }

    /// Which address of this machine connections come from. Addresses of the server that speak the other version of IP
    /// are not tried.
    pub fn source_address(mut self, source: IpAddr) -> Self {
        self.route.source = Some(source);
        self
    }

    /// Which network interface of this machine connections go through, on systems that can tell (SO_BINDTODEVICE).
    pub fn interface(mut self, name: impl Into<String>) -> Self {
        self.route.interface = Some(name.into());
        self
    }

    /// What every connection goes through; it does not go together with [`active`](Self::active). Default: nothing.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Whether the server is to connect to us for the data (EPRT, PORT) instead of we to it. Default: it is not.
    pub fn active(mut self, active: bool) -> Self {
        self.active = active;
        self
    }

    /// How many bytes of data are sent in a second, at most. Default: as many as go.
    pub fn limit_rate(mut self, bytes: NonZeroU64) -> Self {
        self.limit_rate = Some(bytes);
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

    /// What ends a run that begins now.
    pub(crate) fn begin(&self) -> Stops {
        Stops::begin(self.interrupt.as_ref(), self.max_time)
    }

    /// Where the server listens.
    pub(crate) fn port(&self) -> u16 {
        let usual = if self.tls == Tls::Implicit { FTPS_PORT } else { FTP_PORT };
        self.server.port().unwrap_or(usual)
    }

    /// Opens every file, so that a missing one is known before anything is sent.
    pub(crate) fn open_files(&self) -> Result<Vec<Source>, UploadError> {
        let stream = self.stream.iter().map(|(file, name)| Source::stream(file, name));
        self.files.iter().map(|path| Source::open(path)).chain(stream).collect()
    }
}

pub(crate) fn argument(what: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, UploadError> {
    match Argument::new(&bytes) {
        Ok(_) => Ok(bytes),
        Err(why) => Err(UploadError::Argument { what, why }),
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
        assert!(request("u", ".").unwrap().file("odd\ndir/name").is_ok());
    }

    #[test]
    fn the_port_is_that_of_the_protocol_unless_one_is_given() {
        let port = |server: &str| Request::new(server.parse().unwrap(), "u", ".").unwrap().port();
        assert_eq!([port("h"), port("ftp://h"), port("ftpes://h"), port("ftps://h")], [21, 21, 21, 990]);
        assert_eq!(port("ftps://h:21"), 21);
        assert_eq!(Request::new("h".parse().unwrap(), "u", ".").unwrap().tls(Tls::Implicit).port(), 990);
    }

    #[test]
    fn two_files_with_one_name_are_refused() {
        let first = request("u", ".").unwrap().file("a/name").unwrap();
        assert!(matches!(first.file("b/name"), Err(UploadError::SameName { .. })));
    }
}
