//! A relay before the control port of a real server that makes one command unknown to it. Data connections go to the
//! server directly, as it listens on the same address.

use std::io::{BufRead, BufReader, Write, copy};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::sockets::WAIT_LIMIT;

/// A relay, until it is dropped.
pub(crate) struct RefusingRelay {
    /// The address for the client.
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RefusingRelay {
    /// Listens before `server`, and changes `verb` to one that no server has.
    pub(crate) fn new(server: SocketAddr, verb: &'static str) -> Self {
        let listener = TcpListener::bind((server.ip(), 0)).expect("a loopback port");
        let address = listener.local_addr().expect("a bound port");
        listener.set_nonblocking(true).expect("a listener can be polled");
        let stop = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&stop);
        let thread = Some(thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => drop(pass(client, server, verb)),
                    Err(_) => thread::sleep(Duration::from_millis(1)),
                }
            }
        }));
        Self { address, stop, thread }
    }
}

impl Drop for RefusingRelay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // It has no way to fail.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Passes the bytes of one connection. The threads end with it, or when nothing was sent for long.
fn pass(client: TcpStream, server: SocketAddr, verb: &'static str) -> std::io::Result<()> {
    let server = TcpStream::connect(server)?;
    for stream in [&client, &server] {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WAIT_LIMIT))?;
    }
    let (mut replies, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = copy(&mut replies, &mut to_client);
        let _ = to_client.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = pass_commands(&client, &server, verb);
        let _ = server.shutdown(Shutdown::Both);
    });
    Ok(())
}

fn pass_commands(client: &TcpStream, mut server: &TcpStream, verb: &str) -> std::io::Result<()> {
    let (mut lines, mut line) = (BufReader::new(client), Vec::new());
    while lines.read_until(b'\n', &mut line)? > 0 {
        if line.get(..verb.len()).is_some_and(|start| start.eq_ignore_ascii_case(verb.as_bytes())) {
            line[0] = b'X';
        }
        server.write_all(&line)?;
        line.clear();
    }
    Ok(())
}
