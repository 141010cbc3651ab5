//! Passes a control connection on unchanged, and records the client's bytes.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::sockets::accept;

/// The largest content of a record, including the overhead of encryption (RFC 5246 §6.2.3).
const LONGEST: usize = (16 << 10) + 2048;

/// Waits for one client of a server.
pub(crate) struct Wiretap {
    /// The address for the client.
    pub(crate) address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Wiretap {
    /// Listens in front of the server's control port.
    pub(crate) fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port");
        let address = listener.local_addr().expect("a port has an address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = heard.clone();
        // The thread ends when the client leaves, or after the limit of the wait for it.
        thread::spawn(move || {
            let Ok(client) = accept(&listener) else { return };
            let server = TcpStream::connect(server).expect("the server listens");
            let (back, forth) = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
            thread::spawn(move || pass_on(back, forth, |_| {}));
            pass_on(client, server, |bytes| notes.lock().expect("notes").extend_from_slice(bytes));
        });
        Self { address, heard }
    }

    /// Returns all bytes that the client has sent.
    pub(crate) fn heard(&self) -> Vec<u8> {
        self.heard.lock().expect("notes").clone()
    }
}

/// Passes bytes in one direction, to the end.
fn pass_on(mut from: TcpStream, mut to: TcpStream, mut note: impl FnMut(&[u8])) {
    let mut buffer = [0; 16 << 10];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        // Record before sending, so that every byte that the server reacts to is in the record.
        note(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // Fails if the other direction has ended both.
    let _ = to.shutdown(Shutdown::Write);
}

/// Returns the length of the prefix of `bytes` that consists of TLS records.
///
/// A record is its type (20 to 23), a version, a length and so many bytes (RFC 8446 §5.1). The last record may be
/// incomplete.
pub(crate) fn end_of_records(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&[20..=23, 3, 0..=3, high, low]) = bytes.get(at..at + 5) {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST {
            return at;
        }
        at += 5 + length;
    }
    at.min(bytes.len())
}

#[test]
fn text_is_told_from_records() {
    let records = [&[22, 3, 1, 0, 2, 1, 1][..], &[23, 3, 3, 0, 1, 9], &[21, 3, 3, 0, 9, 1]].concat();
    assert_eq!(end_of_records(&records), records.len());
    let with_text = [&records[..13], b"USER alice\r\n"].concat();
    assert_eq!(end_of_records(&with_text), 13);
    assert_eq!(end_of_records(b"PASS secret\r\n"), 0);
}
