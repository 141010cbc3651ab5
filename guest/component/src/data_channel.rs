//! The two ways to make a data connection: the client connects (`passive.rs`), or the server does.
//!
//! In both modes [`Channel::connect`] returns the connection only after STOR, because a server that connects may do so
//! only then.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, DataMode, UploadError};
use crate::capabilities::{DataConnection, DataListener, IoError};
use crate::control::Control;
use crate::error;
use crate::passive::Passive;
use crate::transfer;
use ftp_protocol::command::Command;
use ftp_protocol::endpoint::Endpoint;
use ftp_protocol::step::Step;

/// The mode of the data connections in this conversation.
pub(crate) enum DataChannelMode {
    Passive(Passive),
    Active,
}

/// A data connection that is established, or will be.
pub(crate) enum Channel {
    Connected(DataConnection),
    Awaited(DataListener),
}

impl DataChannelMode {
    pub(crate) fn new(mode: DataMode) -> Self {
        match mode {
            DataMode::Passive => Self::Passive(Passive::default()),
            DataMode::Active => Self::Active,
        }
    }

    /// Must be called before STOR.
    pub(crate) fn open(&mut self, control: &mut Control) -> Result<Channel, UploadError> {
        match self {
            Self::Passive(passive) => passive.connect(control).map(Channel::Connected),
            Self::Active => listen(control).map(Channel::Awaited),
        }
    }
}

impl Channel {
    /// Must be called after the server has accepted the transfer.
    pub(crate) fn connect(self, control: &mut Control) -> Result<DataConnection, UploadError> {
        match self {
            Self::Connected(data) => Ok(data),
            Self::Awaited(listener) => listener.accept().map_err(|cause| transfer::reason(control, cause)),
        }
    }
}

/// RFC 2428 §2, and RFC 959 §4.1.2 for servers that know only IPv4.
fn listen(control: &mut Control) -> Result<DataListener, UploadError> {
    let broken = |cause| error::broken(Step::Eprt, Connection::Data, cause);
    let listener = control.listen_data().map_err(broken)?;
    let endpoint = listener.endpoint();
    let endpoint = Endpoint::new(&endpoint.host, endpoint.port).ok_or_else(|| broken(IoError::Unreachable))?;
    match control.ask(Step::Eprt, Command::Eprt(endpoint)) {
        Err(error) if endpoint.is_ipv4() && !error::is_final(&error) => {
            control.ask(Step::Port, Command::Port(endpoint)).map(|_| ())?;
        }
        asked => drop(asked?),
    }
    Ok(listener)
}
