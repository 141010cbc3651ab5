//! `listing-connection`: a data connection that only receives: a listing, or the one file that the request permits to
//! receive. No byte can be sent on it.
//!
//! Its bytes do not go through the transcript: they are no replies.

use std::io;

use wasmtime::component::Resource;

use crate::cancel::WaitError;
use crate::net::stream::Stream;
use crate::report::step::Connection;
use crate::sandbox::bindings::ftp_uploader::upload::capabilities::{HostListingConnection, IoError};
use crate::sandbox::call_error::{CallError, answer};
use crate::sandbox::state::GuestState;
use crate::sandbox::state::tls::TlsState;
use crate::sandbox::transfer::deadlines::Deadlines;

/// The most bytes that one `receive` returns.
const MAX_RECEIVE: u32 = 65_536;

/// The most bytes of one connection: a listing of half a million entries.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A data connection that only receives.
pub struct ListingConnection {
    stream: Stream,
    /// True if a handshake was begun. There is no second one.
    handshake_begun: bool,
    /// The number of bytes that may still be received; 0 after an error.
    left: usize,
    /// True if the server has declared the end.
    ended: bool,
}

impl ListingConnection {
    /// Returns a connection on which nothing was received.
    pub(crate) fn new(stream: Stream) -> Self {
        Self { stream, handshake_begun: false, left: MAX_BYTES, ended: false }
    }

    /// Waits for at least one byte, and returns at most `limit`; none at the end.
    fn receive(&mut self, limit: u32, tls: &mut TlsState, deadlines: &mut Deadlines) -> Result<Vec<u8>, CallError> {
        if self.ended {
            return Ok(Vec::new());
        }
        let most = usize::try_from(limit.clamp(1, MAX_RECEIVE)).unwrap_or_default().min(self.left);
        if most == 0 || !tls.protection().permits(&self.stream) {
            return Err(CallError::Denied);
        }
        let mut bytes = vec![0; most];
        let count = self.read(&mut bytes, deadlines).inspect_err(|error| {
            self.left = 0;
            if let WaitError::Failed(error) = error {
                tls.note_late_refusal(Connection::Data, error);
            }
        })?;
        bytes.truncate(count);
        self.left -= count;
        self.ended = count == 0;
        // The final reply has its full time after the last byte.
        deadlines.restart();
        Ok(bytes)
    }

    /// Reads at least one byte. Returns 0 at the end that the server has declared.
    fn read(&mut self, into: &mut [u8], deadlines: &Deadlines) -> Result<usize, WaitError> {
        match self.stream.read(into, deadlines.listing()) {
            Err(WaitError::Failed(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Anyone on the network path can cut a listing, or the file, by an end without close_notify.
                if self.stream.has_ended_orderly() {
                    Ok(0)
                } else {
                    Err(io::Error::from(io::ErrorKind::ConnectionReset).into())
                }
            }
            read => read,
        }
    }
}

impl HostListingConnection for GuestState {
    fn secure(&mut self, listing: Resource<ListingConnection>) -> wasmtime::Result<Result<(), IoError>> {
        answer(self.waiting(|state| {
            let Self { table, control, tls, deadlines, progress, .. } = state;
            let listing = table.get_mut(&listing).map_err(|_| CallError::Denied)?;
            tls.secure_data(&mut listing.stream, &mut listing.handshake_begun, control.stream(), deadlines, progress)
        }))
    }

    fn receive(
        &mut self,
        listing: Resource<ListingConnection>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, IoError>> {
        answer(self.waiting(|state| {
            let Self { table, tls, deadlines, .. } = state;
            let listing = table.get_mut(&listing).map_err(|_| CallError::Denied)?;
            listing.receive(limit, tls, deadlines)
        }))
    }

    fn drop(&mut self, handle: Resource<ListingConnection>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cancel::Cancellation;
    use crate::net::route::Route;
    use crate::net::socket::Socket;
    use crate::net::wait::Deadline;
    use crate::request::network::Network;
    use crate::sandbox::protection::Protection;
    use crate::sandbox::run_limits::RunLimits;
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    /// A connection, the server's end of it, and the answers of its calls.
    struct Listing(ListingConnection, Deadlines);

    impl Listing {
        /// Returns a connection to a server that may be silent for `timeout`, and that sends and receives by the other
        /// value.
        fn connected(timeout: Duration) -> (Self, TcpStream) {
            let server = TcpListener::bind("127.0.0.1:0").unwrap();
            let cancellation = Cancellation::default();
            let deadline = Deadline::new(Instant::now() + Duration::from_secs(10), &cancellation);
            let socket = Socket::connect(server.local_addr().unwrap(), &Route::default(), deadline).unwrap();
            let network = Network { timeout, ..Network::default() };
            // The rate limit would hold the data of an upload back for hours.
            let limits = RunLimits::new(Cancellation::default(), std::num::NonZeroU64::new(1));
            let mut deadlines = Deadlines::new(&network, &limits);
            deadlines.sent(10_000);
            (Self(ListingConnection::new(Stream::plain(socket)), deadlines), server.accept().unwrap().0)
        }

        fn receive(&mut self, limit: u32) -> Result<Vec<u8>, IoError> {
            let mut tls = TlsState::new(Protection::Clear);
            answer(self.0.receive(limit, &mut tls, &mut self.1)).unwrap()
        }
    }

    #[test]
    fn bytes_are_received_up_to_the_end_which_stays_the_end() {
        let (mut listing, mut server) = Listing::connected(Duration::from_secs(10));
        server.write_all(b"abc").unwrap();
        assert_eq!(listing.receive(2).unwrap(), b"ab");
        assert_eq!(listing.receive(0).unwrap(), b"c");
        drop(server);
        assert_eq!(listing.receive(1).unwrap(), b"");
        assert_eq!(listing.receive(1).unwrap(), b"");
    }

    #[test]
    fn a_listing_has_a_limit() {
        let (mut listing, mut server) = Listing::connected(Duration::from_secs(10));
        listing.0.left = 2;
        server.write_all(b"abc").unwrap();
        assert_eq!(listing.receive(u32::MAX).unwrap(), b"ab");
        assert_eq!(listing.receive(u32::MAX), Err(IoError::Denied));
    }

    #[test]
    fn a_silent_server_is_left_in_time_and_not_waited_for_again() {
        let (mut listing, _server) = Listing::connected(Duration::from_millis(50));
        let began = Instant::now();
        assert_eq!(listing.receive(1), Err(IoError::TimedOut));
        assert_eq!(listing.receive(1), Err(IoError::Denied));
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
