//! The lower bound for every client: connect, ask for a port, and send one file in a loop of a few lines. The
//! difference to a real client is that client's own cost. Sends only the commands that the sink needs; there is no
//! login.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::clients::Job;

/// The first argument with which `main` calls [`child`].
pub(crate) const CHILD: &str = "bare";

/// The way in which the bytes are sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// sendfile(2), with as many bytes per call as it accepts.
    Sendfile,
    /// read(2) and write(2).
    Copy,
    /// read(2) and rustls.
    Tls,
}

const WAYS: [(&str, Way); 3] = [("sendfile", Way::Sendfile), ("copy", Way::Copy), ("tls", Way::Tls)];

/// The number of bytes per read.
const PIECE: usize = 256 * 1024;

/// Returns the command that starts this program as a client.
pub(crate) fn command(way: Way, job: &Job) -> Result<Command, String> {
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    let name = WAYS.iter().find(|known| known.1 == way).map_or("", |known| known.0);
    command.args([CHILD, name, &job.port.to_string()]).arg(job.files.first().ok_or("no file")?);
    command.args(&job.authority);
    Ok(command)
}

/// Uploads one file. The arguments are the way, the port, the file, and for TLS the certificate.
pub(crate) fn child(arguments: Vec<OsString>) -> Result<(), String> {
    let [way, port, file, authority @ ..] = &arguments[..] else { return Err("bare WAY PORT FILE [CA]".to_owned()) };
    let way = WAYS.iter().find(|known| Some(known.0) == way.to_str()).ok_or("no such way")?.1;
    let port = port.to_str().and_then(|text| text.parse().ok()).ok_or("no such port")?;
    let file = File::open(file).map_err(|error| error.to_string())?;
    let done = match (way, authority) {
        (Way::Tls, [authority]) => over_tls(port, &file, authority.as_ref()),
        (Way::Tls, _) => return Err("no certificate".to_owned()),
        (Way::Sendfile | Way::Copy, _) => in_clear(way, port, &file),
    };
    done.map_err(|error| error.to_string())
}

fn in_clear(way: Way, port: u16, file: &File) -> io::Result<()> {
    let mut control = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?);
    reply(&mut control)?;
    let mut data = open(&mut control)?;
    match way {
        Way::Copy => copy(file, &mut data)?,
        _ => while rustix::fs::sendfile(&data, file, None, 1 << 30)? > 0 {},
    }
    data.shutdown(Shutdown::Write)?;
    reply(&mut control).map(drop)
}

/// Uploads inside TLS. The data connection resumes the session, as with the other clients.
fn over_tls(port: u16, file: &File, authority: &Path) -> io::Result<()> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).map_err(io::Error::other)?).map_err(io::Error::other)?;
    let config = Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());
    let connection = || {
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        ClientConnection::new(Arc::clone(&config), name).map_err(io::Error::other)
    };
    let mut control = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?);
    reply(&mut control)?;
    ask(&mut control, "AUTH TLS")?;
    let mut control = BufReader::new(rustls::StreamOwned::new(connection()?, control.into_inner()));
    let data = open(&mut control)?;
    let mut data = rustls::StreamOwned::new(connection()?, data);
    data.conn.set_buffer_limit(Some(PIECE));
    copy(file, &mut data)?;
    data.conn.send_close_notify();
    data.flush()?;
    data.sock.shutdown(Shutdown::Write)?;
    reply(&mut control).map(drop)
}

fn copy(mut file: &File, to: &mut impl Write) -> io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(()),
            read => to.write_all(&piece[..read])?,
        }
    }
}

/// Opens a data connection and sends STOR.
fn open<T: Read + Write>(control: &mut BufReader<T>) -> io::Result<TcpStream> {
    let passive = ask(control, "EPSV")?;
    let data = TcpStream::connect((Ipv4Addr::LOCALHOST, port(&passive)?))?;
    ask(control, "STOR bare")?;
    Ok(data)
}

/// Returns the port in the reply to EPSV (RFC 2428, section 3).
pub(crate) fn port(passive: &str) -> io::Result<u16> {
    let port = passive.split('|').nth(3).and_then(|text| text.parse().ok());
    port.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Sends a command, and returns its reply.
///
/// # Errors
/// Also if the reply is a refusal.
pub(crate) fn ask<T: Read + Write>(control: &mut BufReader<T>, command: &str) -> io::Result<String> {
    control.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
    reply(control)
}

/// Reads a reply, and returns its last line. Only that has a space behind the code (RFC 959, section 4.2).
///
/// # Errors
/// Also if it is a refusal.
pub(crate) fn reply(control: &mut impl BufRead) -> io::Result<String> {
    loop {
        let mut line = String::new();
        let read = control.read_line(&mut line)?;
        let is_last = line.as_bytes().get(3) == Some(&b' ') && line.bytes().take(3).all(|byte| byte.is_ascii_digit());
        match is_last {
            true if line.starts_with(['1', '2', '3']) => return Ok(line),
            false if read > 0 => {}
            _ => return Err(io::Error::other(line)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{port, reply};

    #[test]
    fn the_last_line_of_a_reply_is_returned_and_a_refusal_is_an_error() {
        let read = |text: &str| reply(&mut text.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(read("220-Welcome\r\n 229 not yet\r\n220 Now\r\nmore"), Ok("220 Now\r\n".to_owned()));
        assert_eq!(read("530 No\r\n"), Err("530 No\r\n".to_owned()));
        assert!(read("220-Welcome\r\n").is_err());
    }

    #[test]
    fn the_port_is_that_of_rfc_2428() {
        assert_eq!(port("229 Extended passive mode (|||6446|)\r\n").ok(), Some(6446));
        assert!(port("229 (|||66446|)").is_err() && port("229").is_err());
    }
}
