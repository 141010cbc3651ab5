//! Uploads over TLS to every real server, each of which refuses clear text. The tests compare the stored bytes.
//!
//! `sessions.rs` tests session resumption, `between.rs` a man in the middle, and `hostile.rs` scripted servers that
//! misbehave.

use test_servers::{Kind, ServerTls};

use crate::support::program::Program;
use crate::support::real_servers::content;
use crate::support::secure_server::{SecureServer, on_secure_servers};

on_secure_servers!(
    vsftpd_tls_1_2: Vsftpd { versions: Tls12Only },
    vsftpd_tls_1_3: Vsftpd { versions: Tls13Only },
    vsftpd_without_reuse: Vsftpd { reuse: NotRequired },
    vsftpd_implicit: Vsftpd { implicit: true },
    proftpd_tls_1_2: Proftpd { versions: Tls12Only },
    proftpd_tls_1_3: Proftpd { versions: Tls13Only },
    proftpd_tls_1_2_without_reuse: Proftpd { versions: Tls12Only, reuse: NotRequired },
    proftpd_tls_1_3_without_reuse: Proftpd { versions: Tls13Only, reuse: NotRequired },
    proftpd_that_protects_the_login_only: Proftpd { demand: Login },
    proftpd_implicit: Proftpd { implicit: true },
    pure_ftpd_tls_1_2: PureFtpd { versions: Tls12Only },
    pure_ftpd_tls_1_3: PureFtpd { versions: Tls13Only },
    pure_ftpd_that_protects_the_login_only: PureFtpd { demand: Login },
    pyftpdlib_tls_1_2: Pyftpdlib { versions: Tls12Only },
    pyftpdlib_tls_1_3: Pyftpdlib { versions: Tls13Only },
    pyftpdlib_implicit: Pyftpdlib { implicit: true },
    libunftp_tls_1_2: Libunftp { versions: Tls12Only },
    libunftp_tls_1_3: Libunftp { versions: Tls13Only };
    [files_of_every_size_arrive_byte_for_byte, fifty_files_in_a_row_arrive_byte_for_byte]
);

mod in_clear {
    use super::a_login_in_clear_is_exit_6_and_the_refusal_is_said;

    crate::support::secure_server::on_secure_servers!(vsftpd: Vsftpd {}, proftpd: Proftpd {}, pure_ftpd: PureFtpd {},
        pyftpdlib: Pyftpdlib {}, libunftp: Libunftp {}; [a_login_in_clear_is_exit_6_and_the_refusal_is_said]);
}

/// The sizes are around 16 KiB, the largest TLS record, among others.
fn files_of_every_size_arrive_byte_for_byte(server: &SecureServer) {
    let sizes = [0, 1, 16_383, 16_384, 16_385, 20 << 20];
    let names = sizes.map(|size| format!("{size}.bin"));
    let program = sizes.iter().zip(&names).fold(Program::new(), |p, (&size, name)| p.with_file(name, &content(size)));
    let outcome = server.upload(program, &names.each_ref().map(String::as_str));
    outcome.succeeds().says("size confirmed").says(&format!("* control connection: {}, ", server.version()));
    for (size, name) in sizes.into_iter().zip(&names) {
        assert!(server.server.stored(name) == content(size), "{name} differs");
    }
}

fn fifty_files_in_a_row_arrive_byte_for_byte(server: &SecureServer) {
    let names: Vec<String> = (0..50).map(|number| format!("f{number:02}")).collect();
    // Every seventh file is empty.
    let files: Vec<Vec<u8>> = (0..50).map(|number| content(if number % 7 == 0 { 0 } else { number * 733 })).collect();
    let program = names.iter().zip(&files).fold(Program::new(), |p, (name, file)| p.with_file(name, file));
    let outcome = server.upload(program, &names.iter().map(String::as_str).collect::<Vec<_>>());
    outcome.succeeds().counts_within(server.logins(50), "* control connection: ").counts(50, "* data connection: ");
    for (name, file) in names.iter().zip(&files) {
        assert!(&server.server.stored(name) == file, "{name} differs");
    }
}

fn a_login_in_clear_is_exit_6_and_the_refusal_is_said(server: &SecureServer) {
    let outcome = server.upload_in_clear(Program::new().with_file("x", b"x"), &["x"]);
    let refusal = match server.kind {
        Kind::Vsftpd => "530 Anonymous sessions must use encryption.",
        Kind::Proftpd => "550 SSL/TLS required on the control channel",
        Kind::PureFtpd => "421 Please reconnect using TLS security mechanisms.",
        Kind::Pyftpdlib => "550 SSL/TLS required on the control channel.",
        Kind::Libunftp => "534 A TLS connection is required on the control channel",
    };
    outcome.fails(6).says(refusal).never_says("PASS");
    assert!(!server.server.stored_path("x").exists());
}

mod large {
    use super::a_file_of_1_gib_arrives;

    crate::support::real_servers::on_every_server!(a_file_of_1_gib_arrives);
}

/// Servers that can require session resumption require it here.
fn a_file_of_1_gib_arrives(kind: Kind) {
    let Some(server) = SecureServer::start(kind, ServerTls::of) else { return };
    let outcome = server.upload(Program::new().with_zeros("large", 1 << 30), &["large"]);
    outcome.succeeds().says("size confirmed").says("* data connection: TLS ");
    assert_eq!(server.server.stored_path("large").metadata().unwrap().len(), 1 << 30);
}
