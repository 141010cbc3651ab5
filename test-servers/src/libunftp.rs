//! libunftp, a server in Rust, run in a thread of this process. It shares no FTP code with the uploader.
//!
//! Peculiarities: it answers STOR with 150 before it creates the file, so that a refusal (550) arrives in mid-transfer.
//! With TLS it resumes sessions, but does not require it. It takes a data connection that ends without close_notify for
//! broken.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    ops::RangeInclusive,
    path::PathBuf,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use libunftp::{
    Server, ServerBuilder, ServerError,
    options::{ActivePassiveMode, FtpsRequired, TlsFlags},
};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};
use tokio::{runtime, sync::oneshot};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

use super::{
    PASSWORD, Running, USER,
    home::Home,
    ports::Ports,
    tls::{ServerTls, Versions},
};

/// A running server. Dropping it ends its sessions, too.
pub(super) struct ServerThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The settings of every session.
#[derive(Clone)]
struct Settings {
    root: PathBuf,
    passive: RangeInclusive<u16>,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    flags: TlsFlags,
}

/// Starts the server, which listens when this function returns.
pub(super) fn serve(home: &Home, ports: &Ports, tls: Option<&ServerTls>) -> ServerThread {
    let listener = TcpListener::bind(ports.control()).expect("listen on a port of ours");
    let tls = tls.map(|tls| Tls::new(tls, home));
    let settings = Settings { root: home.root().to_owned(), passive: ports.passive(), tls };
    let become_owner = home.owner.by_root.then_some((home.owner.uid, home.owner.gid));
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        if let Some((uid, gid)) = become_owner {
            give_up_root(uid, gid).expect("become the owner of the uploads");
        }
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.spawn(accept(listener, settings));
        // The end comes when `stop` is sent to or dropped.
        let _ = runtime.block_on(stopped);
        runtime.shutdown_timeout(Duration::from_secs(1));
    });
    ServerThread { stop: Some(stop), thread: Some(thread) }
}

/// Changes the user of this thread and of the threads that it starts. Unlike libc's functions, these system calls do
/// not change the whole process.
fn give_up_root(uid: u32, gid: u32) -> io::Result<()> {
    set_thread_groups(&[])?;
    set_thread_gid(rustix::process::Gid::from_raw(gid))?;
    set_thread_uid(rustix::process::Uid::from_raw(uid))?;
    Ok(())
}

async fn accept(listener: TcpListener, settings: Settings) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _): (_, SocketAddr) = listener.accept().await?;
        let server = server(settings.clone()).map_err(io::Error::other)?;
        tokio::spawn(server.service(connection));
    }
}

fn server(Settings { root, passive, tls }: Settings) -> Result<Server<Filesystem, DefaultUser>, ServerError> {
    let storage = move || Filesystem::new(root.clone()).expect("the root of the server");
    let server = ServerBuilder::new(Box::new(storage)).authenticator(Arc::new(OneUser)).passive_ports(passive);
    let server = server.active_passive_mode(ActivePassiveMode::ActiveAndPassive);
    let server = match tls {
        Some(Tls { certificate, key, flags }) => server.ftps(certificate, key).ftps_tls_flags(flags),
        None => return server.build(),
    };
    server.ftps_required(FtpsRequired::All, FtpsRequired::All).build()
}

impl Tls {
    fn new(tls: &ServerTls, home: &Home) -> Self {
        assert!(!tls.implicit, "libunftp has no implicit TLS");
        let [certificate, key] = [tls.certificate(home), tls.key(home)];
        // libunftp reads these files again for each session, when the thread no longer runs as root.
        home.give_to_owner(&key);
        home.give_to_owner(&certificate);
        Self { certificate, key, flags: flags(tls.versions) }
    }
}

/// Returns the flags for these versions. libunftp does not enable TLS 1.3 by default.
fn flags(versions: Versions) -> TlsFlags {
    let resumption = TlsFlags::RESUMPTION_SESS_ID | TlsFlags::RESUMPTION_TICKETS;
    match versions {
        Versions::Tls12Only => TlsFlags::V1_2 | resumption,
        Versions::Tls13Only => TlsFlags::V1_3 | resumption,
        Versions::Any => TlsFlags::LATEST_VERSIONS | resumption,
    }
}

#[derive(Debug)]
struct OneUser;

#[async_trait::async_trait]
impl Authenticator for OneUser {
    async fn authenticate(&self, username: &str, creds: &Credentials) -> Result<Principal, AuthenticationError> {
        if username != USER {
            return Err(AuthenticationError::BadUser);
        }
        match creds.password.as_deref() {
            Some(PASSWORD) => Ok(Principal { username: username.to_owned() }),
            _ => Err(AuthenticationError::BadPassword),
        }
    }
}

impl Running for ServerThread {
    fn ended(&mut self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn restart(&mut self) {
        unimplemented!("libunftp runs in this process and cannot be killed")
    }

    /// Returns an empty text, because the server writes to the standard error of this process.
    fn log(&self) -> String {
        String::new()
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If the thread has panicked, it has already reported that on standard error.
            let _ = thread.join();
        }
    }
}
