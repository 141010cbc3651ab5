//! The shared state of the handles of one conversation: the control connection, the deadlines, the number of bytes
//! sent, the authority of the present call, and its remaining budgets. The counterpart of `host/src/sandbox/state/mod.rs`.
//!
//! `dial.rs` creates it. Each handle has its own file: `control.rs`, `data.rs`, `progress.rs`.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use ftp_authority::{Authority, Call};
use ftp_text::reply_redactor::ReplyRedactor;
use wasip2::sockets::network::IpSocketAddress;

use crate::bindings::exports::ftp_uploader::upload::capabilities::IoError;
use crate::deadlines::Deadlines;
use crate::password::Password;
use crate::progress::Delivered;
use crate::socket::Socket;
use crate::transcript::Transcript;

/// Ports below this are never used for data connections: a server that names one may want to misuse the client.
const FIRST_DATA_PORT: u16 = 1024;

/// The limits of each call, which are those of the host (`host/src/sandbox/call_budget.rs`).
const MAX_CONNECTIONS: u32 = 8;
const MAX_LINES: u32 = 512;
const MAX_RECEIVED: usize = 2 * 1024 * 1024;

/// The lines that may be sent after the last `receive` that returned bytes.
const MAX_UNANSWERED: u32 = 16;

/// One conversation with one server.
pub(crate) struct SessionState {
    pub(crate) deadlines: Deadlines,
    pub(crate) transcript: RefCell<Transcript>,
    pub(crate) redactor: RefCell<ReplyRedactor>,
    /// The password to mask, after it was sent.
    pub(crate) password: RefCell<Password>,
    pub(crate) delivered: Delivered,
    /// What the present call may send.
    pub(crate) authority: RefCell<Authority>,
    /// The number of the present call. A data connection belongs to the call in which it was opened.
    pub(crate) call: Cell<u64>,
    peer: IpSocketAddress,
    control: RefCell<Option<Socket>>,
    /// Data connections that were abandoned before the end of their file. They outlive the control connection, see
    /// `data.rs`.
    given_up: RefCell<Vec<Socket>>,
    connections_left: Cell<u32>,
    lines_left: Cell<u32>,
    /// The number of lines sent since the last `receive` that returned bytes.
    pub(crate) unanswered: Cell<u32>,
    /// The number of bytes that may still be received.
    pub(crate) receive_left: Cell<usize>,
    password_left: Cell<bool>,
}

impl SessionState {
    pub(crate) fn new(
        control: Socket,
        peer: IpSocketAddress,
        deadlines: Deadlines,
        transcript: Transcript,
        delivered: Delivered,
    ) -> Self {
        Self {
            deadlines,
            transcript: RefCell::new(transcript),
            redactor: RefCell::default(),
            password: RefCell::default(),
            delivered,
            authority: RefCell::default(),
            call: Cell::default(),
            peer,
            control: RefCell::new(Some(control)),
            given_up: RefCell::default(),
            connections_left: Cell::new(MAX_CONNECTIONS),
            lines_left: Cell::new(MAX_LINES),
            unanswered: Cell::default(),
            receive_left: Cell::new(MAX_RECEIVED),
            password_left: Cell::new(true),
        }
    }

    /// A new call of the guest begins, with its own authority and budgets.
    pub(crate) fn begin(&self, call: Call) {
        self.authority.borrow_mut().begin(call);
        self.call.set(self.call.get() + 1);
        self.connections_left.set(MAX_CONNECTIONS);
        self.lines_left.set(MAX_LINES);
        self.receive_left.set(MAX_RECEIVED);
    }

    /// Uses the control connection, unless the guest has dropped it.
    pub(crate) fn with_control<T>(&self, act: impl FnOnce(&Socket) -> Result<T, IoError>) -> Result<T, IoError> {
        self.control.borrow().as_ref().map_or(Err(IoError::Denied), act)
    }

    /// Closes the control connection and then the abandoned data connections. In this order, a server that looks at
    /// both does not take a truncated file for complete while the control connection still exists.
    pub(crate) fn hang_up(&self) {
        let control = self.control.take();
        control.into_iter().chain(self.given_up.take()).for_each(Socket::close);
    }

    /// Uses the right to send the password, which exists once.
    pub(crate) fn use_up_password(&self) -> Result<(), IoError> {
        if self.password_left.replace(false) { Ok(()) } else { Err(IoError::Denied) }
    }

    /// Uses the right to send `count` more lines.
    pub(crate) fn use_up_lines(&self, count: u32) -> Result<(), IoError> {
        let unanswered = self.unanswered.get() + count;
        if unanswered > MAX_UNANSWERED {
            return Err(IoError::Denied);
        }
        self.lines_left.set(self.lines_left.get().checked_sub(count).ok_or(IoError::Denied)?);
        self.unanswered.set(unanswered);
        Ok(())
    }

    /// Connects to another port of the same machine.
    pub(crate) fn dial_data(&self, port: u16) -> Result<Socket, IoError> {
        if port < FIRST_DATA_PORT {
            return Err(IoError::Denied);
        }
        take(&self.connections_left)?;
        let mut address = self.peer;
        match &mut address {
            IpSocketAddress::Ipv4(v4) => v4.port = port,
            IpSocketAddress::Ipv6(v6) => v6.port = port,
        }
        Socket::connect(address, self.deadlines.connection_due())
    }

    /// Keeps a data connection that was dropped before its file was complete.
    pub(crate) fn give_up(&self, data: Socket) {
        match self.control.borrow().is_some() {
            true => self.given_up.borrow_mut().push(data),
            false => data.close(),
        }
    }
}

/// Reduces a budget by one.
pub(crate) fn take(left: &Cell<u32>) -> Result<(), IoError> {
    left.set(left.get().checked_sub(1).ok_or(IoError::Denied)?);
    Ok(())
}
