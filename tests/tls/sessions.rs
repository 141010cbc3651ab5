//! Data connections resume the TLS session of their control connection, which proves that both come from the same
//! client. Two servers require this, and all others but Pure-FTPd with TLS 1.3 support it.
//!
//! `data_connection.rs` tests refusals, with scripted servers.

use test_servers::{Kind, Reuse};

use crate::support::program::Program;
use crate::support::secure_server::{SecureServer, on_secure_servers};

on_secure_servers!(
    vsftpd_tls_1_2: Vsftpd { versions: Tls12Only },
    vsftpd_tls_1_3: Vsftpd { versions: Tls13Only },
    vsftpd_tls_1_2_without_reuse: Vsftpd { versions: Tls12Only, reuse: NotRequired },
    vsftpd_implicit: Vsftpd { implicit: true },
    proftpd_tls_1_2: Proftpd { versions: Tls12Only },
    proftpd_tls_1_3: Proftpd { versions: Tls13Only },
    proftpd_tls_1_2_without_reuse: Proftpd { versions: Tls12Only, reuse: NotRequired },
    proftpd_tls_1_3_without_reuse: Proftpd { versions: Tls13Only, reuse: NotRequired },
    proftpd_implicit: Proftpd { implicit: true },
    pure_ftpd_tls_1_2: PureFtpd { versions: Tls12Only },
    pyftpdlib_tls_1_2: Pyftpdlib { versions: Tls12Only },
    pyftpdlib_tls_1_3: Pyftpdlib { versions: Tls13Only },
    libunftp_tls_1_2: Libunftp { versions: Tls12Only },
    libunftp_tls_1_3: Libunftp { versions: Tls13Only };
    [every_data_connection_resumes_the_session]
);

mod never {
    use super::a_server_without_tickets_still_gets_the_files;

    super::on_secure_servers!(pure_ftpd_tls_1_3: PureFtpd { versions: Tls13Only };
        [a_server_without_tickets_still_gets_the_files]);
}

/// Ten data connections: each needs a session, and with TLS 1.3 the client uses a ticket only once.
fn every_data_connection_resumes_the_session(server: &SecureServer) {
    let names: Vec<String> = (0..10).map(|number| format!("f{number}")).collect();
    let program = names.iter().fold(Program::new(), |p, name| p.with_file(name, name.as_bytes()));
    let outcome = server.upload(program, &names.iter().map(String::as_str).collect::<Vec<_>>());
    outcome
        .succeeds()
        .counts_within(server.logins(10), "* control connection: ")
        .counts_within(server.logins(10), ", new session");
    outcome.counts(10, "* data connection: ").counts(10, ", session resumed");
    for name in &names {
        assert_eq!(server.server.stored(name), name.as_bytes());
    }
    if let Some(resumed) = as_the_server_says_it(server) {
        assert_eq!(server.server.log().matches(resumed).count(), 10, "{}", server.server.log());
    }
}

/// Returns the text that the server logs for each resumed session, or `None` if it logs nothing.
fn as_the_server_says_it(server: &SecureServer) -> Option<&'static str> {
    match (server.kind, server.tls.reuse) {
        (Kind::Vsftpd, _) => Some(", reused, "),
        (Kind::Proftpd, Reuse::Required) => Some("client reused TLS session for data connection"),
        _ => None,
    }
}

fn a_server_without_tickets_still_gets_the_files(server: &SecureServer) {
    let program = Program::new().with_file("x", b"x").with_file("y", b"y");
    let outcome = server.upload(program, &["x", "y"]);
    outcome
        .succeeds()
        .counts(2, "* data connection: TLS 1.3, ")
        .counts(3, ", new session")
        .counts(0, ", session resumed");
}
