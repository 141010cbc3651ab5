//! Relays control connections to a real server, and cuts the first one at a STOR: the client has to connect again to
//! remove its temporary files.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A relay, which runs until the process ends.
pub(crate) struct CuttingRelay {
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
}

impl CuttingRelay {
    /// Starts a relay to `server`. The first connection ends when the client sends STOR for the `last` time.
    pub(crate) fn start(server: SocketAddr, last: usize) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        thread::spawn(move || {
            let mut permitted = last;
            // If this side fails, the test of the other side fails, too.
            while let Ok((client, _)) = listener.accept() {
                let _ = relay(client, server, permitted);
                permitted = usize::MAX;
            }
        });
        Ok(Self { host })
    }
}

/// Relays both directions in threads of their own.
fn relay(client: TcpStream, server: SocketAddr, permitted: usize) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    let (client_too, server_too) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || pump(&server_too, &client_too, usize::MAX));
    thread::spawn(move || pump(&client, &server, permitted));
    Ok(())
}

/// Moves bytes to the end, or to the STOR that is the last one. The client sends one command at a time.
fn pump(mut from: &TcpStream, mut to: &TcpStream, permitted: usize) {
    let (mut bytes, mut stores) = ([0; 4096], 0);
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        stores += usize::from(bytes.starts_with(b"STOR "));
        if stores >= permitted || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    // The other direction ends, too.
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
