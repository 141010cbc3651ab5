//! A man in the middle between the program and a real server, who records the traffic (`support/wiretap.rs`) or cuts
//! data connections (`support/cutting_relay.rs`).
//!
//! Two of the servers take a truncated file for a whole one, because they do not check for close_notify.

use test_servers::{FtpServer, Kind, Options, ServerTls};

use crate::support::cutting_relay::{CuttingRelay, Then};
use crate::support::program::Program;
use crate::support::real_servers::{content, on_servers};
use crate::support::secure_server::{SecureServer, on_secure_servers};
use crate::support::wiretap::{Wiretap, end_of_records};

on_secure_servers!(
    vsftpd: Vsftpd {},
    vsftpd_tls_1_2: Vsftpd { versions: Tls12Only },
    vsftpd_implicit: Vsftpd { implicit: true },
    proftpd: Proftpd {},
    proftpd_implicit: Proftpd { implicit: true },
    pure_ftpd: PureFtpd {},
    pyftpdlib: Pyftpdlib {},
    pyftpdlib_implicit: Pyftpdlib { implicit: true },
    libunftp: Libunftp {};
    [nothing_but_the_wish_for_tls_crosses_in_clear]
);

mod cut {
    use super::a_swallowed_tail_is_no_success;
    use super::{a_cut_in_mid_transfer_is_no_success, a_cut_that_the_server_sees_is_no_success};

    super::on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib, libunftp Libunftp;
        [a_cut_in_mid_transfer_is_no_success, a_cut_that_the_server_sees_is_no_success,
            a_swallowed_tail_is_no_success]);
}

fn nothing_but_the_wish_for_tls_crosses_in_clear(server: &SecureServer) {
    let wiretap = Wiretap::before(server.server.addr);
    let program = Program::new().with_file("secret-name", &content(100_000));
    server.upload_by(wiretap.address, program, &["secret-name"]).succeeds();
    assert_eq!(server.server.stored("secret-name"), content(100_000));

    let heard = wiretap.heard();
    let in_clear: &[u8] = if server.tls.implicit { b"" } else { b"AUTH TLS\r\n" };
    let protected = heard.strip_prefix(in_clear).unwrap_or_else(|| panic!("{in_clear:?} first, not {heard:?}"));
    assert_eq!(end_of_records(protected), protected.len(), "not only TLS records in {protected:?}");
    let FtpServer { user, password, .. } = server.server;
    for secret in [user, password, server.server.upload_dir(), "secret-name"] {
        let overheard = heard.windows(secret.len()).any(|piece| piece == secret.as_bytes());
        assert!(!overheard, "`{secret}` was overheard");
    }
}

/// Both sides see an end of the TCP connection that the other side has not sent.
fn a_cut_in_mid_transfer_is_no_success(kind: Kind) {
    cut_in_mid_transfer(kind, Then::EndBoth);
}

/// The server's TLS library may answer with an alert, and the server itself with a positive reply.
fn a_cut_that_the_server_sees_is_no_success(kind: Kind) {
    cut_in_mid_transfer(kind, Then::EndTheServers);
}

fn cut_in_mid_transfer(kind: Kind, then: Then) {
    let size = 16 << 20;
    let Some(server) = start_aside(kind) else { return };
    let relay = CuttingRelay::before(&server.server, size / 4, then);
    let outcome = server.upload_by(relay.address, Program::new().with_file("cut", &content(size)), &["cut"]);
    // A server that takes the cut for the end of the file sends 226: before the program has sent everything (9), or
    // afterwards, with too small a size (10). If the relay has received everything and no reply comes, the outcome is
    // unknown (10).
    let words = if outcome.code == 10 { ["partial", "may be whole"] } else { ["partial"; 2] };
    outcome.fails(if matches!(outcome.code, 9 | 10) { outcome.code } else { 8 }).mentions(&words);
    holds_the_beginning_only(&server, &content(size));
}

/// The server sees an early end of the TCP connection. The program can send everything, and receives the server's
/// positive reply.
fn a_swallowed_tail_is_no_success(kind: Kind) {
    let size = 1 << 20;
    let Some(server) = start_aside(kind) else { return };
    let relay = CuttingRelay::before(&server.server, size / 2, Then::SwallowTheRest);
    let outcome = server.upload_by(relay.address, Program::new().with_file("cut", &content(size)), &["cut"]);
    outcome.fails(if outcome.code == 8 { 8 } else { 10 });
    holds_the_beginning_only(&server, &content(size));
}

/// Starts the server on a separate address, so that its port numbers are free on the usual one. The program's timeout
/// is short, because pyftpdlib sends no reply after a cut.
fn start_aside(kind: Kind) -> Option<SecureServer> {
    let mut server = SecureServer::start_with(kind, Options { aside: true, ..Options::default() }, ServerTls::of)?;
    server.timeout = "3";
    Some(server)
}

fn holds_the_beginning_only(server: &SecureServer, content: &[u8]) {
    let stored = server.server.stored("cut");
    assert!(stored.len() < content.len() && content.starts_with(&stored), "{} bytes", stored.len());
}
