//! What every example below `embedding/` has to do: upload a file that arrives byte for byte, end with one line and an
//! exit code when the password is wrong, compare the server's hash with its own, make no more of what a server says than
//! that proves (`stories.rs`), and withstand the evil component (`attacks.rs`).
//!
//! The examples take the same four arguments; what comes before them is the platform's own file (`python.rs`).

use std::process::Command;
use std::time::Duration;

use crate::attacks::Attacks;
use crate::hashing_server::{self, Behaviour, HASHES};
use crate::lab::Ended;
use crate::stories::Stories;
use crate::{Component, Lab, Row, Trouble};

/// An upload takes a second, compiling and a slow runner included.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// One example, ready to be run.
pub(crate) struct Trial<'a> {
    pub(crate) lab: &'a Lab,
    /// What the table calls it, and its version.
    pub(crate) platform: &'static str,
    pub(crate) version: String,
    pub(crate) component: Component,
    /// The program and what comes before the four arguments.
    pub(crate) command: &'a dyn Fn() -> Command,
    /// The same with the evil component.
    pub(crate) evil: &'a dyn Fn() -> Command,
    /// How its one line begins when it fails.
    pub(crate) prefix: &'static str,
    pub(crate) server: Server,
    /// Whether it computes hashes.
    pub(crate) hashes: bool,
}

/// Which of the lab's servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// In clear, as is the rule on loopback.
    Clear,
    /// TLS after AUTH, asked for with `--ca-file`.
    Protected,
}

impl Trial<'_> {
    /// All uploads. Gives the line for the table.
    pub(crate) fn run(self) -> Result<Row, Trouble> {
        if self.server == Server::Protected {
            self.does_not_trust_whom_it_does_not_know()?;
        }
        self.says_that_the_password_is_wrong()?;
        let password = match self.server {
            Server::Clear => &self.lab.password,
            Server::Protected => &self.lab.protected.password,
        };
        let ended = self.upload(password)?;
        self.expect(ended.status.success(), &ended, "the upload failed")?;
        let bytes = self.lab.arrived()?;
        let last = format!("Sent {bytes} of {bytes} bytes (100%)\n");
        self.expect(ended.stderr.contains(&last), &ended, "no line that says that all was sent")?;
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

    fn says_that_the_password_is_wrong(&self) -> Result<(), Trouble> {
        self.fails_with("530", &self.upload("wrong")?)
    }

    /// The certificate is one that nobody has heard of before.
    fn does_not_trust_whom_it_does_not_know(&self) -> Result<(), Trouble> {
        let mut command = (self.command)();
        command.args(["--tls", "explicit"]);
        self.fails_with("insecure", &self.upload_to(command, &self.lab.protected.host, &self.lab.protected.password)?)
    }

    /// In clear, which has nothing to do with it.
    fn compares_hashes(&self) -> Result<(), Trouble> {
        let tried = HASHES.iter().flat_map(|hash| [(hash, true), (hash, false)]);
        for (hash, is_right) in tried {
            let host = hashing_server::start(Behaviour::Hashes(hash, is_right))
                .map_err(|error| Trouble::Failed(format!("cannot start a server: {error}")))?;
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

    /// A file that grows while the server takes it is no success; one that does not, is.
    fn notices_that_a_file_changes(&self) -> Result<(), Trouble> {
        let file = self.lab.nine_bytes.with_file_name("growing");
        for grows in [false, true] {
            let host = hashing_server::start_for(&file, grows)
                .map_err(|error| Trouble::Failed(format!("cannot set a changing file up: {error}")))?;
            let mut command = (self.command)();
            command.args([&host, self.lab.user]).arg(&file).arg(self.lab.directory);
            let ended = self.lab.run(command.env("FTP_PASSWORD", "any"), RUN_LIMIT)?;
            self.expect(ended.status.success() != grows, &ended, "the wrong verdict on a file that may have grown")?;
            // preview2-shim 0.26.1 moves all that it has read of a file, so that the server has one byte too many.
            let told = self.component == Component::Command || ended.stderr.contains("changed while") == grows;
            self.expect(told, &ended, "not what became of the file")?;
        }
        Ok(())
    }

    fn understands_stories(&self) -> Result<(), Trouble> {
        let Self { lab, platform, command, component, .. } = *self;
        let file = lab.nine_bytes.to_string_lossy();
        // WASI has no other exit code for it, and gives no program a file of the system's own.
        let (in_doubt, endless) = match component {
            Component::Guest => (10, Some("/proc/cpuinfo")),
            Component::Command => (1, None),
        };
        Stories { lab, platform, command, file: &file, endless, in_doubt }.are_understood()
    }

    fn repels_attacks(&self) -> Result<(), Trouble> {
        let Self { lab, platform, command, evil, hashes, component, .. } = *self;
        // preview2-shim 0.26.1 moves all that it has read of a file, whatever it is asked for.
        let pieces = component == Component::Guest;
        let file = lab.nine_bytes.to_string_lossy();
        Attacks { lab, platform, command, evil, file: &file, hashes, pieces }.are_repelled()
    }

    fn fails_with(&self, words: &str, ended: &Ended) -> Result<(), Trouble> {
        let one_line = ended.stderr.starts_with(self.prefix) && ended.stderr.lines().count() == 1;
        self.expect(one_line && ended.stderr.contains(words), ended, "no single line that says why")?;
        self.expect(ended.status.code() == Some(1), ended, "not exit code 1")?;
        self.expect(self.lab.nothing_arrived(), ended, "something was stored")
    }

    fn upload(&self, password: &str) -> Result<Ended, Trouble> {
        let mut command = (self.command)();
        match self.server {
            Server::Clear => self.upload_to(command, &self.lab.host, password),
            Server::Protected => {
                command.arg("--ca-file").arg(&self.lab.protected.certificate);
                self.upload_to(command, &self.lab.protected.host, password)
            }
        }
    }

    fn upload_to(&self, mut command: Command, host: &str, password: &str) -> Result<Ended, Trouble> {
        command.args([host, self.lab.user]).arg(&self.lab.source).arg(self.lab.directory);
        self.lab.run(command.env("FTP_PASSWORD", password), RUN_LIMIT)
    }

    fn expect(&self, holds: bool, ended: &Ended, else_what: &str) -> Result<(), Trouble> {
        if holds {
            return Ok(());
        }
        let Self { platform, version, .. } = self;
        let (status, said) = (ended.status, &ended.stderr);
        Err(Trouble::Failed(format!("{platform} {version}: {else_what}; {status}, and on stderr:\n{said}")))
    }
}
