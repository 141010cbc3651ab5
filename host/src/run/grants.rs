//! What one run lends, told before anything is sent. Read from the very values that the run then uses: the addresses it
//! dials, the files it has open, the constants that bound it.
//!
//! How it is shown to people and programs is `cli/src/src/explain.rs`.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ftp_protocol::server::Server;

use crate::files::source::Source;
use crate::net::destination::{Destination, Security};
use crate::request::Request;
use crate::request::proxy::Proxy;
use crate::request::security::Tls;
use crate::request::trust::Trust;
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::compute_budget::{TIME_PER_CALL, TIME_PER_GIB};
use crate::sandbox::limits::{CALL_BYTES, HANDLES, MEMORY};
use crate::sandbox::state::data_path::FIRST_DATA_PORT;

/// What an upload lends. There is nothing else that its component could reach.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grants<'a> {
    /// The server, as it was named.
    pub server: &'a Server,
    /// Where it was found, with the port of the control connection. The first that accepts is the one; it is not looked up
    /// again. Behind a proxy they are what the proxy is asked for; none, where it resolves the server's name.
    pub addresses: &'a [SocketAddr],
    /// What all connections go through, if anything: then it alone is connected to.
    pub proxy: Option<GrantedProxy<'a>>,
    /// The connections for data, always with the address that has accepted the control connection; through a proxy, with
    /// the host that it was asked for then.
    pub data: DataConnections,
    /// Which address of this machine connections come from, if not from any.
    pub source_address: Option<IpAddr>,
    /// Which network interface they go through, if not through any.
    pub interface: Option<&'a str>,
    /// How both kinds of connections are protected: [`Tls::Off`], [`Tls::Explicit`] or [`Tls::Implicit`].
    pub tls: Tls,
    /// What makes a server's certificate a good one, where there is TLS.
    pub trust: &'a Trust,
    /// Whether a certificate of ours is shown to a server that asks for one.
    pub identity: bool,
    /// Who logs in.
    pub user: &'a [u8],
    /// Whether the password, and all else, may leave this process in clear.
    pub password_in_clear: bool,
    /// The directory on the server.
    pub directory: &'a [u8],
    /// What is uploaded, in this order.
    pub files: Vec<GrantedFile<'a>>,
    /// How much of everything.
    pub limits: Limits,
}

/// A proxy between this machine and the server.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GrantedProxy<'a> {
    /// It, as it was named.
    pub proxy: &'a Proxy,
    /// Where it was found. The first that accepts is the one, and nothing else is connected to.
    pub addresses: &'a [SocketAddr],
    /// Whether there are credentials that it is told if it asks; they go to it in clear.
    pub credentials: bool,
}

/// Who connects for the data, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataConnections {
    /// We do, to a port that the server names, of these.
    ToServer(RangeInclusive<u16>),
    /// The server does, to a port of ours that the system chooses.
    FromServer,
}

/// A file that is open for the upload.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GrantedFile<'a> {
    /// Where it is; for a stream, its name.
    pub path: &'a Path,
    /// Its name on the server.
    pub name: &'a [u8],
    /// How large it is, in bytes: so much is sent. A stream has no size.
    pub size: Option<u64>,
}

/// The bounds of an upload.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Of the component's memory, in bytes.
    pub memory: usize,
    /// Of handles that it has at once.
    pub handles: usize,
    /// Of bytes that it may pass to the host at once.
    pub passed: usize,
    /// Of its computing, for each time that it is called: it is called to log in, and for each step with a file.
    pub computing: Duration,
    /// What is added to that for each GiB that is moved meanwhile.
    pub computing_per_gib: Duration,
    /// Of bytes that are received on the control connection in one such call.
    pub received: usize,
    /// Of commands that are sent in one such call.
    pub commands: u32,
    /// Of data connections in one such call.
    pub data_connections: u32,
    /// Of hashes of the file that are computed in one such call.
    pub hashes: u32,
    /// Of looking up, of connecting.
    pub connecting: Duration,
    /// Of the server's silence.
    pub silence: Duration,
    /// Of all of it, if there is one.
    pub whole: Option<Duration>,
    /// Of bytes sent in a second, if there is one.
    pub rate: Option<NonZeroU64>,
    /// Of new tries for each file.
    pub retries: u32,
}

impl<'a> Grants<'a> {
    pub(crate) fn of(request: &'a Request, destination: &'a Destination, sources: &'a [Arc<Source>]) -> Self {
        Self {
            server: &request.target.server,
            addresses: &destination.server_addresses,
            proxy: GrantedProxy::of(request, destination),
            data: match request.network.active {
                true => DataConnections::FromServer,
                false => DataConnections::ToServer(FIRST_DATA_PORT..=u16::MAX),
            },
            source_address: request.network.source_address,
            interface: request.network.interface.as_deref(),
            tls: match destination.security {
                Security::Clear => Tls::Off,
                Security::Explicit(_) => Tls::Explicit,
                Security::Implicit(_) => Tls::Implicit,
            },
            trust: &request.security.trust,
            identity: request.security.identity.is_some(),
            user: &request.target.user,
            password_in_clear: matches!(destination.security, Security::Clear),
            directory: &request.put().directory,
            files: sources.iter().map(|source| GrantedFile::of(source)).collect(),
            limits: Limits::of(request),
        }
    }
}

impl<'a> GrantedProxy<'a> {
    fn of(request: &'a Request, destination: &'a Destination) -> Option<Self> {
        let (proxy, addresses) = request.network.proxy.as_ref().zip(destination.proxy_addresses.as_deref())?;
        Some(Self { proxy, addresses, credentials: proxy.has_auth() })
    }
}

impl<'a> GrantedFile<'a> {
    fn of(source: &'a Source) -> Self {
        Self { path: source.path(), name: source.name(), size: source.size() }
    }
}

impl Limits {
    fn of(request: &Request) -> Self {
        let CallBudget { receive, commands, connections, digests } = CallBudget::default();
        Self {
            memory: MEMORY,
            handles: HANDLES,
            passed: CALL_BYTES,
            computing: TIME_PER_CALL,
            computing_per_gib: TIME_PER_GIB,
            received: receive,
            commands,
            data_connections: connections,
            hashes: digests,
            connecting: request.network.connect_timeout,
            silence: request.network.timeout,
            whole: request.network.max_time,
            rate: request.network.limit_rate,
            retries: request.delivery.retry.limit,
        }
    }
}
