//! Runs of `ftp-uploader sync`: a local tree that lives as long as the test, a run from it to any server, and claims
//! about the result (`claims.rs`).

pub(crate) mod claims;
pub(crate) mod destination;
pub(crate) mod killing;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::support::program::{Program, Running};
use crate::support::real_servers::content;

use claims::Synced;
use destination::Destination;

/// The name of the manifest, where `--manifest` names no other.
pub(crate) const MANIFEST: &str = ".ftp-uploader.manifest";

/// The name of the lock.
pub(crate) const LOCK: &str = ".ftp-uploader.lock";

/// The time of the first file that a test writes: in September 2020. Each further one is a minute younger.
pub(crate) const FIRST_TIME: u64 = 1_600_000_000;

/// The objects below a directory, by their relative paths.
pub(crate) type Tree = BTreeMap<String, Node>;

/// A directory or a file.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Node {
    Directory,
    File(Vec<u8>),
}

/// LOCALDIR.
pub(crate) struct LocalTree {
    folder: TempDir,
    written: Cell<u64>,
}

impl LocalTree {
    /// A directory with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let local = Self { folder: tempfile::tempdir().expect("a folder for the test"), written: Cell::new(0) };
        fs::create_dir(local.root()).expect("a local folder");
        files.iter().for_each(|(path, text)| local.write(path, text));
        local
    }

    /// `count` files of `size` bytes and a few more, spread over so many directories: `d00/f000`, `d01/f001` and so on.
    pub(crate) fn numbered(count: usize, directories: usize, size: usize) -> Self {
        let local = Self::new(&[]);
        for number in 0..count {
            local.write(&format!("d{:02}/f{number:03}", number % directories), content(size + number));
        }
        local
    }

    /// Returns the path of LOCALDIR.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Returns the local path of a file.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file. Its time is new, but long ago.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let full = self.path(path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("a local folder");
        fs::write(full, bytes).expect("a local file");
        self.set_time(path, FIRST_TIME + 60 * self.written.get());
        self.written.set(self.written.get() + 1);
    }

    /// Makes a directory.
    pub(crate) fn make_directory(&self, path: &str) {
        fs::create_dir_all(self.path(path)).expect("a local folder");
    }

    /// Removes a file, or a directory with all that is in it.
    pub(crate) fn remove(&self, path: &str) {
        let full = self.path(path);
        if full.is_dir() { fs::remove_dir_all(full) } else { fs::remove_file(full) }.expect("it was there");
    }

    /// Sets the time of a file, in seconds since 1970.
    pub(crate) fn set_time(&self, path: &str, seconds: u64) {
        let time = UNIX_EPOCH + Duration::from_secs(seconds);
        File::options().write(true).open(self.path(path)).and_then(|file| file.set_modified(time)).expect("a new time");
    }

    /// Sets the time of all files to now, as a checkout does.
    pub(crate) fn touch_all(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
        for (path, node) in self.tree() {
            if matches!(node, Node::File(_)) {
                self.set_time(&path, now);
            }
        }
    }

    /// Replaces the files and directories by those of another tree. Equal files keep their times.
    pub(crate) fn become_like(&self, other: &LocalTree) {
        let (old, new) = (self.tree(), other.tree());
        for path in old.keys().filter(|path| !new.contains_key(*path)).rev() {
            self.remove(path);
        }
        for (path, node) in &new {
            match node {
                Node::Directory => self.make_directory(path),
                Node::File(bytes) if old.get(path) != Some(node) => self.write(path, bytes),
                Node::File(_) => {}
            }
        }
    }

    /// Returns all files and directories.
    pub(crate) fn tree(&self) -> Tree {
        tree_of(&self.root())
    }

    /// Returns a run from this directory to `inbox`.
    pub(crate) fn sync(&self) -> SyncRun<'_> {
        SyncRun {
            local: self,
            program: Program::new(),
            options: Vec::new(),
            jobs: None,
            retries: "0",
            from: self.root().into_os_string(),
            to: "inbox".to_owned(),
        }
    }
}

/// A run whose server is not chosen yet.
pub(crate) struct SyncRun<'a> {
    local: &'a LocalTree,
    program: Program,
    options: Vec<OsString>,
    jobs: Option<&'static str>,
    retries: &'static str,
    from: OsString,
    to: String,
}

impl SyncRun<'_> {
    /// Adds options.
    pub(crate) fn options<O: AsRef<OsStr>>(mut self, options: impl IntoIterator<Item = O>) -> Self {
        self.options.extend(options.into_iter().map(|option| option.as_ref().to_owned()));
        self
    }

    /// Allows so many connections, instead of the program's default.
    pub(crate) fn jobs(mut self, count: &'static str) -> Self {
        self.jobs = Some(count);
        self
    }

    /// Allows so many retries instead of none, with almost no delay.
    pub(crate) fn retries(mut self, count: &'static str) -> Self {
        self.retries = count;
        self
    }

    /// Spells LOCALDIR in this way.
    pub(crate) fn from(mut self, directory: impl Into<OsString>) -> Self {
        self.from = directory.into();
        self
    }

    /// Uses another REMOTEDIR.
    pub(crate) fn to(mut self, directory: &str) -> Self {
        directory.clone_into(&mut self.to);
        self
    }

    /// Changes the program that is run.
    pub(crate) fn program(mut self, change: impl FnOnce(Program) -> Program) -> Self {
        self.program = change(self.program);
        self
    }

    /// Starts the run.
    pub(crate) fn start(self, server: &dyn Destination) -> StartedSync {
        let mark = server.mark();
        let has_timeout = self.options.iter().any(|option| option == "--timeout");
        let timeout: &[&str] = if has_timeout { &[] } else { &["--timeout", "5"] };
        let mut program = self.program.arguments(["sync", "--connect-timeout", "5"]).arguments(timeout).arguments([
            "--retries",
            self.retries,
            "--retry-delay",
            "0.05",
        ]);
        if let Some(jobs) = self.jobs {
            program = program.arguments(["--jobs", jobs]);
        }
        if let Some(pem) = server.authority() {
            let path = self.local.folder.path().join("ca.pem");
            fs::write(&path, pem).expect("a local file");
            program = program.arguments(["--tls", "explicit", "--ca-file"]).arguments([path]);
        }
        let program = program.arguments(self.options).arguments([&server.host(), server.user()]);
        let program = program.arguments([self.from]).arguments([self.to]);
        StartedSync { running: program.environment("FTP_PASSWORD", server.password()).start(), mark }
    }

    /// Runs it to its end.
    pub(crate) fn run(self, server: &dyn Destination) -> Synced {
        self.start(server).end(server)
    }
}

/// A run that goes on.
pub(crate) struct StartedSync {
    pub(crate) running: Running,
    mark: usize,
}

impl StartedSync {
    /// Waits for the end.
    pub(crate) fn end(self, server: &dyn Destination) -> Synced {
        let mut outcome = self.running.wait();
        let record = server.record_since(self.mark);
        outcome.aside = format!("{}\n{record}", server.log());
        outcome.passes_general_checks();
        Synced { outcome, record }
    }
}

/// Returns all files and directories below `root`. Links are followed to files only.
pub(crate) fn tree_of(root: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut waiting = vec![String::new()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(root.join(&directory)).expect("a directory").flatten() {
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            if entry.file_type().expect("a type").is_dir() {
                tree.insert(path.clone(), Node::Directory);
                waiting.push(path);
            } else if root.join(&path).is_file() {
                let bytes = fs::read(root.join(&path)).expect("a file that can be read");
                tree.insert(path, Node::File(bytes));
            }
        }
    }
    tree
}
