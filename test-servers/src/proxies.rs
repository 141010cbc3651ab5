//! Real proxies on a free port of 127.0.0.1: microsocks (SOCKS5) and tinyproxy (HTTP CONNECT).
//!
//! Both accept any client, or only clients with [`PROXY_AUTH`]. A proxy that misbehaves is in
//! `tests/support/test_proxy.rs`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::{
    Running,
    home::Home,
    ports::Ports,
    process::ServerProcess,
    say_missing,
    server::{START_LIMIT, listens},
    unpacked::Unpacked,
};

/// The real proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyKind {
    /// microsocks.
    Microsocks,
    /// tinyproxy.
    Tinyproxy,
}

/// A proxy that runs until it is dropped.
pub struct RealProxy {
    /// The address on which it listens.
    pub address: SocketAddr,
    // The order of the fields matters: first the proxy is stopped, then its files are removed and its ports released.
    running: ServerProcess,
    _home: Home,
    _ports: Ports,
}

/// The credentials that a proxy requires.
pub const PROXY_AUTH: &str = "alice:open-the-gate";

impl ProxyKind {
    /// Starts the proxy, and returns when it listens.
    pub fn start(self, demands_auth: bool) -> Option<RealProxy> {
        let (home, ports) = (Home::new(), Ports::claim(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let address = ports.control();
        let auth = demands_auth.then_some(PROXY_AUTH).and_then(|auth| auth.split_once(':'));
        let command = match self {
            Self::Microsocks => Unpacked::find("microsocks").map(|tree| microsocks(&tree, address, auth)),
            Self::Tinyproxy => Unpacked::find("tinyproxy").map(|tree| tinyproxy(&tree, &home, address, auth)),
        };
        let command = command.map_err(|reason| say_missing(&self, &reason)).ok()?;
        let mut running = ServerProcess::start(&command, &home, None);
        let deadline = Instant::now() + START_LIMIT;
        while !listens(address) {
            assert!(!running.ended() && Instant::now() < deadline, "no {self:?} at {address}: {}", running.log());
            thread::sleep(Duration::from_millis(10));
        }
        Some(RealProxy { address, running, _home: home, _ports: ports })
    }
}

impl RealProxy {
    /// Returns its standard output and standard error.
    pub fn log(&self) -> String {
        self.running.log()
    }
}

/// Returns the command. microsocks logs each destination on standard error.
fn microsocks(tree: &Unpacked, address: SocketAddr, auth: Option<(&str, &str)>) -> Command {
    let mut command = tree.command(&tree.path("usr/bin/microsocks"));
    command.args(["-i", &address.ip().to_string(), "-p", &address.port().to_string()]);
    if let Some((user, password)) = auth {
        command.args(["-u", user, "-P", password]);
    }
    command
}

fn tinyproxy(tree: &Unpacked, home: &Home, address: SocketAddr, auth: Option<(&str, &str)>) -> Command {
    let (ip, port) = (address.ip(), address.port());
    let auth = auth.map(|(user, password)| format!("BasicAuth {user} {password}\n")).unwrap_or_default();
    let config = format!("Listen {ip}\nPort {port}\nTimeout 60\nMaxClients 20\nLogLevel Connect\n{auth}");
    let mut command = tree.command(&tree.path("usr/bin/tinyproxy"));
    command.arg("-d").arg("-c").arg(home.write("tinyproxy.conf", &config));
    command
}
