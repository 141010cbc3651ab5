//! Opens a data connection with EPSV, or with PASV if EPSV fails, and remembers the command that works.
//!
//! Only a port is taken from the server's reply; the machine is always the one at the other end of the control
//! connection.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, UploadError, Violation};
use crate::capabilities::DataConnection;
use crate::control::Control;
use crate::error;
use core::num::NonZeroU16;
use ftp_protocol::command::Command;
use ftp_protocol::passive::{epsv_port, pasv_port};
use ftp_protocol::step::Step;

/// The command that opens a data connection on this server.
#[derive(Default)]
pub(crate) enum Passive {
    /// RFC 2428 §3: works for both IP versions and names no host.
    #[default]
    Extended,
    /// RFC 959 §4.1.2: EPSV failed on this server; do not try it again.
    Classic,
}

impl Passive {
    pub(crate) fn connect(&mut self, control: &mut Control) -> Result<DataConnection, UploadError> {
        match self {
            Self::Classic => classic(control),
            Self::Extended => extended(control).or_else(|first| {
                if error::is_final(&first) {
                    return Err(first);
                }
                *self = Self::Classic;
                classic(control).map_err(|second| more_telling(first, second))
            }),
        }
    }
}

fn extended(control: &mut Control) -> Result<DataConnection, UploadError> {
    let answer = control.ask(Step::Epsv, Command::Epsv)?;
    dial(control, Step::Epsv, epsv_port(&answer.reply.text))
}

fn classic(control: &mut Control) -> Result<DataConnection, UploadError> {
    let answer = control.ask(Step::Pasv, Command::Pasv)?;
    dial(control, Step::Pasv, pasv_port(&answer.reply.text))
}

fn dial(control: &Control, step: Step, port: Option<NonZeroU16>) -> Result<DataConnection, UploadError> {
    let port = port.ok_or_else(|| error::misbehaved(step, Violation::NoPort))?;
    control.open_data(port).map_err(|cause| error::broken(step, Connection::Data, cause))
}

/// The result of the second attempt is the reason, unless it only says that this server does not support PASV.
fn more_telling(first: UploadError, second: UploadError) -> UploadError {
    match (&first, &second) {
        (UploadError::Refused(_), _) if !error::is_unknown_command(&second) => second,
        (_, UploadError::Refused(_)) if !error::is_final(&second) => first,
        _ => second,
    }
}
