//! A server that receives a file, and sends the replies of a story to the queries about it.
//!
//! It serves one conversation, in a thread that ends with it or with the process.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The replies of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story {
    /// The replies to SIZE, one after the other; the last one is repeated. At an empty one the server closes the
    /// connection.
    pub(crate) sizes: &'static [&'static str],
    /// The replies to MDTM, in the same way.
    pub(crate) times: &'static [&'static str],
    /// The end of the transfer.
    pub(crate) end: End,
    /// True if the local file is written during the transfer.
    pub(crate) changes: bool,
}

/// The behaviour after the last byte.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Says(&'static str),
    HangsUp,
}

/// A server that runs until the client closes the connection.
pub(crate) struct StoryServer {
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
}

impl StoryServer {
    /// Starts the server. `local` is the file that changes, if the story says so.
    pub(crate) fn start(story: Story, local: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let local = local.to_owned();
        // If this side fails, the test of the other side fails, too.
        thread::spawn(move || converse(&listener, story, local));
        Ok(Self { host })
    }
}

fn converse(listener: &TcpListener, mut story: Story, local: PathBuf) -> io::Result<()> {
    let (mut control, _) = listener.accept()?;
    let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // An embedder counts final replies, to find the one to PASS.
    control.write_all(b"120 Wait\r\n220-Hello\r\n 220 and\r\n331 so\r\n220 on\r\n")?;
    for line in BufReader::new(control.try_clone()?).lines() {
        let line = line?;
        let passive = format!("229 Here (|||{}|)", data.local_addr()?.port());
        let reply = match line.split(' ').next().unwrap_or_default() {
            "USER" => "331 Who",
            "PASS" => "230-In\r\n230 Now",
            "CWD" => "250 There",
            "TYPE" => "200 Binary",
            "EPSV" => &passive,
            "SIZE" => next(&mut story.sizes),
            "MDTM" => next(&mut story.times),
            "STOR" => {
                take(&mut control, &data)?;
                if story.changes {
                    touch(&local)?;
                }
                let End::Says(end) = story.end else { return Ok(()) };
                end
            }
            "QUIT" => "221 Bye",
            _ => "500 What",
        };
        if reply.is_empty() {
            return Ok(());
        }
        control.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

fn next(replies: &mut &'static [&'static str]) -> &'static str {
    match **replies {
        [] => "",
        [last] => last,
        [first, ..] => {
            *replies = &replies[1..];
            first
        }
    }
}

fn take(control: &mut TcpStream, data: &TcpListener) -> io::Result<()> {
    control.write_all(b"150 Go on\r\n")?;
    data.accept()?.0.read_to_end(&mut Vec::new()).map(drop)
}

/// Changes the time of a file, but not its bytes. The pause is longer than the resolution of file times.
fn touch(file: &Path) -> io::Result<()> {
    thread::sleep(Duration::from_millis(20));
    fs::write(file, fs::read(file)?)
}
