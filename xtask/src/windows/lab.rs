//! The servers and the files of the tests under wine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use test_servers::certificates::Identity;
use test_servers::{DemoServer, PemFiles};
use xtask::demo_file::write_pseudo_random;

/// The size of the large file, in bytes.
pub(super) const SIZE: u64 = 3 << 20;

/// The folder on the servers.
pub(super) const DIRECTORY: &str = "incoming";

/// Two servers with the same folder, and local files.
pub(super) struct Lab {
    pub(super) clear: DemoServer,
    pub(super) protected: DemoServer,
    pub(super) certificate: PathBuf,
    /// The local files.
    pub(super) local: PathBuf,
    /// The folder of [`DIRECTORY`] on the servers.
    pub(super) stored: PathBuf,
    _folder: TempDir,
}

impl Lab {
    pub(super) fn set_up(target: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("windows-").tempdir_in(target)?;
        let served = folder.path().join("server");
        let (local, stored) = (folder.path().join("local"), served.join(DIRECTORY));
        fs::create_dir_all(local.join("site/css/deep"))?;
        fs::create_dir_all(&stored)?;
        write_pseudo_random(&local.join("large.bin"), SIZE)?;
        let texts = [("small.txt", "small\n"), ("grün 日本.txt", "a name\n"), ("site/index.html", "<p>one</p>\n")];
        let more = [("site/css/a.css", "a {}\n"), ("site/css/deep/b.css", "b {}\n"), ("site/skipped.tmp", "no\n")];
        texts.iter().chain(&more).try_for_each(|(name, text)| fs::write(local.join(name), text))?;
        let identity = Identity::self_signed(&["localhost"]);
        let certificate = folder.path().join("certificate.pem");
        let files = PemFiles { certificate: certificate.clone(), key: folder.path().join("key.pem") };
        fs::write(&files.certificate, identity.certificate_pem)?;
        fs::write(&files.key, identity.key_pem)?;
        let (clear, protected) = (DemoServer::start(&served)?, DemoServer::start_with_tls(&served, files)?);
        Ok(Self { clear, protected, certificate, local, stored, _folder: folder })
    }

    /// Returns HOST for the server in clear.
    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.clear.port)
    }

    /// Compares a stored file with the local one, and removes it.
    pub(super) fn arrived(&self, local: &str, stored: &str) -> Result<(), String> {
        let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
        let (sent, found) = (read(&self.local.join(local))?, read(&self.stored.join(stored))?);
        if sent != found {
            return Err(format!("{stored} differs: {} bytes instead of {}", found.len(), sent.len()));
        }
        fs::remove_file(self.stored.join(stored)).map_err(|error| error.to_string())
    }
}
