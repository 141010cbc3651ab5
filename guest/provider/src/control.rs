//! `control-connection`: sends a command, receives bytes, sends the password, and opens a data connection to the same
//! machine. The rules are those of `host/src/sandbox/capabilities/control_connection.rs`, with two exceptions: there is no TLS, because
//! WASI 0.2 has none, and there is no active mode, for which the native program must be used.

use alloc::rc::Rc;
use alloc::vec::Vec;

use ftp_protocol::command::commands_in;

use crate::bindings::exports::ftp_uploader::upload::capabilities::{
    DataConnection, DataListener, Endpoint, GuestControlConnection, GuestDataListener, IoError, ListingConnection,
    SecretBorrow,
};
use crate::data::Data;
use crate::listing::Listing;
use crate::password::Password;
use crate::session_state::SessionState;

/// The largest number of bytes that one `receive` returns, for any `limit` of the guest.
const MAX_RECEIVE: u32 = 65_536;

/// The right to use the control connection of a conversation.
pub(crate) struct Control(pub(crate) Rc<SessionState>);

impl Control {
    fn write(&self, lines: &[u8]) -> Result<(), IoError> {
        self.0.deadlines.mark();
        self.0.with_control(|socket| socket.write_all(lines, self.0.deadlines.due()))
    }

    /// Receives at least one byte from the server, for the transcript and for the guest.
    fn take_in(&self, most: usize) -> Result<(), IoError> {
        let left = self.0.receive_left.get();
        if left == 0 {
            return Err(IoError::Denied);
        }
        let bytes = self.0.with_control(|socket| socket.read(most.min(left), self.0.deadlines.due()))?;
        self.0.receive_left.set(left - bytes.len());
        let password = self.0.password.borrow();
        self.0.transcript.borrow_mut().received(&bytes, &password);
        self.0.redactor.borrow_mut().take(&bytes, |line| password.masked_in_reply(line));
        Ok(())
    }
}

impl GuestControlConnection for Control {
    fn receive(&self, limit: u32) -> Result<Vec<u8>, IoError> {
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default();
        loop {
            let given = self.0.redactor.borrow_mut().give(most);
            if !given.is_empty() {
                self.0.authority.borrow_mut().received(&given);
                self.0.unanswered.set(0);
                return Ok(given);
            }
            self.take_in(most)?;
        }
    }

    fn pending(&self) -> bool {
        self.0.redactor.borrow().holds_something() || self.0.with_control(|socket| Ok(socket.hears())) == Ok(true)
    }

    fn secure(&self) -> Result<(), IoError> {
        Err(IoError::Insecure)
    }

    fn send(&self, bytes: Vec<u8>) -> Result<(), IoError> {
        let lines = commands_in(&bytes).ok_or(IoError::Denied)?;
        let count = lines.len() as u32;
        let permit = self.0.authority.borrow().permits(&lines).ok_or(IoError::Denied)?;
        self.0.use_up_lines(count)?;
        self.0.authority.borrow_mut().sent(permit);
        lines.iter().for_each(|line| self.0.transcript.borrow().sent(line));
        self.0.redactor.borrow_mut().expect_replies(count, |line| self.0.password.borrow().masked_in_reply(line));
        self.write(&bytes)
    }

    fn send_password(&self, password: SecretBorrow<'_>) -> Result<(), IoError> {
        if !self.0.authority.borrow().permits_password() {
            return Err(IoError::Denied);
        }
        self.0.use_up_password()?;
        self.0.use_up_lines(1)?;
        self.0.authority.borrow_mut().sent_password();
        let password = password.get::<Password>();
        self.0.transcript.borrow().sent(b"PASS ****");
        self.0.password.replace(password.share());
        self.0.redactor.borrow_mut().expect_reply_to_password();
        self.write(&password.pass_line())
    }

    fn open_data(&self, port: u16) -> Result<DataConnection, IoError> {
        let socket = self.0.dial_data(port)?;
        // No command may follow before the data.
        self.0.deadlines.mark();
        Ok(DataConnection::new(Data::new(socket, Rc::clone(&self.0))))
    }

    fn listen_data(&self) -> Result<DataListener, IoError> {
        Err(IoError::Denied)
    }

    fn open_listing(&self, port: u16) -> Result<ListingConnection, IoError> {
        if !self.0.authority.borrow().permits_listing() {
            return Err(IoError::Denied);
        }
        let socket = self.0.dial_data(port)?;
        self.0.deadlines.mark();
        Ok(ListingConnection::new(Listing::new(socket, Rc::clone(&self.0))))
    }
}

/// A `data-listener` is never created, so its functions are never called.
pub(crate) enum NoListener {}

impl GuestDataListener for NoListener {
    fn endpoint(&self) -> Endpoint {
        match *self {}
    }

    fn accept(&self) -> Result<DataConnection, IoError> {
        match *self {}
    }

    fn accept_listing(&self) -> Result<ListingConnection, IoError> {
        match *self {}
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.0.hang_up();
    }
}
