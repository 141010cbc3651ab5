//! Sets up the real FTP servers that the tests upload to: vsftpd, ProFTPD, Pure-FTPd and pyftpdlib, all with TLS, out
//! of Debian's packages, each unpacked into a folder of its own under `<target dir>/ftp-servers/`. And two proxies to
//! reach them by, microsocks and tinyproxy.
//!
//! Nothing is installed: the packages conflict with each other, and would start services. Whether a missing
//! server is fatal is the caller's decision; starting them is the tests' business (`test-servers/src/lib.rs`).
//! The commands that find, fetch and unpack are in `ftp_servers/packages.rs`; read that next.

mod packages;

use std::{fs, path::Path};

/// How the set-up of one server ended.
pub(crate) struct ServerState {
    /// The server, and the name of its folder.
    pub(crate) name: &'static str,
    /// Ready, or why it is missing, in one line.
    pub(crate) outcome: Result<(), String>,
}

/// Makes every server ready that can be made ready, and prints one line for each.
///
/// A server that is ready already costs a few milliseconds; a set-up that was cut short is done again.
pub(crate) fn set_up(target_dir: &Path) -> Vec<ServerState> {
    let shelf = target_dir.join("ftp-servers");
    let mut lists = packages::Lists::default();
    SERVERS.iter().map(|server| server.set_up(&shelf, &mut lists)).collect()
}

/// What to unpack for one server, and how to see that it runs.
struct Server {
    name: &'static str,
    packages: &'static [&'static str],
    /// A program (in the unpacked tree, or else the machine's own) and arguments with which it ends at once. It is run
    /// in the tree, and fails where TLS is missing.
    trial: &'static [&'static str],
}

const SERVERS: [Server; 6] = [
    Server { name: "vsftpd", packages: &["vsftpd"], trial: &["usr/sbin/vsftpd", "-v"] },
    Server {
        name: "proftpd",
        // Its TLS is a module in a package of its own.
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
    // Its help is an exit code of 1.
    Server {
        name: "microsocks",
        packages: &["microsocks"],
        trial: &["bin/sh", "-c", "usr/bin/microsocks -h 2>&1 | grep -q SOCKS5"],
    },
    // The package tinyproxy is only its service.
    Server { name: "tinyproxy", packages: &["tinyproxy-bin"], trial: &["usr/bin/tinyproxy", "-v"] },
];

/// `-v` would load no module. The configuration has to be a file that lasts, with an absolute path; what is off would
/// put files outside the tree.
const PROFTPD_LOADS_TLS: &str = r#"
{
    echo "ModulePath $PWD/usr/lib/proftpd"
    echo LoadModule mod_tls.c
    echo ControlsEngine off
    echo DelayEngine off
} >trial.conf
exec usr/sbin/proftpd --configtest --config "$PWD/trial.conf"
"#;

/// Written last, so a tree that has it is whole. The tests look for it too.
const MARKER: &str = "complete";

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

    /// Unpacks beside the final place and renames at the end, so that tests never see half a server.
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
