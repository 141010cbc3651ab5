//! Real FTP servers for tests, with and without TLS. Each is started for one test on a free loopback port, and stopped
//! on drop.
//!
//! A test calls `Kind::Vsftpd.start()`. `None` means that the server is not installed on this machine: the test is then
//! reported as skipped, which is a failure in CI. `cargo xtask set-up` unpacks the servers. The file of each server
//! contains its configuration and describes its peculiarities. Servers that misbehave are not here, but in
//! `tests/support/scripted_server.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "for tests only, which may panic")]

pub mod certificates;
mod home;
mod libunftp;
mod ports;
mod process;
mod proftpd;
mod proxies;
mod pure_ftpd;
mod pyftpdlib;
mod settings;
pub mod skips;
mod tls;
mod unpacked;
mod vsftpd;

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::skips::skipped;
use home::Home;
use ports::Ports;
use process::ServerProcess;
use unpacked::Unpacked;

pub use proxies::{PROXY_AUTH, ProxyKind};
pub use settings::Setting;
pub use tls::{Demand, Reuse, ServerTls, Versions};

/// The real servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Vsftpd,
    Proftpd,
    PureFtpd,
    Pyftpdlib,
    /// Runs in this process, and does not support [`Options::largest_file`].
    Libunftp,
}

/// The differences from a server with default options.
#[derive(Clone, Default)]
pub struct Options {
    /// Listen on `::1` instead of 127.0.0.1.
    pub ipv6: bool,
    /// Listen on 127.0.0.2, so that a man in the middle can use the same ports on 127.0.0.1.
    pub aside: bool,
    /// Require TLS.
    pub tls: Option<ServerTls>,
    /// The largest file in bytes that the server's file system accepts; larger ones fail in mid-transfer. An odd
    /// multiple of 512, so that no write begins at the limit.
    pub largest_file: Option<u64>,
    /// The settings that the server's administrator has changed.
    pub settings: &'static [Setting],
}

/// A server that runs until it is dropped.
pub struct FtpServer {
    /// The address for control connections.
    pub addr: SocketAddr,
    /// The name of the only account.
    pub user: &'static str,
    /// The password of this account. It contains a space, a `%`, quotes and a letter outside ASCII.
    pub password: &'static str,
    // The order of the fields matters: first the server is stopped, then its files are removed and its ports released.
    running: Box<dyn Running>,
    home: Home,
    ports: Ports,
}

/// A server's process or thread; dropping it stops the server.
trait Running: Send + Sync {
    /// Returns true if the server has ended by itself.
    fn ended(&mut self) -> bool;
    /// Kills the server, and starts it again.
    fn restart(&mut self);
    /// Returns the server's standard output and standard error.
    fn log(&self) -> String;
}

impl Kind {
    /// Starts the server on 127.0.0.1 with default options.
    pub fn start(self) -> Option<FtpServer> {
        self.start_with(Options::default())
    }

    /// Starts the server, and returns when it sends its greeting.
    pub fn start_with(self, options: Options) -> Option<FtpServer> {
        let (home, ports) = (Home::new(), Ports::claim(options.ip()));
        let running = match self.run(&home, &ports, &options) {
            Ok(running) => running,
            Err(reason) => {
                say_missing(&self, &reason);
                return None;
            }
        };
        let user = if self == Self::Vsftpd { vsftpd::USER } else { USER };
        let mut server = FtpServer { addr: ports.control(), user, password: PASSWORD, running, home, ports };
        let implicit = options.tls.is_some_and(|tls| tls.implicit);
        server.wait_until(if implicit { listens } else { greets });
        Some(server)
    }

    fn run(self, home: &Home, ports: &Ports, options: &Options) -> Result<Box<dyn Running>, String> {
        let (tls, settings) = (options.tls.as_ref(), options.settings);
        let command = match self {
            Self::Vsftpd => vsftpd::command(&Unpacked::find("vsftpd")?, home, ports, tls, settings),
            Self::Proftpd => proftpd::command(&Unpacked::find("proftpd")?, home, ports, tls, settings)?,
            Self::PureFtpd => pure_ftpd::command(&Unpacked::find("pure-ftpd")?, home, ports, tls, settings)?,
            Self::Pyftpdlib => pyftpdlib::command(&Unpacked::find("pyftpdlib")?, home, ports, tls, settings),
            Self::Libunftp => {
                assert!(options.largest_file.is_none(), "libunftp shares the limits of the test process");
                assert!(settings.is_empty(), "libunftp has no settings");
                return Ok(Box::new(libunftp::serve(home, ports, tls)));
            }
        };
        Ok(Box::new(ServerProcess::start(&command, home, options.largest_file)))
    }
}

impl Options {
    /// Default options with these settings.
    pub fn set(settings: &'static [Setting]) -> Self {
        Self { settings, ..Self::default() }
    }

    fn ip(&self) -> IpAddr {
        match (self.ipv6, self.aside) {
            (true, _) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            (false, false) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            (false, true) => IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
        }
    }
}

impl FtpServer {
    /// Returns the local folder that is the root directory after login.
    pub fn root(&self) -> &Path {
        self.home.root()
    }

    /// Returns the value for REMOTEDIR. It is relative, because not every server can confine the user to
    /// [`Self::root`].
    pub fn upload_dir(&self) -> &'static str {
        home::UPLOAD_DIR
    }

    /// Returns another value for REMOTEDIR: a directory that can be entered but not written to.
    pub fn read_only_dir(&self) -> &'static str {
        home::READ_ONLY_DIR
    }

    /// Makes another directory for uploads, and returns its local path.
    pub fn make_upload_dir(&self, name: &OsStr) -> PathBuf {
        self.home.make_upload_dir(name)
    }

    /// Returns the local path of a file of this name in [`Self::upload_dir`].
    pub fn stored_path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(self.upload_dir()).join(name)
    }

    /// Returns the content of an uploaded file. Panics if there is no such file.
    pub fn stored(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.stored_path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{} was not stored: {error}", path.display()))
    }

    /// Returns true if the uploaded file exists and has this content.
    pub fn holds(&self, name: impl AsRef<Path>, content: &[u8]) -> bool {
        fs::read(self.stored_path(name)).is_ok_and(|found| found == content)
    }

    /// Puts a file into [`Self::upload_dir`], as if the user had uploaded it before.
    pub fn place(&self, name: &str, content: &[u8]) {
        let path = self.stored_path(name);
        fs::write(&path, content).expect("a file on the server");
        self.home.give_to_owner(&path);
    }

    /// Returns the sorted names of all files in [`Self::upload_dir`].
    pub fn stored_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.stored_path("")).expect("the upload directory");
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().display().to_string()).collect();
        names.sort();
        names
    }

    /// Allows the user to store files in [`Self::root`], too.
    pub fn open_root(&self) {
        self.home.give_to_owner(self.root());
    }

    /// Returns the ports for data connections.
    pub fn passive_ports(&self) -> RangeInclusive<u16> {
        self.ports.passive()
    }

    /// Returns the server's standard output, standard error and log.
    pub fn log(&self) -> String {
        self.running.log()
    }

    /// Kills the server, starts it again on the same port, and returns when it sends its greeting.
    pub fn restart(&mut self) {
        self.running.restart();
        self.wait_until(greets);
    }

    fn wait_until(&mut self, ready: fn(SocketAddr) -> bool) {
        let deadline = Instant::now() + START_LIMIT;
        while !ready(self.addr) {
            let ended = self.running.ended();
            assert!(!ended && Instant::now() < deadline, "no server at {}, ended: {ended}", self.addr);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for FtpServer {
    /// Prints the server's log if the test has failed.
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- log of the server on {}\n{}---", self.addr, self.running.log());
        }
    }
}

/// For implicit TLS, where the greeting is encrypted.
fn listens(addr: SocketAddr) -> bool {
    TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok()
}

fn greets(addr: SocketAddr) -> bool {
    let Ok(mut connection) = TcpStream::connect_timeout(&addr, Duration::from_secs(1)) else { return false };
    let mut code = [0; 3];
    let _ = connection.set_read_timeout(Some(Duration::from_secs(5)));
    connection.read_exact(&mut code).is_ok() && &code == b"220"
}

fn say_missing(kind: &dyn std::fmt::Debug, reason: &str) {
    skipped(&format!("{kind:?} is missing: {reason}"));
}

const USER: &str = "alice";
const PASSWORD: &str = "correct horse 100% \"bättery' staple";

/// [`PASSWORD`] hashed by crypt(3), made by `openssl passwd -6 -salt ftpuploader`.
const PASSWORD_HASH: &str =
    "$6$ftpuploader$yg71zUujgYxVdUU3Dhj0Xu.WkeTkgR5Hyk/FKbC6ZFhj4xXhJqAgWPHdhQKUd5zD6mfxqJA1pisJ.sQ1Uj4K11";

/// The time limit for starting a server. It is long, because a start takes 20 ms but more on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(20);
