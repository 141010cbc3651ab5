//! The server and the login: the address of one account.

use ftp_protocol::server::Server;

use crate::request::argument;
use crate::request::error::RequestError;
use crate::request::password::{Password, PasswordSlot};

/// One account on one server.
pub struct Target {
    pub(crate) server: Server,
    pub(crate) user: Vec<u8>,
    pub(crate) password: PasswordSlot,
    pub(crate) account: Option<Vec<u8>>,
    pub(crate) site: Vec<Vec<u8>>,
}

impl Target {
    /// The account of `user` on `server`, with an empty password until [`password`](Self::password) is called.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `user`.
    pub fn new(server: Server, user: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let user = argument("the user name", user.into())?;
        Ok(Self { server, user, password: PasswordSlot::default(), account: None, site: Vec::new() })
    }

    /// Sets the password (PASS).
    pub fn password(self, password: Password) -> Self {
        self.password.set(password);
        self
    }

    /// Sets the account (ACCT, RFC 959 §4.1.1), which is sent only to a server that asks for one.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry it.
    pub fn account(mut self, account: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        self.account = Some(argument("the account", account.into())?);
        Ok(self)
    }

    /// Adds the parameters of a SITE command, such as `NAMEFMT 1`. The commands are sent in order after each login,
    /// before the directory is entered. If the server refuses one, nothing is uploaded.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry them.
    pub fn site(mut self, parameters: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        self.site.push(argument("the text for SITE", parameters.into())?);
        Ok(self)
    }
}
