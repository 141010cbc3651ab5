//! A running server: its addresses, its account, and the files that it has stored.

use std::{
    ffi::OsStr,
    fs,
    io::Read,
    net::{SocketAddr, TcpStream},
    ops::RangeInclusive,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    Running,
    home::{self, Home},
    ports::Ports,
};

/// A server starts in about 20 ms, unless the machine is busy.
pub(super) const START_LIMIT: Duration = Duration::from_secs(20);

/// A server that runs until it is dropped.
pub struct FtpServer {
    /// The address for control connections.
    pub addr: SocketAddr,
    /// The name of the only account.
    pub user: &'static str,
    /// The account's password. The usual one has a space, a `%`, quotes and a letter outside ASCII.
    pub password: &'static str,
    // In this order: stop the server, then remove its files and give its ports back.
    pub(super) running: Box<dyn Running>,
    pub(super) home: Home,
    pub(super) ports: Ports,
}

impl FtpServer {
    /// Returns the local folder that the account sees after login.
    pub fn root(&self) -> &Path {
        self.home.root()
    }

    /// Returns the value for REMOTEDIR. It is relative, because not every server can confine the user to
    /// [`Self::root`].
    pub fn upload_dir(&self) -> &'static str {
        home::UPLOAD_DIR
    }

    /// Returns another value for REMOTEDIR: the user can change to this directory, but not store files there.
    pub fn read_only_dir(&self) -> &'static str {
        home::READ_ONLY_DIR
    }

    /// Creates another directory for uploads, and returns its local path.
    pub fn make_upload_dir(&self, name: &OsStr) -> PathBuf {
        self.home.make_upload_dir(name)
    }

    /// Returns the local path of a file of this name in [`Self::upload_dir`].
    pub fn stored_path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root().join(self.upload_dir()).join(name)
    }

    /// Returns the content of an uploaded file.
    ///
    /// # Panics
    ///
    /// If the file does not exist.
    pub fn stored(&self, name: impl AsRef<Path>) -> Vec<u8> {
        let path = self.stored_path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{} was not stored: {error}", path.display()))
    }

    /// Returns true if an uploaded file has this content.
    pub fn holds(&self, name: impl AsRef<Path>, content: &[u8]) -> bool {
        fs::read(self.stored_path(name)).is_ok_and(|found| found == content)
    }

    /// Makes a directory in [`Self::upload_dir`] with its parents, as if the user had made it before.
    pub fn make_directory(&self, name: &str) {
        for (end, _) in name.match_indices('/').chain([(name.len(), "")]) {
            let path = self.stored_path(&name[..end]);
            if !path.exists() {
                fs::create_dir(&path).expect("a directory on the server");
                self.home.give_to_owner(&path);
            }
        }
    }

    /// Writes a file into [`Self::upload_dir`], as if the user had uploaded it before. Missing directories are made.
    pub fn place(&self, name: &str, content: &[u8]) {
        if let Some((directory, _)) = name.rsplit_once('/') {
            self.make_directory(directory);
        }
        let path = self.stored_path(name);
        fs::write(&path, content).expect("a file on the server");
        self.home.give_to_owner(&path);
    }

    /// Returns the names of all files in [`Self::upload_dir`], sorted.
    pub fn stored_names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.stored_path("")).expect("the upload directory");
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name().display().to_string()).collect();
        names.sort();
        names
    }

    /// Allows the user to store files in [`Self::root`], too.
    pub fn open_root(&self) {
        self.home.give_to_owner(self.root());
    }

    /// Returns the range of ports for data connections.
    pub fn passive_ports(&self) -> RangeInclusive<u16> {
        self.ports.passive()
    }

    /// Returns its output, and its log file if it has one.
    pub fn log(&self) -> String {
        self.running.log()
    }

    /// Kills the server, even during a transfer, and starts it again on the same port; returns when it greets.
    ///
    /// # Panics
    ///
    /// If it does not greet within the time for a start.
    pub fn restart(&mut self) {
        let deadline = Instant::now() + START_LIMIT;
        self.running.restart();
        while !self.greets_unless_ended(deadline) {
            // The killed processes have the port until they are gone, which takes a moment on a busy machine.
            thread::sleep(Duration::from_millis(100));
            self.running.restart();
        }
    }

    /// Waits until the server greets. Returns false if its process has ended instead.
    fn greets_unless_ended(&mut self, deadline: Instant) -> bool {
        while !greets(self.addr) {
            assert!(Instant::now() < deadline, "nobody at {} after a restart", self.addr);
            if self.running.ended() {
                return false;
            }
            thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Waits until the server greets, or with implicit TLS, where the greeting is encrypted, until it listens.
    pub(super) fn wait_for_start(&mut self, implicit: bool) {
        self.wait_until(if implicit { listens } else { greets });
    }

    fn wait_until(&mut self, ready: fn(SocketAddr) -> bool) {
        let deadline = Instant::now() + START_LIMIT;
        while !ready(self.addr) {
            let ended = self.running.ended();
            assert!(!ended && Instant::now() < deadline, "nobody at {}, ended: {ended}", self.addr);
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for FtpServer {
    /// Prints the server's log if the test has failed.
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("--- log of the server on {}\n{}---", self.addr, self.running.log());
        }
    }
}

/// Returns true if the address accepts connections.
pub(super) fn listens(addr: SocketAddr) -> bool {
    TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok()
}

/// Returns true if the address sends a greeting.
fn greets(addr: SocketAddr) -> bool {
    let Ok(mut connection) = TcpStream::connect_timeout(&addr, Duration::from_secs(1)) else { return false };
    let mut code = [0; 3];
    let _ = connection.set_read_timeout(Some(Duration::from_secs(5)));
    connection.read_exact(&mut code).is_ok() && &code == b"220"
}
