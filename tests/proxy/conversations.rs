//! Connections through a proxy: the connections that use it, the requests that it receives, and proxies that fail or
//! misbehave.
//!
//! `uploads.rs` tests real servers and real proxies, and `arguments.rs` the value of `--proxy`.

use std::net::IpAddr;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::outcome::Outcome;
use crate::support::run::{ClosedPort, Run};
use crate::support::runs::run_in_turn;
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::test_proxy::{Behaviour, FAR_NAME, TestProxy};
use crate::support::upload::{HELLO, Upload};

const SCHEMES: [&str; 3] = ["socks5", "socks5h", "http"];

#[test]
fn both_connections_go_through_the_proxy_and_only_the_port_is_the_servers() {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        let run = whole().run(through(&proxy, scheme, Upload::of_hello()));
        run.outcome.succeeds();
        run.server_log.stored(HELLO);
        let asked = proxy.asked();
        run.outcome.claim(asked.len() == 2, &format!("two connections through {scheme}, not {asked:?}"));
        run.outcome.claim(asked.iter().all(|to| to.starts_with("address 127.0.0.1 ")), "one host");
    }
}

#[test]
fn a_name_is_resolved_by_the_proxy_for_socks5h_and_http_and_here_for_socks5() {
    for scheme in ["socks5h", "http"] {
        let proxy = TestProxy::start([]);
        let server = ScriptedServer::start(whole());
        let upload = through(&proxy, scheme, Upload::of_hello());
        let run = Run::end(upload.at(format!("{FAR_NAME}:{}", server.address().port())).start(), server);
        run.outcome.succeeds();
        let asked = proxy.asked();
        run.outcome.claim(asked.len() == 2 && asked.iter().all(|to| to.contains(FAR_NAME)), &format!("{asked:?}"));
    }
    let proxy = TestProxy::start([]);
    let outcome = through(&proxy, "socks5", Upload::of_hello()).at(FAR_NAME).run();
    outcome.fails(4).says("cannot find ftp.behind.proxy.invalid");
    outcome.claim(proxy.clients().is_empty(), "no connection to the proxy");

    let server = ScriptedServer::start(whole());
    let upload = through(&proxy, "socks5", Upload::of_hello());
    let run = Run::end(upload.at(format!("localhost:{}", server.address().port())).start(), server);
    run.outcome.succeeds();
    run.outcome.claim(proxy.asked().iter().all(|to| to.starts_with("address ")), "addresses only");
}

#[test]
fn a_greeting_that_comes_together_with_the_proxys_answer_is_not_lost() {
    for (scheme, behaviour) in
        SCHEMES.iter().flat_map(|s| [(s, Behaviour::ServeTogether), (s, Behaviour::ServeInBytes)])
    {
        let proxy = TestProxy::start([behaviour]);
        let run = whole().run(through(&proxy, scheme, Upload::of_hello()));
        run.outcome.succeeds();
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_server_that_names_a_low_port_is_not_let_near_the_proxy() {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        let script = Script::ready().expect("EPSV").reply("229 Here (|||25|)").expect("PASV").reply("500 PASV?");
        let run = script.run(through(&proxy, scheme, Upload::of_hello()));
        run.outcome.fails(4).says("ports below 1024");
        run.outcome.claim(proxy.asked().len() == 1, "no request for port 25");
    }
}

#[test]
fn a_data_connection_that_the_proxy_is_refused_is_tried_by_pasv() {
    let refused = Behaviour::Refuse(5, "502 Bad Gateway");
    for scheme in SCHEMES {
        let proxy = TestProxy::start([Behaviour::Serve, refused.clone()]);
        let script = Script::ready().passive().old_passive().store("hello.txt").receive_all().reply("226 Stored");
        let run = script.and_all_is_well().run(through(&proxy, scheme, Upload::of_hello()));
        run.outcome.succeeds();
        run.server_log.stored(HELLO);

        let proxy = TestProxy::start([Behaviour::Serve, refused.clone(), refused.clone()]);
        let run = Script::ready().passive().old_passive().run(through(&proxy, scheme, Upload::of_hello()));
        run.outcome.fails(4).says("the proxy ").says("does not connect to the data port that 127.0.0.1");
    }
}

#[test]
fn the_reason_that_the_proxy_gives_is_reported() {
    for (scheme, code, status, words) in [
        ("socks5", 1, "", "(general failure)"),
        ("socks5h", 2, "", "(not allowed)"),
        ("socks5", 4, "", "(host unreachable)"),
        ("socks5h", 5, "", "(connection refused)"),
        ("socks5", 8, "", "(not supported)"),
        ("http", 0, "502 Bad Gateway", "(502 \"Bad Gateway\")"),
        ("http", 0, "403 Filtered \u{1b}[31m", "does not speak the protocol of its scheme"),
        ("http", 0, "403 Filtered", "Its rules may allow only other ports"),
    ] {
        let proxy = TestProxy::start([Behaviour::Refuse(code, status)]);
        unvisited(through(&proxy, scheme, Upload::of_hello())).says("the proxy ").says(words);
    }
}

#[test]
fn credentials_reach_a_proxy_that_wants_them_and_nobody_else() {
    for scheme in SCHEMES {
        let proxy = TestProxy::demanding("alice:secret 1");
        let upload = through(&proxy, scheme, Upload::of_hello().options(["--verbose"]));
        let run = whole().run(upload.program(|program| program.environment("FTP_PROXY_AUTH", "alice:secret 1")));
        run.outcome.succeeds().never_says("secret 1").never_says("YWxpY2U6c2VjcmV0IDE=");
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_proxy_that_does_not_take_the_credentials_is_not_asked_again() {
    for scheme in SCHEMES {
        for (auth, words) in
            [(None, "requires a user and a password. Set FTP_PROXY_AUTH"), (Some("alice:wrong 1"), "refuses")]
        {
            let proxy = TestProxy::demanding("alice:secret 1");
            let mut upload = through(&proxy, scheme, Upload::of_hello()).retries_after("9", "5");
            if let Some(auth) = auth {
                upload = upload.program(|program| program.environment("FTP_PROXY_AUTH", auth));
            }
            let outcome = unvisited(upload);
            outcome.says(words).never_says("wrong 1").within(A_FEW_SECONDS);
            outcome.claim(proxy.clients().len() == 1, "one try");
        }
    }
}

#[test]
fn a_proxy_that_talks_nonsense_is_seen_through_at_once() {
    for (scheme, words) in [
        ("socks5", &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..]),
        ("socks5h", b"\x05\x09"),
        ("socks5", b"\x04\x00"),
        ("http", b"\x05\xff"),
        ("http", b"220 FTP server ready\r\n"),
        ("http", b"HTTP/1.1 2000 What?\r\n\r\n"),
    ] {
        let proxy = TestProxy::start([Behaviour::Say(words)]);
        let outcome = unvisited(through(&proxy, scheme, Upload::of_hello()).retries_after("9", "5"));
        outcome.says("does not speak the protocol of its scheme").within(A_FEW_SECONDS);
    }
}

#[test]
fn a_proxy_that_never_comes_to_the_point_is_waited_for_no_longer_than_a_connection() {
    let pause = Duration::from_millis(100);
    for (scheme, behaviour) in [
        ("socks5", Behaviour::Say(b"")),
        ("http", Behaviour::Say(b"HTTP/1.1 200 OK\r\n")),
        ("socks5h", Behaviour::Say(b"\x05")),
        ("http", Behaviour::Repeat(b"\r\n", pause)),
    ] {
        let proxy = TestProxy::start([behaviour]);
        let outcome = unvisited(through(&proxy, scheme, Upload::of_hello().timeout("1")));
        outcome.says("lost the connection to the proxy ").says("no complete answer in time");
        outcome.not_before(Duration::from_secs(1)).within(Duration::from_secs(1) + A_FEW_SECONDS);
    }
    for endless in [&b"HTTP/1.1 200 OK\r\n"[..], b"HTTP/1.1 100 Go on\r\n\r\n"] {
        let proxy = TestProxy::start([Behaviour::Repeat(endless, Duration::ZERO)]);
        unvisited(through(&proxy, "http", Upload::of_hello()))
            .says("does not speak the protocol")
            .within(A_FEW_SECONDS);
    }
    for scheme in SCHEMES {
        let proxy = TestProxy::start([Behaviour::HangUp]);
        unvisited(through(&proxy, scheme, Upload::of_hello())).says("it closed the connection").within(A_FEW_SECONDS);
    }
}

#[test]
fn the_talk_with_a_proxy_ends_with_the_time_of_the_run_and_with_an_interrupt() {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([Behaviour::Say(b"")]);
        let outcome = unvisited(through(&proxy, scheme, Upload::of_hello().options(["--max-time", "1"])));
        outcome.says("--max-time").within(Duration::from_secs(1) + A_FEW_SECONDS);

        let proxy = TestProxy::start([Behaviour::Say(b"")]);
        let upload = through(&proxy, scheme, Upload::of_hello().timeout("30"));
        let program = upload.program(|program| program.signals("--default-signal")).at("127.0.0.1:1").start();
        wait_until(|| !proxy.clients().is_empty());
        program.signal(Signal::INT);
        program.wait().fails(130).within(A_FEW_SECONDS + A_FEW_SECONDS);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_not_taken_for_the_server() {
    let closed = ClosedPort::reserve();
    for scheme in SCHEMES {
        let url = format!("{scheme}://{}", closed.address);
        let outcome = Upload::of_hello().options(["--proxy", &url]).at("127.0.0.1:1").run();
        outcome.fails(4).says(&format!("cannot connect to the proxy {url}: Connection refused. Nothing listens there"));
    }
    let outcome = Upload::of_hello().options(["--proxy", "http://proxy.invalid:3128"]).at("127.0.0.1:1").run();
    outcome.fails(4).says("cannot find the proxy http://proxy.invalid:3128");
}

#[test]
fn a_proxy_that_fails_is_tried_again_and_one_that_dies_in_mid_conversation_too() {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([Behaviour::HangUp, Behaviour::Refuse(1, "503 Busy")]);
        let run = cautious().run(through(&proxy, scheme, Upload::of_hello()).retries("3"));
        run.outcome.succeeds().retried(2);
        run.server_log.stored(HELLO);

        let proxy = TestProxy::start([Behaviour::DieAfter(20)]);
        let first = Script::greeted().expect("USER alice").reply("331 Go on").then(Move::Silence);
        let run = run_in_turn([first, cautious()], through(&proxy, scheme, Upload::of_hello()).retries("3"));
        run.outcome.succeeds().retried(1);
        run.stored_last(HELLO);
    }
}

#[test]
fn a_transfer_that_is_broken_off_reaches_the_proxy_as_a_reset() {
    for scheme in SCHEMES {
        let proxy = TestProxy::start([]);
        let script = Script::storing("big.bin").receive(1 << 20).reply("452 Disk full").then(Move::Silence);
        script.run(through(&proxy, scheme, Upload::of_big_file())).outcome.fails(8).says("Disk full");
        wait_until(|| proxy.resets() > 0);
    }
}

#[test]
fn both_connections_to_the_proxy_come_from_the_source_address() {
    let proxy = TestProxy::start([]);
    let run = whole().run(through(&proxy, "socks5", Upload::of_hello()).options(["--source-address", "127.0.0.3"]));
    run.outcome.succeeds();
    run.outcome.claim(proxy.clients() == [IpAddr::from([127, 0, 0, 3]); 2], "both from 127.0.0.3");
}

#[test]
fn behind_a_proxy_localhost_is_no_reason_for_clear_text() {
    for (scheme, host) in SCHEMES.iter().flat_map(|scheme| [(scheme, "localhost"), (scheme, "127.0.0.1")]) {
        let proxy = TestProxy::start([]);
        let server = ScriptedServer::start(Script::greeted().expect("AUTH TLS").reply("502 No TLS"));
        let upload = Upload::of_hello().options(["--proxy", &proxy.url(scheme)]);
        let run = Run::end(upload.at(format!("{host}:{}", server.address().port())).start(), server);
        run.outcome.fails(5);
    }
}

fn whole() -> Script {
    Script::ready().take("hello.txt").and_all_is_well()
}

/// The same with retries, for which the program first asks for the size of the old file.
fn cautious() -> Script {
    Script::ready().lacks("hello.txt").take("hello.txt").and_all_is_well()
}

fn through(proxy: &TestProxy, scheme: &str, upload: Upload) -> Upload {
    upload.options(["--tls", "off", "--proxy", &proxy.url(scheme)])
}

/// Runs an upload that must fail with exit code 4 and without a connection to the server.
fn unvisited(upload: Upload) -> Outcome {
    let server = crate::support::run::IdleServer::listen();
    server.refuses(4, upload)
}

fn wait_until(holds: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "timed out");
        std::thread::sleep(Duration::from_millis(2));
    }
}
