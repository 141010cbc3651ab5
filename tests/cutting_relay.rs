//! Someone who cuts: passes a control connection on whole, and data connections only so far.
//!
//! With TLS nobody in between can read which port a server names. So it has all of them, on 127.0.0.1, and the server
//! has the same ones on an address of its own (`Options::aside`). It cuts between two records, as someone would who
//! wants the server to see nothing wrong. Next: `wiretap.rs`, who only listens.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::servers::FtpServer;

/// Stands before a server, on the same ports, until it is dropped.
pub(crate) struct CuttingRelay {
    /// Where the client has to go.
    pub(crate) address: SocketAddr,
    gone: Arc<AtomicBool>,
}

/// What becomes of a data connection that was cut.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// It ends on both sides.
    EndBoth,
    /// It ends for the server. The client hears what that makes of it, and goes on sending, to nobody.
    EndTheServers,
    /// The client sends all the rest, to nobody; only then does it end for the server.
    SwallowTheRest,
}

impl CuttingRelay {
    /// Passes on `limit` bytes of each data connection, up to the end of a record.
    pub(crate) fn before(server: &FtpServer, limit: usize, then: Then) -> Self {
        let (control, ip) = (server.addr.port(), server.addr.ip());
        let listeners: Vec<_> = std::iter::once(control).chain(server.passive_ports()).map(listen).collect();
        let gone = Arc::new(AtomicBool::new(false));
        let stop = gone.clone();
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                for (client, port) in listeners.iter().filter_map(accept) {
                    let limit = if port == control { usize::MAX } else { limit };
                    let server = TcpStream::connect((ip, port)).expect("the server listens");
                    relay(client, server, limit, then);
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { address: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), control), gone }
    }
}

impl Drop for CuttingRelay {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

fn listen(port: u16) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the server's port, elsewhere");
    listener.set_nonblocking(true).expect("a listener can be polled");
    listener
}

/// The next client, and the port that it came to.
fn accept(listener: &TcpListener) -> Option<(TcpStream, u16)> {
    let (client, _) = listener.accept().ok()?;
    client.set_nonblocking(false).expect("a stream can block");
    Some((client, listener.local_addr().expect("a port has an address").port()))
}

/// Passes on what the server says, all of it, and what the client says, as far as `limit`.
fn relay(client: TcpStream, server: TcpStream, limit: usize, then: Then) {
    let (back, forth) = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
    thread::spawn(move || pass_on(&back, &forth));
    thread::spawn(move || {
        if limit == usize::MAX {
            pass_on(&client, &server);
        } else if pass_on_records(&client, &server, limit).is_ok() {
            cut(&client, &server, then);
        }
    });
}

/// To the end; an error is one, too.
fn pass_on(mut from: &TcpStream, mut to: &TcpStream) {
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

fn pass_on_records(mut from: &TcpStream, mut to: &TcpStream, limit: usize) -> io::Result<()> {
    let mut passed = 0;
    while passed < limit {
        let mut record = vec![0; 5];
        from.read_exact(&mut record)?;
        record.resize(5 + usize::from(u16::from_be_bytes([record[3], record[4]])), 0);
        from.read_exact(&mut record[5..])?;
        to.write_all(&record)?;
        passed += record.len();
    }
    Ok(())
}

/// The server gets FIN, without the close_notify that only the client could have made.
fn cut(mut client: &TcpStream, server: &TcpStream, then: Then) {
    let end = |stream: &TcpStream, how| drop(stream.shutdown(how));
    let mut swallow = || drop(io::copy(&mut client, &mut io::sink()));
    match then {
        Then::EndBoth => {
            end(server, Shutdown::Write);
            end(client, Shutdown::Both);
        }
        Then::EndTheServers => {
            end(server, Shutdown::Write);
            swallow();
        }
        Then::SwallowTheRest => {
            swallow();
            end(server, Shutdown::Write);
        }
    }
}
