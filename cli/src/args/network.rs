//! The options for the network: time limits, rate, route, and the side that opens data connections.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::args::values::{interface, rate, seconds};

/// The options under the heading Network. `None` is the default of [`ftp_uploader::Network`].
#[derive(clap::Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Set the longest wait for a reply, and for data to move, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub timeout: Option<Duration>,

    /// Set the longest time for resolving the server's name, and for each connection, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub connect_timeout: Option<Duration>,

    /// Set the longest time for the whole run with all tries, in seconds [default: no limit]. A read of a local file
    /// that hangs in the system, such as on an unreachable network drive, is not interrupted
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub max_time: Option<Duration>,

    /// Limit the upload rate, in bytes per second. Suffixes: k, m, g (powers of 1024) [default: no limit]
    #[arg(long, value_name = "BYTES", value_parser = rate)]
    pub limit_rate: Option<NonZeroU64>,

    /// Let the server open the data connections to this machine (EPRT, PORT), for servers without passive mode
    #[arg(long, conflicts_with = "proxy")]
    pub active: bool,

    /// Open every connection through this proxy: socks5://HOST:PORT (this machine resolves the server's name),
    /// socks5h://HOST:PORT or http://HOST:PORT (the proxy resolves it). The default port is 1080. Set FTP_PROXY_AUTH to
    /// USER:PASSWORD for a proxy that requires them
    #[arg(long, value_name = "URL")]
    pub proxy: Option<OsString>,

    /// Connect from this IP address of this machine
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,

    /// Connect through this network interface (Linux)
    #[arg(long, value_name = "NAME", value_parser = interface)]
    pub interface: Option<String>,
}
