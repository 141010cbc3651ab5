//! A server at a link-local IPv6 address, which is valid only together with a network interface: `fe80::1%eth0`.
//!
//! Each test runs in a network namespace whose loopback interface has such an address. Linux only.

#![cfg(target_os = "linux")]

use std::net::{Ipv6Addr, SocketAddrV6, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use test_servers::certificates::Authority;
use test_servers::skips::skipped;

use crate::support::child::{in_a_child_by, is_child};
use crate::support::run::Run;
use crate::support::script::{Move, Script, extended_reply};
use crate::support::scripted_server::ScriptedServer;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, Upload};

/// Makes the namespace, and runs the command in the following arguments in it.
const RUNNER: [&str; 5] =
    ["unshare", "-rn", "sh", "-c", "ip link set lo up && ip -6 addr add fe80::1/64 dev lo nodad && exec \"$0\" \"$@\""];

#[test]
fn both_connections_go_through_the_interface_that_was_named() {
    in_a_namespace("hostile::link_local::both_connections_go_through_the_interface_that_was_named", || {
        for name in ["lo", "1"] {
            let stored = Script::ready().then(Move::Expect("EPSV".to_owned())).then(Move::OpenDataOn(listener()));
            let stored = stored.then(Move::ReplyWithPort(extended_reply)).store("hello.txt").receive_all();
            let run = run_at(
                stored.reply("226 Stored").and_all_is_well(),
                name,
                Upload::of_hello().options(["--tls", "off"]),
            );
            run.outcome.succeeds();
            run.server_log.stored(HELLO);
        }
        let from = Upload::of_hello().options(["--tls", "off", "--source-address", "fe80::1"]);
        run_at(Script::logged_in().expect("CWD inbox").reply("550 No"), "lo", from).outcome.fails(7);
    });
}

#[test]
fn nobody_else_hears_of_the_interface() {
    in_a_namespace("hostile::link_local::nobody_else_hears_of_the_interface", || {
        let asked = Script::ready().then(Move::ExpectAny).reply("522 No").then(Move::ExpectAny).reply("500 No");
        let run = run_at(asked, "lo", Upload::of_hello().options(["--tls", "off", "--active"]));
        let asked: Vec<_> = run.server_log.commands.iter().map(|line| String::from_utf8_lossy(line)).collect();
        assert!(asked.iter().any(|line| line.starts_with("EPRT |2|fe80::1|")), "{asked:?}");
        assert!(!asked.iter().any(|line| line.contains('%')), "{asked:?}");

        let authority = Authority::new();
        let tls = Tls::of(&authority.issue(&["fe80::1"]));
        let script = Script::secured(&tls).expect("USER alice").reply("530 No");
        let run = run_at(script, "lo", Upload::of_hello().trusting(&authority));
        run.outcome.fails(6);
        assert_eq!(run.server_log.handshakes[0].server_name, None);
    });
}

#[test]
fn an_interface_that_is_not_there_is_exit_4() {
    in_a_namespace("hostile::link_local::an_interface_that_is_not_there_is_exit_4", || {
        Upload::of_hello().at("[fe80::1%nowhere0]:21").run().fails(4).says("[fe80::1%nowhere0]:21");
    });
}

#[test]
fn only_a_link_local_address_has_an_interface() {
    for host in ["ftp.example.org%eth0", "[2001:db8::1%eth0]:21", "fe80::1%", "[fe80::1%a b]:21"] {
        Upload::of_hello().at(host).run().fails(2);
    }
}

fn run_at(script: Script, interface: &str, upload: Upload) -> Run {
    let listener = listener();
    let port = listener.local_addr().unwrap().port();
    let server = ScriptedServer::listen(listener, vec![script]);
    Run::end(upload.at(format!("[fe80::1%{interface}]:{port}")).start(), server)
}

fn listener() -> TcpListener {
    let address = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
    // The loopback interface has index 1 in every namespace.
    TcpListener::bind(SocketAddrV6::new(address, 0, 0, 1)).expect("a port of the namespace")
}

#[track_caller]
fn in_a_namespace(test: &str, act: fn()) {
    let possible = || Command::new(RUNNER[0]).args(&RUNNER[1..]).arg("true").status();
    if !is_child() && !possible().is_ok_and(|made| made.success()) {
        return skipped("no network namespace, or no `ip`, for a link-local address");
    }
    if is_child() {
        await_routes();
    }
    in_a_child_by(&RUNNER, test, act);
}

/// Waits until the address is reachable: the kernel is still setting up the interface when `ip` returns.
fn await_routes() {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    let reached = || TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok();
    assert!((0..40).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        reached() && reached()
    }));
}
