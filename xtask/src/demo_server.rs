//! A throw-away FTP server on loopback, in this process: libunftp, which shares no code with the uploader.
//!
//! One account with a password made for the run, one folder, a free port. It ends when dropped.
//! Started by `demo.rs`, and with and without TLS by `elsewhere/lab.rs`; the servers of the tests are in `tests/servers/`.

use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use libunftp::{Server, ServerBuilder, ServerError};
use tokio::{runtime, signal, sync::oneshot};
use unftp_core::auth::{AuthenticationError, Authenticator, Credentials, DefaultUser, Principal};
use unftp_sbe_fs::Filesystem;

/// A server that runs until it is dropped.
pub struct DemoServer {
    /// The port it listens on, on 127.0.0.1.
    pub port: u16,
    /// What [`USER`] logs in with.
    pub password: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where data connections go: few ports, for platforms where each has to be allowed (`elsewhere/wash.rs`), between those
/// of the tests' servers and those that Linux gives to outgoing connections.
pub const PASSIVE_PORTS: RangeInclusive<u16> = 32_000..=32_063;

/// A certificate and its key, in files.
#[derive(Clone, Debug)]
pub struct Identity {
    /// PEM.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

/// The only account.
pub const USER: &str = "demo";

impl DemoServer {
    /// Serves `folder`, in a thread of its own. From here on Ctrl-C ends the uploader but not this program, which then
    /// still removes its files.
    pub fn start(folder: &Path) -> io::Result<Self> {
        Self::start_as(folder, None)
    }

    /// The same, over TLS after AUTH and in no other way.
    pub fn start_with_tls(folder: &Path, identity: Identity) -> io::Result<Self> {
        Self::start_as(folder, Some(identity))
    }

    fn start_as(folder: &Path, identity: Option<Identity>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let password = random_password()?;
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let account = Arc::new(Account { password: password.clone() });
        let content = Content { folder: folder.to_owned(), identity, account };
        let thread = thread::spawn(move || {
            runtime.spawn(ignore_interrupts());
            runtime.block_on(async {
                tokio::select! {
                    Err(error) = serve(listener, &content) => eprintln!("xtask: the demo's server: {error}"),
                    _ = stopped => {}
                }
            });
            // A file still being written is not worth waiting for.
            runtime.shutdown_timeout(Duration::from_secs(1));
        });
        Ok(Self { port, password, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has said on stderr why it panicked, if it did.
            let _ = thread.join();
        }
    }
}

/// libunftp can listen by itself, but would not tell which port it was given.
async fn serve(listener: TcpListener, content: &Content) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, _) = listener.accept().await?;
        let server = content.server().map_err(io::Error::other)?;
        tokio::spawn(server.service(connection));
    }
}

/// What is served, to whom, and under which name.
struct Content {
    folder: PathBuf,
    identity: Option<Identity>,
    account: Arc<Account>,
}

impl Content {
    /// One for each connection, which uses it up.
    fn server(&self) -> Result<Server<Filesystem, DefaultUser>, ServerError> {
        let folder = self.folder.clone();
        let open =
            move || Filesystem::new(&folder).unwrap_or_else(|error| panic!("the folder served is gone: {error}"));
        let builder = ServerBuilder::with_authenticator(Box::new(open), self.account.clone())
            .greeting("ftp-uploader's demo")
            .passive_ports(PASSIVE_PORTS);
        match &self.identity {
            Some(Identity { certificate, key }) => builder.ftps(certificate, key).ftps_required(true, true).build(),
            None => builder.build(),
        }
    }
}

async fn ignore_interrupts() {
    while signal::ctrl_c().await.is_ok() {}
}

/// 128 bits from the kernel, in hexadecimal.
fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[derive(Debug)]
struct Account {
    password: String,
}

#[async_trait::async_trait]
impl Authenticator for Account {
    async fn authenticate(&self, user: &str, offered: &Credentials) -> Result<Principal, AuthenticationError> {
        if user != USER {
            return Err(AuthenticationError::BadUser);
        }
        if offered.password.as_deref() != Some(&self.password) {
            return Err(AuthenticationError::BadPassword);
        }
        Ok(Principal { username: user.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::{DemoServer, Identity, USER};
    use std::fs;
    use std::io::{self, BufRead, BufReader, Write};
    use std::net::{Ipv4Addr, TcpStream};

    /// Sends each command and returns the codes of the replies, the greeting's first.
    fn converse(port: u16, commands: &[&str]) -> io::Result<Vec<String>> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        let mut replies = BufReader::new(connection.try_clone()?);
        let mut codes = vec![code(&mut replies)?];
        for command in commands {
            connection.write_all(format!("{command}\r\n").as_bytes())?;
            codes.push(code(&mut replies)?);
        }
        Ok(codes)
    }

    fn code(replies: &mut impl BufRead) -> io::Result<String> {
        let mut line = String::new();
        replies.read_line(&mut line)?;
        Ok(line.chars().take(3).collect())
    }

    #[test]
    fn only_the_password_of_the_run_logs_in() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let server = DemoServer::start(folder.path())?;
        let (user, pass) = (format!("USER {USER}"), format!("PASS {}", server.password));
        assert_eq!(converse(server.port, &[&user, "PASS wrong"])?, ["220", "331", "530"]);
        assert_eq!(converse(server.port, &["USER root", &pass])?, ["220", "331", "530"]);
        assert_eq!(converse(server.port, &[&user, &pass])?, ["220", "331", "230"]);
        Ok(())
    }

    #[test]
    fn a_server_with_tls_lets_nobody_in_without() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
        let file = |name: &str| folder.path().join(name);
        let identity = Identity { certificate: file("certificate.pem"), key: file("key.pem") };
        fs::write(&identity.certificate, made.cert.pem())?;
        fs::write(&identity.key, made.signing_key.serialize_pem())?;
        let server = DemoServer::start_with_tls(folder.path(), identity)?;
        let (user, pass) = (format!("USER {USER}"), format!("PASS {}", server.password));
        let codes = converse(server.port, &[&user, &pass, "AUTH TLS"])?;
        assert_eq!(codes, ["220", "534", "534", "234"]);
        Ok(())
    }

    #[test]
    fn the_folder_given_is_the_one_served() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("incoming"))?;
        let server = DemoServer::start(folder.path())?;
        let (user, pass) = (format!("USER {USER}"), format!("PASS {}", server.password));
        let codes = converse(server.port, &[&user, &pass, "CWD incoming", "CWD missing"])?;
        assert_eq!(codes, ["220", "331", "230", "250", "550"]);
        Ok(())
    }

    #[test]
    fn a_dropped_server_listens_no_more() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let server = DemoServer::start(folder.path())?;
        let port = server.port;
        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        Ok(())
    }
}
