//! Tests against real servers: one test for each server, an upload, and the content of a file.

use std::ffi::OsStr;

use test_servers::FtpServer;

use crate::support::outcome::Outcome;
use crate::support::program::Program;

/// Makes one test for every server from each function that takes a [`Kind`](test_servers::Kind).
macro_rules! on_every_server {
    ($($test:ident),* $(,)?) => {
        crate::support::real_servers::on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib,
            libunftp Libunftp; [$($test),*]);
    };
}

/// Makes one test for each of these servers from each function that takes a [`Kind`](test_servers::Kind).
macro_rules! on_servers {
    ($($module:ident $kind:ident),*; $tests:tt) => { $(crate::support::real_servers::on_servers!(@ $module $kind $tests);)* };
    (@ $module:ident $kind:ident [$($test:ident),*]) => {
        mod $module {
            $(#[test] fn $test() { super::$test(test_servers::Kind::$kind); })*
        }
    };
}

pub(crate) use {on_every_server, on_servers};

/// Uploads `files` of `program`'s folder into `directory`.
pub(crate) fn upload(server: &FtpServer, program: Program, files: &[&OsStr], directory: impl AsRef<OsStr>) -> Outcome {
    program
        .arguments(["--timeout", "30", "--retries", "0", &server.addr.to_string(), server.user, "--"])
        .arguments(files)
        .arguments([directory])
        .environment("FTP_PASSWORD", server.password)
        .run()
}

/// Returns pseudo-random bytes, so that a lost, repeated or moved piece makes a difference.
pub(crate) fn content(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
