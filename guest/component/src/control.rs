//! The control connection: sends a command and waits for its reply. After one failure, nothing more is sent.
//!
//! The commands and their order are in `session.rs`; the meaning of a reply is defined in `ftp_protocol::step`.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Violation};
use crate::capabilities::{ControlConnection, DataConnection, DataListener, IoError, Secret};
use crate::error;
use core::num::NonZeroU16;
use ftp_protocol::command::Command;
use ftp_protocol::reply::Reply;
use ftp_protocol::reply_reader::{NotAReply, ReplyReader};
use ftp_protocol::step::{Meaning, Step};

/// The number of preliminary replies that one command may have. RFC 959 §5.4 allows one; some servers send more.
const MAX_PRELIMINARY: u32 = 16;

/// The number of unexpected replies that are read to find a 421.
const MAX_STRAY: u32 = 16;

/// The number of bytes that the host is asked for at a time: most replies fit.
const PORTION: u32 = 4096;

pub(crate) struct Control {
    connection: ControlConnection,
    reader: ReplyReader,
    /// The number of preliminary replies since the last command.
    preliminary: u32,
    /// The error that ended the conversation. Later replies could belong to an earlier command, so nothing more is
    /// sent.
    ended: Option<UploadError>,
}

/// A reply that lets the conversation continue.
pub(crate) struct Answer {
    pub(crate) meaning: Meaning,
    pub(crate) reply: Reply,
}

impl Control {
    pub(crate) fn new(connection: ControlConnection) -> Self {
        Self { connection, reader: ReplyReader::default(), preliminary: 0, ended: None }
    }

    /// Sends `command` and waits for its final reply.
    pub(crate) fn ask(&mut self, step: Step, command: Command) -> Result<Answer, UploadError> {
        self.begin_command(step)?;
        let sent = self.connection.send(&command.to_bytes());
        self.note_end(sent.map_err(|cause| error::broken(step, Connection::Control, cause)))?;
        self.await_reply(step)
    }

    /// Lets the host send PASS, and waits for its final reply.
    pub(crate) fn send_password(&mut self, password: &Secret) -> Result<Answer, UploadError> {
        self.begin_command(Step::Pass)?;
        let sent = self.connection.send_password(password);
        self.note_end(sent.map_err(|cause| error::broken(Step::Pass, Connection::Control, cause)))?;
        self.await_reply(Step::Pass)
    }

    /// Lets the host begin TLS.
    ///
    /// Bytes that the server sent before TLS are refused: an attacker on the network path could have inserted them
    /// (CVE-2021-22947).
    pub(crate) fn secure(&mut self) -> Result<(), UploadError> {
        self.still_open(Step::Auth)?;
        let secured = if self.reader.is_empty() { self.connection.secure() } else { Err(IoError::Denied) };
        self.note_end(secured.map_err(|cause| match cause {
            IoError::Denied => error::misbehaved(Step::Auth, Violation::EarlyText),
            cause => error::broken(Step::Auth, Connection::Control, cause),
        }))
    }

    /// Waits for the final reply of `step`.
    pub(crate) fn await_reply(&mut self, step: Step) -> Result<Answer, UploadError> {
        self.still_open(step)?;
        loop {
            if let Some(answer) = self.read_reply(step)? {
                return Ok(answer);
            }
            self.receive(step)?;
        }
    }

    /// Receives once, and evaluates the replies received. This is for the time of a transfer, when waiting for the rest
    /// of a reply would delay the data. Returns the final reply, if it was received.
    pub(crate) fn listen(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        self.receive(step)?;
        self.heed(step)
    }

    /// Evaluates the replies already received: the server may have sent more than one reply at once.
    pub(crate) fn heed(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        self.read_reply(step)
    }

    /// Ends the conversation, because the server says that a file is complete before it has received every byte.
    pub(crate) fn end_by_early_success(&mut self) -> UploadError {
        let error = error::misbehaved(Step::Transfer, Violation::EarlySuccess);
        self.ended = Some(error.clone());
        error
    }

    pub(crate) fn listen_data(&self) -> Result<DataListener, IoError> {
        self.connection.listen_data()
    }

    pub(crate) fn open_data(&self, port: NonZeroU16) -> Result<DataConnection, IoError> {
        self.connection.open_data(port.get())
    }

    /// Must be called before a command is sent. RFC 959 §5.4: each command has its reply. Bytes that the server sent
    /// before the command cannot be that reply.
    fn begin_command(&mut self, step: Step) -> Result<(), UploadError> {
        self.still_open(step)?;
        self.preliminary = 0;
        if self.reader.is_empty() && !self.connection.pending() {
            return Ok(());
        }
        let judged = self.judge_stray(step);
        self.note_end(judged)
    }

    /// The server has sent a reply that no command asked for, or has closed the connection. A 421 is allowed at any
    /// time and announces that the server closes it (RFC 959 §4.2.2); after another reply, every later one could belong
    /// to an earlier command.
    fn judge_stray(&mut self, step: Step) -> Result<(), UploadError> {
        for _ in 0..MAX_STRAY {
            match self.reader.next_reply() {
                Ok(Some(reply)) if reply.code.number() == 421 => return Err(error::refused(step, &reply)),
                Ok(Some(_)) => {}
                Ok(None) if self.connection.pending() => self.receive(step)?,
                Ok(None) | Err(_) => break,
            }
        }
        Err(error::broken(step, Connection::Control, IoError::OutOfStep))
    }

    /// Returns the next final reply among the bytes already received.
    fn read_reply(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        let read = self.next_decisive(step);
        self.note_end(read)
    }

    fn next_decisive(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        while let Some(reply) = self.reader.next_reply().map_err(|what| malformed(step, what))? {
            match step.meaning(reply.code) {
                Meaning::Wait if self.preliminary == MAX_PRELIMINARY => {
                    return Err(error::misbehaved(step, Violation::TooManyReplies));
                }
                Meaning::Wait => self.preliminary += 1,
                Meaning::Refused => return Err(error::refused(step, &reply)),
                Meaning::OutOfStep => return Err(error::broken(step, Connection::Control, IoError::OutOfStep)),
                Meaning::EarlySuccess if step != Step::Transfer => {
                    return Err(error::misbehaved(step, Violation::EarlySuccess));
                }
                Meaning::Unexpected => return Err(error::misbehaved(step, Violation::UnexpectedReply)),
                meaning @ (Meaning::Done | Meaning::NeedPassword | Meaning::NeedAccount | Meaning::EarlySuccess) => {
                    return Ok(Some(Answer { meaning, reply }));
                }
            }
        }
        Ok(None)
    }

    fn receive(&mut self, step: Step) -> Result<(), UploadError> {
        let received = self.connection.receive(PORTION);
        let bytes = self.note_end(received.map_err(|cause| error::broken(step, Connection::Control, cause)))?;
        self.reader.feed(&bytes);
        Ok(())
    }

    /// Fails with the error that ended the conversation, if it has ended.
    fn still_open(&self, step: Step) -> Result<(), UploadError> {
        self.ended.as_ref().map_or(Ok(()), |error| Err(error::moved_to(step, error.clone())))
    }

    fn note_end<T>(&mut self, result: Result<T, UploadError>) -> Result<T, UploadError> {
        if let Err(error) = &result
            && error::is_final(error)
        {
            self.ended = Some(error.clone());
        }
        result
    }
}

fn malformed(step: Step, what: NotAReply) -> UploadError {
    let violation = match what {
        NotAReply::NoCode => Violation::NotAReply,
        NotAReply::TooLong => Violation::ReplyTooLong,
    };
    error::misbehaved(step, violation)
}
