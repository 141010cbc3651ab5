//! Data that the server sends: a data connection, the command (MLSD, LIST or RETR), TLS, and the final reply. The bytes are
//! read by `listing.rs` and `fetch.rs`.
//!
//! Data is complete only if the connection ended properly and the final reply says so. The final reply is always read
//! before that is judged.

use crate::bindings::exports::ftp_uploader::upload::upload::{Connection, Protection, Refusal, UploadError};
use crate::capabilities::{IoError, ListingConnection, Step as Stage};
use crate::data_channel::Channel;
use crate::error::{self, out_of_step};
use crate::passive::Opening;
use crate::session::Conversation;
use crate::transfer;
use ftp_protocol::command::{Command, Retrieval};
use ftp_protocol::listing::Reader;
use ftp_protocol::reply::Reply;
use ftp_protocol::step::Step;

/// Data that is being received.
pub(crate) enum Receiving {
    Listing(ListingConnection, Reader),
    File(ListingConnection),
}

impl Conversation {
    /// Sends the command, and returns the connection on which the server sends the data. In a flight, the command follows
    /// EPSV (or PASV) at once if that has worked in this session.
    pub(crate) fn retrieve(&mut self, retrieval: Retrieval, flight: bool) -> Result<ListingConnection, UploadError> {
        self.progress.entered(Stage::Inspection);
        let command = Command::Retrieve(retrieval);
        let data = match self.data_channel_mode.proven().filter(|_| flight) {
            Some(opening) => self.retrieve_at_once(opening, command)?,
            None => self.retrieve_in_steps(command)?,
        };
        // RFC 4217 §7: the server expects the handshake after it has accepted the transfer.
        let secured = if self.protection == Protection::Clear { Ok(()) } else { data.secure() };
        match secured {
            Ok(()) => Ok(data),
            Err(cause) => {
                drop(data);
                Err(self.cut_by(cause))
            }
        }
    }

    fn retrieve_in_steps(&mut self, command: Command) -> Result<ListingConnection, UploadError> {
        let channel: Channel<ListingConnection> = self.data_channel_mode.open(&mut self.control)?;
        self.control.ask(Step::Retrieve, command)?;
        channel.connect().map_err(|cause| self.cut_by(cause))
    }

    fn retrieve_at_once(&mut self, opening: Opening, command: Command) -> Result<ListingConnection, UploadError> {
        self.control.send(&[(opening.step(), opening.command()), (Step::Retrieve, command)])?;
        let told = self.control.await_outcome(opening.step())?;
        // The server has the command, and no data connection for it: nothing else may be sent.
        let port = told.ok().and_then(|answer| opening.port(&answer));
        let port = port.ok_or_else(|| self.control.end(out_of_step(opening.step())))?;
        let dialled = opening.dial(&self.control, port);
        let data = dialled.map_err(|error| transfer::not_connected(&mut self.control, Step::Retrieve, error))?;
        self.control.await_reply(Step::Retrieve)?;
        Ok(data)
    }

    /// Waits for the final reply, after the data connection has ended properly and was dropped. `nothing` is true if no
    /// byte was received: then a refusal is the answer to the command.
    pub(crate) fn confirm_received(&mut self, nothing: bool) -> Result<Reply, UploadError> {
        match self.control.await_reply(Step::Reception) {
            Ok(answer) => Ok(answer.reply),
            Err(told @ UploadError::Refused(_)) if nothing => Err(error::moved_to(Step::Retrieve, told)),
            Err(error) => Err(error),
        }
    }

    /// Returns the reason why the data connection, which was dropped, has failed: the server's refusal if it sends one,
    /// else `cause`.
    pub(crate) fn cut_by(&mut self, cause: IoError) -> UploadError {
        let broken = error::broken(Step::Reception, Connection::Data, cause);
        // The client's side decided this, and the server's reply cannot explain it.
        if matches!(cause, IoError::Insecure | IoError::Denied) {
            return self.control.end(broken);
        }
        match self.control.await_reply(Step::Reception) {
            Err(told @ (UploadError::Refused(_) | UploadError::Misbehaved(_))) => told,
            Ok(_) | Err(_) => broken,
        }
    }
}

/// Returns true if the server has refused MLSD, LIST or RETR, rather than the data connection, and the session goes on.
pub(crate) fn is_refused(error: &UploadError) -> bool {
    let refused = matches!(error, UploadError::Refused(Refusal { step: Stage::Inspection, .. }));
    refused && !error::is_final(error)
}
