//! Options for the network: deadlines, rate, route, proxy, and the side that opens data connections.

use std::net::IpAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use ftp_delivery::defaults;

use crate::request::proxy::Proxy;

/// Options for the network. Build them from [`Network::default`] and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Network {
    /// The longest wait for a whole reply, and for data to move. Default: 60 s.
    pub timeout: Duration,
    /// The longest time for resolving a name, for connecting (all addresses together), and for each data connection. Default:
    /// 15 s.
    pub connect_timeout: Duration,
    /// The longest time for the whole run with all retries, from the first name that is resolved to the last reply. Default:
    /// no limit.
    pub max_time: Option<Duration>,
    /// The address of this machine that connections come from. Addresses of the server that belong to the other version of
    /// IP are not tried.
    pub source_address: Option<IpAddr>,
    /// The network interface that connections go through (SO_BINDTODEVICE), on systems that have this option.
    pub interface: Option<String>,
    /// The proxy that every connection goes through. It cannot be combined with [`active`](Self::active). Default: none.
    pub proxy: Option<Proxy>,
    /// True if the server opens the data connections (EPRT, PORT). Default: false, this machine opens them (EPSV, PASV).
    pub active: bool,
    /// The most data bytes sent per second. Default: no limit.
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
