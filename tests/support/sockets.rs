//! Socket functions of a scripted server: waits with a limit, and resets.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size};
use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

/// The limit of every wait of a server.
pub(crate) const WAIT_LIMIT: Duration = Duration::from_secs(20);

/// The receive buffer of data connections. It is small, so that a client cannot finish before the server reads.
const WINDOW: usize = 64 << 10;

/// Waits for one client.
pub(crate) fn accept(listener: &TcpListener) -> Result<TcpStream, String> {
    listener.set_nonblocking(true).expect("a listener can be polled");
    let begun = Instant::now();
    while begun.elapsed() < WAIT_LIMIT {
        if let Ok((stream, _)) = listener.accept() {
            prepare(&stream).expect("a stream can block, be prompt and time out");
            return Ok(stream);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Err(format!("nobody connected within {WAIT_LIMIT:?}"))
}

/// Connects from an address of this machine.
pub(crate) fn connect_from(source: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let family = if source.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket(family, SocketType::STREAM, None)?;
    bind(&socket, &SocketAddr::new(source, 0))?;
    connect(&socket, &to)?;
    let stream = TcpStream::from(socket);
    prepare(&stream)?;
    Ok(stream)
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(WAIT_LIMIT))?;
    stream.set_write_timeout(Some(WAIT_LIMIT))
}

/// Listens for a data connection with a small receive buffer.
pub(crate) fn listen_with_small_window(host: IpAddr) -> TcpListener {
    let listener = TcpListener::bind((host, 0)).expect("a loopback port");
    set_socket_recv_buffer_size(&listener, WINDOW).expect("a receive buffer of that size");
    listener
}

/// Closes with a reset instead of an orderly end (SO_LINGER 0).
pub(crate) fn reset(stream: TcpStream) {
    set_socket_linger(&stream, Some(Duration::ZERO)).expect("a socket can linger");
    drop(stream);
}

/// Returns true for the errors of a reset, or of an end without close_notify.
pub(crate) fn has_left(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe) || has_cut(kind)
}

/// Returns true for the error of an end without close_notify.
pub(crate) fn has_cut(kind: ErrorKind) -> bool {
    kind == ErrorKind::UnexpectedEof
}
