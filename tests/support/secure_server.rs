//! A real server that requires TLS, the authority that has issued its certificate, and uploads to it.

use std::net::SocketAddr;
use std::ops::RangeInclusive;

use test_servers::certificates::{Authority, Identity};
use test_servers::{FtpServer, Kind, Options, ServerTls, Versions};

use crate::support::outcome::Outcome;
use crate::support::program::Program;

/// Makes one test for each of these settings from each function that takes a [`SecureServer`].
macro_rules! on_secure_servers {
    ($($module:ident: $kind:ident { $($field:ident: $value:expr),* }),* $(,)?; $tests:tt) => {
        $(crate::support::secure_server::on_secure_servers!(@ $module $kind { $($field: $value),* } $tests);)*
    };
    (@ $module:ident $kind:ident { $($field:ident: $value:expr),* } [$($test:ident),* $(,)?]) => {
        mod $module {
            #[allow(unused_imports, reason = "not every setting is made of all of them")]
            use test_servers::{Demand::*, Kind, Reuse::*, ServerTls, Versions::*};

            fn server() -> Option<crate::support::secure_server::SecureServer> {
                crate::support::secure_server::SecureServer::start(Kind::$kind, |identity| {
                    #[allow(unused_mut, reason = "not every setting changes something")]
                    let mut tls = ServerTls::of(identity);
                    $(tls.$field = $value;)*
                    tls
                })
            }

            $(#[test] fn $test() { if let Some(server) = server() { super::$test(&server) } })*
        }
    };
}

pub(crate) use on_secure_servers;

/// A running server, and the authority that has issued its certificate for `localhost`.
pub(crate) struct SecureServer {
    pub(crate) server: FtpServer,
    pub(crate) kind: Kind,
    /// The settings of the server.
    pub(crate) tls: ServerTls,
    /// The program's `--timeout`, in seconds.
    pub(crate) timeout: &'static str,
    /// The program's `--retries`.
    pub(crate) retries: &'static str,
    /// The program's `--jobs`.
    pub(crate) jobs: &'static str,
    authority: Authority,
}

impl SecureServer {
    /// Starts a server with the TLS `settings` for its certificate.
    pub(crate) fn start(kind: Kind, settings: impl FnOnce(Identity) -> ServerTls) -> Option<Self> {
        Self::start_with(kind, Options::default(), settings)
    }

    /// Starts a server with these options.
    pub(crate) fn start_with(
        kind: Kind,
        options: Options,
        settings: impl FnOnce(Identity) -> ServerTls,
    ) -> Option<Self> {
        let authority = Authority::new();
        let tls = settings(authority.issue(&["localhost", "127.0.0.1"]));
        let server = kind.start_with(Options { tls: Some(tls.clone()), ..options })?;
        Some(Self { server, kind, tls, timeout: "30", retries: "0", jobs: "1", authority })
    }

    /// Uploads `files` of `program`'s folder verbosely.
    pub(crate) fn upload(&self, program: Program, files: &[&str]) -> Outcome {
        self.upload_by(self.server.addr, program, files)
    }

    /// The same, through a relay at `address`.
    pub(crate) fn upload_by(&self, address: SocketAddr, program: Program, files: &[&str]) -> Outcome {
        let program = program.with_file("ca.pem", self.authority.pem().as_bytes());
        self.upload_with(program, &["--tls", self.kind_of_tls(), "--ca-file", "ca.pem"], address, files)
    }

    /// The same, but without TLS.
    pub(crate) fn upload_in_clear(&self, program: Program, files: &[&str]) -> Outcome {
        self.upload_with(program, &["--tls", "off"], self.server.addr, files)
    }

    fn upload_with(&self, program: Program, options: &[&str], address: SocketAddr, files: &[&str]) -> Outcome {
        let mut outcome = program
            .arguments(["--verbose", "--retries", self.retries, "--timeout", self.timeout, "--jobs", self.jobs])
            .arguments(options)
            .arguments([&format!("localhost:{}", address.port()), self.server.user, "--"])
            .arguments(files)
            .arguments([self.server.upload_dir()])
            .environment("FTP_PASSWORD", self.server.password)
            .run();
        outcome.aside = self.server.log();
        outcome
    }

    /// Returns the TLS version that the program should report.
    pub(crate) fn version(&self) -> &'static str {
        if self.tls.versions == Versions::Tls12Only { "TLS 1.2" } else { "TLS 1.3" }
    }

    /// Returns the number of logins for so many files: one, if every data connection can resume a session. With TLS
    /// 1.3, ProFTPD issues tickets for two only. The program then uses TLS 1.2 for the rest, if the server supports it.
    /// libunftp may reply in another order to commands that were sent together; then the program logs in again.
    pub(crate) fn logins(&self, files: usize) -> RangeInclusive<usize> {
        match (self.kind, self.tls.versions) {
            (Kind::Proftpd, Versions::Tls13Only) => files.div_ceil(2)..=files.div_ceil(2),
            (Kind::Proftpd, Versions::Any) => 2..=2,
            (Kind::Libunftp, _) => 1..=2,
            _ => 1..=1,
        }
    }

    /// Returns the certificate of the authority.
    pub(crate) fn authority_pem(&self) -> String {
        self.authority.pem()
    }

    fn kind_of_tls(&self) -> &'static str {
        if self.tls.implicit { "implicit" } else { "explicit" }
    }
}

impl Outcome {
    /// Claims that so many lines of standard error contain this text.
    pub(crate) fn counts(&self, times: usize, text: &str) -> &Self {
        self.counts_within(times..=times, text)
    }

    /// Claims that the number of lines of standard error that contain this text is in this range.
    pub(crate) fn counts_within(&self, times: RangeInclusive<usize>, text: &str) -> &Self {
        let found = self.stderr.lines().filter(|line| line.contains(text)).count();
        self.claim(times.contains(&found), &format!("{times:?} lines with `{text}`, not {found}"))
    }
}
