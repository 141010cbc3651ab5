//! Opens a data connection with EPSV, or with PASV if EPSV fails, and remembers the command that works.
//!
//! Only a port is taken from the server's reply; the machine is always the one at the other end of the control
//! connection.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Violation};
use crate::control::{Answer, Control};
use crate::data_channel::DataEnd;
use crate::error;
use core::num::NonZeroU16;
use ftp_protocol::command::Command;
use ftp_protocol::passive::{epsv_port, pasv_port};
use ftp_protocol::step::Step;

/// The command that opens a data connection on this server.
#[derive(Default)]
pub(crate) struct Passive {
    opening: Opening,
    /// True if a data connection was opened with this command.
    proven: bool,
}

/// A command that asks the server to open a port.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Opening {
    /// EPSV (RFC 2428 §3): works for both IP versions and names no host.
    #[default]
    Extended,
    /// PASV (RFC 959 §4.1.2): EPSV failed on this server; do not try it again.
    Classic,
}

impl Passive {
    pub(crate) fn connect<D: DataEnd>(&mut self, control: &mut Control) -> Result<D, UploadError> {
        let data = match self.opening {
            Opening::Classic => self.opening.connect(control),
            Opening::Extended => self.opening.connect(control).or_else(|first| {
                if error::is_final(&first) {
                    return Err(first);
                }
                *self = Self { opening: Opening::Classic, proven: false };
                self.opening.connect(control).map_err(|second| more_telling(first, second))
            }),
        };
        self.proven |= data.is_ok();
        data
    }

    /// Returns the command with which a data connection was opened.
    pub(crate) fn proven(&self) -> Option<Opening> {
        self.proven.then_some(self.opening)
    }
}

impl Opening {
    pub(crate) fn step(self) -> Step {
        match self {
            Self::Extended => Step::Epsv,
            Self::Classic => Step::Pasv,
        }
    }

    pub(crate) fn command(self) -> Command<'static> {
        match self {
            Self::Extended => Command::Epsv,
            Self::Classic => Command::Pasv,
        }
    }

    /// Returns the port in the reply.
    pub(crate) fn port(self, answer: &Answer) -> Option<NonZeroU16> {
        match self {
            Self::Extended => epsv_port(&answer.reply.text),
            Self::Classic => pasv_port(&answer.reply.text),
        }
    }

    pub(crate) fn dial<D: DataEnd>(self, control: &Control, port: NonZeroU16) -> Result<D, UploadError> {
        control.open_data(port).map_err(|cause| error::broken(self.step(), Connection::Data, cause))
    }

    fn connect<D: DataEnd>(self, control: &mut Control) -> Result<D, UploadError> {
        let answer = control.ask(self.step(), self.command())?;
        let port = self.port(&answer).ok_or_else(|| error::misbehaved(self.step(), Violation::NoPort))?;
        self.dial(control, port)
    }
}

/// The result of the second attempt is the reason, unless it only says that this server does not support PASV.
fn more_telling(first: UploadError, second: UploadError) -> UploadError {
    match (&first, &second) {
        (UploadError::Refused(_), _) if !error::is_unknown_command(&second) => second,
        (_, UploadError::Refused(_)) if !error::is_final(&second) => first,
        _ => second,
    }
}
