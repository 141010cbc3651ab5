//! Pure-FTPd, with one virtual user. Only root can run it.
//!
//! Peculiarities: a backslash in a file name is refused (553). A space at the start or end of a name is stored as `_`,
//! so that SIZE then finds no such file. `OPTS UTF8 ON` is refused (504), though names are taken byte for byte.
//!
//! With TLS 1.2 it resumes sessions. With TLS 1.3 it sends no tickets, so it never resumes any. It takes a data
//! connection that ends without close_notify for complete (226).

use std::process::{Command, Stdio};

use super::{
    FAR_END, USER,
    home::Home,
    ports::Ports,
    settings::Setting,
    tls::{Demand, ServerTls},
    unpacked::Unpacked,
};

/// Returns the command that runs the server in the foreground.
///
/// # Errors
///
/// The reason, if the server cannot run here.
pub(super) fn command(
    unpacked: &Unpacked,
    home: &Home,
    ports: &Ports,
    tls: Option<&ServerTls>,
    settings: &[Setting],
    hash: &str,
) -> Result<Command, String> {
    if !home.owner.by_root {
        return Err("Pure-FTPd has to be started by root".to_owned());
    }
    let (control, passive) = (ports.control(), ports.passive());
    let mut command = unpacked.command(&unpacked.path("usr/sbin/pure-ftpd"));
    command.args(["--bind", &format!("{},{}", control.ip(), control.port())]);
    command.args(["--passiveportrange", &format!("{}:{}", passive.start(), passive.end())]);
    command.args(["--login", &format!("puredb:{}", users(unpacked, home, hash))]);
    command.args(["--minuid", &home.owner.uid.to_string()]);
    command.arg("--pidfile").arg(home.path().join("pid"));
    command.args(FIXED);
    command.args(settings.iter().map(|setting| option(*setting)));
    if let Some(tls) = tls {
        assert!(!tls.implicit, "Pure-FTPd has no implicit TLS");
        command.args(["--tls", if tls.demand == Demand::Login { "2" } else { "3" }]);
        command.args(["--certfile", &format!("{},{}", tls.certificate(home).display(), tls.key(home).display())]);
        tls.limit_openssl(&mut command, home);
    }
    Ok(command)
}

/// Returns the option for a setting. If an option occurs twice, the server uses the last one.
fn option(setting: Setting) -> String {
    let fixed = match setting {
        Setting::BehindLink => return format!("--forcepassiveip={FAR_END}"),
        Setting::NoRenaming => "--norename",
        Setting::NoDeleting => "--keepallfiles",
        Setting::NoDotFiles => "--prohibitdotfileswrite",
        Setting::StoresAside => "--autorename",
        Setting::Quota => "--quota=1000:2",
        Setting::OneClient => "--maxclientsnumber=1",
        Setting::TruncatedListings => "--limitrecursion=15:2",
        other => panic!("Pure-FTPd has no {other:?}"),
    };
    fixed.to_owned()
}

/// Makes the database of users with Pure-FTPd's own tool, and returns its path.
fn users(unpacked: &Unpacked, home: &Home, hash: &str) -> String {
    let (uid, gid) = (home.owner.uid, home.owner.gid);
    // `/./` ends the part of the path to which the user is confined. The empty fields are limits.
    let user = format!("{USER}:{hash}:{uid}:{gid}::{}/./::::::::::::\n", home.root().display());
    let database = home.path().join("users.pdb");
    let mut tool = unpacked.command(&unpacked.path("usr/bin/pure-pw"));
    tool.arg("mkdb").arg(&database).arg("-f").arg(home.write("users", &user));
    assert!(tool.stdin(Stdio::null()).status().expect("pure-pw runs").success(), "pure-pw made no database");
    database.display().to_string()
}

const FIXED: [&str; 7] = [
    "--chrooteveryone",
    "--noanonymous",
    "--dontresolve",
    "--umask=133:022",
    "--maxclientsnumber=50",
    "--maxclientsperip=50",
    "--maxidletime=15",
];
