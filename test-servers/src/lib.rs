//! Real FTP servers to upload to, with and without TLS, each started for one test on a free loopback port and stopped
//! on drop.
//!
//! `Kind::Vsftpd.start()` is all that a test needs; `None` means that the server is not on this machine, which was
//! said aloud (and is a failure in CI). `cargo xtask set-up` unpacks them (`xtask/src/ftp_servers/`). One file per
//! server says how it is configured and what is peculiar about it; `process.rs` is what keeps them, read that next.
//! Servers that misbehave are not here but in `../scripted_server.rs`.

#![allow(missing_docs, clippy::expect_used, clippy::unwrap_used, reason = "for tests only; what cannot fail may panic")]

pub mod certificates;
mod demo_server;
mod home;
mod in_process;
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

pub use demo_server::{DemoServer, PemFiles};
pub use proxies::{PROXY_AUTH, ProxyKind};
pub use settings::Setting;
pub use tls::{Demand, Reuse, ServerTls, Versions};

const USER: &str = "alice";
const PASSWORD: &str = "correct horse 100% \"bättery' staple";

/// [`PASSWORD`] as crypt(3) stores it: `openssl passwd -6 -salt ftpuploader`.
const PASSWORD_HASH: &str =
    "$6$ftpuploader$yg71zUujgYxVdUU3Dhj0Xu.WkeTkgR5Hyk/FKbC6ZFhj4xXhJqAgWPHdhQKUd5zD6mfxqJA1pisJ.sQ1Uj4K11";

/// Generous: a server starts in some 20 ms, unless the machine is busy.
const START_LIMIT: Duration = Duration::from_secs(20);

/// The servers we test against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Vsftpd,
    Proftpd,
    PureFtpd,
    Pyftpdlib,
    /// In this process; has no [`Options::largest_file`].
    Libunftp,
}

/// How a server differs from the usual one.
#[derive(Clone, Default)]
pub struct Options {
    /// Listen on `::1` instead of 127.0.0.1.
    pub ipv6: bool,
    /// Listen on 127.0.0.2, so that someone in between can have the same ports on 127.0.0.1.
    pub aside: bool,
    /// TLS, and nothing else.
    pub tls: Option<ServerTls>,
    /// Bytes (an odd multiple of 512, so that no write begins there) after which the server's file system takes no more, in mid-transfer.
    pub largest_file: Option<u64>,
    /// A password instead of the usual one. Only vsftpd and libunftp: the others have a hash of the usual one.
    pub password: Option<&'static str>,
    /// Keep its files in memory instead of in the system's folder for temporary files.
    pub in_memory: bool,
    /// What its administrator has forbidden, limited or added.
    pub settings: &'static [Setting],
}

/// A server that runs until it is dropped.
pub struct FtpServer {
    /// Where its control connections go.
    pub addr: SocketAddr,
    /// The one account: its name,
    pub user: &'static str,
    /// and its password, which has a space, a `%`, quotes and a letter outside ASCII.
    pub password: &'static str,
    // In this order: stop the server, then remove its files and give its ports back.
    running: Box<dyn Running>,
    home: Home,
    ports: Ports,
}

/// A server's process or thread; dropping it stops the server.
trait Running: Send + Sync {
    /// Whether it ended by itself.
    fn ended(&mut self) -> bool;
    /// Stops it in the middle of whatever it does, and starts it again.
    fn restart(&mut self);
    /// What it wrote to standard output and error.
    fn log(&self) -> String;
}

impl Kind {
    /// Starts the server on 127.0.0.1 with no limits.
    pub fn start(self) -> Option<FtpServer> {
        self.start_with(Options::default())
    }

    /// Starts the server; returns when it greets. If it is missing on this machine, the running test is skipped.
    pub fn start_with(self, options: Options) -> Option<FtpServer> {
        self.try_start(options).inspect_err(|reason| say_missing(&self, reason)).ok()
    }

    /// Starts the server; returns when it greets.
    ///
    /// # Errors
    ///
    /// If the server is missing on this machine.
    pub fn try_start(self, options: Options) -> Result<FtpServer, String> {
        let home = if options.in_memory { Home::in_memory() } else { Home::new() };
        let ports = Ports::claim(options.ip());
        let password = options.password.unwrap_or(PASSWORD);
        let running = self.run(&home, &ports, &options, password)?;
        let user = if self == Self::Vsftpd { vsftpd::USER } else { USER };
        let mut server = FtpServer { addr: ports.control(), user, password, running, home, ports };
        let implicit = options.tls.is_some_and(|tls| tls.implicit);
        server.wait_until(if implicit { listens } else { greets });
        Ok(server)
    }

    fn run(self, home: &Home, ports: &Ports, options: &Options, password: &str) -> Result<Box<dyn Running>, String> {
        let (tls, settings) = (options.tls.as_ref(), options.settings);
        let any_password = matches!(self, Self::Vsftpd | Self::Libunftp);
        assert!(any_password || options.password.is_none(), "{self:?} has a hash of the usual password");
        let command = match self {
            Self::Vsftpd => vsftpd::command(&Unpacked::find("vsftpd")?, home, ports, tls, settings, password),
            Self::Proftpd => proftpd::command(&Unpacked::find("proftpd")?, home, ports, tls, settings)?,
            Self::PureFtpd => pure_ftpd::command(&Unpacked::find("pure-ftpd")?, home, ports, tls, settings)?,
            Self::Pyftpdlib => pyftpdlib::command(&Unpacked::find("pyftpdlib")?, home, ports, tls, settings),
            Self::Libunftp => {
                assert!(options.largest_file.is_none(), "libunftp shares the limits of the tests' own process");
                assert!(settings.is_empty(), "libunftp has no settings");
                return Ok(Box::new(libunftp::serve(home, ports, tls, password)));
            }
        };
        Ok(Box::new(ServerProcess::start(&command, home, options.largest_file)))
    }
}

impl Options {
    /// The usual server with these settings.
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
    /// The local folder that one sees after login.
    pub fn root(&self) -> &Path {
        self.home.root()
    }

    /// The value for REMOTEDIR; not absolute, as not every server can shut the user into [`Self::root`].
    pub fn upload_dir(&self) -> &'static str {
        home::UPLOAD_DIR
    }

    /// Another value for REMOTEDIR: one may go there but store nothing.
    pub fn read_only_dir(&self) -> &'static str {
        home::READ_ONLY_DIR
    }

    /// Makes one more directory that can be uploaded to, and returns its local path.
    pub fn make_upload_dir(&self, name: &OsStr) -> PathBuf {
        self.home.make_upload_dir(name)
    }

    /// Where a file of this name is, if it was uploaded to [`Self::upload_dir`].
    pub fn stored_path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(self.upload_dir()).join(name)
    }

    /// The content of an uploaded file.
    pub fn stored(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.stored_path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{} was not stored: {error}", path.display()))
    }

    /// Whether an uploaded file has this content.
    pub fn holds(&self, name: impl AsRef<Path>, content: &[u8]) -> bool {
        fs::read(self.stored_path(name)).is_ok_and(|found| found == content)
    }

    /// Puts a file into [`Self::upload_dir`], as if the user had uploaded it before.
    pub fn place(&self, name: &str, content: &[u8]) {
        let path = self.stored_path(name);
        fs::write(&path, content).expect("a file on the server");
        self.home.give_to_owner(&path);
    }

    /// The names of all files in [`Self::upload_dir`], sorted.
    pub fn stored_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.stored_path("")).expect("the upload directory");
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().display().to_string()).collect();
        names.sort();
        names
    }

    /// Lets the user store files in [`Self::root`], too.
    pub fn open_root(&self) {
        self.home.give_to_owner(self.root());
    }

    /// Where its data connections go: a port out of these.
    pub fn passive_ports(&self) -> RangeInclusive<u16> {
        self.ports.passive()
    }

    /// What it wrote to standard output and error, and what it logged.
    pub fn log(&self) -> String {
        self.running.log()
    }

    /// Stops it in the middle of whatever it does, and starts it again on the same port; returns when it greets.
    pub fn restart(&mut self) {
        self.running.restart();
        self.wait_until(greets);
    }

    fn wait_until(&mut self, ready: fn(SocketAddr) -> bool) {
        let deadline = Instant::now() + START_LIMIT;
        while !ready(self.addr) {
            let ended = self.running.ended();
            assert!(!ended && Instant::now() < deadline, "nobody at {}, ended: {ended}", self.addr);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for FtpServer {
    /// What the server had to say belongs to the story of a failed test.
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- log of the server on {}\n{}---", self.addr, self.running.log());
        }
    }
}

/// Where TLS comes first, the greeting is not ours to read.
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
