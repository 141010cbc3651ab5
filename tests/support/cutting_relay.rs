//! Someone who cuts: passes a control connection on whole, and data connections only so far.
//!
//! With TLS nobody in between can read which port a server names. So it has all of them, on 127.0.0.1, and the server
//! has the same ones on an address of its own (`Options::aside`). It cuts between two records, as someone would who
//! wants the server to see nothing wrong. Or it cuts nothing and passes the end of the first upload on late. Next: `wiretap.rs`,
//! who only listens.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, socket_linger};
use test_servers::FtpServer;

use crate::support::relay::How;

/// Stands before a server, on the same ports, until it is dropped.
pub(crate) struct CuttingRelay {
    /// Where the client has to go.
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
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
    /// The same, and the control connection is cut instead of the client's command of this number after that. Only the
    /// first time: what comes later passes whole. The client never sees how the server ends the data connection.
    SwallowTheRestAndCutAtCommand(usize, How),
}

/// What all connections of a relay have in common.
#[derive(Default)]
struct Shared {
    gone: AtomicBool,
    /// A data connection was cut.
    has_cut: AtomicBool,
    /// Control connections so far, and data connections.
    controls: AtomicUsize,
    transfers: AtomicUsize,
}

/// What one relay does.
#[derive(Clone, Copy)]
enum Plan {
    Cut {
        limit: usize,
        then: Then,
    },
    /// The server learns so much later that the first client has sent all, and that it has left.
    Late(Duration),
}

impl CuttingRelay {
    /// Passes on `limit` bytes of each data connection, up to the end of a record.
    pub(crate) fn before(server: &FtpServer, limit: usize, then: Then) -> Self {
        Self::planned(server, Plan::Cut { limit, then })
    }

    /// Passes all on, but the end of the first transfer, and of the first control connection, so much later.
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
                    // A server that has given up a port is gone for the client, too.
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

/// The next client, and the port that it came to.
fn accept(listener: &TcpListener) -> Option<(TcpStream, u16)> {
    let (client, _) = listener.accept().ok()?;
    client.set_nonblocking(false).expect("a stream can block");
    Some((client, listener.local_addr().expect("a port has an address").port()))
}

/// Passes on what the server says, all of it, and what the client says, as far as the plan goes.
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

/// To the end, which passes on later; an error is one, too.
fn pass_on(mut from: &TcpStream, mut to: &TcpStream, delay: Duration) {
    let _ = io::copy(&mut from, &mut to);
    thread::sleep(delay);
    // Where no time is left to linger, the end is a reset, which an orderly end would hide.
    if socket_linger(to).ok().flatten().is_none() {
        let _ = to.shutdown(Shutdown::Write);
    }
}

/// What the server says to an end that the client has not made would warn the client.
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

/// With TLS, a command is a record, which comes in one piece.
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

/// The server gets FIN, without the close_notify that only the client could have made.
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
            // The client says nothing before it has heard what the server makes of that.
            has_cut.store(true, Ordering::SeqCst);
            end(server, Shutdown::Write);
        }
    }
}
