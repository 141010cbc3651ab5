//! The control connection: sends commands and waits for their replies, which come in the same order. After one failure,
//! nothing more is sent.
//!
//! Many commands at once are in `flights.rs`, the commands and their order in `session.rs`; the meaning of a reply is
//! defined in `ftp_protocol::step`.

use crate::bindings::exports::ftp_uploader::upload::upload::{Argument as Which, Connection, UploadError, Violation};
use crate::capabilities::{ControlConnection, DataListener, IoError, Secret};
use crate::data_channel::DataEnd;
use crate::error;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::num::NonZeroU16;
use ftp_protocol::command::Command;
use ftp_protocol::reply::{Class, Code, Reply};
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
    /// True for each command whose final reply was not received yet if it was sent together with others, in the order
    /// in which they were sent.
    outstanding: VecDeque<bool>,
    /// The number of preliminary replies since the last final one.
    preliminary: u32,
    /// The error that ended the conversation. Later replies could belong to an earlier command, so nothing more is
    /// sent.
    ended: Option<UploadError>,
}

/// A reply that lets the conversation continue.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) meaning: Meaning,
    pub(crate) reply: Reply,
}

/// The reply to one command: one that lets the conversation continue as intended, or a refusal.
pub(crate) type Outcome = Result<Answer, UploadError>;

impl Control {
    pub(crate) fn new(connection: ControlConnection) -> Self {
        // The greeting.
        let outstanding = VecDeque::from([false]);
        Self { connection, reader: ReplyReader::default(), outstanding, preliminary: 0, ended: None }
    }

    /// Sends `command` and waits for its final reply.
    pub(crate) fn ask(&mut self, step: Step, command: Command) -> Result<Answer, UploadError> {
        self.send(&[(step, command)])?;
        self.await_reply(step)
    }

    /// Sends `commands` at once. Their replies must be awaited in the same order.
    pub(crate) fn send(&mut self, commands: &[(Step, Command)]) -> Result<(), UploadError> {
        commands.first().map_or(Ok(()), |&(step, _)| self.begin_command(step))?;
        self.send_more(commands)
    }

    /// Sends `commands` at once, where the replies to earlier ones may be outstanding.
    pub(crate) fn send_more(&mut self, commands: &[(Step, Command)]) -> Result<(), UploadError> {
        let Some(&(step, _)) = commands.first() else { return Ok(()) };
        self.still_open(step)?;
        let bytes: Vec<u8> = commands.iter().flat_map(|(_, command)| command.to_bytes()).collect();
        let sent = self.connection.send(&bytes);
        self.note_end(sent.map_err(|cause| error::broken(step, Connection::Control, cause)))?;
        self.outstanding.extend(commands.iter().map(|_| commands.len() > 1));
        Ok(())
    }

    /// Lets the host send PASS, and waits for its final reply.
    pub(crate) fn send_password(&mut self, password: &Secret) -> Result<Answer, UploadError> {
        self.begin_command(Step::Pass)?;
        let sent = self.connection.send_password(password);
        self.note_end(sent.map_err(|cause| error::broken(Step::Pass, Connection::Control, cause)))?;
        self.outstanding.push_back(false);
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
            if let Some(answer) = self.heed(step)? {
                return Ok(answer);
            }
            self.receive(step)?;
        }
    }

    /// Waits for the final reply of `step`, which may be a refusal.
    ///
    /// # Errors
    /// The session has ended.
    pub(crate) fn await_outcome(&mut self, step: Step) -> Result<Outcome, UploadError> {
        match self.await_reply(step) {
            Err(error) if error::is_final(&error) => Err(error),
            outcome => Ok(outcome),
        }
    }

    /// Evaluates the replies already received: the server may have sent more than one reply at once. Returns the final
    /// reply of `step`, if it is among them.
    pub(crate) fn heed(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        let read = self.next_decisive(step);
        self.note_end(read)
    }

    /// Returns true if `receive` would not wait.
    pub(crate) fn has_pending(&self) -> bool {
        self.connection.pending()
    }

    /// Ends the conversation, because the server says that a file is complete before it has received every byte.
    pub(crate) fn end_by_early_success(&mut self, step: Step) -> UploadError {
        self.end(error::misbehaved(step, Violation::EarlySuccess))
    }

    /// Ends the conversation by `error`: nothing more is sent.
    pub(crate) fn end(&mut self, error: UploadError) -> UploadError {
        self.ended.get_or_insert_with(|| error.clone());
        error
    }

    pub(crate) fn listen_data(&self) -> Result<DataListener, IoError> {
        self.connection.listen_data()
    }

    pub(crate) fn open_data<D: DataEnd>(&self, port: NonZeroU16) -> Result<D, IoError> {
        D::dial(&self.connection, port.get())
    }

    /// Must be called before commands are sent. RFC 959 §5.4: each command has its reply. Bytes that the server sent
    /// before the command cannot be that reply.
    ///
    /// If a reply is outstanding, it is that to a STOR that was announced, after which nothing may be sent.
    fn begin_command(&mut self, step: Step) -> Result<(), UploadError> {
        self.still_open(step)?;
        if !self.outstanding.is_empty() {
            return Err(self.end(UploadError::Invalid(Which::Announced)));
        }
        self.no_stray_reply(step)
    }

    /// Fails if the server has sent more than the replies that were outstanding.
    pub(crate) fn no_stray_reply(&mut self, step: Step) -> Result<(), UploadError> {
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

    fn next_decisive(&mut self, step: Step) -> Result<Option<Answer>, UploadError> {
        while let Some(reply) = self.reader.next_reply().map_err(|what| malformed(step, what))? {
            let in_flight = self.take_turn(reply.code);
            match step.meaning(reply.code) {
                _ if in_flight && !step.fits(reply.code) => {
                    return Err(error::broken(step, Connection::Control, IoError::OutOfStep));
                }
                Meaning::Wait if self.preliminary == MAX_PRELIMINARY => {
                    return Err(error::misbehaved(step, Violation::TooManyReplies));
                }
                Meaning::Wait => self.preliminary += 1,
                Meaning::Refused => return Err(error::refused(step, &reply)),
                Meaning::OutOfStep => return Err(error::broken(step, Connection::Control, IoError::OutOfStep)),
                Meaning::Unexpected => return Err(error::misbehaved(step, Violation::UnexpectedReply)),
                meaning @ (Meaning::Done | Meaning::NeedPassword | Meaning::NeedAccount | Meaning::EarlySuccess) => {
                    return Ok(Some(Answer { meaning, reply }));
                }
            }
        }
        Ok(None)
    }

    /// Counts a reply. Returns true if the command to which it belongs was sent together with others.
    fn take_turn(&mut self, code: Code) -> bool {
        let in_flight = self.outstanding.front() == Some(&true);
        if code.class() != Class::Preliminary {
            self.outstanding.pop_front();
            self.preliminary = 0;
        }
        in_flight
    }

    /// Receives once.
    pub(crate) fn receive(&mut self, step: Step) -> Result<(), UploadError> {
        let received = self.connection.receive(PORTION);
        let bytes = self.note_end(received.map_err(|cause| error::broken(step, Connection::Control, cause)))?;
        self.reader.feed(&bytes);
        Ok(())
    }

    /// Fails with the error that ended the conversation, if it has ended.
    fn still_open(&self, step: Step) -> Result<(), UploadError> {
        self.ended.as_ref().map_or(Ok(()), |error| Err(error::after_end(step, error.clone())))
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
