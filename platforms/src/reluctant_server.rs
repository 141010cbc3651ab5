//! A server that agrees to take a file, takes nothing of it, and then says that it will not: the way in which a program
//! hangs that waits for its last bytes to go away.
//!
//! One conversation, in a thread of its own; it hangs up when dropped.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Runs until it is dropped.
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
        // What went wrong on this side shows on the other.
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
    // Long enough for everything on the way to be full.
    thread::sleep(Duration::from_millis(500));
    control.write_all(b"552 No room\r\n")?;
    // Nobody sends: this ends when the other end is dropped.
    let _ = stopped.recv();
    drop(unread);
    Ok(())
}
