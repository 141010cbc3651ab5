//! The attempts. Each is made after the process is confined to an upload to one server.

use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use ftp_uploader::{Network, Put, Request, Target, Uploader};

/// Confines the process, with or without active mode, and makes all attempts.
pub(crate) fn run(active: bool) -> Result<(), Box<dyn Error>> {
    let (server, other) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
    let (server, other) =
        (server.local_addr().map(|address| (address, server))?, other.local_addr().map(|address| (address, other))?);
    let file = std::env::temp_dir().join("attacked");
    fs::write(&file, "content")?;
    let mut network = Network::default();
    network.active = active;
    let put = Put::into_directory(".")?.file(&file)?;
    let request = Request::of(Target::new(server.0.to_string().parse()?, "u")?, put).network(network)?;
    let uploader = Uploader::new()?;
    uploader.prepare(&request, Arc::new(()))?.confine();
    tell("connect to the server", TcpStream::connect(server.0));
    tell("start a thread", thread::Builder::new().spawn(|| ()));
    tell("open a file", File::open(&file));
    tell("make a file", File::create(file.with_extension("new")));
    tell("remove a file", fs::remove_file(&file));
    tell("read a directory", fs::read_dir("/"));
    tell("run a program", Command::new("/bin/true").status());
    tell("fork", system_call(libc::SYS_clone, [libc::SIGCHLD.into(), 0, 0]));
    tell("reach a process by a socket", UnixStream::connect("/socket"));
    tell("send datagrams", UdpSocket::bind("127.0.0.1:0"));
    tell("use the other IP", TcpStream::connect("[::1]:1"));
    tell("signal a process", system_call(libc::SYS_kill, [1, 0, 0]));
    tell("look into a process", system_call(libc::SYS_ptrace, [libc::PTRACE_ATTACH.into(), 0, 0]));
    tell("make code", system_call(libc::SYS_mprotect, [0, 4096, (libc::PROT_READ | libc::PROT_EXEC).into()]));
    tell("go around the filter", system_call(libc::SYS_io_uring_setup, [1, 0, 0]));
    tell("become dumpable", system_call(libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0]));
    tell("connect elsewhere", TcpStream::connect(other.0));
    tell("listen", TcpListener::bind("127.0.0.1:0"));
    tell("listen on a chosen port", TcpListener::bind("127.0.0.1:2121"));
    Ok(())
}

/// Prints the outcome: `done`, or the number of the system's error.
fn tell<T>(what: &str, outcome: io::Result<T>) {
    match outcome.map_err(|error| error.raw_os_error()) {
        Ok(_) => println!("{what}: done"),
        Err(Some(number)) => println!("{what}: error {number}"),
        Err(None) => println!("{what}: failed"),
    }
}

/// Makes a system call that the fence must refuse. The arguments do no harm if it does not.
#[allow(unsafe_code, reason = "no safe call does what must not be done")]
fn system_call(number: libc::c_long, [first, second, third]: [libc::c_long; 3]) -> io::Result<libc::c_long> {
    // SAFETY: no argument is an address that is accessed; the page of address 0 is not mapped.
    match unsafe { libc::syscall(number, first, second, third, 0, 0) } {
        -1 => Err(io::Error::last_os_error()),
        done => Ok(done),
    }
}
