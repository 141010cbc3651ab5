//! Refusals of real servers: logins, directories, files, and files larger than the disk.

use std::ffi::OsStr;

use test_servers::{Kind, Options};

use crate::support::program::Program;
use crate::support::real_servers::{content, on_every_server, upload};

on_every_server!(
    a_wrong_password_is_exit_6_and_nothing_is_stored,
    a_missing_directory_is_exit_7,
    a_directory_without_permission_is_refused,
);

mod full {
    use super::a_disk_that_fills_up_is_exit_8_with_the_servers_words;

    crate::support::real_servers::on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib;
        [a_disk_that_fills_up_is_exit_8_with_the_servers_words]);
}

fn a_wrong_password_is_exit_6_and_nothing_is_stored(kind: Kind) {
    let Some(mut server) = kind.start() else { return };
    server.password = "not this one";
    let program = Program::new().with_file("x", b"x");
    let outcome = upload(&server, program, &[OsStr::new("x")], server.upload_dir());
    outcome.fails(6).says("(530 ").says(server.user).never_says("not this one");
    assert!(!server.stored_path("x").exists());
}

fn a_missing_directory_is_exit_7(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = Program::new().with_file("x", b"x");
    upload(&server, program, &[OsStr::new("x")], "no such place").fails(7).says("(550 ").says("no such place");
}

/// libunftp agrees to the transfer before it checks permissions, so the program cannot exclude a partial file.
fn a_directory_without_permission_is_refused(kind: Kind) {
    let Some(server) = kind.start() else { return };
    let program = Program::new().with_file("x", &content(1000));
    let outcome = upload(&server, program, &[OsStr::new("x")], server.read_only_dir());
    outcome.fails(if kind == Kind::Libunftp { 8 } else { 7 }).says("(55");
    assert!(!server.root().join(server.read_only_dir()).join("x").exists());
}

fn a_disk_that_fills_up_is_exit_8_with_the_servers_words(kind: Kind) {
    // The limit must not lie where a write can begin, which ProFTPD does not survive, but inside a write, which
    // pyftpdlib needs (`test-servers`).
    let limit = 512 * 1087;
    let Some(server) = kind.start_with(Options { largest_file: Some(limit), ..Options::default() }) else { return };
    let program = Program::new().with_file("too-large", &content(32 << 20));
    let outcome = upload(&server, program, &[OsStr::new("too-large")], server.upload_dir());
    outcome.fails(8).says("partial file may remain");
    // pyftpdlib fails a second time while it handles the error, and then sends no reply about it.
    let speechless = kind == Kind::Pyftpdlib && server.log().contains("self.file_obj.close()");
    if !speechless {
        outcome.mentions(&["(451 ", "(426 ", "(452 ", "(552 "]);
    }
    let partial = server.stored("too-large");
    assert_eq!(partial, content(32 << 20)[..partial.len()], "what did arrive is the beginning of the file");
    assert!(partial.len() as u64 <= limit);
}
