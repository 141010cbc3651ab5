//! Runs the rows. In every round each client runs once, and a different one is first. Each run uploads into a directory
//! of its own, which is compared with the source afterwards.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use test_servers::certificates::Identity;
use test_servers::{FtpServer, Kind, Options, Reuse, ServerTls, Setting};

use super::clients::{CLIENTS, Client, Job, PASSWORD};
use super::rows::{Connections, Route, Row};
use super::source::Source;
use super::stored;
use crate::link::{FAR, Link, NEAR};
use crate::measure::{self, LONGEST_RUN, Run};
use crate::version::version;

/// The longest run of a client whose logins are refused: some wait for minutes between their attempts.
const LONGEST_WITH_REFUSALS: Duration = Duration::from_secs(45);

/// A client that takes longer, in seconds, runs only once in a row, because its rounds would take most of the time.
const SLOW: f64 = 8.0;

/// The raw figures of one row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Measured {
    pub(super) row: String,
    pub(super) connections: String,
    pub(super) tls: bool,
    pub(super) files: usize,
    /// The round trip of the link in seconds, if the row has one.
    pub(super) round_trip: Option<f64>,
    pub(super) limited: bool,
    pub(super) together: bool,
    pub(super) entries: Vec<Entry>,
}

/// The raw figures of one client in a row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) client: String,
    /// One for each round; empty if the client has failed.
    pub(super) runs: Vec<Run>,
    /// The number of refused logins of each run. Only of rows whose server limits the connections.
    pub(super) refusals: Vec<usize>,
    /// The reason why there are no figures.
    pub(super) failure: Option<String>,
}

/// The folders, the certificate, the link and the program.
pub(super) struct Contest {
    ours: PathBuf,
    /// The options that the program has.
    has_jobs: bool,
    has_recursive: bool,
    memory: TempDir,
    identity: Identity,
    authority: PathBuf,
    link: Link,
    /// The number of runs so far, for the names of directories.
    runs: AtomicUsize,
}

impl Contest {
    pub(super) fn new(ours: &Path, link: Link) -> io::Result<Self> {
        let memory = TempDir::new_in("/dev/shm")?;
        let identity = Identity::self_signed(&[&NEAR.to_string(), &FAR.to_string()]);
        let authority = memory.path().join("certificate.pem");
        fs::write(&authority, &identity.certificate_pem)?;
        let help = String::from_utf8_lossy(&Command::new(ours).arg("--help").output()?.stdout).into_owned();
        let (has_jobs, has_recursive) = (help.contains("--jobs"), help.contains("--recursive"));
        let runs = AtomicUsize::new(0);
        Ok(Self { ours: ours.to_owned(), has_jobs, has_recursive, memory, identity, authority, link, runs })
    }

    /// Returns the names of clients that are not on this machine.
    pub(super) fn missing(&self) -> Vec<&'static str> {
        CLIENTS.iter().filter(|client| self.version(**client).is_none()).map(|client| client.name()).collect()
    }

    /// Returns the versions of the clients, as they report them.
    pub(super) fn versions(&self) -> Vec<String> {
        let mut versions: Vec<_> = CLIENTS.iter().filter_map(|client| self.version(*client)).collect();
        versions.dedup();
        versions
    }

    fn version(&self, client: Client) -> Option<String> {
        let (program, argument) = client.program(&self.ours);
        version(program, argument)
    }

    /// Runs every client of `row` that is on this machine, in `most` rounds at most.
    pub(super) fn hold(&self, row: &Row, most: usize) -> Result<Measured, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", row.name());
        let source = Source::create(self.memory.path(), row.shape).map_err(|error| failed(&error))?;
        let server = self.server(row).map_err(|error| failed(&error))?;
        let there = row.clients.iter().filter(|client| self.version(**client).is_some());
        let mut entries: Vec<_> =
            there.map(|client| (*client, Entry::new(*client, self.lacks(*client, row)))).collect();
        let rounds = row.rounds.min(most);
        // A first round warms up and does not count, except over the link, where the clients mainly wait.
        let warm_up = usize::from(row.route == Route::Loopback && rounds > 1);
        for round in 0..rounds + warm_up {
            let counts = round >= warm_up;
            match row.together {
                true => self.round_together(row, &source, &server, &mut entries, counts),
                false => self.round_in_turn(row, &source, &server, &mut entries, (round, counts)),
            }
        }
        Ok(Measured {
            row: row.name(),
            connections: row.connections.name().to_owned(),
            tls: row.tls,
            files: row.shape.files,
            round_trip: row.round_trip(),
            limited: row.limited,
            together: row.together,
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        })
    }

    /// Returns the reason why the program cannot do the job, if it lacks an option.
    fn lacks(&self, client: Client, row: &Row) -> Option<String> {
        let jobs = row.connections == Connections::Eight && !self.has_jobs;
        let recursive = row.shape.folders > 0 && !self.has_recursive;
        let option = if jobs { "--jobs" } else { "--recursive" };
        (client == Client::Ours && (jobs || recursive)).then(|| format!("this program has no {option}"))
    }

    fn round_in_turn(
        &self,
        row: &Row,
        source: &Source,
        server: &FtpServer,
        entries: &mut [(Client, Entry)],
        (round, counts): (usize, bool),
    ) {
        let clients = entries.len();
        for turn in 0..clients {
            let (client, entry) = &mut entries[(round + turn) % clients];
            self.run(*client, row, source, server, entry, counts);
        }
    }

    fn round_together(
        &self,
        row: &Row,
        source: &Source,
        server: &FtpServer,
        entries: &mut [(Client, Entry)],
        counts: bool,
    ) {
        thread::scope(|scope| {
            for (client, entry) in entries {
                scope.spawn(|| self.run(*client, row, source, server, entry, counts));
            }
        });
    }

    /// Runs a client once, and compares the stored files. A client that has failed or is slow does not run
    /// again.
    fn run(&self, client: Client, row: &Row, source: &Source, server: &FtpServer, entry: &mut Entry, counts: bool) {
        if entry.failure.is_some() || entry.is_slow() {
            return;
        }
        let name = format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed));
        let stored = server.make_upload_dir(OsStr::new(&name));
        self.link.take_refusals();
        let limit = if row.limited { LONGEST_WITH_REFUSALS } else { LONGEST_RUN };
        let run = self.job(row, source, server, name).and_then(|job| {
            let run = measure::run(&client.command(&job, &self.ours, self.has_jobs)?, limit)?;
            stored::compare(source, &stored)?;
            Ok(run)
        });
        entry.refusals.extend(row.limited.then(|| self.link.take_refusals()));
        match run {
            Ok(run) => entry.runs.extend((counts || run.wall > SLOW).then_some(run)),
            Err(error) => entry.fail(&error),
        }
        // A directory that stays takes only memory.
        let _ = fs::remove_dir_all(stored);
    }

    fn job<'a>(&self, row: &Row, source: &'a Source, server: &FtpServer, name: String) -> Result<Job<'a>, String> {
        let scratch = self.memory.path().join(&name);
        fs::create_dir(&scratch).map_err(|error| error.to_string())?;
        let host = match row.route {
            Route::Loopback => server.addr.ip().to_string(),
            Route::Link(_) => FAR.to_string(),
        };
        Ok(Job {
            host,
            port: server.addr.port(),
            authority: row.tls.then(|| self.authority.clone()),
            user: server.user,
            directory: name,
            source,
            connections: row.connections,
            patient: row.limited,
            scratch,
        })
    }

    /// Starts the server of a row, which stores into memory, and sets the delay of the link.
    fn server(&self, row: &Row) -> Result<FtpServer, String> {
        // The clients are not required to resume the TLS session on data connections.
        let tls = row.tls.then(|| ServerTls { reuse: Reuse::NotRequired, ..ServerTls::of(self.identity.clone()) });
        let settings = settings(row);
        let options = Options { tls, settings, password: Some(PASSWORD), in_memory: true, ..Options::default() };
        let server = row.server.try_start(options)?;
        if let Route::Link(delay) = row.route {
            self.link.delay(server.addr.port(), delay);
        }
        Ok(server)
    }
}

/// Returns the settings of a row's server. Only vsftpd logs unless told not to.
fn settings(row: &Row) -> &'static [Setting] {
    use Setting::{BehindLink, NoLog, TwoClients, TwoClientsPerUser};
    match (row.server, row.route, row.limited) {
        (Kind::Vsftpd, Route::Loopback, _) => &[NoLog],
        (Kind::Vsftpd, Route::Link(_), false) => &[NoLog, BehindLink],
        (Kind::Vsftpd, Route::Link(_), true) => &[NoLog, BehindLink, TwoClients],
        (_, Route::Loopback, _) => &[],
        (_, Route::Link(_), false) => &[BehindLink],
        (_, Route::Link(_), true) => &[BehindLink, TwoClientsPerUser],
    }
}

impl Entry {
    fn new(client: Client, failure: Option<String>) -> Self {
        Self { client: client.name().to_owned(), runs: Vec::new(), refusals: Vec::new(), failure }
    }

    fn is_slow(&self) -> bool {
        self.runs.iter().any(|run| run.wall > SLOW)
    }

    /// Keeps the beginning of the error, and no figures: a client that loses a file has no speed.
    fn fail(&mut self, error: &str) {
        self.runs.clear();
        self.failure = Some(error.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect());
    }
}
