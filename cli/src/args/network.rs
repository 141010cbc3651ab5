//! The options that say how the network is used: for how long, how fast, which way, and who connects for the data.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use crate::args::values::{interface, rate, seconds};

/// The part of the command line that is about the network.
#[derive(clap::Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// The longest time in which the server may send nothing, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub timeout: Option<Duration>,

    /// The longest time for connecting, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub connect_timeout: Option<Duration>,

    /// How long all of it may take, new tries included, in seconds [default: as long as it takes]. Reading a local file
    /// that its file system does not give (a network drive that is gone) cannot be stopped
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub max_time: Option<Duration>,

    /// Send no more than so many bytes of the files in a second; with k, m or g behind it, times 1024 once, twice or
    /// thrice
    #[arg(long, value_name = "BYTES", value_parser = rate)]
    pub limit_rate: Option<NonZeroU64>,

    /// Let the server connect to this machine for the data (EPRT, PORT), for servers that cannot be connected to
    #[arg(long, conflicts_with = "proxy")]
    pub active: bool,

    /// Connect through this proxy, data connections too: socks5://HOST:PORT (the name of the server is resolved here),
    /// socks5h://HOST:PORT or http://HOST:PORT (by the proxy). The port is 1080 unless you give one. A user and a
    /// password for it are taken from FTP_PROXY_AUTH, as USER:PASSWORD
    #[arg(long, value_name = "URL")]
    pub proxy: Option<OsString>,

    /// Connect from this address of this machine
    #[arg(long, value_name = "IP")]
    pub source_address: Option<IpAddr>,

    /// Connect through this network interface (Linux)
    #[arg(long, value_name = "NAME", value_parser = interface)]
    pub interface: Option<String>,
}
