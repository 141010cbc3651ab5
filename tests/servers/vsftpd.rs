//! vsftpd, without PAM and without any account of this machine: its anonymous user, let in by password only.
//!
//! `secure_email_list_enable` makes the "e-mail address" an anonymous user gives a password that is really checked.
//! Any other user is refused at USER already (530). Takes every file name there is, byte for byte.

use std::process::Command;

use super::{PASSWORD, home::Home, ports::Ports, unpacked::Unpacked};

/// The only user that can log in.
pub(super) const USER: &str = "anonymous";

/// The server, in the foreground.
pub(super) fn command(unpacked: &Unpacked, home: &Home, ports: &Ports) -> Command {
    let config = home.write("vsftpd.conf", &config(home, ports));
    let mut command = unpacked.command(&unpacked.path("usr/sbin/vsftpd"));
    command.arg(config);
    command
}

/// vsftpd takes no spaces around `=`.
fn config(home: &Home, ports: &Ports) -> String {
    let (control, passive) = (ports.control(), ports.passive());
    let passwords = home.write("passwords", &format!("{PASSWORD}\n"));
    let (listen, address) =
        if control.is_ipv6() { ("listen_ipv6", "listen_address6") } else { ("listen", "listen_address") };
    let mut lines = vec![
        "listen=NO".to_owned(),
        format!("{listen}=YES"),
        format!("{address}={}", control.ip()),
        format!("listen_port={}", control.port()),
        format!("pasv_min_port={}", passive.start()),
        format!("pasv_max_port={}", passive.end()),
        format!("email_password_file={}", passwords.display()),
        format!("anon_root={}", home.root().display()),
        format!("ftp_username={}", home.owner.user),
        format!("nopriv_user={}", home.owner.user),
        format!("secure_chroot_dir={}", home.make_empty_dir("empty").display()),
    ];
    if !home.owner.by_root {
        lines.push("run_as_launching_user=YES".to_owned());
    }
    lines.extend(FIXED.lines().map(str::to_owned));
    lines.join("\n") + "\n"
}

// The sandboxes need more of the kernel than a container gives; they are not what we test.
const FIXED: &str = "\
background=NO
anonymous_enable=YES
local_enable=NO
secure_email_list_enable=YES
write_enable=YES
anon_upload_enable=YES
anon_other_write_enable=YES
anon_umask=022
anon_world_readable_only=NO
delay_failed_login=0
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
xferlog_enable=NO";
