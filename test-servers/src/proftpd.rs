//! ProFTPD, with one user in a separate password file. It accepts every file name unchanged.
//!
//! With TLS (mod_tls), it requires by default that data connections resume the control connection's session, and
//! otherwise sends 425. With TLS 1.3 it sends two tickets after a full handshake and none after a resumed one, but
//! accepts the same ticket again. It takes a data connection that ends without close_notify for complete (226).
//!
//! It handles SIGXFSZ even if that was ignored: a write across the limit of file sizes fails (451), but a write that
//! begins at the limit ends the session without a reply. Each write is as large as the preceding read(2), at most 128
//! KiB.

use std::process::Command;

use super::{
    FAR_END, USER,
    home::Home,
    ports::Ports,
    settings::Setting,
    tls::{Demand, Reuse, ServerTls, Versions},
    unpacked::Unpacked,
};

/// Returns the command that runs the server in the foreground.
///
/// # Errors
///
/// The reason, if mod_tls is needed but not unpacked.
pub(super) fn command(
    unpacked: &Unpacked,
    home: &Home,
    ports: &Ports,
    tls: Option<&ServerTls>,
    settings: &[Setting],
    hash: &str,
) -> Result<Command, String> {
    let mut config = config(unpacked, home, ports, hash);
    if !settings.contains(&Setting::NoOverwriting) {
        config += "AllowOverwrite on\n";
    }
    for setting in settings {
        config += &lines(*setting);
    }
    if let Some(tls) = tls {
        unpacked.require("usr/lib/proftpd/mod_tls.so")?;
        config += &protection(tls, home);
    }
    let config = home.write("proftpd.conf", &config);
    let mut command = unpacked.command(&unpacked.path("usr/sbin/proftpd"));
    command.arg("--nodaemon").arg("--config").arg(config);
    Ok(command)
}

fn config(unpacked: &Unpacked, home: &Home, ports: &Ports, hash: &str) -> String {
    let (control, passive, owner) = (ports.control(), ports.passive(), &home.owner);
    let login = format!("{USER}:{hash}:{}:{}::{}:/bin/false\n", owner.uid, owner.gid, home.root().display());
    let mut lines = vec![
        format!("ModulePath {}", unpacked.path("usr/lib/proftpd").display()),
        format!("DefaultAddress {}", control.ip()),
        format!("Port {}", control.port()),
        format!("PassivePorts {} {}", passive.start(), passive.end()),
        format!("User {}", owner.user),
        format!("Group {}", owner.group),
        format!("AuthUserFile {}", home.write("passwd", &login).display()),
        // By default these files are outside our folder, where two servers would overwrite each other's.
        format!("ScoreboardFile {}", home.path().join("scoreboard").display()),
        format!("ControlsSocket {}", home.path().join("controls").display()),
        format!("PidFile {}", home.path().join("pid").display()),
    ];
    if owner.by_root {
        // This needs chroot(2), which only root may call.
        lines.push("DefaultRoot ~".to_owned());
    }
    lines.extend(FIXED.lines().map(str::to_owned));
    lines.join("\n") + "\n"
}

fn lines(setting: Setting) -> String {
    let fixed = match setting {
        Setting::BehindLink => return format!("MasqueradeAddress {FAR_END}\n"),
        Setting::NoRenaming => "<Limit RNFR RNTO>\nDenyAll\n</Limit>\n",
        Setting::NoOverwriting => "AllowOverwrite off\n",
        Setting::NoDeleting => "<Limit DELE>\nDenyAll\n</Limit>\n",
        Setting::NoDirectoryChanges => "<Limit CWD>\nDenyAll\n</Limit>\n",
        Setting::NoReading => "<Limit READ>\nDenyAll\n</Limit>\n",
        Setting::Hashes => "LoadModule mod_digest.c\nDigestEngine on\nAllowStoreRestart on\n",
        Setting::HiddenStores => "HiddenStores on\n",
        Setting::Quota => "MaxStoreFileSize 2 Mb\n",
        Setting::OneClient => "MaxClients 1\n",
        Setting::OneClientPerUser => "MaxClientsPerUser 1\n",
        Setting::TwoClientsPerUser => "MaxClientsPerUser 2\n",
        Setting::OneConnectionPerAddress => "MaxConnectionsPerHost 1\n",
        other => panic!("ProFTPD has no {other:?}"),
    };
    fixed.to_owned()
}

fn protection(tls: &ServerTls, home: &Home) -> String {
    let versions = match tls.versions {
        Versions::Tls12Only => "TLSv1.2",
        Versions::Tls13Only => "TLSv1.3",
        Versions::Any => "TLSv1.2 TLSv1.3",
    };
    let mut lines = vec![
        "LoadModule mod_tls.c".to_owned(),
        "TLSEngine on".to_owned(),
        format!("TLSECCertificateFile {}", tls.certificate(home).display()),
        format!("TLSECCertificateKeyFile {}", tls.key(home).display()),
        format!("TLSProtocol {versions}"),
        format!("TLSRequired {}", if tls.demand == Demand::Login { "ctrl" } else { "on" }),
        format!("TLSLog {}", home.log().display()),
    ];
    if tls.reuse == Reuse::NotRequired {
        lines.push("TLSOptions NoSessionReuseRequired".to_owned());
    }
    if tls.implicit {
        lines.push("TLSOptions UseImplicitSSL".to_owned());
    }
    lines.join("\n") + "\n"
}

// DelayEngine is off because it delays the replies to USER and PASS on purpose.
const FIXED: &str = "\
ServerName test
ServerType standalone
SocketBindTight on
UseIPv6 on
UseReverseDNS off
AuthOrder mod_auth_file.c
RequireValidShell off
Umask 022
ControlsEngine off
DelayEngine off
SystemLog none
TransferLog none
WtmpLog off";
