//! A server for the demo and for the tests of other platforms: libunftp in this process (`in_process.rs`), which shares
//! no code with the uploader. One account with a random password, one folder, a free port of 127.0.0.1.

use std::fs::File;
use std::io::{self, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use libunftp::options::TlsFlags;

use crate::in_process::{Account, ServerThread, Settings, Tls};

/// A server that runs until it is dropped.
pub struct DemoServer {
    /// The port for control connections.
    pub port: u16,
    /// The random password of [`DemoServer::USER`].
    pub password: String,
    _thread: ServerThread,
}

/// A certificate and its key, in PEM files.
#[derive(Clone, Debug)]
pub struct PemFiles {
    /// The certificate.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

impl DemoServer {
    /// The only account.
    pub const USER: &'static str = "demo";

    /// The ports for data connections. They are few, because on some platforms each must be granted, and lie between
    /// those of the tests' servers (`ports.rs`) and those that Linux gives to outgoing connections.
    pub const PASSIVE_PORTS: RangeInclusive<u16> = 32_000..=32_063;

    /// Serves `folder` in a thread of its own.
    ///
    /// From then on Ctrl-C ends the uploader but not this program, which can still remove its files.
    ///
    /// # Errors
    ///
    /// If no port or no random number is available.
    pub fn start(folder: &Path) -> io::Result<Self> {
        Self::start_as(folder, None)
    }

    /// The same, with TLS after AUTH: neither a login nor data are accepted in clear.
    ///
    /// # Errors
    ///
    /// As [`Self::start`]. If the files cannot be read, every connection fails.
    pub fn start_with_tls(folder: &Path, files: PemFiles) -> io::Result<Self> {
        let PemFiles { certificate, key } = files;
        Self::start_as(folder, Some(Tls { certificate, key, flags: TlsFlags::default() }))
    }

    fn start_as(folder: &Path, tls: Option<Tls>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let password = random_password()?;
        let settings = Settings {
            root: folder.to_owned(),
            passive: Self::PASSIVE_PORTS,
            tls,
            account: Account { user: Self::USER, password: password.clone() },
            run_as: None,
            ignore_interrupts: true,
        };
        Ok(Self { port, password, _thread: ServerThread::start(listener, settings)? })
    }
}

/// Returns 128 bits from the kernel, in hexadecimal.
fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::{DemoServer, PemFiles};
    use crate::certificates::Identity;
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
        let (user, pass) = (format!("USER {}", DemoServer::USER), format!("PASS {}", server.password));
        assert_eq!(converse(server.port, &[&user, "PASS wrong"])?, ["220", "331", "530"]);
        assert_eq!(converse(server.port, &["USER root", &pass])?, ["220", "331", "530"]);
        assert_eq!(converse(server.port, &[&user, &pass])?, ["220", "331", "230"]);
        Ok(())
    }

    #[test]
    fn a_server_with_tls_lets_nobody_in_without() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let identity = Identity::self_signed(&["localhost"]);
        let file = |name: &str| folder.path().join(name);
        let files = PemFiles { certificate: file("certificate.pem"), key: file("key.pem") };
        fs::write(&files.certificate, identity.certificate_pem)?;
        fs::write(&files.key, identity.key_pem)?;
        let server = DemoServer::start_with_tls(folder.path(), files)?;
        let (user, pass) = (format!("USER {}", DemoServer::USER), format!("PASS {}", server.password));
        let codes = converse(server.port, &[&user, &pass, "AUTH TLS"])?;
        assert_eq!(codes, ["220", "534", "534", "234"]);
        Ok(())
    }

    #[test]
    fn the_folder_given_is_the_one_served() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("incoming"))?;
        let server = DemoServer::start(folder.path())?;
        let (user, pass) = (format!("USER {}", DemoServer::USER), format!("PASS {}", server.password));
        let codes = converse(server.port, &[&user, &pass, "CWD incoming", "CWD missing"])?;
        assert_eq!(codes, ["220", "331", "230", "250", "550"]);
        Ok(())
    }

    #[test]
    fn a_dropped_server_listens_no_more() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        // Another test may get the port that is free again, but not each time.
        for _ in 0..5 {
            let server = DemoServer::start(folder.path())?;
            let port = server.port;
            drop(server);
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
                return Ok(());
            }
        }
        panic!("the ports of five dropped servers are open");
    }
}
