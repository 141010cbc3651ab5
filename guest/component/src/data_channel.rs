//! The two ways to make a data connection: the client connects (`passive.rs`), or the server does.
//!
//! In both modes [`Channel::connect`] returns the connection only after STOR, or another command that starts a transfer,
//! because a server that connects may do so only then. Connections that send and that receive are opened alike.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, DataMode, UploadError};
use crate::capabilities::{ControlConnection, DataConnection, DataListener, IoError, ListingConnection};
use crate::control::Control;
use crate::error;
use crate::passive::{Opening, Passive};
use ftp_protocol::command::Command;
use ftp_protocol::endpoint::Endpoint;
use ftp_protocol::step::Step;

/// The mode of the data connections in this conversation.
pub(crate) enum DataChannelMode {
    Passive(Passive),
    Active,
}

/// A data connection that is established, or will be.
pub(crate) enum Channel<D> {
    Connected(D),
    Awaited(DataListener),
}

/// A data connection that sends a file or receives data, as far as it must be opened.
pub(crate) trait DataEnd: Sized {
    /// Connects to a port of the server.
    fn dial(control: &ControlConnection, port: u16) -> Result<Self, IoError>;

    /// Waits for the server to connect.
    fn await_server(listener: &DataListener) -> Result<Self, IoError>;
}

impl DataEnd for DataConnection {
    fn dial(control: &ControlConnection, port: u16) -> Result<Self, IoError> {
        control.open_data(port)
    }

    fn await_server(listener: &DataListener) -> Result<Self, IoError> {
        listener.accept()
    }
}

impl DataEnd for ListingConnection {
    fn dial(control: &ControlConnection, port: u16) -> Result<Self, IoError> {
        control.open_listing(port)
    }

    fn await_server(listener: &DataListener) -> Result<Self, IoError> {
        listener.accept_listing()
    }
}

impl DataChannelMode {
    pub(crate) fn new(mode: DataMode) -> Self {
        match mode {
            DataMode::Passive => Self::Passive(Passive::default()),
            DataMode::Active => Self::Active,
        }
    }

    /// Returns the command with which this session has opened a data connection, if there is one.
    pub(crate) fn proven(&self) -> Option<Opening> {
        match self {
            Self::Passive(passive) => passive.proven(),
            Self::Active => None,
        }
    }

    /// Must be called before the command that starts the transfer.
    pub(crate) fn open<D: DataEnd>(&mut self, control: &mut Control) -> Result<Channel<D>, UploadError> {
        match self {
            Self::Passive(passive) => passive.connect(control).map(Channel::Connected),
            Self::Active => listen(control).map(Channel::Awaited),
        }
    }
}

impl<D: DataEnd> Channel<D> {
    /// Must be called after the server has accepted the transfer. After an error, the server's next reply may tell the
    /// reason.
    pub(crate) fn connect(self) -> Result<D, IoError> {
        match self {
            Self::Connected(data) => Ok(data),
            Self::Awaited(listener) => D::await_server(&listener),
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
