//! The lower bound for a client that sends one command at a time: a login, and for each file EPSV, a connect, STOR, the
//! bytes and the final reply. It asks no questions about the files.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufReader};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Command;

use super::clients::Job;
use crate::bare::{ask, port, reply};

/// The first argument with which `main` calls [`child`].
pub(crate) const CHILD: &str = "bare-many";

/// Returns the command that starts this program as a client.
pub(super) fn command(job: &Job<'_>) -> Result<Command, String> {
    let mut command = Command::new(std::env::current_exe().map_err(|error| error.to_string())?);
    command.args([CHILD, &job.host, &job.port.to_string(), job.user, &job.directory]);
    command.args(job.paths());
    Ok(command)
}

/// Uploads files. The arguments are host, port, user, directory and the paths.
pub(crate) fn child(arguments: &[OsString]) -> Result<(), String> {
    let texts: Vec<_> = arguments.iter().map_while(|argument| argument.to_str()).collect();
    let [host, port, user, directory, files @ ..] = &texts[..] else {
        return Err(format!("{CHILD} HOST PORT USER DIRECTORY FILE..."));
    };
    let port = port.parse().map_err(|_| "no such port".to_owned())?;
    upload((host, port), user, directory, files).map_err(|error| error.to_string())
}

fn upload(server: (&str, u16), user: &str, directory: &str, files: &[&str]) -> io::Result<()> {
    let connection = TcpStream::connect(server)?;
    connection.set_nodelay(true)?;
    let mut control = BufReader::new(connection);
    reply(&mut control)?;
    for command in [&format!("USER {user}"), &format!("PASS {}", super::clients::PASSWORD), "TYPE I"] {
        ask(&mut control, command)?;
    }
    ask(&mut control, &format!("CWD {directory}"))?;
    files.iter().try_for_each(|file| store(&mut control, server.0, Path::new(file)))?;
    ask(&mut control, "QUIT").map(drop)
}

fn store(control: &mut BufReader<TcpStream>, host: &str, path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = File::open(path)?;
    let passive = ask(control, "EPSV")?;
    let data = TcpStream::connect((host, port(&passive)?))?;
    ask(control, &format!("STOR {name}"))?;
    while rustix::fs::sendfile(&data, &file, None, 1 << 30)? > 0 {}
    data.shutdown(Shutdown::Write)?;
    drop(data);
    reply(control).map(drop)
}
