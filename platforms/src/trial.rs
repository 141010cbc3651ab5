//! The test of an example in `embedding/`: it must upload a file completely, end with one line and an exit code if the
//! password is wrong, compare the server's hash with its own, draw the right conclusions from replies (`stories.rs`),
//! and deny the attacks of a hostile component (`attacks.rs`).
//!
//! All examples have the same four arguments. The arguments before them depend on the platform.

use std::process::Command;
use std::time::Duration;

use crate::attacks::Attacks;
use crate::hashing_server::{self, Behaviour, HASHES};
use crate::lab::Ended;
use crate::stories::Stories;
use crate::{Component, Lab, Problem, Row};

/// An upload takes about a second, which includes compiling.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// The test of one example.
pub(crate) struct Trial<'a> {
    pub(crate) lab: &'a Lab,
    /// The name in the table.
    pub(crate) platform: &'static str,
    /// The platform's version.
    pub(crate) version: String,
    pub(crate) component: Component,
    /// Returns the program, and the arguments before the usual four.
    pub(crate) command: &'a dyn Fn() -> Command,
    /// Returns the same with the hostile component.
    pub(crate) evil: &'a dyn Fn() -> Command,
    /// The beginning of the line that it prints when it fails.
    pub(crate) prefix: &'static str,
    pub(crate) server: Server,
    /// True if it computes hashes.
    pub(crate) hashes: bool,
    /// True if the platform gives a program the files of /proc.
    pub(crate) reads_proc: bool,
}

/// One of the servers of the [`Lab`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// Without TLS, which is the default on loopback.
    Clear,
    /// With TLS after AUTH; the example gets `--ca-file`.
    Protected,
}

impl Trial<'_> {
    /// Runs all uploads. Returns the row for the table.
    pub(crate) fn run(self) -> Result<Row, Problem> {
        if self.server == Server::Protected {
            self.refuses_an_unknown_certificate()?;
        }
        self.reports_a_wrong_password()?;
        let password = match self.server {
            Server::Clear => &self.lab.password,
            Server::Protected => &self.lab.protected.password,
        };
        let ended = self.upload(password)?;
        self.expect(ended.status.success(), &ended, "the upload failed")?;
        let bytes = self.lab.arrived()?;
        let last = format!("Sent {bytes} of {bytes} bytes (100%)\n");
        self.expect(ended.stderr.contains(&last), &ended, "no line reports that all bytes were sent")?;
        if self.component == Component::Guest {
            self.lists_the_directory(password)?;
        }
        if self.hashes {
            self.compares_hashes()?;
        }
        if self.server == Server::Clear {
            self.notices_that_a_file_changes()?;
            self.understands_stories()?;
            self.repels_attacks()?;
        }
        let Self { platform, version, component, .. } = self;
        Ok(Row { platform, version, component, bytes, seconds: ended.seconds })
    }

    /// Uploads again, with the option to list the directory.
    fn lists_the_directory(&self, password: &str) -> Result<(), Problem> {
        let mut command = (self.command)();
        command.arg("--list");
        let ended = self.upload_by(command, password)?;
        self.lab.arrived()?;
        let name = self.lab.source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names: Vec<_> = ended.stdout.lines().map(|line| line.trim_matches(['"', '\''])).collect();
        self.expect(ended.status.success() && names == [name], &ended, "the names in the directory")
    }

    fn reports_a_wrong_password(&self) -> Result<(), Problem> {
        self.fails_with("530", &self.upload("wrong")?)
    }

    /// No authority has signed the server's certificate.
    fn refuses_an_unknown_certificate(&self) -> Result<(), Problem> {
        let mut command = (self.command)();
        command.args(["--tls", "explicit"]);
        self.fails_with("insecure", &self.upload_to(command, &self.lab.protected.host, &self.lab.protected.password)?)
    }

    /// Uploads in clear to servers with right and with wrong hashes.
    fn compares_hashes(&self) -> Result<(), Problem> {
        let tried = HASHES.iter().flat_map(|hash| [(hash, true), (hash, false)]);
        for (hash, is_right) in tried {
            let host = hashing_server::start(Behaviour::Hashes(hash, is_right))
                .map_err(|error| Problem::Failed(format!("cannot start a server: {error}")))?;
            let mut command = (self.command)();
            command.args([&host, self.lab.user]).arg(&self.lab.nine_bytes).arg(self.lab.directory);
            let ended = self.lab.run(command.env("FTP_PASSWORD", "any"), RUN_LIMIT)?;
            self.expect(ended.status.success() == is_right, &ended, "the wrong verdict on a hash")?;
            let said = ended.stderr.to_lowercase().replace('-', "");
            // The command says "differs", the examples of embedding say "is another".
            let words: &[&str] = if is_right { &["confirmed"] } else { &["differs", "is another"] };
            let told = words.iter().any(|word| said.contains(&format!("{} {word}", hash.name)));
            self.expect(told, &ended, "the result of comparing the hash is not shown")?;
        }
        Ok(())
    }

    /// An upload fails if the file grows during the transfer, and succeeds otherwise.
    fn notices_that_a_file_changes(&self) -> Result<(), Problem> {
        let file = self.lab.nine_bytes.with_file_name("growing");
        for grows in [false, true] {
            let host = hashing_server::start_for(&file, grows)
                .map_err(|error| Problem::Failed(format!("cannot set a changing file up: {error}")))?;
            let mut command = (self.command)();
            command.args([&host, self.lab.user]).arg(&file).arg(self.lab.directory);
            let ended = self.lab.run(command.env("FTP_PASSWORD", "any"), RUN_LIMIT)?;
            self.expect(ended.status.success() != grows, &ended, "the wrong verdict on a file that may have grown")?;
            // preview2-shim 0.26.1 sends all bytes that it has read of a file, so that the server gets one byte too
            // many.
            let told = self.component == Component::Command || ended.stderr.contains("changed while") == grows;
            self.expect(told, &ended, "the line does not fit the result")?;
        }
        Ok(())
    }

    fn understands_stories(&self) -> Result<(), Problem> {
        let Self { lab, platform, command, component, reads_proc, .. } = *self;
        let file = lab.nine_bytes.to_string_lossy();
        // WASI has only the exit codes 0 and 1.
        let in_doubt = if component == Component::Guest { 10 } else { 1 };
        let endless = reads_proc.then_some("/proc/cpuinfo");
        Stories { lab, platform, command, file: &file, endless, in_doubt }.are_understood()
    }

    fn repels_attacks(&self) -> Result<(), Problem> {
        let Self { lab, platform, command, evil, hashes, component, .. } = *self;
        // preview2-shim 0.26.1 sends all bytes that it has read of a file, regardless of the requested amount.
        let pieces = component == Component::Guest;
        let file = lab.nine_bytes.to_string_lossy();
        Attacks { lab, platform, command, evil, file: &file, hashes, pieces }.are_repelled()
    }

    fn fails_with(&self, words: &str, ended: &Ended) -> Result<(), Problem> {
        let one_line = ended.stderr.starts_with(self.prefix) && ended.stderr.lines().count() == 1;
        self.expect(one_line && ended.stderr.contains(words), ended, "no single line with the reason")?;
        self.expect(ended.status.code() == Some(1), ended, "not exit code 1")?;
        self.expect(self.lab.nothing_arrived(), ended, "something was stored")
    }

    fn upload(&self, password: &str) -> Result<Ended, Problem> {
        self.upload_by((self.command)(), password)
    }

    fn upload_by(&self, mut command: Command, password: &str) -> Result<Ended, Problem> {
        match self.server {
            Server::Clear => self.upload_to(command, &self.lab.host, password),
            Server::Protected => {
                command.arg("--ca-file").arg(&self.lab.protected.certificate);
                self.upload_to(command, &self.lab.protected.host, password)
            }
        }
    }

    fn upload_to(&self, mut command: Command, host: &str, password: &str) -> Result<Ended, Problem> {
        command.args([host, self.lab.user]).arg(&self.lab.source).arg(self.lab.directory);
        self.lab.run(command.env("FTP_PASSWORD", password), RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, failure: &str) -> Result<(), Problem> {
        if holds {
            return Ok(());
        }
        let Self { platform, version, .. } = self;
        let (status, said) = (ended.status, &ended.stderr);
        Err(Problem::Failed(format!("{platform} {version}: {failure}; {status}, and on stderr:\n{said}")))
    }
}
