//! A real server in addition to the sink: vsftpd, as `cargo xtask set-up` has unpacked it, storing into memory.
//!
//! Its configuration is minimal. The one for the tests is in `tests/servers/vsftpd.rs`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::PASSWORD;

/// A running server; it is stopped when this is dropped.
pub(crate) struct Vsftpd {
    process: Child,
    port: u16,
}

/// The maximum time for the start.
const START: Duration = Duration::from_secs(10);

impl Vsftpd {
    /// The user name.
    pub(crate) const USER: &'static str = "anonymous";
    /// The directory that accepts uploads.
    pub(crate) const DIRECTORY: &'static str = "incoming";

    /// Starts the server; `tls` is certificate and key.
    pub(crate) fn start(target: &Path, memory: &Path, tls: Option<(&Path, &Path)>) -> io::Result<Self> {
        let tree = target.join("ftp-servers/vsftpd");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let root = memory.join("vsftpd");
        let (incoming, empty) = (root.join(Self::DIRECTORY), memory.join("empty"));
        for folder in [&incoming, &empty] {
            fs::create_dir_all(folder)?;
        }
        // The server writes with a different account than ours.
        fs::set_permissions(&incoming, fs::Permissions::from_mode(0o777))?;
        fs::set_permissions(memory, fs::Permissions::from_mode(0o755))?;
        let passwords = memory.join("passwords");
        fs::write(&passwords, format!("{PASSWORD}\n"))?;
        let mut lines = format!(
            "{FIXED}listen_port={port}\nanon_root={}\nemail_password_file={}\nsecure_chroot_dir={}\n",
            root.display(),
            passwords.display(),
            empty.display()
        );
        // Only root can let it change to another user, whose home directory must exist.
        let root = rustix::process::geteuid().is_root();
        let owner = if root { "daemon".to_owned() } else { std::env::var("USER").unwrap_or_default() };
        let launching = if root { "NO" } else { "YES" };
        lines += &format!("ftp_username={owner}\nnopriv_user={owner}\nrun_as_launching_user={launching}\n");
        if let Some((certificate, key)) = tls {
            lines += &format!(
                "{PROTECTED}rsa_cert_file={}\nrsa_private_key_file={}\n",
                certificate.display(),
                key.display()
            );
        }
        let config = memory.join("vsftpd.conf");
        fs::write(&config, lines)?;
        let mut command = Command::new(tree.join("usr/sbin/vsftpd"));
        command.arg(config).env("LD_LIBRARY_PATH", libraries(&tree)).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.spawn()?;
        let started = Self { process, port };
        let until = Instant::now() + START;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() > until {
                return Err(io::Error::other("vsftpd does not answer"));
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(started)
    }

    /// Returns the port for control connections.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Debian keeps libraries in `usr/lib/<architecture>`.
fn libraries(tree: &Path) -> OsString {
    let folders = fs::read_dir(tree.join("usr/lib")).into_iter().flatten().flatten().map(|entry| entry.path());
    std::env::join_paths(folders).unwrap_or_default()
}

impl Drop for Vsftpd {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const FIXED: &str = "\
listen=YES
listen_address=127.0.0.1
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
xferlog_enable=NO
";

const PROTECTED: &str = "\
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=NO
ssl_ciphers=HIGH
";
