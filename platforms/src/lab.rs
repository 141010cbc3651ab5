//! What every platform gets for its upload: a real server on loopback, another that wants TLS, a file, the components, a
//! folder for what it installs; and the comparison at the end.
//!
//! The servers are the demo's (`../demo_server.rs`). Platforms use [`Lab::run`] for their commands, so that none hangs.

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

use crate::{Trouble, hashing_server};

/// How much is uploaded.
const SIZE: u64 = 16 << 20;

const NAME: &str = "sixteen-mebibytes.bin";
const DIRECTORY: &str = "incoming";
const NAME_OF_SERVER: &str = "localhost";

/// Where every platform is tested.
pub(crate) struct Lab {
    /// The server's port, on 127.0.0.1.
    pub(crate) port: u16,
    /// `127.0.0.1:port`, for HOST.
    pub(crate) host: String,
    /// Who logs in.
    pub(crate) user: &'static str,
    /// With what, through FTP_PASSWORD.
    pub(crate) password: String,
    /// The REMOTEDIR to upload into.
    pub(crate) directory: &'static str,
    /// The server that takes nothing without TLS; what it is given lies where the other has it.
    pub(crate) protected: Protected,
    /// The file to upload: [`SIZE`] bytes, no two stretches of it alike.
    pub(crate) source: PathBuf,
    /// Another, for servers that tell hashes of it: [`hashing_server::CONTENT`].
    pub(crate) nine_bytes: PathBuf,
    /// The two files of `cargo xtask components`.
    pub(crate) components: Components,
    /// The same with the evil component of the tests in the place of the real one.
    pub(crate) evil: Components,
    /// Where the server keeps what is uploaded into `directory`.
    uploads: PathBuf,
    /// Stays from run to run: `<target>/platforms`.
    installed: PathBuf,
    _server: DemoServer,
    _folder: TempDir,
}

/// A server that wants TLS.
pub(crate) struct Protected {
    /// For HOST: it has the name `localhost` in its certificate.
    pub(crate) host: String,
    pub(crate) password: String,
    /// A PEM file: whoever trusts it trusts the server.
    pub(crate) certificate: PathBuf,
    _server: DemoServer,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) seconds: f64,
}

impl Lab {
    /// Starts the server and makes the file.
    pub(crate) fn set_up(target: &Path, components: Components, evil: Components) -> Result<Self, String> {
        Self::try_set_up(target, components, evil).map_err(|error| format!("cannot set the test up: {error}"))
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

    /// A folder for what a platform installs. It stays from run to run: look before you install again.
    pub(crate) fn install_folder(&self, platform: &str) -> Result<PathBuf, Trouble> {
        let folder = self.installed.join(platform);
        fs::create_dir_all(&folder)
            .map_err(|error| Trouble::Failed(format!("cannot make {}: {error}", folder.display())))?;
        Ok(folder)
    }

    /// Runs a command to its end, within `limit`; what it writes is kept.
    pub(crate) fn run(&self, command: &mut Command, limit: Duration) -> Result<Ended, Trouble> {
        run(command, limit).map_err(|why| {
            let what = format!("{}: {why}", command.get_program().to_string_lossy());
            if why.kind() == io::ErrorKind::NotFound { Trouble::Missing(what) } else { Trouble::Failed(what) }
        })
    }

    /// Compares what was stored with what was sent and removes it, so that the next upload cannot live on it.
    /// Returns how many bytes there were.
    pub(crate) fn arrived(&self) -> Result<u64, Trouble> {
        let stored = self.uploads.join(NAME);
        let compared = first_difference(&self.source, &stored).and_then(|difference| {
            fs::remove_file(&stored)?;
            Ok(difference)
        });
        match compared {
            Ok(None) => Ok(SIZE),
            Ok(Some(offset)) => Err(Trouble::Failed(format!("what is stored differs from byte {offset} on"))),
            Err(error) => Err(Trouble::Failed(format!("what is stored cannot be compared: {error}"))),
        }
    }

    /// Whether the server has nothing, as it has to after an upload that failed at once.
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

/// What a child has written into a file that it shares with us.
fn text(file: &mut File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
