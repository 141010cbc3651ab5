//! Sets up the real FTP servers for the tests: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib, all with TLS, and the proxies
//! microsocks and tinyproxy. Each is unpacked from Debian packages into its own folder in `<target dir>/ftp-servers/`.
//!
//! The packages are not installed, because they conflict with each other and would start services. The caller decides
//! whether a missing server is an error. The package `test-servers` starts them.

use std::{fs, path::Path};

use xtask::unpacked as packages;

const SERVERS: [Server; 6] = [
    Server { name: "vsftpd", packages: &["vsftpd"], trial: &["usr/sbin/vsftpd", "-v"] },
    Server {
        name: "proftpd",
        // The module for TLS is in a separate package.
        packages: &["proftpd-core", "proftpd-mod-crypto"],
        trial: &["bin/sh", "-c", PROFTPD_LOADS_TLS],
    },
    Server { name: "pure-ftpd", packages: &["pure-ftpd"], trial: &["usr/sbin/pure-ftpd", "--help"] },
    Server {
        name: "pyftpdlib",
        // Without pyOpenSSL, pyftpdlib has no TLS_FTPHandler.
        packages: &["python3-pyftpdlib", "python3-openssl"],
        trial: &["usr/bin/python3", "-W", "ignore", "-c", "from pyftpdlib.handlers import TLS_FTPHandler"],
    },
    // With -h it ends with 1.
    Server {
        name: "microsocks",
        packages: &["microsocks"],
        trial: &["bin/sh", "-c", "usr/bin/microsocks -h 2>&1 | grep -q SOCKS5"],
    },
    // The package tinyproxy contains only the service.
    Server { name: "tinyproxy", packages: &["tinyproxy-bin"], trial: &["usr/bin/tinyproxy", "-v"] },
];

/// With `-v` ProFTPD loads no module. The configuration must be a regular file with an absolute path. The two engines
/// are off, because they would write files outside the tree.
const PROFTPD_LOADS_TLS: &str = r#"
{
    echo "ModulePath $PWD/usr/lib/proftpd"
    echo LoadModule mod_tls.c
    echo ControlsEngine off
    echo DelayEngine off
} >trial.conf
exec usr/sbin/proftpd --configtest --config "$PWD/trial.conf"
"#;

/// This file is written last, so a tree that contains it is complete. The package `test-servers` checks it, too.
const MARKER: &str = "complete";

/// The result of the set-up of one server.
pub(crate) struct ServerState {
    /// The name of the server and of its folder.
    pub(crate) name: &'static str,
    /// The reason why the server is missing, in one line.
    pub(crate) outcome: Result<(), String>,
}

/// Sets up every server, and prints one line for each.
///
/// A server that is already complete is tested in a few milliseconds; an interrupted set-up is repeated.
pub(crate) fn set_up(target_dir: &Path) -> Vec<ServerState> {
    let shelf = target_dir.join("ftp-servers");
    let mut lists = packages::Lists::default();
    SERVERS.iter().map(|server| server.set_up(&shelf, &mut lists)).collect()
}

/// The packages of one server, and its trial run.
struct Server {
    name: &'static str,
    packages: &'static [&'static str],
    /// A program and arguments with which it ends immediately. It comes from the unpacked tree, or from the machine if
    /// the tree does not contain it. It runs in the tree, and fails if TLS is missing.
    trial: &'static [&'static str],
}

impl Server {
    fn set_up(&self, shelf: &Path, lists: &mut packages::Lists) -> ServerState {
        let tree = shelf.join(self.name);
        let outcome = if tree.join(MARKER).exists() && self.runs(&tree).is_ok() {
            Ok(())
        } else {
            self.unpack(shelf, &tree, lists)
        };
        match &outcome {
            Ok(()) => println!("FTP server {}: ready", self.name),
            Err(reason) => println!("FTP server {}: missing: {reason}", self.name),
        }
        ServerState { name: self.name, outcome }
    }

    /// Unpacks into a temporary folder and renames it at the end, so that tests never see an incomplete server.
    fn unpack(&self, shelf: &Path, tree: &Path, lists: &mut packages::Lists) -> Result<(), String> {
        let partial = shelf.join(format!("{}.partial", self.name));
        let debs = partial.join("debs");
        for leftover in [tree, &partial] {
            if leftover.exists() {
                fs::remove_dir_all(leftover).map_err(|error| failed("remove", leftover, &error))?;
            }
        }
        fs::create_dir_all(&debs).map_err(|error| failed("create", &debs, &error))?;
        packages::download(self.packages, &debs, lists)?;
        packages::extract_all(&debs, &partial)?;
        fs::remove_dir_all(&debs).map_err(|error| failed("remove", &debs, &error))?;
        self.runs(&partial)?;
        let marker = partial.join(MARKER);
        fs::write(&marker, "").map_err(|error| failed("write", &marker, &error))?;
        fs::rename(&partial, tree).map_err(|error| failed("rename", &partial, &error))
    }

    fn runs(&self, tree: &Path) -> Result<(), String> {
        let (program, arguments) = self.trial.split_first().ok_or("no trial run is defined")?;
        packages::try_program(tree, program, arguments)
    }
}

fn failed(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}
