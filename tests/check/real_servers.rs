//! Checks of real servers, in clear and with TLS. Nothing is left on them.

use serde_json::Value;
use test_servers::{Kind, Options, ServerTls, Versions};

use crate::support::check::{Checked, check};
use crate::support::real_servers::on_servers;
use crate::support::secure_server::SecureServer;
use crate::support::sync::destination::Destination;

on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [
    everything_is_found_out_and_nothing_is_left,
    a_check_that_is_read_only_sends_no_command_that_changes_something,
    a_directory_without_write_permission_is_found,
    a_server_with_tls_is_checked_with_both_versions,
    a_server_without_an_older_version_is_told
]);

/// The questions that every server answers.
const ALWAYS: [&str; 10] = [
    "login",
    "directory",
    "data_connection",
    "listing",
    "flights",
    "file/store",
    "file/size",
    "file/time",
    "file/rename",
    "file/remove",
];

fn claim_all_works(checked: &Checked, kind: Kind) {
    checked.succeeded().results("works", &ALWAYS).tells("file/remains", Value::Array(Vec::new()));
    checked.tells("data_connection/command", "EPSV").tells("connections/open", 3).tells("connections/tried", 3);
    let has_mlsd = checked.finding("listing")["mlsd"] == true;
    checked.claim(has_mlsd == (kind != Kind::Vsftpd), "MLSD, but not on vsftpd");
    let greeted = checked.finding("greeting").as_array().is_some_and(|lines| !lines.is_empty());
    checked.claim(greeted, "a greeting");
    let (min, max) =
        (&checked.finding("file/time")["clock_ahead_min_ms"], &checked.finding("file/time")["clock_ahead_max_ms"]);
    // The server has the clock of this machine. It rounds down to a second.
    let (min, max) = (min.as_i64().unwrap_or(i64::MAX), max.as_i64().unwrap_or(i64::MIN));
    checked.claim(min <= 0 && max >= 0 && max - min >= 999, "a clock that agrees, with its rounding");
    // As it is installed, ProFTPD refuses to continue files (AllowStoreRestart).
    let resumes = kind != Kind::Proftpd;
    checked.results(if resumes { "works" } else { "fails" }, &["file/resume"]);
    checked.claim(checked.recommended().contains(&"--resume") == resumes, "--resume, if it works");
    checked.claim(checked.recommended().contains(&"--atomic"), "--atomic");
}

fn everything_is_found_out_and_nothing_is_left(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let before = server.tree_below("");
    let checked = check(&server, server.upload_dir(), &["--jobs", "3"]);
    claim_all_works(&checked, kind);
    checked.tells("tls/used", "off").tells("tls/certificate", Value::Null);
    checked.claim(server.tree_below("") == before, "the same files as before");
}

fn a_check_that_is_read_only_sends_no_command_that_changes_something(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let before = server.tree_below("");
    let checked = check(&server, server.upload_dir(), &["--read-only", "--verbose", "--jobs", "2"]);
    checked.succeeded().results("works", &ALWAYS[..5]).tells("connections/open", 2);
    checked.results("unasked", &["file/store", "file/resume", "file/rename", "file/set_time", "file/remove"]);
    for verb in ["STOR", "APPE", "REST", "RNFR", "RNTO", "DELE", "MFMT", "MKD", "RMD", "SITE"] {
        checked.never_says(&format!("> {verb}"));
    }
    checked.claim(server.tree_below("") == before, "the same files as before");
}

fn a_directory_without_write_permission_is_found(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let before = server.tree_below("");
    let checked = check(&server, server.read_only_dir(), &["--jobs", "1"]);
    checked.failed(7).results("works", &["login", "directory", "data_connection", "listing"]);
    checked.results("fails", &["file/store"]).results("unasked", &["file/rename", "file/set_time"]);
    let about_files = checked.recommended().into_iter().any(|option| !option.starts_with("--tls"));
    checked.claim(!about_files, "no recommendation about files");
    checked.claim(server.tree_below("") == before, "the same files as before");
}

fn a_server_with_tls_is_checked_with_both_versions(kind: Kind) {
    let Some(server) = SecureServer::start(kind, ServerTls::of) else { return };
    let before = server.tree_below("");
    let checked = check(&server, server.server.upload_dir(), &["--jobs", "3"]);
    claim_all_works(&checked, kind);
    checked.tells("tls/used", "explicit").tells("tls/trust", "trusted").tells("tls/control/version", "TLS 1.3");
    checked.results("works", &["tls/tls_1_2", "tls/tls_1_3"]).tells("tls/data/resumed", kind != Kind::PureFtpd);
    checked.tells("tls/certificate/names", vec!["localhost", "127.0.0.1"]).tells("tls/certificate/self_signed", false);
    let pin = checked.finding("tls/certificate")["pin"].as_str().unwrap_or_default().to_owned();
    checked.claim(pin.starts_with("sha256:") && pin.len() == 51, "a pin");
    checked.claim(server.tree_below("") == before, "the same files as before");
    // The pin that is told can be used.
    let pinned =
        check(&Pinned(&server), server.server.upload_dir(), &["--tls", "explicit", "--pin", &pin, "--jobs", "1"]);
    pinned.succeeded().tells("tls/trust", "trusted");
}

/// The same server for a client that does not know its authority.
struct Pinned<'a>(&'a SecureServer);

impl Destination for Pinned<'_> {
    fn host(&self) -> String {
        self.0.host()
    }

    fn user(&self) -> &str {
        self.0.user()
    }

    fn password(&self) -> &str {
        self.0.password()
    }

    fn tree_below(&self, directory: &str) -> crate::support::sync::Tree {
        self.0.tree_below(directory)
    }
}

fn a_server_without_an_older_version_is_told(kind: Kind) {
    // vsftpd cannot be told to refuse TLS 1.2.
    for (versions, old, new) in [(Versions::Tls12Only, "works", "missing"), (Versions::Tls13Only, "missing", "works")] {
        if kind == Kind::Vsftpd && versions == Versions::Tls13Only {
            continue;
        }
        let settings = |identity| {
            let mut tls = ServerTls::of(identity);
            tls.versions = versions;
            tls
        };
        let Some(server) = SecureServer::start_with(kind, Options::default(), settings) else { return };
        let checked = check(&server, server.server.upload_dir(), &["--jobs", "1", "--read-only"]);
        checked.succeeded().results(old, &["tls/tls_1_2"]).results(new, &["tls/tls_1_3"]);
    }
}
