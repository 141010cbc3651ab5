//! pyftpdlib, an FTP server library for Python, run by a small script (`pyftpdlib_server.py`).
//!
//! With TLS it resumes sessions, but does not require it. If a data connection ends without close_notify, it never
//! sends a final reply. Neither does it if a disk is full and up to 8 KiB are left in Python's buffer, because then
//! closing the file fails before the reply is sent.

use std::{path::PathBuf, process::Command};

use super::{PASSWORD, USER, home, home::Home, ports::Ports, settings::Setting, tls::ServerTls, unpacked::Unpacked};

/// Returns the command that runs the server in the foreground.
pub(super) fn command(
    unpacked: &Unpacked,
    home: &Home,
    ports: &Ports,
    tls: Option<&ServerTls>,
    settings: &[Setting],
) -> Command {
    let script = home.write("server.py", SCRIPT);
    let (control, passive) = (ports.control(), ports.passive());
    let mut command = python(unpacked);
    command.args(["-W", "ignore"]).arg(script).arg(control.ip().to_string());
    command.args([control.port(), *passive.start(), *passive.end()].map(|port| port.to_string()));
    command.arg(home.root()).args([home::READ_ONLY_DIR, USER, PASSWORD]);
    if let Some(tls) = tls {
        command.arg(if tls.implicit { "implicit" } else { "explicit" }).args([tls.certificate(home), tls.key(home)]);
        tls.limit_openssl(&mut command, home);
    }
    for setting in settings {
        let Setting::FinalReply(text) = setting else { panic!("pyftpdlib has no {setting:?}") };
        command.env("FINAL_REPLY", text);
    }
    command
}

/// Returns a command for Debian's Python, even if PATH has another one, because the package is made for Debian's.
fn python(unpacked: &Unpacked) -> Command {
    let unpacked_python = unpacked.path("usr/bin/python3");
    let mut command = if unpacked_python.exists() {
        let mut command = unpacked.command(&unpacked_python);
        command.env("PYTHONHOME", unpacked.path("usr"));
        command
    } else {
        unpacked.command(&PathBuf::from("/usr/bin/python3"))
    };
    command.env("PYTHONPATH", unpacked.path("usr/lib/python3/dist-packages"));
    command
}

const SCRIPT: &str = include_str!("pyftpdlib_server.py");
