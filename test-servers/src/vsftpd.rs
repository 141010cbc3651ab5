//! vsftpd, without PAM and without any account of this machine: its anonymous user, with a password.
//!
//! With `secure_email_list_enable`, the "e-mail address" of an anonymous user is a password that the server checks. It
//! refuses any other user after USER (530). It accepts every file name unchanged.
//!
//! With TLS, it requires by default that data connections resume the control connection's session, and otherwise sends
//! 522. It takes a data connection that ends without close_notify for broken (426).
//!
//! If no port for data connections is free, it sends `500 OOPS` twice and ends the session.

use std::process::Command;

use super::{
    FAR_END,
    home::Home,
    ports::Ports,
    settings::Setting,
    tls::{Reuse, ServerTls},
    unpacked::Unpacked,
};

/// The only user who can log in.
pub(super) const USER: &str = "anonymous";

/// Returns the command that runs the server in the foreground.
pub(super) fn command(
    unpacked: &Unpacked,
    home: &Home,
    ports: &Ports,
    tls: Option<&ServerTls>,
    settings: &[Setting],
    password: &str,
) -> Command {
    let mut config = config(home, ports, password);
    let mut command = unpacked.command(&unpacked.path("usr/sbin/vsftpd"));
    if let Some(tls) = tls {
        config += &protection(tls, home);
        tls.limit_openssl(&mut command, home);
    }
    for setting in settings {
        config += &line(*setting, ports);
    }
    command.arg(home.write("vsftpd.conf", &config));
    command
}

/// Returns the configuration. vsftpd allows no spaces around `=`.
fn config(home: &Home, ports: &Ports, password: &str) -> String {
    let (control, passive) = (ports.control(), ports.passive());
    let passwords = home.write("passwords", &format!("{password}\n"));
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

/// Returns the line for a setting. If an option occurs twice, the server uses the last line.
fn line(setting: Setting, ports: &Ports) -> String {
    match setting {
        Setting::NoRenaming => "cmds_denied=RNFR\n".to_owned(),
        Setting::NoDeleting => "cmds_denied=DELE\n".to_owned(),
        Setting::NoSizes => "cmds_denied=SIZE\n".to_owned(),
        Setting::OneClient => "max_clients=1\n".to_owned(),
        Setting::TwoClients => "max_clients=2\n".to_owned(),
        Setting::BehindLink => format!("pasv_address={FAR_END}\n"),
        Setting::NoHome => "anon_root=/nonexistent\n".to_owned(),
        Setting::OnePassivePort => format!("pasv_max_port={}\n", ports.passive().start()),
        Setting::ShortAccept => "accept_timeout=2\n".to_owned(),
        Setting::NoLog => "xferlog_enable=NO\ndebug_ssl=NO\n".to_owned(),
        other => panic!("vsftpd has no {other:?}"),
    }
}

/// Returns the lines for TLS. The options are called "rsa", but accept keys of any kind. The log tells which sessions
/// were resumed.
fn protection(tls: &ServerTls, home: &Home) -> String {
    let said = |yes| if yes { "YES" } else { "NO" };
    let lines = [
        format!("rsa_cert_file={}", tls.certificate(home).display()),
        format!("rsa_private_key_file={}", tls.key(home).display()),
        format!("implicit_ssl={}", said(tls.implicit)),
        format!("require_ssl_reuse={}", said(tls.reuse == Reuse::Required)),
        format!("vsftpd_log_file={}", home.log().display()),
    ];
    lines.join("\n") + PROTECTED
}

// The options for anonymous users apply, because the test account is one.
const PROTECTED: &str = "
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
force_local_logins_ssl=YES
force_local_data_ssl=YES
ssl_ciphers=HIGH
debug_ssl=YES
xferlog_enable=YES
";

// vsftpd's sandboxes are off: they need privileges that a container may not have, and are not under test.
const FIXED: &str = "\
background=NO
anonymous_enable=YES
local_enable=NO
secure_email_list_enable=YES
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_umask=022
anon_world_readable_only=NO
delay_failed_login=0
seccomp_sandbox=NO
isolate=NO
isolate_network=NO
xferlog_enable=NO";

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpStream;

    use super::Setting;
    use crate::certificates::Identity;
    use crate::{Kind, Options, ServerTls};

    fn reply(connection: &mut BufReader<TcpStream>, command: &str) -> String {
        connection.get_mut().write_all(command.as_bytes()).expect("a connection");
        let mut line = String::new();
        connection.read_line(&mut line).expect("a reply");
        line
    }

    #[test]
    fn a_server_in_memory_has_the_password_of_its_options() {
        let options = Options { password: Some("secret"), in_memory: true, ..Options::set(&[Setting::NoLog]) };
        let Some(server) = Kind::Vsftpd.start_with(options) else { return };
        assert!(server.root().starts_with("/dev/shm"));
        let mut connection = BufReader::new(TcpStream::connect(server.addr).expect("a connection"));
        assert!(reply(&mut connection, "").starts_with("220"));
        assert!(reply(&mut connection, "USER anonymous\r\n").starts_with("331"));
        assert!(reply(&mut connection, "PASS secret\r\n").starts_with("230"));
    }

    #[test]
    fn a_server_without_a_log_starts_with_tls_too() {
        let tls = Some(ServerTls::of(Identity::self_signed(&["localhost"])));
        let Some(server) = Kind::Vsftpd.start_with(Options { tls, ..Options::set(&[Setting::NoLog]) }) else { return };
        let mut connection = BufReader::new(TcpStream::connect(server.addr).expect("a connection"));
        assert!(reply(&mut connection, "").starts_with("220"));
        assert!(reply(&mut connection, "AUTH TLS\r\n").starts_with("234"));
        assert_eq!(server.log(), "");
    }
}
