//! Command lines that cannot be carried out.

use std::ffi::OsStr;

use clap::Parser;
use ftp_uploader::{NotAServer, RequestError, Target};

use super::Table;
use crate::args::Args;
use crate::cli_error::CliError;
use crate::input::environment::SecretVariables;
use crate::input::proxy;
use crate::messages::request;
use crate::settings::Settings;

fn add(table: &mut Table, label: &str, error: impl Into<CliError>) {
    table.cli(label, None, error.into());
}

#[test]
fn servers_and_proxies_that_are_none() {
    let mut table = Table::default();
    for typed in ["", "a b", "host:99999", "http://host", "alice:secret@host", "host/path", "[fe80::1%\u{1b}]"] {
        let error: NotAServer = typed.parse::<ftp_uploader::Server>().unwrap_err();
        add(&mut table, typed, error);
    }
    for typed in ["ftp://proxy", "http://bob:secret@proxy", "http://proxy/path", "http://"] {
        add(&mut table, typed, proxy::parse(OsStr::new(typed), None).err().unwrap());
    }
    for auth in ["bob", ":secret", "bob:", "bob:se\ncret", "\u{e9}"] {
        let mut bytes = auth.as_bytes().to_vec();
        bytes.truncate(if auth == "\u{e9}" { 1 } else { bytes.len() });
        add(&mut table, auth, proxy::parse(OsStr::new("socks5://proxy"), Some(bytes.into())).err().unwrap());
    }
    let long = format!("bob:{}", "x".repeat(256)).into_bytes().into();
    add(&mut table, "too long", proxy::parse(OsStr::new("socks5://proxy"), Some(long)).err().unwrap());
    insta::assert_snapshot!(table.0);
}

#[test]
fn requests_that_can_never_be_carried_out() {
    let mut table = Table::default();
    for user in [&b""[..], b"a\nb", b"a\xffb", &[b'x'; 5000]] {
        let error = Target::new("host".parse().unwrap(), user).err().unwrap();
        add(&mut table, "user name", error);
    }
    add(&mut table, "not a name", RequestError::NotAName { name: "a/b".into() });
    add(&mut table, "same name", RequestError::SameName { one: "a/x".into(), other: "b/x".into() });
    let rule = |rule: &str, why: &str| RequestError::Rule { rule: rule.to_owned(), why: why.to_owned() };
    add(&mut table, "rule", rule("[z-a]\n", "invalid range; 'z' > 'a'."));
    let error = std::io::Error::from(rustix::io::Errno::ACCESS);
    add(&mut table, "rules", CliError::Usage(request::no_rules("my\nrules".as_ref(), &error)));
    add(&mut table, "active", RequestError::ActiveThroughProxy);
    let missing = [("files", "this kernel has no Landlock"), ("ports", "this kernel has no Landlock")];
    add(&mut table, "--require-fence", CliError::Usage(request::no_fence(&missing)));
    insta::assert_snapshot!(table.0);
}

#[test]
fn command_lines_that_cannot_be_carried_out() {
    let mut table = Table::default();
    for line in [
        "host alice inbox",
        "-r --exclude / host alice dir inbox",
        "-r --exclude-from missing.rules host alice dir inbox",
        "--create-dirs host alice file Cargo.toml",
        "--tls off ftps://host alice file inbox",
        "--tls off --insecure host alice file inbox",
        "--ca-file missing.pem host alice file inbox",
        "--ca-file Cargo.toml host alice file inbox",
        "--cert Cargo.toml --key Cargo.toml host alice file inbox",
        "--password-fd 2 host alice file inbox",
        "--password-fd 4000 host alice file inbox",
    ] {
        let args = Args::try_parse_from(["ftp-uploader"].into_iter().chain(line.split(' '))).unwrap();
        let error = Settings::resolve(args, SecretVariables::default()).err().unwrap();
        add(&mut table, line, error);
    }
    insta::assert_snapshot!(table.0);
}
