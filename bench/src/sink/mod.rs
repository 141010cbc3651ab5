//! A server that is never the bottleneck: it speaks as much FTP as the clients need, and lets the kernel discard the
//! received data without copying it into this process. Inside TLS it does the handshakes, and decrypts only the
//! beginning of each file.
//!
//! It has one thread for each control connection. This file has the conversation; `sink/wire.rs` has lines and TLS.

mod wire;

use std::collections::HashMap;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustix::net::{RecvFlags, recv};
use rustls::ServerConfig;

use wire::Wire;

/// A sink that serves until the process ends.
pub(crate) struct Sink {
    /// The port for control connections.
    pub(crate) port: u16,
}

impl Sink {
    /// Listens on a free port of 127.0.0.1; with `tls` it offers AUTH TLS.
    pub(crate) fn start(tls: Option<Arc<ServerConfig>>, drain: Drain) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let tls = tls.clone();
                // A client that closes the connection is not an error here; a failed client is detected by its exit
                // code.
                thread::spawn(move || Session::new(connection, tls, drain).and_then(Session::serve));
            }
        });
        Ok(Self { port })
    }
}

/// The treatment of the received bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drain {
    /// The kernel discards them.
    Drop,
    /// They are copied into this process, 256 KiB at a time, and then discarded.
    Read,
}

/// One control connection.
struct Session {
    drain: Drain,
    wire: Wire,
    tls: Option<Arc<ServerConfig>>,
    /// One port for all data connections, because a new one for each file would take time.
    data: TcpListener,
    sizes: HashMap<String, u64>,
}

impl Session {
    fn new(connection: TcpStream, tls: Option<Arc<ServerConfig>>, drain: Drain) -> io::Result<Self> {
        connection.set_nodelay(true)?;
        let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(Self { drain, wire: Wire::plain(connection), tls, data, sizes: HashMap::new() })
    }

    fn serve(mut self) -> io::Result<()> {
        self.wire.say("220 sink")?;
        while let Some(line) = self.wire.line()? {
            let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "AUTH" => self.secure()?,
                "EPSV" => {
                    let port = self.data.local_addr()?.port();
                    self.wire.say(&format!("229 Entering Extended Passive Mode (|||{port}|)"))?;
                }
                "PASV" => {
                    let port = self.data.local_addr()?.port();
                    self.wire.say(&format!("227 Entering Passive Mode (127,0,0,1,{},{})", port >> 8, port & 255))?;
                }
                "STOR" => self.store(argument)?,
                "SIZE" => self.tell_size(argument)?,
                "QUIT" => return self.wire.say("221 bye"),
                verb => self.wire.say(answer(verb))?,
            }
        }
        Ok(())
    }

    fn secure(&mut self) -> io::Result<()> {
        match &self.tls {
            Some(config) => {
                self.wire.say("234 go on")?;
                self.wire.secure(Arc::clone(config))
            }
            None => self.wire.say("502 no TLS here"),
        }
    }

    fn store(&mut self, name: &str) -> io::Result<()> {
        self.wire.say("150 go on")?;
        let mut data = self.data.accept()?.0;
        let secure = self.tls.as_ref().filter(|_| self.wire.is_secure());
        let size = match secure.map(|config| wire::shake_hands(&mut data, Arc::clone(config))).transpose()? {
            None => Some(self.drain.all_of(&data)?),
            Some(Some(size)) => Some(size),
            Some(None) => self.drain.all_of(&data).map(|_| None)?,
        };
        self.sizes.extend(size.map(|size| (name.to_owned(), size)));
        drop(data);
        self.wire.say("226 stored")
    }

    /// Answers SIZE. The size of a large file inside TLS is unknown, because the sink has not decrypted it.
    fn tell_size(&mut self, name: &str) -> io::Result<()> {
        match self.sizes.get(name) {
            Some(size) => self.wire.say(&format!("213 {size}")),
            None if self.wire.is_secure() => self.wire.say("502 not of large files"),
            None => self.wire.say("550 no such file"),
        }
    }
}

/// Returns the reply to a command that does nothing here.
pub(crate) fn answer(verb: &str) -> &'static str {
    match verb {
        "USER" => "331 password",
        "PASS" => "230 welcome",
        "CWD" => "250 there",
        "PWD" => "257 \"/\" is where you are",
        "FEAT" => "211-Features:\r\n AUTH TLS\r\n EPSV\r\n PASV\r\n SIZE\r\n UTF8\r\n211 End",
        "TYPE" | "OPTS" | "NOOP" | "PBSZ" | "PROT" | "MODE" | "STRU" => "200 fine",
        "ALLO" => "202 not needed",
        "SYST" => "215 UNIX Type: L8",
        _ => "502 not here",
    }
}

impl Drain {
    /// Receives everything until the end, and returns the number of bytes.
    fn all_of(self, mut data: &TcpStream) -> io::Result<u64> {
        match self {
            Self::Drop => drop_all(data),
            Self::Read => {
                let (mut piece, mut total) = (vec![0; 256 * 1024], 0);
                loop {
                    match data.read(&mut piece)? {
                        0 => return Ok(total),
                        read => total += read as u64,
                    }
                }
            }
        }
    }
}

/// tcp(7): MSG_TRUNC discards the received bytes without copying them. The buffer is never touched.
#[cfg(target_os = "linux")]
fn drop_all(mut data: &TcpStream) -> io::Result<u64> {
    let mut untouched = vec![0; 16 << 20];
    let mut total = 0;
    loop {
        let (_, dropped) = match recv(data, &mut untouched[..], RecvFlags::TRUNC) {
            // A kernel may not support it for TCP, although we know of none.
            Err(rustix::io::Errno::INVAL) => (0, data.read(&mut untouched)?),
            received => received?,
        };
        if dropped == 0 {
            return Ok(total);
        }
        total += dropped as u64;
    }
}
