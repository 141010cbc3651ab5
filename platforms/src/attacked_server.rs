//! A server for the attacks of a hostile component, which records the received bytes. It can also misbehave itself:
//! repeat the password, or send a reply too many.
//!
//! It serves one conversation in a separate thread, until [`AttackedServer::end`].

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The password, which no server here checks.
pub(crate) const PASSWORD: &str = "open sesame";

/// The time between the two replies to STOR. An embedder that was told that the final reply has arrived waits one second
/// for the end of the data connection.
const LATE: Duration = Duration::from_secs(2);

/// The behaviour of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Sends a greeting, and reads commands.
    Greets,
    /// Sends a greeting, lets the client into a directory, and reads commands.
    Enters,
    /// The same, and then sends data without end on a data connection.
    FloodsListing,
    /// Sends nothing before a data connection is established, and then reads from it.
    TakesData,
    /// Sends nothing before it has the whole file; then the reply to STOR and, two seconds later, the final one. Then it
    /// closes the data connection.
    RepliesLate,
    /// Sends replies until the connection is closed.
    Floods,
    /// Sends 600 bytes without a line end behind the greeting.
    Chats,
    /// Refuses the login with a reply that contains the password.
    Repeats,
    /// Answers PASS and the two commands behind it together. Each reply contains the password.
    RepeatsBehind,
    /// Sends the beginning of its reply to PASS, and the rest, which contains the password, after two other commands.
    RepeatsInParts,
    /// Sends two greetings.
    SpeaksTwice,
}

/// The bytes that the server has received.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) commands: String,
    pub(crate) data: String,
    /// True if the data connection was closed, and not reset.
    pub(crate) has_end: bool,
}

/// A server that runs until [`Self::end`].
pub(crate) struct AttackedServer {
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
    pub(crate) data_port: u16,
    thread: JoinHandle<Got>,
}

impl AttackedServer {
    pub(crate) fn start(manner: Manner) -> io::Result<Self> {
        let control = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let (host, data_port) = (control.local_addr()?.to_string(), data.local_addr()?.port());
        let thread = thread::spawn(move || {
            let mut got = Got::default();
            // If this side fails, the test of the other side fails, too.
            let _ = converse(manner, &control, &data, &mut got);
            got
        });
        Ok(Self { host, data_port, thread })
    }

    /// Stops the server, and returns the bytes that it has received.
    pub(crate) fn end(self) -> Got {
        let data = SocketAddr::from((Ipv4Addr::LOCALHOST, self.data_port));
        // The thread may be waiting for a connection.
        drop((TcpStream::connect(data), self.host.parse::<SocketAddr>().map(TcpStream::connect)));
        self.thread.join().unwrap_or_default()
    }
}

fn converse(manner: Manner, control: &TcpListener, data: &TcpListener, got: &mut Got) -> io::Result<()> {
    let mut control = control.accept()?.0;
    match manner {
        Manner::Greets => control.write_all(b"220 Hello\r\n")?,
        Manner::Enters => enter(&mut control, got)?,
        Manner::FloodsListing => flood_listing(&mut control, data, got)?,
        Manner::TakesData => {
            let mut data = data.accept()?.0;
            control.write_all(b"150 Here\r\n")?;
            got.has_end = data.read_to_string(&mut got.data).is_ok();
        }
        Manner::RepliesLate => reply_late(&mut control, data, got)?,
        Manner::Floods => loop {
            control.write_all(&b"200 And so on\r\n".repeat(100))?;
        },
        Manner::Chats => control.write_all(format!("220 Hello\r\n{}", "x".repeat(600)).as_bytes())?,
        Manner::RepeatsBehind => {
            greet_and_hear(&mut control, 3, got)?;
            control.write_all(format!("230-Hello\r\n230 {PASSWORD}\r\n200 {PASSWORD}\r\n").as_bytes())?;
        }
        Manner::RepeatsInParts => {
            greet_and_hear(&mut control, 1, got)?;
            control.write_all(b"150 Wait\r\n230-Hello\r\n")?;
            hear(&mut control, 2, got)?;
            let rest = format!(" 230 {PASSWORD}\r\n230 {PASSWORD}\r\n200 {PASSWORD}\r\n");
            control.write_all(rest.as_bytes())?;
        }
        // The component reads 4096 bytes at a time. The first reply has this length, so that the second remains in the
        // embedder.
        Manner::SpeaksTwice => control.write_all(format!("220 {}\r\n220 Again\r\n", "-".repeat(4090)).as_bytes())?,
        Manner::Repeats => return repeat(&control),
    }
    let _ = control.read_to_string(&mut got.commands);
    Ok(())
}

/// Ends when the client closes the data connection.
fn flood_listing(control: &mut TcpStream, data: &TcpListener, got: &mut Got) -> io::Result<()> {
    enter(control, got)?;
    let mut data = data.accept()?.0;
    while data.write_all(&[b'x'; 65_536]).is_ok() {}
    Ok(())
}

fn reply_late(control: &mut TcpStream, data: &TcpListener, got: &mut Got) -> io::Result<()> {
    let mut data = data.accept()?.0;
    got.has_end = data.read_to_string(&mut got.data).is_ok();
    control.write_all(b"150 Here\r\n")?;
    thread::sleep(LATE);
    control.write_all(b"226 Stored\r\n")
}

fn enter(control: &mut TcpStream, got: &mut Got) -> io::Result<()> {
    greet_and_hear(control, 1, got)?;
    control.write_all(b"250 There\r\n")
}

fn greet_and_hear(control: &mut TcpStream, lines: usize, got: &mut Got) -> io::Result<()> {
    control.write_all(b"220 Hello\r\n")?;
    hear(control, lines, got)
}

/// Receives this number of lines, byte by byte: the rest is received later.
fn hear(control: &mut TcpStream, lines: usize, got: &mut Got) -> io::Result<()> {
    for _ in 0..lines {
        let mut byte = [0];
        while byte != *b"\n" {
            control.read_exact(&mut byte)?;
            got.commands.push(char::from(byte[0]));
        }
    }
    Ok(())
}

/// Refuses the login with a reply of two lines, with a pause within the password.
fn repeat(mut control: &TcpStream) -> io::Result<()> {
    let mut commands = BufReader::new(control.try_clone()?).lines();
    control.write_all(b"220 Hello\r\n")?;
    commands.next().transpose()?;
    control.write_all(b"331 Who\r\n")?;
    let line = commands.next().transpose()?.unwrap_or_default();
    let password = line.strip_prefix("PASS ").unwrap_or_default();
    let (begin, rest) = password.split_at(password.len() / 2);
    control.write_all(format!("530-Welcome, {password}!\r\n530 No, {password} and {begin}").as_bytes())?;
    thread::sleep(Duration::from_millis(100));
    control.write_all(format!("{rest}, come!\r\n").as_bytes())?;
    commands.for_each(drop);
    Ok(())
}
