//! Real FTP servers with and without TLS, for the tests, the benchmark, the demo and the tests of other platforms. Each
//! listens on a free loopback port, and is stopped when dropped.
//!
//! ```no_run
//! let server = test_servers::Kind::Vsftpd.start().expect("vsftpd is unpacked");
//! println!("{} accepts {} with {}", server.addr, server.user, server.password);
//! ```
//!
//! `cargo xtask set-up` unpacks the servers (`xtask/src/ftp_servers.rs`), except libunftp, which is a library. If a
//! server is missing, the running test is skipped with a message; with CI=true it fails ([`skips`]). Each server's
//! settings and peculiarities are in its own file. Servers that misbehave are in `tests/support/` and `platforms/src/`.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "for tests only; a panic is a failed test")]

pub mod certificates;
mod demo_server;
mod home;
mod in_process;
mod libunftp;
mod link;
mod ports;
mod process;
mod proftpd;
mod proxies;
mod pure_ftpd;
mod pyftpdlib;
mod server;
mod settings;
pub mod skips;
mod tls;
mod unpacked;
mod vsftpd;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::skips::skipped;
use home::Home;
use ports::Ports;
use process::ServerProcess;
use unpacked::Unpacked;

pub use demo_server::{DemoServer, PemFiles};
pub use link::{FAR_END, NEAR_END};
pub use proxies::{PROXY_AUTH, ProxyKind};
pub use server::FtpServer;
pub use settings::Setting;
pub use tls::{Demand, Reuse, ServerTls, Versions};

const USER: &str = "alice";
const PASSWORD: &str = "correct horse 100% \"bättery' staple";

/// The hash of [`PASSWORD`] for crypt(3): `openssl passwd -6 -salt ftpuploader`.
const PASSWORD_HASH: &str =
    "$6$ftpuploader$yg71zUujgYxVdUU3Dhj0Xu.WkeTkgR5Hyk/FKbC6ZFhj4xXhJqAgWPHdhQKUd5zD6mfxqJA1pisJ.sQ1Uj4K11";

/// A password without special characters, for [`Options::password`] of every server.
pub const PLAIN_PASSWORD: &str = "secret";

/// The hash of [`PLAIN_PASSWORD`], made in the same way.
const PLAIN_PASSWORD_HASH: &str =
    "$6$ftpuploader$1qNjhDcC7mClyQu8eLka.R9UsVOFB9XPu17ac4nfws4.cFr5ZuB1VS2QeoqE9/HQal.RZ4wHrQe2n5BfqvH6s0";

/// The servers of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// vsftpd.
    Vsftpd,
    /// ProFTPD.
    Proftpd,
    /// Pure-FTPd.
    PureFtpd,
    /// pyftpdlib.
    Pyftpdlib,
    /// libunftp, in this process. It has no [`Options::largest_file`].
    Libunftp,
}

/// The options of a server. The default is a server in clear on 127.0.0.1, without limits.
#[derive(Clone, Default)]
pub struct Options {
    /// Listen on `::1` instead of 127.0.0.1.
    pub ipv6: bool,
    /// Listen on 127.0.0.2, so that a relay can use the same ports on 127.0.0.1.
    pub aside: bool,
    /// Require TLS.
    pub tls: Option<ServerTls>,
    /// The maximum size of a file in bytes, at which a transfer fails as on a full disk. It is an odd multiple of 512,
    /// so that no write of the server begins there.
    pub largest_file: Option<u64>,
    /// A password instead of the usual one. ProFTPD and Pure-FTPd accept only [`PLAIN_PASSWORD`] here, because they have
    /// hashes of passwords.
    pub password: Option<&'static str>,
    /// Keep its files in memory instead of in the system's folder for temporary files.
    pub in_memory: bool,
    /// Functions that the server's administrator has forbidden, limited or added.
    pub settings: &'static [Setting],
}

/// A server's process or thread; dropping it stops the server.
trait Running: Send + Sync {
    /// Returns true if it has ended by itself.
    fn ended(&mut self) -> bool;
    /// Kills it, even during a transfer, and starts it again.
    fn restart(&mut self);
    /// Returns its output, and its log file if it has one.
    fn log(&self) -> String;
}

impl Kind {
    /// Starts the server with the default options; returns when it greets. If it is missing on this machine, the
    /// running test is skipped, and the result is `None`.
    pub fn start(self) -> Option<FtpServer> {
        self.start_with(Options::default())
    }

    /// Starts the server; returns when it greets. If it is missing on this machine, the running test is skipped, and
    /// the result is `None`.
    ///
    /// # Panics
    ///
    /// If the server does not start, does not have one of the options, or is missing with CI=true.
    pub fn start_with(self, options: Options) -> Option<FtpServer> {
        self.try_start(options).inspect_err(|reason| say_missing(&self, reason)).ok()
    }

    /// Starts the server; returns when it greets.
    ///
    /// # Errors
    ///
    /// If the server is missing on this machine.
    ///
    /// # Panics
    ///
    /// If the server does not start, or does not have one of the options.
    pub fn try_start(self, options: Options) -> Result<FtpServer, String> {
        let home = if options.in_memory { Home::in_memory() } else { Home::new() };
        let ports = Ports::claim(options.ip());
        let password = options.password.unwrap_or(PASSWORD);
        let running = self.run(&home, &ports, &options, password)?;
        let user = if self == Self::Vsftpd { vsftpd::USER } else { USER };
        let mut server = FtpServer { addr: ports.control(), user, password, running, home, ports };
        server.wait_for_start(options.tls.is_some_and(|tls| tls.implicit));
        Ok(server)
    }

    fn run(self, home: &Home, ports: &Ports, options: &Options, password: &str) -> Result<Box<dyn Running>, String> {
        let (tls, settings) = (options.tls.as_ref(), options.settings);
        assert!(self != Self::Pyftpdlib || options.password.is_none(), "pyftpdlib has only the usual password");
        let command = match self {
            Self::Vsftpd => vsftpd::command(&Unpacked::find("vsftpd")?, home, ports, tls, settings, password),
            Self::Proftpd => proftpd::command(&Unpacked::find("proftpd")?, home, ports, tls, settings, hash(password))?,
            Self::PureFtpd => {
                pure_ftpd::command(&Unpacked::find("pure-ftpd")?, home, ports, tls, settings, hash(password))?
            }
            Self::Pyftpdlib => pyftpdlib::command(&Unpacked::find("pyftpdlib")?, home, ports, tls, settings),
            Self::Libunftp => {
                assert!(options.largest_file.is_none(), "libunftp has the limits of this process");
                assert!(settings.is_empty(), "libunftp has no settings");
                return Ok(Box::new(libunftp::serve(home, ports, tls, password)));
            }
        };
        Ok(Box::new(ServerProcess::start(&command, home, options.largest_file)))
    }
}

impl Options {
    /// Returns the default options with these settings.
    pub fn set(settings: &'static [Setting]) -> Self {
        Self { settings, ..Self::default() }
    }

    fn ip(&self) -> IpAddr {
        if self.settings.contains(&Setting::BehindLink) {
            return IpAddr::V4(NEAR_END);
        }
        match (self.ipv6, self.aside) {
            (true, _) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            (false, false) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            (false, true) => IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)),
        }
    }
}

/// Returns the hash of a password for crypt(3).
fn hash(password: &str) -> &'static str {
    match password {
        PASSWORD => PASSWORD_HASH,
        PLAIN_PASSWORD => PLAIN_PASSWORD_HASH,
        _ => panic!("there is no hash of this password"),
    }
}

fn say_missing(kind: &dyn std::fmt::Debug, reason: &str) {
    skipped(&format!("{kind:?} is missing: {reason}"));
}
