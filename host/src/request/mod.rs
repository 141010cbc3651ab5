//! Values that describe a run: the account, the job, and options. Nothing here opens a file or a connection.
//!
//! Every text is parsed when it is given, so no text in a request can end an FTP command and start another.

pub(crate) mod check;
pub(crate) mod context;
pub(crate) mod delivery;
pub(crate) mod error;
pub(crate) mod identity;
pub(crate) mod job;
pub(crate) mod network;
pub(crate) mod password;
pub(crate) mod pin;
pub(crate) mod proxy;
pub(crate) mod proxy_auth;
pub(crate) mod security;
pub(crate) mod setting;
pub(crate) mod sync;
pub(crate) mod target;
pub(crate) mod tree;
pub(crate) mod trust;

use std::path::Path;

use ftp_protocol::argument::Argument;
use ftp_protocol::server::{FTP_PORT, FTPS_PORT, Server};

use crate::cancel::{CancelToken, Cancellation};

use delivery::Delivery;
use error::RequestError;
use job::{Job, Put};
use network::Network;
use password::Password;
use security::{Security, Tls};
use target::Target;

/// The description of a run: an account, a job, and options. See the example at the top of the crate.
pub struct Request {
    pub(crate) target: Target,
    pub(crate) job: Job,
    pub(crate) security: Security,
    pub(crate) network: Network,
    pub(crate) delivery: Delivery,
    cancel: Option<CancelToken>,
}

impl Request {
    /// A request to store files in `directory` on `server` as `user`, with the default options: an empty password, which
    /// [`password`](Self::password) sets, and no files, which [`file`](Self::file) adds. `.` is the directory after login.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `user` or `directory`.
    pub fn new(server: Server, user: impl Into<Vec<u8>>, directory: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        Ok(Self::of(Target::new(server, user)?, Put::into_directory(directory)?))
    }

    /// A request to carry out `job` on `target`, with the default options: for directories, streams and [`Sync`](crate::Sync),
    /// and for logins with more than a password.
    pub fn of(target: Target, job: impl Into<Job>) -> Self {
        Self {
            target,
            job: job.into(),
            security: Security::default(),
            network: Network::default(),
            delivery: Delivery::default(),
            cancel: None,
        }
    }

    /// Sets the password of the account.
    pub fn password(self, password: Password) -> Self {
        self.target.password.set(password);
        self
    }

    /// Adds a file to store, after the files added before ([`Put::file`]).
    ///
    /// # Errors
    /// Those of [`Put::file`], and [`RequestError::NotAnUpload`] if the request has another job.
    pub fn file(mut self, path: impl AsRef<Path>) -> Result<Self, RequestError> {
        let Job::Put(put) = self.job else { return Err(RequestError::NotAnUpload) };
        self.job = put.file(path)?.into();
        Ok(self)
    }

    /// Sets the options for TLS.
    pub fn security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    /// Sets the options for the network.
    ///
    /// # Errors
    /// [`RequestError::ActiveThroughProxy`] if `network` has both active mode and a proxy.
    pub fn network(mut self, network: Network) -> Result<Self, RequestError> {
        if network.active && network.proxy.is_some() {
            return Err(RequestError::ActiveThroughProxy);
        }
        self.network = network;
        Ok(self)
    }

    /// Sets the options for delivery.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Lets `token` cancel this run.
    pub fn cancelled_by(mut self, token: &CancelToken) -> Self {
        self.cancel = Some(token.clone());
        self
    }

    /// Returns the use of TLS: the option if it is set, else the one that the scheme of the server's address selects. A
    /// caller who names trusted certificates, or a certificate of its own, does not want clear text, not even to this machine.
    pub(crate) fn tls(&self) -> Tls {
        match (self.security.tls, self.target.server.scheme()) {
            (Some(tls), _) => tls,
            (None, None) if self.security.has_certificates() => Tls::Explicit,
            (None, scheme) => Tls::asked_by(scheme),
        }
    }

    /// Returns the port of the control connection.
    pub(crate) fn port(&self) -> u16 {
        let usual = if self.tls() == Tls::Implicit { FTPS_PORT } else { FTP_PORT };
        self.target.server.port().unwrap_or(usual)
    }

    /// Returns true if the run makes the directory of the job if it does not exist.
    pub(crate) fn creates_directories(&self) -> bool {
        let only_asks = match &self.job {
            Job::Put(_) => false,
            Job::Sync(sync) => sync.options.dry_run,
            Job::Check(_) => true,
        };
        self.delivery.create_directories && !only_asks
    }

    /// Returns true if an upload asks which of its names are taken, before anything is stored. A name that the server
    /// chooses is never taken.
    pub(crate) fn asks_first(&self) -> bool {
        self.delivery.skip_existing && !self.delivery.unique && matches!(self.job, Job::Put(_))
    }

    /// Returns the conditions that end a run which begins now: its token and its time limit.
    pub(crate) fn begin(&self) -> Cancellation {
        Cancellation::begin(self.cancel.as_ref(), self.network.max_time)
    }
}

/// Returns `bytes` if an FTP command can carry them; `text` names their role in an error.
pub(crate) fn argument(text: &'static str, bytes: Vec<u8>) -> Result<Vec<u8>, RequestError> {
    match Argument::new(&bytes) {
        Ok(_) => Ok(bytes),
        Err(why) => Err(RequestError::Argument { text, why }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::trust::Trust;

    fn target(server: &str) -> Target {
        Target::new(server.parse().unwrap(), "u").unwrap()
    }

    fn put() -> Put {
        Put::into_directory(".").unwrap()
    }

    #[test]
    fn no_text_of_a_request_can_start_a_command() {
        let evil = "x\r\nDELE y";
        let is_argument = |error: Option<RequestError>| matches!(error, Some(RequestError::Argument { .. }));
        assert!(is_argument(Target::new("h".parse().unwrap(), evil).err()));
        assert!(is_argument(target("h").account(evil).err()));
        assert!(is_argument(target("h").site(evil).err()));
        assert!(is_argument(Put::into_directory(evil).err()));
        assert!(is_argument(Put::into_directory("").err()));
        assert!(is_argument(put().file(format!("dir/{evil}")).err()));
        assert!(put().file("odd\ndir/name").is_ok());
    }

    #[test]
    fn a_request_for_files_needs_only_texts() {
        let new = |user: &str, directory: &str| Request::new("h".parse().unwrap(), user, directory);
        let request = new("alice", "incoming").unwrap().file("a/one").unwrap().file("two").unwrap();
        assert_eq!((&request.target.user[..], request.job.directory()), (&b"alice"[..], &b"incoming"[..]));
        assert!(matches!(request.file("b/one"), Err(RequestError::SameName { .. })));
        assert!(matches!(new("alice", "").err(), Some(RequestError::Argument { text: "the remote directory", .. })));
        assert!(matches!(new("a\nb", ".").err(), Some(RequestError::Argument { text: "the user name", .. })));
        let sync = crate::request::sync::Sync::new("local", "remote").unwrap();
        assert_eq!(Request::of(target("h"), sync).file("one").err(), Some(RequestError::NotAnUpload));
    }

    #[test]
    fn the_port_is_that_of_the_protocol_unless_one_is_given() {
        let port = |server: &str| Request::of(target(server), put()).port();
        assert_eq!([port("h"), port("ftp://h"), port("ftpes://h"), port("ftps://h")], [21, 21, 21, 990]);
        assert_eq!(port("ftps://h:21"), 21);
        let implicit = Security { tls: Some(Tls::Implicit), ..Security::default() };
        assert_eq!(Request::of(target("h"), put()).security(implicit).port(), 990);
    }

    #[test]
    fn a_rule_of_trust_requires_tls_also_to_this_machine() {
        let pinned = || Security { trust: Trust::Pins(Vec::new()), ..Security::default() };
        let tls = |server, security| Request::of(target(server), put()).security(security).tls();
        assert_eq!(tls("localhost", pinned()), Tls::Explicit);
        assert_eq!(tls("ftp://localhost", pinned()), Tls::Off);
        assert_eq!(tls("localhost", Security::default()), Tls::UnlessLoopback);
    }

    #[test]
    fn two_files_with_one_name_are_refused() {
        let first = put().file("a/name").unwrap();
        assert!(matches!(first.file("b/name"), Err(RequestError::SameName { .. })));
    }

    #[test]
    fn a_file_may_have_another_name_on_the_server_and_counts_under_it() {
        let renamed = || put().file_as("a/name", "other").unwrap();
        assert!(renamed().file("b/name").is_ok());
        let (one, other) = ("a/name".into(), "c/other".into());
        assert_eq!(renamed().file("c/other").err(), Some(RequestError::SameName { one, other }));
        for path in ["a/b", "/a", "a/", ".", "..", "a/."] {
            assert_eq!(put().file_as("x", path).err(), Some(RequestError::NotAName { name: path.into() }));
        }
        assert!(matches!(put().file_as("x", "a\nb").err(), Some(RequestError::Argument { .. })));
        assert!(matches!(put().file_as("x", "").err(), Some(RequestError::Argument { .. })));
    }

    #[test]
    fn a_directory_counts_under_its_last_name_however_it_is_spelled() {
        for spelling in ["a/name", "a/name/", "a/name/."] {
            let refused = put().file("b/name").unwrap().tree(spelling).err();
            let (one, other) = ("b/name".into(), spelling.into());
            assert_eq!(refused, Some(RequestError::SameName { one, other }));
        }
        assert!(put().tree("x\ny").is_err());
        assert!(put().tree(".").and_then(|put| put.tree("..")).is_ok());
    }

    #[test]
    fn a_server_cannot_connect_to_this_machine_through_a_proxy() {
        let proxy = "socks5://192.0.2.1:1".parse().unwrap();
        let active = Network { active: true, proxy: Some(proxy), ..Network::default() };
        assert_eq!(Request::of(target("h"), put()).network(active).err(), Some(RequestError::ActiveThroughProxy));
    }
}
