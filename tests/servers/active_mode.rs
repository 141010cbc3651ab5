//! Uploads to every real server with `--active`: the server opens the data connections, with and without TLS.
//!
//! `tests/hostile/network.rs` tests servers that misbehave, and other hosts that connect in the server's place.

use std::ffi::OsStr;

use test_servers::{FtpServer, Kind, Options};

use crate::support::program::Program;
use crate::support::real_servers::{content, on_every_server, upload};
use crate::support::secure_server::SecureServer;

const SIZES: [usize; 4] = [0, 1, 8193, 5 << 20];

on_every_server!(files_of_every_size_arrive_byte_for_byte);

// libunftp supports only PORT, which cannot carry an IPv6 address.
mod over_ipv6 {
    use super::files_arrive_over_ipv6;

    crate::support::real_servers::on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib;
        [files_arrive_over_ipv6]);
}

mod protected {
    use super::files_arrive_over_tls;

    crate::support::secure_server::on_secure_servers!(vsftpd: Vsftpd {}, proftpd: Proftpd {}, pure_ftpd: PureFtpd {}, pyftpdlib: Pyftpdlib {};
        [files_arrive_over_tls]);
}

fn files_of_every_size_arrive_byte_for_byte(kind: Kind) {
    if let Some(server) = kind.start() {
        sizes_arrive(&server);
    }
}

fn files_arrive_over_ipv6(kind: Kind) {
    if let Some(server) = kind.start_with(Options { ipv6: true, ..Options::default() }) {
        sizes_arrive(&server);
    }
}

fn sizes_arrive(server: &FtpServer) {
    let (program, names) = files();
    let files: Vec<_> = names.iter().map(OsStr::new).collect();
    upload(server, program, &files, server.upload_dir()).succeeds();
    have_arrived(server);
}

fn files_arrive_over_tls(server: &SecureServer) {
    let (program, names) = files();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    server.upload(program, &names).succeeds().says("> EPRT ").never_says("> EPSV");
    have_arrived(&server.server);
}

/// Returns the program with the option `--active`, and the names of its files.
fn files() -> (Program, Vec<String>) {
    let names = SIZES.map(name).to_vec();
    let program = Program::new().arguments(["--active"]);
    (SIZES.iter().fold(program, |program, &size| program.with_file(name(size), &content(size))), names)
}

fn name(size: usize) -> String {
    format!("{size}.bin")
}

fn have_arrived(server: &FtpServer) {
    for size in SIZES {
        assert!(server.stored(name(size)) == content(size), "{size} bytes differ");
    }
}
