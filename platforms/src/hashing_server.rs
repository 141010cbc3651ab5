//! A server that reports a right or a wrong hash of a file of nine bytes. A platform that computes its own hash notices
//! the difference. The values are the well-known check values of these algorithms.
//!
//! It serves one conversation, in a thread that ends with it or with the process.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

/// The content of every file that is uploaded to this server.
pub(crate) const CONTENT: &str = "123456789";

/// The commands and the value of one hash.
pub(crate) struct Hash {
    /// The name that every platform prints, apart from capitals and hyphens.
    pub(crate) name: &'static str,
    feature: &'static str,
    command: &'static str,
    value: &'static str,
}

/// The hashes of the contract.
pub(crate) const HASHES: [Hash; 4] = [
    Hash {
        name: "sha256",
        feature: "HASH SHA-256*",
        command: "HASH",
        value: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    },
    Hash { name: "sha1", feature: "XSHA1", command: "XSHA1", value: "f7c3bc1d808e04732adf679965ccc34ca7ae3441" },
    Hash { name: "md5", feature: "XMD5", command: "XMD5", value: "25f9e794323b453885f5181f1b624d0b" },
    Hash { name: "crc32", feature: "XCRC", command: "XCRC", value: "cbf43926" },
];

/// The behaviour of a server.
pub(crate) enum Behaviour {
    /// Offers this hash, and reports its right value if true, a wrong one otherwise.
    Hashes(&'static Hash, bool),
    /// Offers no hash, and calls this function while it receives the file.
    Meanwhile(Box<dyn Fn() + Send>),
}

/// Starts a server, and returns its `127.0.0.1:port`, for HOST.
pub(crate) fn start(behaviour: Behaviour) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let host = listener.local_addr()?.to_string();
    // If this side fails, the test of the other side fails, too.
    thread::spawn(move || converse(&listener, &behaviour));
    Ok(host)
}

/// Writes `file`, and starts a server without hashes. If `grows`, a byte is appended to the file during the transfer.
pub(crate) fn start_for(file: &Path, grows: bool) -> io::Result<String> {
    fs::write(file, CONTENT)?;
    let path = file.to_owned();
    start(Behaviour::Meanwhile(Box::new(move || {
        if grows {
            // If this fails, the test fails, too.
            let _ = File::options().append(true).open(&path).and_then(|mut file| file.write_all(b"0"));
        }
    })))
}

fn converse(listener: &TcpListener, behaviour: &Behaviour) -> io::Result<()> {
    let (mut control, _) = listener.accept()?;
    let data = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    control.write_all(b"220 Hello\r\n")?;
    for line in BufReader::new(control.try_clone()?).lines() {
        let line = line?;
        let reply = match line.split(' ').next().unwrap_or_default() {
            "USER" => "331 Who".to_owned(),
            "PASS" => "230 In".to_owned(),
            "CWD" => "250 There".to_owned(),
            "TYPE" => "200 Binary".to_owned(),
            "EPSV" => format!("229 Here (|||{}|)", data.local_addr()?.port()),
            "STOR" => store(&mut control, &data, behaviour)?,
            "QUIT" => "221 Bye".to_owned(),
            command => behaviour.answer(command),
        };
        control.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}

impl Behaviour {
    fn answer(&self, command: &str) -> String {
        match self {
            Self::Hashes(hash, _) if command == "FEAT" => format!("211-These\r\n {}\r\n211 End", hash.feature),
            Self::Hashes(hash, true) if command == hash.command => format!("213 {}", hash.value),
            Self::Hashes(hash, false) if command == hash.command => format!("213 {}", hash.value.replace('2', "3")),
            Self::Hashes(..) | Self::Meanwhile(_) => "500 What".to_owned(),
        }
    }
}

fn store(control: &mut TcpStream, data: &TcpListener, behaviour: &Behaviour) -> io::Result<String> {
    control.write_all(b"150 Go on\r\n")?;
    let mut stored = String::new();
    let (mut connection, _) = data.accept()?;
    if let Behaviour::Meanwhile(act) = behaviour {
        act();
    }
    connection.read_to_string(&mut stored)?;
    Ok(if stored == CONTENT { "226 Stored" } else { "552 Something else" }.to_owned())
}
