//! ProFTPD, with one user out of a password file of its own. Takes every file name, byte for byte.

use std::process::Command;

use super::{PASSWORD_HASH, USER, home::Home, ports::Ports, unpacked::Unpacked};

/// The server, in the foreground.
pub(super) fn command(unpacked: &Unpacked, home: &Home, ports: &Ports) -> Command {
    let config = home.write("proftpd.conf", &config(unpacked, home, ports));
    let mut command = unpacked.command(&unpacked.path("usr/sbin/proftpd"));
    command.arg("--nodaemon").arg("--config").arg(config);
    command
}

fn config(unpacked: &Unpacked, home: &Home, ports: &Ports) -> String {
    let (control, passive, owner) = (ports.control(), ports.passive(), &home.owner);
    let login = format!("{USER}:{PASSWORD_HASH}:{}:{}::{}:/bin/false\n", owner.uid, owner.gid, home.root().display());
    let mut lines = vec![
        format!("ModulePath {}", unpacked.path("usr/lib/proftpd").display()),
        format!("DefaultAddress {}", control.ip()),
        format!("Port {}", control.port()),
        format!("PassivePorts {} {}", passive.start(), passive.end()),
        format!("User {}", owner.user),
        format!("Group {}", owner.group),
        format!("AuthUserFile {}", home.write("passwd", &login).display()),
        // Both have a place outside our folder otherwise, which two servers would fight for.
        format!("ScoreboardFile {}", home.path().join("scoreboard").display()),
        format!("ControlsSocket {}", home.path().join("controls").display()),
        format!("PidFile {}", home.path().join("pid").display()),
    ];
    if owner.by_root {
        // Takes chroot(2), which is root's.
        lines.push("DefaultRoot ~".to_owned());
    }
    lines.extend(FIXED.lines().map(str::to_owned));
    lines.join("\n") + "\n"
}

// DelayEngine makes answers to USER and PASS slow on purpose.
const FIXED: &str = "\
ServerName test
ServerType standalone
SocketBindTight on
UseIPv6 on
UseReverseDNS off
AuthOrder mod_auth_file.c
RequireValidShell off
AllowOverwrite on
Umask 022
ControlsEngine off
DelayEngine off
SystemLog none
TransferLog none
WtmpLog off";
