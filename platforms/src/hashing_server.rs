//! A server that tells hashes of nine bytes, right ones or wrong: whether a platform computes its own is seen by what it
//! says of them. The values are those by which these algorithms are checked everywhere.
//!
//! One conversation, in a thread that ends with it or with the process.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;

/// What every upload to this server has to consist of.
pub(crate) const CONTENT: &str = "123456789";

/// How one hash is offered and told.
pub(crate) struct Hash {
    /// As every platform calls it, but for capitals and hyphens.
    pub(crate) name: &'static str,
    feature: &'static str,
    command: &'static str,
    value: &'static str,
}

/// Those that the contract has.
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

/// What one server does.
pub(crate) enum Behaviour {
    /// Tells this hash; whether it is the right one.
    Hashes(&'static Hash, bool),
    /// Has no hash, and lets this be done while it takes the file.
    Meanwhile(Box<dyn Fn() + Send>),
}

/// Starts one and returns its `127.0.0.1:port`, for HOST.
pub(crate) fn start(behaviour: Behaviour) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let host = listener.local_addr()?.to_string();
    // What goes wrong on this side shows on the other.
    thread::spawn(move || converse(&listener, &behaviour));
    Ok(host)
}

/// Writes `file`, and starts a server without hashes; if the file `grows`, a byte is added while the server takes it.
pub(crate) fn start_for(file: &Path, grows: bool) -> io::Result<String> {
    fs::write(file, CONTENT)?;
    let path = file.to_owned();
    start(Behaviour::Meanwhile(Box::new(move || {
        if grows {
            // What goes wrong here shows in the verdict.
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
