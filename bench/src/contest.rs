//! Runs the rows: creates the files, starts the server, and runs the clients in turn. In every round each client runs
//! once, and a different one is first.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use test_servers::certificates::Identity;
use test_servers::{FtpServer, Kind, Options, Reuse, ServerTls, Setting};

use crate::clients::{Client, Job, PASSWORD};
use crate::measure::{self, LONGEST_RUN, Run};
use crate::rows::{Place, Row, Server};
use crate::sink::{Drain, Sink};

/// The raw figures of one row.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// The row's name.
    pub(crate) row: String,
    /// The number of bytes that each client uploads in each round.
    pub(crate) bytes: u64,
    /// The congestion control of the network.
    pub(crate) congestion_control: String,
    /// Each client's runs, one for each round.
    pub(crate) runs: Vec<(String, Vec<Run>)>,
}

/// The folders, the certificate, and the program.
pub(crate) struct Arena {
    /// The program that is measured.
    ours: PathBuf,
    memory: TempDir,
    disk: TempDir,
    /// The servers' certificate, which the clients trust.
    authority: PathBuf,
    identity: Identity,
    tls: Arc<ServerConfig>,
}

impl Arena {
    /// Creates folders in memory and below `target`, which is on a disk, and a certificate.
    pub(crate) fn new(ours: &Path, target: &Path) -> io::Result<Self> {
        let memory = TempDir::new_in("/dev/shm")?;
        let identity = Identity::self_signed(&["localhost"]);
        let authority = memory.path().join("certificate.pem");
        fs::write(&authority, &identity.certificate_pem)?;
        let tls = ServerConfig::builder().with_no_client_auth();
        let tls = tls.with_single_cert(identity.chain(), identity.key()).map_err(io::Error::other)?;
        let (ours, disk) = (ours.to_owned(), TempDir::new_in(target)?);
        Ok(Self { ours, memory, disk, authority, identity, tls: Arc::new(tls) })
    }

    /// Runs the sink until standard input ends, so that a single client can be examined with a profiler.
    pub(crate) fn serve(&self) -> io::Result<()> {
        let (plain, tls) = (Sink::start(None, Drain::Drop)?, Sink::start(Some(Arc::clone(&self.tls)), Drain::Drop)?);
        println!(
            "in clear: 127.0.0.1:{}; with TLS: localhost:{} --ca-file {}",
            plain.port,
            tls.port,
            self.authority.display()
        );
        io::copy(&mut io::stdin(), &mut io::sink()).map(drop)
    }

    /// Runs every client of `row` that is on this machine, in `most` rounds at most.
    pub(crate) fn hold(&self, row: &Row, most: usize, congestion_control: &str) -> Result<Measured, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", row.name);
        let (job, _server) = self.prepare(row).map_err(|error| failed(&error))?;
        let there = row.clients.iter().filter(|client| client.version(&self.ours).is_some());
        let mut runs: Vec<(Client, Vec<Run>)> = there.map(|&client| (client, Vec::new())).collect();
        let clients = runs.len();
        // The first round is a warm-up, and does not count.
        for round in 0..=row.rounds.min(most) {
            for turn in 0..clients {
                let (client, runs) = &mut runs[(round + turn) % clients];
                let run =
                    measure::run(&client.command(&job, &self.ours)?, LONGEST_RUN).map_err(|error| failed(&error))?;
                runs.extend((round > 0).then_some(run));
            }
        }
        Ok(Measured {
            row: row.name.to_owned(),
            bytes: row.files.size * row.files.count as u64,
            congestion_control: congestion_control.to_owned(),
            runs: runs.into_iter().map(|(client, runs)| (client.name().to_owned(), runs)).collect(),
        })
    }

    /// Creates the files of a row and starts its server. A sink runs until the end of this process.
    pub(crate) fn prepare(&self, row: &Row) -> io::Result<(Job, Option<FtpServer>)> {
        let folder = if row.files.place == Place::Disk { self.disk.path() } else { self.memory.path() };
        let folder = folder.join(row.name.replace(' ', "_"));
        fs::create_dir_all(&folder)?;
        let names = (0..row.files.count).map(|number| folder.join(format!("file-{number}")));
        let files: Vec<_> = names.collect();
        for file in &files {
            make(file, row)?;
        }
        let vsftpd = match row.server {
            Server::Sink | Server::ReadingSink => None,
            Server::Vsftpd => Some(self.vsftpd(row.tls).map_err(io::Error::other)?),
        };
        let (port, user, directory) = match &vsftpd {
            Some(vsftpd) => (vsftpd.addr.port(), vsftpd.user, vsftpd.upload_dir()),
            None => {
                let drain = if row.server == Server::ReadingSink { Drain::Read } else { Drain::Drop };
                (Sink::start(row.tls.then(|| Arc::clone(&self.tls)), drain)?.port, "user", ".")
            }
        };
        let authority = row.tls.then(|| self.authority.clone());
        Ok((Job { port, authority, user, directory, files, scratch: self.memory.path().to_owned() }, vsftpd))
    }

    /// Starts a real server in addition to the sink. It stores into memory, and logs nothing.
    fn vsftpd(&self, tls: bool) -> Result<FtpServer, String> {
        // The clients are not required to resume the TLS session on data connections.
        let tls = tls.then(|| ServerTls { reuse: Reuse::NotRequired, ..ServerTls::of(self.identity.clone()) });
        let settings = &[Setting::NoLog];
        Kind::Vsftpd.try_start(Options {
            tls,
            settings,
            password: Some(PASSWORD),
            in_memory: true,
            ..Options::default()
        })
    }
}

/// Creates a file of random bytes, which cannot be compressed, or a sparse file.
fn make(path: &Path, row: &Row) -> io::Result<()> {
    let mut file = File::create(path)?;
    if row.files.place == Place::Sparse {
        return file.set_len(row.files.size);
    }
    io::copy(&mut io::Read::take(File::open("/dev/urandom")?, row.files.size), &mut file)?;
    file.sync_all()
}
