//! The upload of most tests: alice uploads `hello.txt` into `inbox`, with her password in the environment.
//!
//! Each test changes only the parts that it is about. The scripts in `script.rs` use the same names.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::support::program::Program;

/// The password. The program must never print it. It has spaces, which must be preserved.
pub(crate) const PASSWORD: &str = "open sesame 7731";

/// The content of `hello.txt`.
pub(crate) const HELLO: &[u8] = b"hello\n";

/// More than the program's send buffer (4 MiB with the defaults of Linux) and the server's receive buffer together.
pub(crate) const BIG: u64 = 32 << 20;

/// An upload whose server is not chosen yet.
pub(crate) struct Upload {
    program: Program,
    options: Vec<OsString>,
    user: OsString,
    files: Vec<OsString>,
    /// The last word; `None` if an option names the directory.
    directory: Option<OsString>,
    password_in_environment: bool,
}

impl Upload {
    /// Uploads one file with this content into `inbox`.
    pub(crate) fn of(name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        Self::of_nothing().and(name, content)
    }

    /// Uploads `hello.txt`, whose content is `hello`, into `inbox`.
    pub(crate) fn of_hello() -> Self {
        Self::of("hello.txt", HELLO)
    }

    /// Uploads a file of `BIG` zero bytes, which no socket buffers can hold completely.
    pub(crate) fn of_big_file() -> Self {
        let mut upload = Self::of_nothing();
        upload.program = upload.program.with_zeros("big.bin", BIG);
        upload.argument_file("big.bin")
    }

    /// An upload without a file.
    pub(crate) fn of_nothing() -> Self {
        Self {
            program: Program::new(),
            options: ["--timeout", "5", "--connect-timeout", "5", "--retries", "0", "--jobs", "1"]
                .map(OsString::from)
                .to_vec(),
            user: "alice".into(),
            files: Vec::new(),
            directory: Some("inbox".into()),
            password_in_environment: true,
        }
    }

    /// Adds a file with this content.
    pub(crate) fn and(mut self, name: impl AsRef<OsStr>, content: &[u8]) -> Self {
        self.program = self.program.with_file(name.as_ref(), content);
        self.argument_file(name)
    }

    /// Adds a file argument, whose file the test may or may not have created.
    pub(crate) fn argument_file(mut self, name: impl AsRef<OsStr>) -> Self {
        self.files.push(name.as_ref().to_owned());
        self
    }

    /// Synchronises this local directory with the remote one, instead of uploading files.
    pub(crate) fn synchronising(mut self, local: impl AsRef<OsStr>) -> Self {
        self.options.insert(0, "sync".into());
        self.files = vec![local.as_ref().to_owned()];
        self
    }

    /// Adds options.
    pub(crate) fn options<O: AsRef<OsStr>>(mut self, options: impl IntoIterator<Item = O>) -> Self {
        self.options.extend(options.into_iter().map(|option| option.as_ref().to_owned()));
        self
    }

    /// Removes the tests' usual timeouts and retries, so that the program's defaults apply.
    pub(crate) fn without_options(mut self) -> Self {
        self.options.clear();
        self
    }

    /// Sets both timeouts to so many seconds instead of five.
    pub(crate) fn timeout(mut self, seconds: &str) -> Self {
        self.options[1] = seconds.into();
        self.options[3] = seconds.into();
        self
    }

    /// Allows so many connections instead of one.
    pub(crate) fn jobs(mut self, count: &str) -> Self {
        self.options[7] = count.into();
        self
    }

    /// Allows so many retries instead of none, with almost no delay.
    pub(crate) fn retries(self, count: &str) -> Self {
        self.retries_after(count, "0.05")
    }

    /// Allows so many retries, the first one after so many seconds.
    pub(crate) fn retries_after(mut self, count: &str, delay: &str) -> Self {
        self.options[5] = count.into();
        self.options(["--retry-delay", delay])
    }

    /// Uses the program's default number of retries, with this delay.
    pub(crate) fn default_retries_after(mut self, delay: &str) -> Self {
        self.options.drain(4..6);
        self.options(["--retry-delay", delay])
    }

    /// Uses another user name.
    pub(crate) fn user(mut self, user: impl AsRef<OsStr>) -> Self {
        self.user = user.as_ref().to_owned();
        self
    }

    /// Uses another directory.
    pub(crate) fn directory(mut self, directory: impl AsRef<OsStr>) -> Self {
        self.directory = Some(directory.as_ref().to_owned());
        self
    }

    /// Leaves the directory out of the words, because an option names it.
    pub(crate) fn without_directory(mut self) -> Self {
        self.directory = None;
        self
    }

    /// Removes `FTP_PASSWORD`.
    pub(crate) fn without_password(mut self) -> Self {
        self.password_in_environment = false;
        self
    }

    /// Changes the program that is run.
    pub(crate) fn program(mut self, change: impl FnOnce(Program) -> Program) -> Self {
        self.program = change(self.program);
        self
    }

    /// Returns the path of a local file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.program.path(name)
    }

    /// Returns the program for an upload to this address.
    pub(crate) fn to(self, server: SocketAddr) -> Program {
        self.at(server.to_string())
    }

    /// Returns the program for an upload to a host in any of the forms that a user may type.
    pub(crate) fn at(self, host: impl AsRef<OsStr>) -> Program {
        let files = self.files.clone();
        let words =
            [host.as_ref().to_owned(), self.user.clone()].into_iter().chain(files).chain(self.directory.clone());
        let words: Vec<_> = words.collect();
        self.with_words(words)
    }

    /// Returns the program with these words beside its options, instead of host, user, files and directory.
    pub(crate) fn with_words<W: AsRef<OsStr>>(self, words: impl IntoIterator<Item = W>) -> Program {
        let program = self.program.arguments(self.options).arguments(words);
        if self.password_in_environment { program.environment("FTP_PASSWORD", PASSWORD) } else { program }
    }
}
