//! Runs the rows. Each client has a directory of its own on the server, which is prepared before each run, and compared with
//! the local one afterwards.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use test_servers::{FtpServer, Kind, Options, Setting};

use super::clients::{self, Client, Job, PASSWORD};
use super::rows::{Before, Row};
use super::targets::Target;
use super::tree::Tree;
use crate::link::{Commands, Delay, FAR, Link};
use crate::measure::{self, Run};
use crate::version::version;

/// The longest run of a client. The first run with a hundred thousand files takes some minutes.
const LONGEST_RUN: Duration = Duration::from_secs(900);

/// A client that takes longer, in seconds, runs only once in a row, because its rounds would take most of the time.
const SLOW: f64 = 8.0;

/// The raw figures of one row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) row: String,
    pub(super) files: usize,
    /// The directories of the tree, with the one that contains the others.
    pub(super) directories: usize,
    pub(super) targets: Vec<Target>,
    pub(super) entries: Vec<Entry>,
}

/// The raw figures of one client in a row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) client: String,
    pub(super) is_ours: bool,
    /// One for each round; empty if the client has failed.
    pub(super) runs: Vec<Run>,
    /// The commands of the last run, if it went over the link.
    pub(super) commands: Option<Commands>,
    /// The reason why there are no figures.
    pub(super) failure: Option<String>,
}

/// The folders, the link and the program.
pub(super) struct Contest {
    ours: PathBuf,
    server: Kind,
    memory: TempDir,
    link: Link,
    /// The number of runs so far, for the names of directories.
    runs: AtomicUsize,
}

/// One row while it is measured.
struct Stage<'a> {
    row: &'a Row,
    tree: Tree,
    server: FtpServer,
}

impl Contest {
    pub(super) fn new(ours: &Path, server: Kind, link: Link) -> io::Result<Self> {
        let memory = TempDir::new_in("/dev/shm")?;
        Ok(Self { ours: ours.to_owned(), server, memory, link, runs: AtomicUsize::new(0) })
    }

    /// Returns the versions of the clients, as they report them.
    pub(super) fn versions(&self) -> Vec<String> {
        let clients = [Client::ours(&[]), Client::lftp(&[]), Client::rclone(&[])];
        clients.iter().filter_map(|client| self.version(client)).collect()
    }

    fn version(&self, client: &Client) -> Option<String> {
        let (program, argument) = client.program(&self.ours);
        version(program, argument)
    }

    /// Runs every client of `row` that is on this machine, in `most` rounds at most.
    pub(super) fn hold(&self, row: &Row, most: usize) -> Result<Measured, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", row.name());
        let tree = Tree::create(self.memory.path(), row.shape).map_err(|error| failed(&error))?;
        let settings: &[Setting] = if row.delay.is_some() { &[Setting::BehindLink] } else { &[] };
        let options = Options { settings, password: Some(PASSWORD), in_memory: true, ..Options::default() };
        let server = self.server.try_start(options).map_err(|error| failed(&error))?;
        let stage = Stage { row, tree, server };
        let there: Vec<_> = row.clients.iter().filter(|client| self.version(client).is_some()).collect();
        let mut entries: Vec<_> = there.iter().map(|client| Entry::new(client)).collect();
        for _ in 0..row.rounds.min(most) {
            for (client, entry) in there.iter().zip(&mut entries) {
                self.run(client, &stage, entry);
            }
        }
        let targets = row.targets.to_vec();
        let (files, directories) = (row.shape.files, row.shape.directories + 1);
        Ok(Measured { row: row.name(), files, directories, targets, entries })
    }

    /// Runs a client once. A client that has failed or is slow does not run again.
    fn run(&self, client: &Client, stage: &Stage<'_>, entry: &mut Entry) {
        if entry.failure.is_some() || entry.runs.iter().any(|run| run.wall > SLOW) {
            return;
        }
        let name = format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed));
        let remote = stage.server.make_upload_dir(OsStr::new(&name));
        match self.measure(client, stage, &name, &remote) {
            Ok((run, commands)) => {
                println!("  {}: {:.3} s", client.name(), run.wall);
                entry.runs.push(run);
                entry.commands = commands;
            }
            Err(error) => entry.fail(&error),
        }
        // A directory that stays takes only memory.
        let _ = fs::remove_dir_all(remote);
    }

    fn measure(
        &self,
        client: &Client,
        stage: &Stage<'_>,
        name: &str,
        remote: &Path,
    ) -> Result<(Run, Option<Commands>), String> {
        let scratch = self.memory.path().join(name);
        fs::create_dir(&scratch).map_err(|error| error.to_string())?;
        let addr = stage.server.addr;
        let host = stage.row.delay.map_or_else(|| addr.ip().to_string(), |_| FAR.to_string());
        let (local, user) = (&*stage.tree.folder, stage.server.user);
        let job = Job { host, port: addr.port(), user, local, directory: name, scratch: &scratch };
        if client.has_manifest {
            self.deploy(&job, stage, remote)?;
        } else {
            stage.tree.prepare(remote, stage.row.before).map_err(|error| error.to_string())?;
        }
        self.link.delay(addr.port(), stage.row.delay.unwrap_or(Delay::RoundTrip(Duration::ZERO)));
        self.link.take_commands();
        let run = measure::run(&client.command(&job, &self.ours)?, LONGEST_RUN)?;
        let commands = stage.row.delay.map(|_| self.link.take_commands());
        if stage.row.before == Before::Same && commands.as_ref().is_some_and(|commands| commands.contains_key("STOR")) {
            return Err("it stored files, although nothing was to do".to_owned());
        }
        stage.tree.compare(remote)?;
        Ok((run, commands))
    }

    /// Lets ftp-uploader store the tree with its manifest, without a delay. A manifest that is written beside the files of
    /// another client has no hashes.
    fn deploy(&self, job: &Job<'_>, stage: &Stage<'_>, remote: &Path) -> Result<(), String> {
        self.link.delay(job.port, Delay::RoundTrip(Duration::ZERO));
        measure::run(&clients::uploader(job, &self.ours, &["--manifest"]), LONGEST_RUN)?;
        stage.tree.compare(remote)
    }
}

impl Entry {
    fn new(client: &Client) -> Self {
        let (client, is_ours) = (client.name(), client.is_ours());
        Self { client, is_ours, runs: Vec::new(), commands: None, failure: None }
    }

    /// Keeps the beginning of the error, and no figures: a client that does something else has no speed.
    fn fail(&mut self, error: &str) {
        self.runs.clear();
        self.failure = Some(error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect());
    }
}
