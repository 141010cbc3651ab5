//! Uploads to real servers through the test proxy and through real proxies, with and without TLS. The tests compare the
//! stored bytes.
//!
//! `conversations.rs` tests proxies and servers that misbehave.

use std::ffi::OsStr;

use test_servers::{FtpServer, Kind, Options, ProxyKind};

use crate::support::outcome::Outcome;
use crate::support::program::Program;
use crate::support::real_servers::{content, on_every_server, on_servers, upload};
use crate::support::secure_server::SecureServer;
use crate::support::test_proxy::{Behaviour, TestProxy};

on_every_server!(several_files_arrive_through_each_kind_of_proxy);

// libunftp is missing because it does not support EPSV, and PASV does not support IPv6.
mod over_ipv6 {
    use super::files_arrive_over_ipv6;

    super::on_servers!(vsftpd Vsftpd, proftpd Proftpd, pure_ftpd PureFtpd, pyftpdlib Pyftpdlib; [files_arrive_over_ipv6]);
}

mod protected {
    use super::files_arrive_over_tls;

    crate::support::secure_server::on_secure_servers!(vsftpd: Vsftpd {}, vsftpd_implicit: Vsftpd { implicit: true },
        proftpd: Proftpd {}, pure_ftpd: PureFtpd {}, pyftpdlib: Pyftpdlib {}, libunftp: Libunftp {};
        [files_arrive_over_tls]);
}

const SCHEMES: [&str; 3] = ["socks5", "socks5h", "http"];

fn several_files_arrive_through_each_kind_of_proxy(kind: Kind) {
    let Some(server) = kind.start() else { return };
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        sizes_arrive(&server, &proxy.url(scheme), None).succeeds();
        all_through(&proxy, &server);
    }
}

fn files_arrive_over_ipv6(kind: Kind) {
    let Some(server) = kind.start_with(Options { ipv6: true, ..Options::default() }) else { return };
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        sizes_arrive(&server, &proxy.url(scheme), None).succeeds();
        all_through(&proxy, &server);
        assert!(proxy.asked().iter().all(|to| to.starts_with("address ::1 ")), "{:?}", proxy.asked());
    }
}

fn files_arrive_over_tls(server: &SecureServer) {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        let program = SIZES.iter().fold(Program::new(), |program, &size| program.with_file(name(size), &content(size)));
        let names = SIZES.map(name);
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        server.upload(program.arguments(["--proxy", &proxy.url(scheme)]), &names).succeeds();
        have_arrived(&server.server);
        // "localhost" may also resolve to ::1, where nothing listens. Then the proxy receives a request for that, too.
        assert!(proxy.asked().len() > SIZES.len(), "{:?}", proxy.asked());
    }
}

#[test]
fn a_proxy_that_dies_in_mid_file_is_tried_again() {
    let Some(server) = Kind::Proftpd.start() else { return };
    for scheme in SCHEMES {
        let proxy = TestProxy::start([Behaviour::Serve, Behaviour::DieAfter(300_000)]);
        let program = Program::new().with_file("big.bin", &content(4 << 20));
        let options = ["--tls", "off", "--retries", "2", "--retry-delay", "0.05", "--proxy", &proxy.url(scheme)];
        let outcome = program
            .arguments(options)
            .arguments([&server.addr.to_string(), server.user, "big.bin", server.upload_dir()])
            .environment("FTP_PASSWORD", server.password)
            .run();
        outcome.succeeds().retried(1);
        assert!(server.stored("big.bin") == content(4 << 20), "big.bin differs");
    }
}

#[test]
fn microsocks_leads_to_a_server() {
    leads_to_servers(ProxyKind::Microsocks, "socks5");
    leads_to_servers(ProxyKind::Microsocks, "socks5h");
}

#[test]
fn tinyproxy_leads_to_a_server() {
    leads_to_servers(ProxyKind::Tinyproxy, "http");
}

#[test]
fn real_proxies_say_why_not() {
    for (kind, scheme) in [(ProxyKind::Microsocks, "socks5"), (ProxyKind::Tinyproxy, "http")] {
        let Some(proxy) = kind.start(true) else { return };
        let url = format!("{scheme}://{}", proxy.address);
        for (auth, words) in [(None, "requires a user and a password"), (Some("alice:wrong"), "refuses")] {
            nowhere(&url, auth).says(words);
        }
        nowhere(&url, Some(test_servers::PROXY_AUTH)).says("does not connect to 127.0.0.1:1 (");
        // The URL names the wrong protocol for this proxy.
        let other = if scheme == "http" { "socks5" } else { "http" };
        nowhere(&format!("{other}://{}", proxy.address), None)
            .mentions(&["lost the connection to the proxy", "does not speak the protocol"]);
    }
}

/// Connects through the proxy to port 1, where nothing listens.
fn nowhere(url: &str, auth: Option<&str>) -> Outcome {
    let upload = crate::support::upload::Upload::of_hello().options(["--tls", "off", "--proxy", url]).timeout("2");
    let program = upload.at("127.0.0.1:1");
    let outcome = auth.into_iter().fold(program, |program, auth| program.environment("FTP_PROXY_AUTH", auth)).run();
    outcome.fails(4);
    outcome
}

fn leads_to_servers(kind: ProxyKind, scheme: &str) {
    for auth in [None, Some(test_servers::PROXY_AUTH)] {
        let Some(proxy) = kind.start(auth.is_some()) else { return };
        let url = format!("{scheme}://{}", proxy.address);
        let Some(server) = Kind::Pyftpdlib.start() else { return };
        let mut outcome = sizes_arrive(&server, &url, auth);
        outcome.aside = proxy.log();
        outcome.succeeds();

        let Some(secure) = SecureServer::start(Kind::Vsftpd, test_servers::ServerTls::of) else { return };
        let program = Program::new().with_file("secure.bin", &content(1 << 20)).arguments(["--proxy", &url]);
        let program = auth.into_iter().fold(program, |program, auth| program.environment("FTP_PROXY_AUTH", auth));
        secure.upload(program, &["secure.bin"]).succeeds();
        assert!(secure.server.stored("secure.bin") == content(1 << 20), "secure.bin differs");
    }
}

fn sizes_arrive(server: &FtpServer, url: &str, auth: Option<&str>) -> Outcome {
    let program = SIZES.iter().fold(Program::new(), |program, &size| program.with_file(name(size), &content(size)));
    let program = program.arguments(["--tls", "off", "--proxy", url]);
    let program = auth.into_iter().fold(program, |program, auth| program.environment("FTP_PROXY_AUTH", auth));
    let names = SIZES.map(name);
    let outcome = upload(server, program, &names.iter().map(OsStr::new).collect::<Vec<_>>(), server.upload_dir());
    have_arrived(server);
    outcome
}

const SIZES: [usize; 4] = [0, 1, 8193, 2 << 20];

fn name(size: usize) -> String {
    format!("{size}.bin")
}

/// Asserts that the files are stored, and removes them for the next upload.
fn have_arrived(server: &FtpServer) {
    for size in SIZES {
        assert!(server.stored(name(size)) == content(size), "{size} bytes differ");
        std::fs::remove_file(server.stored_path(name(size))).expect("the file can be removed");
    }
}

/// Asserts that the proxy received requests for the control connection and for one data connection per file, to ports
/// of the server. libunftp may answer the commands of a flight in another order; then a second control connection
/// follows.
fn all_through(proxy: &TestProxy, server: &FtpServer) {
    let asked = proxy.asked();
    let ports: Vec<u16> = asked.iter().filter_map(|to| to.rsplit(' ').next()?.parse().ok()).collect();
    let (control, data): (Vec<u16>, Vec<u16>) = ports.iter().partition(|&&port| port == server.addr.port());
    assert!(ports[0] == server.addr.port() && control.len() <= 2, "{asked:?}");
    assert_eq!(data.len(), SIZES.len(), "{asked:?}");
    assert!(data.iter().all(|port| server.passive_ports().contains(port)), "{asked:?}");
}
