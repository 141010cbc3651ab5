//! The list of rights that one run lends to the component, available before anything is sent. It is made from the
//! values that the run then uses: the resolved addresses, the open files, and the constants of the limits.
//!
//! The program shows it with `--explain` (`cli/src/output/explain.rs`, `explain_json.rs`).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use ftp_plan::rules::Delete;
use ftp_protocol::server::Server;

use crate::files::local_file::LocalFile;
use crate::net::destination::{Destination, Security};
use crate::report::skipped::Skipped;
use crate::request::Request;
use crate::request::job::Job;
use crate::request::proxy::Proxy;
use crate::request::security::Tls;
use crate::request::sync::{Switch, SyncOptions};
use crate::request::trust::Trust;
use crate::run::plan::{FileTask, Plan, PlannedTree};
use crate::sandbox::call_budget::CallBudget;
use crate::sandbox::compute_budget::{TIME_PER_CALL, TIME_PER_GIB};
use crate::sandbox::limits::{CALL_BYTES, HANDLES, MEMORY};
use crate::sandbox::state::data_path::FIRST_DATA_PORT;

/// The rights that an upload lends to the component, and their limits. The component can reach nothing else.
///
/// Returned by [`Prepared::grants`](crate::Prepared::grants), before anything is sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Grants<'a> {
    /// The server, as the caller named it.
    pub server: &'a Server,
    /// The server's resolved addresses, with the port of the control connection, in the order in which they are tried.
    /// The first one that accepts is used; the name is not resolved again. Behind a proxy, the targets that the proxy
    /// is asked for; empty if the proxy resolves the server's name.
    pub addresses: &'a [SocketAddr],
    /// The proxy for all connections, if there is one. The run then connects only to the proxy.
    pub proxy: Option<GrantedProxy<'a>>,
    /// The direction and the ports of data connections. Their peer is always the address of the control connection;
    /// behind a proxy, the target that the proxy was asked for.
    pub data: DataConnections,
    /// The local address of all connections; `None` if the system chooses it.
    pub source_address: Option<IpAddr>,
    /// The network interface of all connections; `None` if the system chooses it.
    pub interface: Option<&'a str>,
    /// The protection of both connections: [`Tls::Off`], [`Tls::Explicit`] or [`Tls::Implicit`].
    pub tls: Tls,
    /// The rule for accepting the server's certificate. It has no effect without TLS.
    pub trust: &'a Trust,
    /// True if a client certificate is shown to a server that asks for one.
    pub identity: bool,
    /// The user name of the login.
    pub user: &'a [u8],
    /// True if the password, and all other data, may be sent in clear text.
    pub password_in_clear: bool,
    /// The directory on the server.
    pub directory: &'a [u8],
    /// The files that the request names, in order.
    pub files: Vec<GrantedFile<'a>>,
    /// The directories whose files are uploaded.
    pub trees: Vec<GrantedTree<'a>>,
    /// What the run may change on the server, and receive from it, if it is a [`Sync`](crate::Sync). Every other run may
    /// store the files above, and rename and remove files under names that it has generated.
    pub sync: Option<GrantedChanges<'a>>,
    /// What the run may change on the server, if it is a [`Check`](crate::Check).
    pub check: Option<GrantedCheck>,
    /// True if directories are listed, and the sizes and times of files are asked for, before anything is stored
    /// ([`Delivery::skip_existing`](crate::Delivery::skip_existing)). A [`Sync`](crate::Sync) does so in any case.
    pub asks_first: bool,
    /// The limits of the run.
    pub limits: Limits,
}

/// What a run of [`Sync`](crate::Sync) may change on the server, and receive from it. Before each call of the component,
/// the host limits the commands to the names of that call, which come from the plan; no name lies outside of
/// [`Grants::directory`]. The names of the plan are known when the server was asked: a dry run shows them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GrantedChanges<'a> {
    /// The moment at which stored files get their names.
    pub switch: Switch,
    /// The files that may be removed.
    pub delete: Delete,
    /// The one file that may be received; `None` if there is none. Listings of directories are received in any case.
    pub manifest: Option<&'a [u8]>,
    /// True if only questions are asked.
    pub dry_run: bool,
}

/// What a run of [`Check`](crate::Check) may change on the server: unless it is read only, it may store, change, rename and
/// remove one file, under names that it has generated. It receives listings of [`Grants::directory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GrantedCheck {
    /// True if only questions are asked.
    pub read_only: bool,
}

/// A proxy between this machine and the server.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct GrantedProxy<'a> {
    /// The proxy, as the caller named it.
    pub proxy: &'a Proxy,
    /// The proxy's resolved addresses, in the order in which they are tried. The run connects to no other address.
    pub addresses: &'a [SocketAddr],
    /// True if credentials are set. They are sent to the proxy in clear text.
    pub credentials: bool,
}

/// The direction of data connections, and their ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataConnections {
    /// Passive mode (EPSV, PASV): the host connects to the server, to a port within this range that the server names.
    ToServer(RangeInclusive<u16>),
    /// Active mode (EPRT, PORT): the server connects to a port of this machine that the system chooses.
    FromServer,
}

/// A local file or a stream that the request names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GrantedFile<'a> {
    /// The path of the local file; for a stream, its name.
    pub path: &'a Path,
    /// The name on the server.
    pub name: &'a [u8],
    /// The size in bytes, which is the number of bytes to send. A stream has none.
    pub size: Option<u64>,
    /// True if it is open already. Otherwise it was checked, and the process opens it again when it is sent.
    pub is_open: bool,
}

/// A local directory that is uploaded with its contents. The process can open every file beneath it, for reading.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GrantedTree<'a> {
    /// The path of the directory.
    pub path: &'a Path,
    /// The name on the server; `None` if the contents are stored directly in [`Grants::directory`].
    pub name: Option<&'a [u8]>,
    /// The number of directories beneath it.
    pub directories: usize,
    /// The number of files to upload.
    pub files: usize,
    /// The size of these files together, in bytes.
    pub bytes: u64,
    /// The parts that are left out because they cannot be uploaded.
    pub skipped: &'a [Skipped],
}

/// The limits of an upload: of the component's resources, and of time.
///
/// The component is called once to log in, and once for each operation on a file. "One call" below means one of these
/// calls.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The component's memory, in bytes.
    pub memory: usize,
    /// The number of handles that the component may have at the same time.
    pub handles: usize,
    /// The number of bytes that the component may pass to one function of the host.
    pub passed: usize,
    /// The time that the component may compute in one call. Time in which it waits for the host does not count.
    pub computing: Duration,
    /// The additional computing time for each GiB of data sent in the same call.
    pub computing_per_gib: Duration,
    /// The number of bytes received on the control connection in one call.
    pub received: usize,
    /// The number of commands sent in one call.
    pub commands: u32,
    /// The number of data connections in one call.
    pub data_connections: u32,
    /// The number of hashes of the local file computed in one call.
    pub hashes: u32,
    /// The time for resolving a name, for connecting, and for opening each data connection
    /// ([`Network::connect_timeout`](crate::Network::connect_timeout)).
    pub connecting: Duration,
    /// The time for each reply, and for each wait in which no data can be sent
    /// ([`Network::timeout`](crate::Network::timeout)).
    pub silence: Duration,
    /// The time for the whole run, if it is limited ([`Network::max_time`](crate::Network::max_time)).
    pub whole: Option<Duration>,
    /// The rate of data, in bytes per second, if it is limited ([`Network::limit_rate`](crate::Network::limit_rate)).
    pub rate: Option<NonZeroU64>,
    /// The number of retries of each file ([`Retry::limit`](crate::Retry::limit)).
    pub retries: u32,
    /// The number of sessions with the server at the same time ([`Delivery::jobs`](crate::Delivery::jobs)). Each has a
    /// component of its own, to which the other limits apply, except for the rate.
    pub sessions: usize,
}

impl<'a> Grants<'a> {
    /// Returns the rights and limits of `request`, with its resolved `destination` and its `plan`.
    pub(crate) fn of(request: &'a Request, destination: &'a Destination, plan: &'a Plan) -> Self {
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
            directory: request.job.directory(),
            files: plan.files.iter().filter_map(GrantedFile::of).collect(),
            trees: plan.trees.iter().map(GrantedTree::of).collect(),
            sync: GrantedChanges::of(request),
            check: GrantedCheck::of(request),
            asks_first: request.asks_first(),
            limits: Limits::of(request, plan),
        }
    }
}

impl<'a> GrantedChanges<'a> {
    fn of(request: &'a Request) -> Option<Self> {
        let Job::Sync(sync) = &request.job else { return None };
        let SyncOptions { switch, delete, manifest, dry_run, .. } = &sync.options;
        Some(Self { switch: *switch, delete: *delete, manifest: manifest.as_deref(), dry_run: *dry_run })
    }
}

impl GrantedCheck {
    fn of(request: &Request) -> Option<Self> {
        match &request.job {
            Job::Check(check) => Some(Self { read_only: check.read_only }),
            Job::Put(_) | Job::Sync(_) => None,
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
    /// Returns `None` for a file of a directory.
    fn of(task: &'a FileTask) -> Option<Self> {
        let is_open = matches!(task.local, LocalFile::Open(_));
        Some(Self { path: task.local.named()?, name: &task.remote, size: task.local.size(), is_open })
    }
}

impl<'a> GrantedTree<'a> {
    fn of(planned: &'a PlannedTree) -> Self {
        let PlannedTree { tree, directories, files, bytes, skipped } = planned;
        let (directories, files, bytes) = (*directories, *files, *bytes);
        Self { path: tree.path(), name: tree.remote_name(), directories, files, bytes, skipped }
    }
}

impl Limits {
    fn of(request: &Request, plan: &Plan) -> Self {
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
            sessions: match &request.job {
                Job::Put(_) | Job::Sync(_) => plan.connections(request.delivery.jobs.get()),
                Job::Check(_) => request.delivery.jobs.get(),
            },
        }
    }
}
