//! A server that accepts a file with 150, reads nothing from the data connection, and then refuses the file with 552. A
//! program that waits until its last bytes are sent hangs with this server.
//!
//! It serves one conversation in a separate thread, and closes the connection when dropped.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A server that runs until it is dropped.
pub(crate) struct ReluctantServer {
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl ReluctantServer {
    pub(crate) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || converse(&listener, &stopped));
        Ok(Self { host, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for ReluctantServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        // If this side fails, the test of the other side fails, too.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn converse(listener: &TcpListener, stopped: &Receiver<()>) -> io::Result<()> {
    let (mut control, _) = listener.accept()?;
    let mut commands = BufReader::new(control.try_clone()?).lines();
    let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let passive = format!("229 Here (|||{}|)", data.local_addr()?.port());
    control.write_all(b"220 Hello\r\n")?;
    for reply in ["331 Who", "230 In", "250 There", "200 Binary", "500 What", "500 What", &passive, "150 Go on"] {
        commands.next().transpose()?;
        control.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    let (unread, _) = data.accept()?;
    // In this time all socket buffers fill up.
    thread::sleep(Duration::from_millis(500));
    control.write_all(b"552 No room\r\n")?;
    // Nothing is ever sent: this returns when the server is dropped.
    let _ = stopped.recv();
    drop(unread);
    Ok(())
}
