//! Options for the network: the time limit of a run, the rate limit, the source address and interface, and active mode.
//!
//! `servers/active_mode.rs` tests active mode with real servers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use test_servers::skips::skipped;

use crate::support::run::{ClosedPort, IdleServer, Run};
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::server_log::A_FEW_SECONDS;
use crate::support::upload::{HELLO, Upload};

#[test]
fn the_time_of_a_run_ends_at_any_step_and_the_exit_code_says_what_may_remain() {
    let steps = [
        (Script::new(), 4),
        (Script::greeted().expect("USER alice"), 4),
        (Script::ready().passive().expect("STOR hello.txt"), 8),
        (Script::taken_hello(), 10),
        (Script::taken_hello().reply("226 Stored").expect("SIZE hello.txt"), 10),
    ];
    std::thread::scope(|scope| {
        for (script, code) in steps {
            scope.spawn(move || out_of_time(&script.silence().run(in_a_second(Upload::of_hello())), code));
        }
        scope.spawn(|| {
            let run = Script::storing("big.bin").receive(1 << 20).silence().run(in_a_second(Upload::of_big_file()));
            out_of_time(&run, 8);
            run.outcome.says("partial");
        });
    });
}

#[test]
fn a_server_that_takes_a_little_now_and_then_does_not_get_more_time() {
    let script = Script::storing("big.bin").then(Move::ReceiveSlowly(4096, Duration::from_millis(50)));
    let run = script.run(in_a_second(Upload::of_big_file()));
    run.outcome.fails(8).says("--max-time").within(Duration::from_secs(1) + A_FEW_SECONDS);
    run.server_log.was_cut();
}

#[test]
fn new_tries_do_not_get_new_time() {
    let closed = ClosedPort::reserve();
    let program = in_a_second(Upload::of_hello()).retries_after("100", "0.2").options(["--retry-connrefused"]);
    let outcome = program.to(closed.address).run();
    outcome.fails(4).not_before(Duration::from_secs(1)).within(Duration::from_secs(1) + A_FEW_SECONDS);
    outcome.says("--max-time");
}

#[test]
fn time_enough_changes_nothing() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let run = script.run(Upload::of_hello().options(["--max-time", "60"]));
    run.outcome.succeeds().within(A_FEW_SECONDS);
    run.server_log.stored(HELLO);
}

#[test]
fn a_limit_of_the_rate_is_kept_and_is_no_silence() {
    let content = vec![b'x'; 6000];
    let script = Script::ready().take("slow.bin").tell_size("slow.bin", 6000).goodbye();
    let run = script.run(Upload::of("slow.bin", &content).timeout("1").options(["--limit-rate", "2k"]));
    // 6000 bytes at 2 KiB/s take 2.9 s. The first piece is sent without a delay, and threads may start late.
    run.outcome.succeeds().not_before(Duration::from_millis(2600)).within(Duration::from_secs(3) + A_FEW_SECONDS);
    run.server_log.stored(&content);
}

#[test]
fn a_server_that_speaks_while_the_rate_holds_the_file_back_is_heard_at_once() {
    let script = Script::storing("slow.bin").receive(1).reply("452 Disk full").close_data();
    let run = script.run(Upload::of("slow.bin", &[0; 60]).options(["--limit-rate", "1"]));
    run.outcome.fails(8).says("Disk full").within(A_FEW_SECONDS);
}

#[test]
fn both_connections_come_from_the_source_address() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let run = script.run(Upload::of_hello().options(["--source-address", "127.0.0.3"]));
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
    let three = IpAddr::from([127, 0, 0, 3]);
    run.server_log.claim(run.server_log.clients == [three, three], "both connections from 127.0.0.3");
}

#[test]
fn a_source_address_that_cannot_be_used_is_exit_4_and_says_why() {
    for (source, why) in [("::1", "the source address is IPv6"), ("192.0.2.1", "the source address 192.0.2.1")] {
        // A retry would fail in the same way, so there must be none.
        let upload = Upload::of_hello().retries_after("9", "5").options(["--source-address", source]);
        IdleServer::listen().refuses(4, upload).says(why).within(A_FEW_SECONDS);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn connections_go_through_the_interface_that_is_named() {
    let script = Script::ready().take("hello.txt").and_all_is_well();
    let run = script.run(Upload::of_hello().options(["--interface", "lo"]));
    run.outcome.succeeds();
    run.server_log.stored(HELLO);

    let upload = Upload::of_hello().options(["--interface", "nowhere0"]);
    IdleServer::listen().refuses(4, upload).says("the network interface nowhere0: ");
}

#[test]
fn an_option_with_an_invalid_value_is_a_usage_error() {
    for options in [
        ["--limit-rate", "0"],
        ["--limit-rate", "fast"],
        ["--source-address", "localhost"],
        ["--interface", "no such"],
        ["--max-time", "0"],
    ] {
        IdleServer::listen().refuses(2, Upload::of_hello().options(options)).says(options[0]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_control_connection_gives_signs_of_life() {
    let server = ScriptedServer::start(Script::greeted().expect("USER alice").silence());
    let port = server.address().port();
    let program = Upload::of_hello().timeout("2").to(server.address()).start();
    let begun = std::time::Instant::now();
    let mut found = false;
    while !found && begun.elapsed() < A_FEW_SECONDS {
        found = has_keepalive(program.id(), port);
        std::thread::sleep(Duration::from_millis(5));
    }
    let run = Run::end(program, server);
    run.outcome.fails(4).claim(found, "a keepalive timer on the control connection");
}

#[test]
fn a_server_that_connects_itself_is_awaited() {
    let script = Script::ready().active().store_actively("hello.txt").receive_all().reply("226 Stored");
    let run = script.and_all_is_well().run(actively());
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
    run.server_log.claim(!run.server_log.commands.iter().any(|line| line.starts_with(b"EPSV")), "no EPSV");
}

#[test]
fn a_server_that_knows_only_port_is_told_by_port() {
    let refused = Script::ready().then(Move::ReadAddress).reply("500 EPRT?").active();
    let script = refused.store_actively("hello.txt").receive_all().reply("226 Stored").and_all_is_well();
    let run = script.run(actively());
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
    let has = |word: &[u8]| run.server_log.commands.iter().any(|line| line.starts_with(word));
    run.server_log.claim(has(b"EPRT |1|127.0.0.1|") && has(b"PORT 127,0,0,1,"), "EPRT and then PORT");
}

#[test]
fn a_server_that_connects_itself_over_ipv6_is_awaited() {
    let host = IpAddr::from(Ipv6Addr::LOCALHOST);
    if std::net::TcpListener::bind((host, 0)).is_err() {
        skipped("no IPv6 on this machine");
        return;
    }
    let script = Script::ready().active().store_actively("hello.txt").receive_all().reply("226 Stored");
    let server = ScriptedServer::start_on(host, script.and_all_is_well());
    let program = actively().to(server.address()).start();
    let run = Run::end(program, server);
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[cfg(target_os = "linux")]
#[test]
fn somebody_else_who_connects_is_turned_away_and_the_server_is_awaited_on() {
    let stranger = Move::Intrude(Ipv4Addr::new(127, 0, 0, 9).into());
    let script = Script::ready().active().expect("STOR hello.txt").reply("150 Soon").then(stranger);
    let run = script.then(Move::ConnectData).receive_all().reply("226 Stored").and_all_is_well().run(actively());
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn a_server_that_cannot_connect_is_heard_at_once() {
    let script = Script::ready().active().expect("STOR hello.txt").reply("150 Soon").pause(200);
    let run = script.reply("425 No way to you").run(actively());
    run.outcome.says("No way to you").within(A_FEW_SECONDS);
    run.outcome.fails(8);
}

#[test]
fn the_wait_for_a_server_that_never_connects_ends() {
    let script = Script::ready().active().expect("STOR hello.txt").reply("150 Soon").silence();
    let run = script.run(actively().timeout("1"));
    run.outcome.fails(8).says("did not connect").says("--active").within(Duration::from_secs(1) + A_FEW_SECONDS);
}

#[test]
fn a_refusal_of_any_address_is_exit_7() {
    let script = Script::ready().then(Move::ReadAddress).reply("500 No").then(Move::ReadAddress).reply("500 Never");
    script.run(actively()).outcome.fails(7).says("Never");
}

fn in_a_second(upload: Upload) -> Upload {
    upload.options(["--max-time", "1"])
}

fn actively() -> Upload {
    Upload::of_hello().options(["--active"])
}

fn out_of_time(run: &Run, code: i32) {
    let second = Duration::from_secs(1);
    run.outcome.fails(code).says("ran out of the time that --max-time allows while ").not_before(second);
    run.outcome.within(second + Duration::from_millis(1700));
}

/// Returns true if the kernel runs a keepalive timer (`02` in `tr`) for the process's connection to `port`.
#[cfg(target_os = "linux")]
fn has_keepalive(process: u32, port: u16) -> bool {
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap_or_default();
    let remote = format!(":{port:04X}");
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|fields| {
        // sl, local, remote, st, queues, tr:tm->when
        fields.get(2).is_some_and(|at| at.ends_with(&remote))
            && fields.get(5).is_some_and(|timer| timer.starts_with("02:"))
    })
}
