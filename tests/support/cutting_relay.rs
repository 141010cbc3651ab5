//! A relay that cuts data connections, although TLS hides the numbers of the server's ports from it.
//!
//! It listens on 127.0.0.1 on all ports of the server, and the server on the same ports of another address
//! (`Options::aside`). It cuts between two records, so that the server sees a valid stream. Alternatively it cuts
//! nothing, but delays the end of the first upload.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, socket_linger};
use test_servers::FtpServer;

use crate::support::relay::How;

/// Listens on the server's ports until it is dropped.
pub(crate) struct CuttingRelay {
    /// The address for the client.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

/// The events after a data connection was cut.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    /// The relay ends the connection on both sides.
    EndBoth,
    /// The relay ends the connection to the server. It goes on reading from the client and discards the bytes.
    EndTheServers,
    /// The relay reads the rest of the file from the client and discards it. Then it ends the connection to the server.
    SwallowTheRest,
    /// The same, and the relay cuts the control connection instead of the client's command of this number after that.
    /// The client never sees how the server ends the data connection. Later connections pass unchanged.
    SwallowTheRestAndCutAtCommand(usize, How),
}

/// The state that all connections of a relay share.
#[derive(Default)]
struct Shared {
    gone: AtomicBool,
    /// True once a data connection was cut.
    has_cut: AtomicBool,
    /// The number of control connections so far, and of data connections.
    controls: AtomicUsize,
    transfers: AtomicUsize,
}

/// The plan of a relay.
#[derive(Clone, Copy)]
enum Plan {
    Cut {
        limit: usize,
        then: Then,
    },
    /// The server sees the end of the first transfer, and of the first control connection, with this delay.
    Late(Duration),
}

impl CuttingRelay {
    /// Passes `limit` bytes of each data connection, up to the end of a record.
    pub(crate) fn before(server: &FtpServer, limit: usize, then: Then) -> Self {
        Self::planned(server, Plan::Cut { limit, then })
    }

    /// Passes everything, but delays the end of the first transfer and of the first control connection.
    pub(crate) fn late(server: &FtpServer, delay: Duration) -> Self {
        Self::planned(server, Plan::Late(delay))
    }

    fn planned(server: &FtpServer, plan: Plan) -> Self {
        let (control, ip) = (server.addr.port(), server.addr.ip());
        let listeners: Vec<_> = std::iter::once(control).chain(server.passive_ports()).map(listen).collect();
        let shared = Arc::new(Shared::default());
        let ours = shared.clone();
        thread::spawn(move || {
            while !ours.gone.load(Ordering::Relaxed) {
                for (client, port) in listeners.iter().filter_map(accept) {
                    // If the server has closed its port, the client's connection is closed, too.
                    if let Ok(server) = TcpStream::connect((ip, port)) {
                        relay(client, server, port == control, plan, &ours);
                    }
                }
                thread::sleep(Duration::from_millis(1));
            }
        });
        Self { address: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), control), shared }
    }
}

impl Drop for CuttingRelay {
    fn drop(&mut self) {
        self.shared.gone.store(true, Ordering::Relaxed);
    }
}

fn listen(port: u16) -> TcpListener {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the server's port, elsewhere");
    listener.set_nonblocking(true).expect("a listener can be polled");
    listener
}

/// Accepts a client, and returns it with the number of the port.
fn accept(listener: &TcpListener) -> Option<(TcpStream, u16)> {
    let (client, _) = listener.accept().ok()?;
    client.set_nonblocking(false).expect("a stream can block");
    Some((client, listener.local_addr().expect("a port has an address").port()))
}

/// Passes all bytes of the server, and the bytes of the client as the plan says.
fn relay(client: TcpStream, server: TcpStream, is_control: bool, plan: Plan, shared: &Arc<Shared>) {
    let (back, forth) = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
    let count = if is_control { &shared.controls } else { &shared.transfers };
    let is_first = count.fetch_add(1, Ordering::SeqCst) == 0;
    let hides_the_end = matches!(plan, Plan::Cut { then: Then::SwallowTheRestAndCutAtCommand(..), .. });
    let (shared, ours) = (shared.clone(), shared.clone());
    thread::spawn(move || match hides_the_end && is_first && !is_control {
        true => pass_on_without_the_end(&back, &forth, &ours),
        false => pass_on(&back, &forth, Duration::ZERO),
    });
    thread::spawn(move || match plan {
        Plan::Late(delay) => pass_on(&client, &server, if is_first { delay } else { Duration::ZERO }),
        Plan::Cut { then, .. } if is_control => pass_on_commands(&client, &server, then, &shared.has_cut),
        Plan::Cut { then: Then::SwallowTheRestAndCutAtCommand(..), .. } if !is_first => {
            pass_on(&client, &server, Duration::ZERO);
        }
        Plan::Cut { limit, then } => {
            if pass_on_records(&client, &server, limit).is_ok() {
                cut(&client, &server, then, &shared.has_cut);
            }
        }
    });
}

/// Copies to the end, which an error counts as, and passes the end on after `delay`.
fn pass_on(mut from: &TcpStream, mut to: &TcpStream, delay: Duration) {
    let _ = io::copy(&mut from, &mut to);
    thread::sleep(delay);
    // A linger time of zero turns the end into a reset. An orderly shutdown would prevent that.
    if socket_linger(to).ok().flatten().is_none() {
        let _ = to.shutdown(Shutdown::Write);
    }
}

/// The server replies to an end that the client has not sent. That reply would warn the client, so it is discarded.
fn pass_on_without_the_end(mut server: &TcpStream, mut client: &TcpStream, shared: &Shared) {
    let mut piece = [0; 16 << 10];
    while let Ok(count @ 1..) = server.read(&mut piece) {
        if !shared.has_cut.load(Ordering::SeqCst) && client.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    while !shared.gone.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(1));
    }
}

/// With TLS, every command is one record, which arrives in one piece.
fn pass_on_commands(mut client: &TcpStream, mut server: &TcpStream, then: Then, has_cut: &AtomicBool) {
    let (last, how) = match then {
        Then::SwallowTheRestAndCutAtCommand(number, how) => (number, how),
        Then::EndBoth | Then::EndTheServers | Then::SwallowTheRest => (usize::MAX, How::Close),
    };
    let was_cut_before = has_cut.load(Ordering::SeqCst);
    let (mut piece, mut seen) = ([0; 16 << 10], 0);
    while let Ok(count @ 1..) = client.read(&mut piece) {
        seen += usize::from(!was_cut_before && has_cut.load(Ordering::SeqCst));
        if seen == last {
            match how {
                How::Close => drop(client.shutdown(Shutdown::Both)),
                How::Reset => set_socket_linger(client, Some(Duration::ZERO)).expect("a socket can linger"),
                // Until the client has left.
                How::Silence => drop(io::copy(&mut client, &mut io::sink())),
            }
            break;
        }
        if server.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
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

/// The server gets FIN without close_notify, which only the client could send.
fn cut(mut client: &TcpStream, server: &TcpStream, then: Then, has_cut: &AtomicBool) {
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
        Then::SwallowTheRest | Then::SwallowTheRestAndCutAtCommand(..) => {
            swallow();
            // The client sends its next command only after the server's reply to the end, so `has_cut` is set in time.
            has_cut.store(true, Ordering::SeqCst);
            end(server, Shutdown::Write);
        }
    }
}
