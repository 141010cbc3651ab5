//! The environment of every platform: a real server on loopback, another one that requires TLS, a file, the components,
//! and a folder for installed packages. It also compares the uploaded file with the original.
//!
//! Platforms use [`Lab::run`] for their commands, which have a time limit.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use test_servers::certificates::Identity;
use test_servers::{DemoServer, PemFiles};
use xtask::components::Components;
use xtask::demo_file::{first_difference, write_pseudo_random};
use xtask::time_limit;

use crate::{Problem, hashing_server};

/// The size of the uploaded file, in bytes.
const SIZE: u64 = 16 << 20;

const NAME: &str = "sixteen-mebibytes.bin";
const DIRECTORY: &str = "incoming";
const NAME_OF_SERVER: &str = "localhost";

/// The environment in which every platform is tested.
pub(crate) struct Lab {
    /// The server's port, on 127.0.0.1.
    pub(crate) port: u16,
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
    /// The user name.
    pub(crate) user: &'static str,
    /// The password, for FTP_PASSWORD.
    pub(crate) password: String,
    /// The REMOTEDIR to upload into.
    pub(crate) directory: &'static str,
    /// The server that requires TLS. It stores into the same folder.
    pub(crate) protected: Protected,
    /// The file to upload: [`SIZE`] pseudo-random bytes.
    pub(crate) source: PathBuf,
    /// Another file, for servers that report its hash: [`hashing_server::CONTENT`].
    pub(crate) nine_bytes: PathBuf,
    /// The two files of `cargo xtask components`.
    pub(crate) components: Components,
    /// The same files with the hostile component of the tests.
    pub(crate) evil: Components,
    /// The local folder of `directory` on the servers.
    uploads: PathBuf,
    /// The folder for installed packages, which is kept: `<target>/platforms`.
    installed: PathBuf,
    _server: DemoServer,
    _folder: TempDir,
}

/// A server that requires TLS.
pub(crate) struct Protected {
    /// The value for HOST, with the name in the server's certificate.
    pub(crate) host: String,
    pub(crate) password: String,
    /// The server's certificate, a PEM file.
    pub(crate) certificate: PathBuf,
    _server: DemoServer,
}

/// The result of a command.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) seconds: f64,
}

impl Lab {
    /// Starts the servers, and creates the files.
    pub(crate) fn set_up(target: &Path, components: Components, evil: Components) -> Result<Self, String> {
        Self::try_set_up(target, components, evil).map_err(|error| format!("cannot set up the test: {error}"))
    }

    fn try_set_up(target: &Path, components: Components, evil: Components) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("platforms-").tempdir_in(target)?;
        let served = folder.path().join("server");
        let uploads = served.join(DIRECTORY);
        fs::create_dir_all(&uploads)?;
        let source = folder.path().join("local").join(NAME);
        fs::create_dir_all(folder.path().join("local"))?;
        write_pseudo_random(&source, SIZE)?;
        let nine_bytes = folder.path().join("local/nine-bytes");
        fs::write(&nine_bytes, hashing_server::CONTENT)?;
        let server = DemoServer::start(&served)?;
        let protected = Protected::start(&served, folder.path())?;
        Ok(Self {
            port: server.port,
            host: format!("127.0.0.1:{}", server.port),
            user: DemoServer::USER,
            password: server.password.clone(),
            directory: DIRECTORY,
            protected,
            source,
            nine_bytes,
            components,
            evil,
            uploads,
            installed: target.join("platforms"),
            _server: server,
            _folder: folder,
        })
    }

    /// Returns the folder for the packages of a platform. It is kept for the next run.
    pub(crate) fn install_folder(&self, platform: &str) -> Result<PathBuf, Problem> {
        let folder = self.installed.join(platform);
        fs::create_dir_all(&folder)
            .map_err(|error| Problem::Failed(format!("cannot make {}: {error}", folder.display())))?;
        Ok(folder)
    }

    /// Runs a command to its end, within `limit`, and captures its output.
    pub(crate) fn run(&self, command: &mut Command, limit: Duration) -> Result<Ended, Problem> {
        run(command, limit).map_err(|why| {
            let reason = format!("{}: {why}", command.get_program().to_string_lossy());
            if why.kind() == io::ErrorKind::NotFound { Problem::Missing(reason) } else { Problem::Failed(reason) }
        })
    }

    /// Compares the uploaded file with the original, and removes it, so that the next test does not find it. Returns
    /// its size in bytes.
    pub(crate) fn arrived(&self) -> Result<u64, Problem> {
        let stored = self.uploads.join(NAME);
        let compared = first_difference(&self.source, &stored).and_then(|difference| {
            fs::remove_file(&stored)?;
            Ok(difference)
        });
        match compared {
            Ok(None) => Ok(SIZE),
            Ok(Some(offset)) => Err(Problem::Failed(format!("the stored file differs from byte {offset} on"))),
            Err(error) => Err(Problem::Failed(format!("the stored file cannot be compared: {error}"))),
        }
    }

    /// Returns true if the server has no file, as is required after an upload that failed early.
    pub(crate) fn nothing_arrived(&self) -> bool {
        !self.uploads.join(NAME).exists()
    }
}

impl Protected {
    fn start(served: &Path, folder: &Path) -> io::Result<Self> {
        let identity = Identity::self_signed(&[NAME_OF_SERVER]);
        let certificate = folder.join("certificate.pem");
        let files = PemFiles { certificate: certificate.clone(), key: folder.join("key.pem") };
        fs::write(&files.certificate, identity.certificate_pem)?;
        fs::write(&files.key, identity.key_pem)?;
        let server = DemoServer::start_with_tls(served, files)?;
        let host = format!("{NAME_OF_SERVER}:{}", server.port);
        Ok(Self { host, password: server.password.clone(), certificate, _server: server })
    }
}

fn run(command: &mut Command, limit: Duration) -> io::Result<Ended> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(err.try_clone()?).spawn()?;
    let Some(status) = time_limit::wait(&mut child, limit)? else {
        child.kill()?;
        child.wait()?;
        return Err(io::Error::other(format!("not done after {} s, ended", limit.as_secs())));
    };
    let seconds = start.elapsed().as_secs_f64();
    Ok(Ended { status, stdout: text(&mut out)?, stderr: text(&mut err)?, seconds })
}

/// Returns the text that a child has written into this file.
fn text(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
