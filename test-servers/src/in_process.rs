//! libunftp in a thread of this process, for the tests (`libunftp.rs`) and for the demo (`demo_server.rs`).

use std::{
    io,
    net::TcpListener,
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
use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};
use tokio::{runtime, signal, sync::oneshot};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

/// The time for a file that is still being written when the server is dropped.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// A running server; dropping it ends its sessions, too.
pub(super) struct ServerThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The settings of a server.
pub(super) struct Settings {
    /// The folder that the account sees after login.
    pub(super) root: PathBuf,
    /// The ports for data connections.
    pub(super) passive: RangeInclusive<u16>,
    /// With TLS, the server accepts neither a login nor data in clear.
    pub(super) tls: Option<Tls>,
    /// The only account.
    pub(super) account: Account,
    /// The user and group ID that the server's thread changes to; only root can.
    pub(super) run_as: Option<(u32, u32)>,
    /// Ctrl-C does not end this process any more.
    pub(super) ignore_interrupts: bool,
}

/// TLS after AUTH.
pub(super) struct Tls {
    /// PEM.
    pub(super) certificate: PathBuf,
    /// PEM.
    pub(super) key: PathBuf,
    pub(super) flags: TlsFlags,
}

/// A user name and a password.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) user: &'static str,
    pub(super) password: String,
}

impl ServerThread {
    /// Starts the server, which accepts connections of `listener` from then on.
    pub(super) fn start(listener: TcpListener, settings: Settings) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            if let Some((user, group)) = settings.run_as {
                change_user(user, group).expect("change to the owner of the uploads");
            }
            if settings.ignore_interrupts {
                runtime.spawn(ignore_interrupts());
            }
            runtime.block_on(async {
                tokio::select! {
                    Err(error) = accept(listener, &settings) => eprintln!("libunftp: {error}"),
                    _ = stopped => {}
                }
            });
            runtime.shutdown_timeout(SHUTDOWN);
        });
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// Returns true if the thread has ended by itself.
    pub(super) fn ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for ServerThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has already been printed to standard error.
            let _ = thread.join();
        }
    }
}

/// Changes this thread, and the threads that it starts. Unlike libc's functions, the system calls affect only one thread.
fn change_user(user: u32, group: u32) -> io::Result<()> {
    set_thread_groups(&[])?;
    set_thread_gid(Gid::from_raw(group))?;
    set_thread_uid(Uid::from_raw(user))?;
    Ok(())
}

/// libunftp can listen by itself, but does not report the port.
async fn accept(listener: TcpListener, settings: &Settings) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        let server = settings.server().map_err(io::Error::other)?;
        tokio::spawn(server.service(connection));
    }
}

async fn ignore_interrupts() {
    while signal::ctrl_c().await.is_ok() {}
}

impl Settings {
    /// Returns a server for one connection, which consumes it.
    fn server(&self) -> Result<Server<Filesystem, DefaultUser>, ServerError> {
        let root = self.root.clone();
        let storage = move || Filesystem::new(&root).expect("the root of the server");
        let server = ServerBuilder::with_authenticator(Box::new(storage), Arc::new(self.account.clone()))
            .passive_ports(self.passive.clone())
            .active_passive_mode(ActivePassiveMode::ActiveAndPassive);
        let server = match &self.tls {
            Some(tls) => server.ftps(&tls.certificate, &tls.key).ftps_tls_flags(tls.flags),
            None => return server.build(),
        };
        server.ftps_required(FtpsRequired::All, FtpsRequired::All).build()
    }
}

#[async_trait::async_trait]
impl Authenticator for Account {
    async fn authenticate(&self, user: &str, offered: &Credentials) -> Result<Principal, AuthenticationError> {
        if user != self.user {
            return Err(AuthenticationError::BadUser);
        }
        if offered.password.as_deref() != Some(&self.password) {
            return Err(AuthenticationError::BadPassword);
        }
        Ok(Principal { username: user.to_owned() })
    }
}
