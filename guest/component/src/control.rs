//! The control connection: send a command, wait for its reply, and nothing may go on after that has failed once.
//!
//! Which commands, and in what order, is `upload.rs`; the meaning of a reply is `ftp_protocol::step`.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Violation};
use crate::error;
use crate::lent::{ControlConnection, DataConnection, DataListener, IoError, Secret};
use core::num::NonZeroU16;
use ftp_protocol::command::Command;
use ftp_protocol::reply::Reply;
use ftp_protocol::reply_reader::{NotAReply, ReplyReader};
use ftp_protocol::step::{Meaning, Step};

/// How many preliminary replies one command may have. RFC 959 §5.4 knows of one; some servers count on.
const MAX_PRELIMINARY: u32 = 16;

/// How many replies that answer nothing are read in search of a 421.
const MAX_STRAY: u32 = 16;

/// How many bytes are taken from the host at a time: most replies fit.
const PORTION: u32 = 4096;

pub(crate) struct Control {
    connection: ControlConnection,
    reader: ReplyReader,
    /// Preliminary replies since the last command.
    preliminary: u32,
    /// What ended the conversation. Later replies could belong to an earlier command, so nothing is asked any more.
    ended: Option<UploadError>,
}

/// A reply that lets the conversation go on.
pub(crate) struct Answer {
    pub(crate) meaning: Meaning,
    pub(crate) reply: Reply,
}

impl Control {
    pub(crate) fn new(connection: ControlConnection) -> Self {
        Self { connection, reader: ReplyReader::default(), preliminary: 0, ended: None }
    }

    /// Sends `command` and waits for the reply that decides it.
    pub(crate) fn ask(&mut self, step: Step, command: Command) -> Result<Answer, UploadError> {
        self.begin_command(step)?;
        let sent = self.connection.send(&command.to_bytes());
        self.note_end(sent.map_err(|cause| error::broken(step, Connection::Control, cause)))?;
        self.await_reply(step)
    }

    /// Has the host send PASS, and waits for the reply that decides it.
    pub(crate) fn send_password(&mut self, password: &Secret) -> Result<Answer, UploadError> {
        self.begin_command(Step::Pass)?;
        let sent = self.connection.send_password(password);
        self.note_end(sent.map_err(|cause| error::broken(Step::Pass, Connection::Control, cause)))?;
        self.await_reply(Step::Pass)
    }

    /// Has the host begin TLS.
    ///
    /// What the server has said before that counts for nothing: anyone in between could have said it (CVE-2021-22947).
    pub(crate) fn secure(&mut self) -> Result<(), UploadError> {
        self.still_open(Step::Auth)?;
        let secured = if self.reader.is_empty() { self.connection.secure() } else { Err(IoError::Denied) };
        self.note_end(secured.map_err(|cause| match cause {
            IoError::Denied => error::misbehaved(Step::Auth, Violation::EarlyText),
            cause => error::broken(Step::Auth, Connection::Control, cause),
        }))
    }

    /// Waits for the reply that decides `step`.
    pub(crate) fn await_reply(&mut self, step: Step) -> Result<Answer, UploadError> {
        self.still_open(step)?;
        loop {
            if let Some(answer) = self.read_reply(step)? {
                return Ok(answer);
            }
            self.receive(step)?;
        }
    }

    /// Takes in once what the server has sent by itself, and judges it: for the time of a transfer, when waiting for
    /// the rest of a reply would hold the data up. Gives the final reply, if it is there.
    pub(crate) fn listen(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        self.receive(step)?;
        self.heed(step)
    }

    /// Judges what is already here: the server may have sent more than one reply at once.
    pub(crate) fn heed(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        self.read_reply(step)
    }

    /// Ends the conversation, because the server calls a file complete of which it has not got every byte.
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

    /// To be called before a command is sent. RFC 959 §5.4: each command has its reply. What the server has said before
    /// the command is sent cannot be that reply.
    fn begin_command(&mut self, step: Step) -> Result<(), UploadError> {
        self.still_open(step)?;
        self.preliminary = 0;
        if self.reader.is_empty() && !self.connection.pending() {
            return Ok(());
        }
        let judged = self.judge_stray(step);
        self.note_end(judged)
    }

    /// The server has said something that nobody asked for, or has closed the connection. With 421 it may say so at any
    /// time that it closes it (RFC 959 §4.2.2); after another reply, every later one could belong to an earlier command.
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

    /// The next decisive reply among the bytes already here.
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

    /// What has ended the conversation before is what ends `step`.
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
