//! Options for the network: deadlines, rate limit, source address, proxy, and the side that opens data connections.

use std::net::IpAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use ftp_delivery::defaults;

use crate::request::proxy::Proxy;

/// Options for the network. Build them from [`Network::default`] and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Network {
    /// The time limit for each reply, and for each wait in which no data can be sent. Default: 60 s.
    pub timeout: Duration,
    /// The time limit for resolving a name, for connecting (all addresses together), and for opening each data
    /// connection. Default: 15 s.
    pub connect_timeout: Duration,
    /// The time limit for the whole run with all retries, from resolving the first name to the last reply. Default: no
    /// limit.
    pub max_time: Option<Duration>,
    /// The local address of all connections. Addresses of the server that belong to the other version of IP are not
    /// tried. Default: the system chooses.
    pub source_address: Option<IpAddr>,
    /// The network interface of all connections (SO_BINDTODEVICE), on systems that have this option. Default: the
    /// system chooses.
    pub interface: Option<String>,
    /// The proxy for all connections. It cannot be combined with [`active`](Self::active). Default: none.
    pub proxy: Option<Proxy>,
    /// True if the server opens the data connections (EPRT, PORT). Default: false, this machine opens them (EPSV,
    /// PASV).
    pub active: bool,
    /// The maximum rate on the data connection, in bytes per second. Default: no limit.
    pub limit_rate: Option<NonZeroU64>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            timeout: defaults::TIMEOUT,
            connect_timeout: defaults::CONNECT_TIMEOUT,
            max_time: None,
            source_address: None,
            interface: None,
            proxy: None,
            active: false,
            limit_rate: None,
        }
    }
}
