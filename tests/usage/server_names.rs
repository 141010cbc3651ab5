//! The forms of a server's name, and the decision which of them permit clear text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use test_servers::certificates::Authority;
use test_servers::skips::skipped;

use crate::support::run::{ClosedPort, Run};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::Upload;

#[test]
fn a_server_on_this_machine_is_found_by_any_of_its_names() {
    let forms: [fn(u16) -> String; 5] = [
        |port| format!("127.0.0.1:{port}"),
        |port| format!("localhost:{port}"),
        |port| format!("ftp://127.0.0.1:{port}"),
        |port| format!("ftp://localhost:{port}/"),
        |port| format!("FTP://127.0.0.1:{port}/"),
    ];
    for form in forms {
        is_found(Ipv4Addr::LOCALHOST.into(), form, Upload::of_hello());
    }
}

/// No packet of TEST-NET-1 (RFC 5737) reaches a server, so that nothing is sent.
#[test]
fn a_warning_says_that_the_password_is_readable_only_if_it_leaves_this_machine_in_clear() {
    let to = |host: &str, options: &[&str]| {
        let upload = Upload::of_hello().timeout("1").options(options);
        upload.at(host).run()
    };
    for (host, options) in [("ftp://192.0.2.1", &[][..]), ("192.0.2.1", &["--tls", "off", "--quiet"])] {
        to(host, options)
            .fails(4)
            .says("Warning: without TLS the password and the files go to")
            .says("192.0.2.1 in clear");
    }
    to("192.0.2.1", &[]).fails(4).never_says("in clear");
    to("ftp://127.0.0.1:9", &[]).fails(4).never_says("in clear");
}

#[test]
fn a_server_on_ipv6_is_found_in_brackets() {
    let host = IpAddr::from(Ipv6Addr::LOCALHOST);
    if TcpListener::bind((host, 0)).is_err() {
        return skipped("no IPv6 on this machine");
    }
    is_found(host, |port| format!("[::1]:{port}"), Upload::of_hello());
    is_found(host, |port| format!("ftp://[::1]:{port}/"), Upload::of_hello());
    // On most machines `localhost` has an IPv4 and an IPv6 address. The server listens on one of them only.
    if ("localhost", 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| address.is_ipv6())) {
        is_found(host, |port| format!("localhost:{port}"), Upload::of_hello());
    }
}

#[test]
fn clear_text_may_be_asked_for() {
    let upload = Upload::of_hello().options(["--tls", "off"]);
    is_found(Ipv4Addr::LOCALHOST.into(), |port| format!("127.0.0.1:{port}"), upload);
}

#[test]
fn a_server_that_is_not_this_machine_is_asked_for_tls_and_told_nothing_else() {
    // An address that other machines can reach is not loopback, although it belongs to this machine.
    let Some(host) = address_on_the_network() else { return skipped("no address but loopback") };
    let script = Script::greeted().expect("AUTH TLS").reply("502 What is TLS?");
    let server = ScriptedServer::start_on(host, script);
    let upload = Upload::of_hello().program(|program| {
        let roots = program.with_file("roots.pem", Authority::new().pem().as_bytes());
        let path = roots.path("roots.pem");
        roots.environment("SSL_CERT_FILE", path)
    });
    let program = upload.to(server.address()).start();
    Run::end(program, server).outcome.fails(5).says("--tls off");
}

/// A DNS resolver, or an attacker who forges its answers, must not decide about TLS.
#[test]
fn a_name_is_not_this_machine_because_it_leads_here() {
    // The system's resolver accepts the short form as 127.0.0.1.
    if !("127.1", 0).to_socket_addrs().is_ok_and(|mut found| found.any(|address| address.ip().is_loopback())) {
        return skipped("the resolver knows no short addresses");
    }
    let server = ScriptedServer::start(Script::new());
    let pinned = ["--pin", "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="];
    for options in [&[][..], &pinned] {
        let outcome = Upload::of_hello().options(options).at(format!("127.1:{}", server.address().port())).run();
        outcome.fails(5).mentions(&["certificate"]);
    }
    server.dismiss();
    assert!(server.finish().commands.is_empty());
    is_found(Ipv4Addr::LOCALHOST.into(), |port| format!("ftp://127.1:{port}"), Upload::of_hello());
}

#[test]
fn an_address_and_an_option_that_contradict_each_other_are_exit_2() {
    for (host, tls) in [("ftps://127.0.0.1:1", "off"), ("ftps://127.0.0.1:1", "explicit"), ("ftpes://h", "implicit")] {
        Upload::of_hello().options(["--tls", tls]).at(host).run().fails(2).says("--tls");
    }
    Upload::of_hello().options(["--insecure"]).at("ftp://127.0.0.1:1").run().fails(2).mentions(&["contradict"]);
    Upload::of_hello().options(["--insecure", "--tls", "off"]).at("h").run().fails(2).mentions(&["contradict"]);
}

#[test]
fn a_password_in_the_address_is_exit_2_and_is_not_shown() {
    for host in ["ftp://alice:hunter2@127.0.0.1:1", "ftp://:hunter2@127.0.0.1:1/", "ftp://a:b:hunter2@127.0.0.1:1"] {
        refused(host, 2).mentions(&["password"]).never_says("hunter2");
    }
}

#[test]
fn an_address_that_says_too_much_is_exit_2() {
    for host in ["ftp://127.0.0.1:1/inbox", "ftp://127.0.0.1:1/inbox/", "ftp://127.0.0.1:1//", "ftp://127.0.0.1:1/?a"] {
        refused(host, 2);
    }
}

#[test]
fn an_address_that_makes_no_sense_is_exit_2() {
    let hosts = [
        "",
        ":21",
        "127.0.0.1:",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:ftp",
        "[::1",
        "[::1]21",
        "[]:21",
        "ftp://",
        "ftp:///",
        "ftp://:21",
        "http://127.0.0.1:1",
        "127.0.0.1 ",
        "127.0.0.1\r\n",
        "127.0.0.1\n:21",
        "ftp://127.0.0.1:1\r\nDELE",
        "[127.0.0.1]:1",
    ];
    for host in hosts {
        refused(host, 2);
    }
}

#[test]
fn nobody_listening_is_exit_4() {
    let closed = ClosedPort::reserve();
    let outcome = Upload::of_hello().to(closed.address).run();
    outcome
        .fails(4)
        .mentions(&["refused", "nothing listens", "nobody listens"])
        .says(&closed.address.port().to_string());
}

#[test]
fn nobody_listening_on_any_address_of_a_name_is_exit_4() {
    let closed = ClosedPort::reserve();
    Upload::of_hello()
        .at(format!("localhost:{}", closed.address.port()))
        .run()
        .fails(4)
        .mentions(&["localhost", "127.0.0.1"]);
}

/// Returns the address from which this machine would connect to others, without sending a packet.
fn address_on_the_network() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // RFC 5737: an address for documentation.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip()).filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

#[track_caller]
fn refused(host: &str, code: i32) -> crate::support::outcome::Outcome {
    let outcome = Upload::of_hello().at(host).run();
    // A connection to such an address, or a look-up of such a name, would take longer.
    outcome.fails(code).within(Duration::from_secs(3));
    outcome
}

#[track_caller]
fn is_found(host: IpAddr, form: fn(u16) -> String, upload: Upload) {
    let server = ScriptedServer::start_on(host, Script::logged_in().expect("CWD inbox").reply("550 No inbox"));
    let program = upload.at(form(server.address().port())).start();
    Run::end(program, server).outcome.fails(7);
}
