//! A server that answers the questions about a file as a story has it, and takes the file.
//!
//! One conversation, in a thread that ends with it or with the process.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// What it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Story {
    /// To one SIZE after the other; the last of these again and again. Without words it hangs up.
    pub(crate) sizes: &'static [&'static str],
    /// To MDTM, likewise.
    pub(crate) times: &'static [&'static str],
    pub(crate) end: End,
    /// The local file is written to while it is sent.
    pub(crate) changes: bool,
}

/// When it has every byte.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Says(&'static str),
    HangsUp,
}

/// Runs until the other end is gone.
pub(crate) struct StoryServer {
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
}

impl StoryServer {
    /// `local` is the file that changes, if one does.
    pub(crate) fn start(story: Story, local: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let host = listener.local_addr()?.to_string();
        let local = local.to_owned();
        // What goes wrong on this side shows on the other.
        thread::spawn(move || converse(&listener, story, local));
        Ok(Self { host })
    }
}

fn converse(listener: &TcpListener, mut story: Story, local: PathBuf) -> io::Result<()> {
    let (mut control, _) = listener.accept()?;
    let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    control.write_all(b"220 Hello\r\n")?;
    for line in BufReader::new(control.try_clone()?).lines() {
        let line = line?;
        let passive = format!("229 Here (|||{}|)", data.local_addr()?.port());
        let reply = match line.split(' ').next().unwrap_or_default() {
            "USER" => "331 Who",
            "PASS" => "230 In",
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

/// Its bytes stay, its time changes, by more than the system's clock for that may be behind.
fn touch(file: &Path) -> io::Result<()> {
    thread::sleep(Duration::from_millis(20));
    fs::write(file, fs::read(file)?)
}
