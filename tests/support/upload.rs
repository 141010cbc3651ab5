//! The upload that most tests ask for: alice puts `hello.txt` into `inbox`, and her password is in the environment.
//!
//! A test changes what it is about and leaves the rest. The scripted server's usual lines (`script.rs`, next) know the
//! same names.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::support::program::Program;

/// An upload in the making; everything but the server is settled.
pub(crate) struct Upload {
    program: Program,
    options: Vec<OsString>,
    user: OsString,
    files: Vec<OsString>,
    directory: OsString,
    password_in_environment: bool,
}

impl Upload {
    /// Of one file with this content, into `inbox`.
    pub(crate) fn of(name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        Self::of_nothing().and(name, content)
    }

    /// Of `hello.txt`, which holds `hello`, into `inbox`.
    pub(crate) fn of_hello() -> Self {
        Self::of("hello.txt", HELLO)
    }

    /// Of a file of zeros, `BIG` bytes long: no set of socket buffers takes it whole.
    pub(crate) fn of_big_file() -> Self {
        let mut upload = Self::of_nothing();
        upload.program = upload.program.with_zeros("big.bin", BIG);
        upload.argument_file("big.bin")
    }

    /// With no file yet.
    pub(crate) fn of_nothing() -> Self {
        Self {
            program: Program::new(),
            options: ["--timeout", "5", "--connect-timeout", "5", "--retries", "0"].map(OsString::from).to_vec(),
            user: "alice".into(),
            files: Vec::new(),
            directory: "inbox".into(),
            password_in_environment: true,
        }
    }

    /// And of another file.
    pub(crate) fn and(mut self, name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        self.program = self.program.with_file(name.as_ref(), content);
        self.argument_file(name)
    }

    /// And of a file that the test has made, or has not.
    pub(crate) fn argument_file(mut self, name: impl AsRef<OsStr>) -> Self {
        self.files.push(name.as_ref().to_owned());
        self
    }

    /// With more options.
    pub(crate) fn options<O: AsRef<OsStr>>(mut self, options: impl IntoIterator<Item = O>) -> Self {
        self.options.extend(options.into_iter().map(|option| option.as_ref().to_owned()));
        self
    }

    /// As the program is when nothing is said about patience and new tries.
    pub(crate) fn without_options(mut self) -> Self {
        self.options.clear();
        self
    }

    /// With this many seconds of patience instead of five.
    pub(crate) fn timeout(mut self, seconds: &str) -> Self {
        self.options[1] = seconds.into();
        self.options[3] = seconds.into();
        self
    }

    /// Tried again so often, with next to no wait in between; not at all otherwise.
    pub(crate) fn retries(self, count: &str) -> Self {
        self.retries_after(count, "0.05")
    }

    /// Tried again so often, the first time after so many seconds.
    pub(crate) fn retries_after(mut self, count: &str, delay: &str) -> Self {
        self.options[5] = count.into();
        self.options(["--retry-delay", delay])
    }

    /// Tried again as the program sees fit, but for this wait.
    pub(crate) fn default_retries_after(mut self, delay: &str) -> Self {
        self.options.drain(4..6);
        self.options(["--retry-delay", delay])
    }

    /// As another user.
    pub(crate) fn user(mut self, user: impl AsRef<OsStr>) -> Self {
        self.user = user.as_ref().to_owned();
        self
    }

    /// Into another directory.
    pub(crate) fn directory(mut self, directory: impl AsRef<OsStr>) -> Self {
        self.directory = directory.as_ref().to_owned();
        self
    }

    /// Without `FTP_PASSWORD`.
    pub(crate) fn without_password(mut self) -> Self {
        self.password_in_environment = false;
        self
    }

    /// With the program's surroundings changed.
    pub(crate) fn program(mut self, change: impl FnOnce(Program) -> Program) -> Self {
        self.program = change(self.program);
        self
    }

    /// Where a local file lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.program.path(name)
    }

    /// To a server of the test, as the finished program run.
    pub(crate) fn to(self, server: SocketAddr) -> Program {
        self.at(server.to_string())
    }

    /// To a host, named as a user may name it.
    pub(crate) fn at(self, host: impl AsRef<OsStr>) -> Program {
        let program = self.program.arguments(self.options).arguments([host.as_ref(), &self.user]);
        let program = program.arguments(self.files).arguments([self.directory]);
        if self.password_in_environment { program.environment("FTP_PASSWORD", PASSWORD) } else { program }
    }
}

/// Told to the program in many ways, and never to be seen in what it prints. The spaces must survive.
pub(crate) const PASSWORD: &str = "open sesame 7731";

/// What is in `hello.txt`.
pub(crate) const HELLO: &[u8] = b"hello\n";

/// More than the send buffer of the program (4 MiB where Linux is left as it is) and the server's window together.
pub(crate) const BIG: u64 = 32 << 20;
