//! Opening the data connection: EPSV, PASV, and servers that name another host (RFC 2428, RFC 959 §4.1.2).
//!
//! `transfers.rs` tests the transfer over an open data connection.

use std::net::{IpAddr, Ipv6Addr, TcpListener};

use test_servers::skips::skipped;

use crate::support::run::{ClosedPort, IdleServer, Run};
use crate::support::script::{Move, Script, extended_reply, old_reply};
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_refused_epsv_falls_back_to_pasv() {
    for refusal in ["500 EPSV?", "502 Not here", "522 Use (2)", "425 Cannot", "501-No\r\n501 No"] {
        let script = Script::ready().expect("EPSV").reply(refusal).old_passive();
        stored(script.store("hello.txt"));
    }
}

#[test]
fn an_unreadable_epsv_reply_falls_back_to_pasv() {
    let replies = [
        "229 Entering Extended Passive Mode",
        "229 (|||)",
        "229 (||||)",
        "229 (|||0|)",
        "229 (|||65536|)",
        "229 (|||99999999999999999999|)",
        "229 (|||-1|)",
        "229 (|||2121",
        "229 |||2121|",
        "229 (|||21x1|)",
    ];
    for reply in replies {
        stored(Script::ready().expect("EPSV").reply(reply).old_passive().store("hello.txt"));
    }
}

#[test]
fn an_epsv_port_that_cannot_be_reached_falls_back_to_pasv() {
    let closed = ClosedPort::reserve();
    let script = Script::ready().expect("EPSV").reply(&extended_reply(closed.address.port())).old_passive();
    stored(script.store("hello.txt"));
}

#[test]
fn other_forms_of_the_epsv_reply_are_understood() {
    let forms: [fn(u16) -> String; 2] =
        [|port| format!("229 Ok (!!!{port}!)"), |port| format!("229-Ok\r\n229 (|||{port}|)")];
    for form in forms {
        let script = Script::ready().expect("EPSV").then(Move::OpenData).then(Move::ReplyWithPort(form));
        stored(script.store("hello.txt"));
    }
}

#[test]
fn other_forms_of_the_pasv_reply_are_understood() {
    let forms: [fn(u16) -> String; 3] = [
        |port| old_reply(port).replace(['(', ')'], ""),
        |port| old_reply(port).replace("Entering Passive Mode (", "="),
        |port| old_reply(port).replace("127,0,0,1", "0,0,0,0"),
    ];
    for form in forms {
        let script = Script::ready().expect("EPSV").reply("500 No").expect("PASV").then(Move::OpenData);
        stored(script.then(Move::ReplyWithPort(form)).store("hello.txt"));
    }
}

#[test]
fn a_pasv_reply_that_names_another_machine_does_not_lead_there() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let port = listener.local_addr().expect("a bound port").port();
    let elsewhere = IdleServer::listen_on("127.0.0.2", port).expect("a loopback port");
    let reply = old_reply(port).replace("127,0,0,1", "127,0,0,2");
    let script = Script::ready().expect("EPSV").reply("500 No").expect("PASV").then(Move::OpenDataOn(listener));
    let run = script.reply(&reply).store("hello.txt").receive_all().reply("226 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO).claim(!elsewhere.was_contacted(), "no connection to 127.0.0.2");
}

#[test]
fn a_pasv_reply_that_only_another_machine_could_serve_leads_nowhere() {
    let closed = ClosedPort::reserve();
    let port = closed.address.port();
    let elsewhere = IdleServer::listen_on("127.0.0.2", port).expect("a loopback port");
    let reply = old_reply(port).replace("127,0,0,1", "127,0,0,2");
    let run = Script::ready().expect("EPSV").reply("500 No").expect("PASV").reply(&reply).run_hello();
    run.outcome.fails(4);
    run.server_log.claim(!elsewhere.was_contacted(), "no connection to 127.0.0.2");
}

#[test]
fn an_epsv_reply_that_names_another_machine_does_not_lead_there() {
    let closed = ClosedPort::reserve();
    let port = closed.address.port();
    let elsewhere = IdleServer::listen_on("127.0.0.2", port).expect("a loopback port");
    let script = Script::ready().expect("EPSV").reply(&format!("229 Ok (|1|127.0.0.2|{port}|)"));
    let run = script.expect("PASV").reply("500 No").run_hello();
    run.outcome.fails(run.outcome.code).never_says("Stored");
    run.server_log.claim(!elsewhere.was_contacted(), "no connection to 127.0.0.2");
}

#[test]
fn ports_of_well_known_services_are_not_dialled() {
    for port in [1, 22, 25, 1023] {
        let script = Script::ready().expect("EPSV").reply(&extended_reply(port)).old_passive();
        stored(script.store("hello.txt"));
    }
}

#[test]
fn a_well_known_port_is_not_dialled_even_where_somebody_listens() {
    // Only root can listen on these ports. Without root, only the test above covers them.
    let Some(guarded) = (600..1024).find_map(|port| IdleServer::listen_on("127.0.0.1", port)) else { return };
    let script = Script::ready().expect("EPSV").reply(&extended_reply(guarded.address().port())).old_passive();
    stored(script.store("hello.txt"));

    let script = Script::ready().expect("EPSV").reply("500 No").expect("PASV");
    let run = script.reply(&old_reply(guarded.address().port())).run_hello();
    run.outcome.claim(matches!(run.outcome.code, 4 | 9), "exit code 4 or 9");
    run.server_log.claim(!guarded.was_contacted(), "no connection to the port");
}

#[test]
fn two_ports_that_cannot_be_reached_are_exit_4() {
    let (first, second) = (ClosedPort::reserve(), ClosedPort::reserve());
    let script = Script::ready().expect("EPSV").reply(&extended_reply(first.address.port()));
    script.expect("PASV").reply(&old_reply(second.address.port())).run_hello().outcome.fails(4);
}

#[test]
fn two_refusals_are_exit_7() {
    let script = Script::ready().expect("EPSV").reply("500 No EPSV").expect("PASV").reply("425 All ports taken");
    script.run_hello().outcome.fails(7).says("All ports taken");
}

#[test]
fn two_unreadable_replies_are_exit_9() {
    let script = Script::ready().expect("EPSV").reply("229 ()").expect("PASV").reply("227 Entering Passive Mode");
    script.run_hello().outcome.fails(9);
    for reply in ["227 (127,0,0,1,4)", "227 (127,0,0,1,4,256)", "227 (127,0,0,1,0,0)", "227 (127,0,0,1,-4,1)"] {
        let script = Script::ready().expect("EPSV").reply("500 No").expect("PASV").reply(reply);
        script.run_hello().outcome.fails(9);
    }
}

#[test]
fn a_refused_stor_is_exit_7_with_the_words_of_the_server() {
    for reply in
        ["553 File name not allowed", "550 Permission denied", "452 Insufficient storage", "425 No data connection"]
    {
        let script = Script::ready().passive().expect("STOR hello.txt").reply(reply);
        let run = script.run_hello();
        run.outcome.fails(7).says(&reply[4..]).says(&reply[..3]).says("hello.txt");
    }
}

#[test]
fn refused_directories_and_types_are_exit_7_and_nothing_is_stored() {
    let run = Script::logged_in().expect("CWD inbox").reply("550 No such inbox").run_hello();
    run.outcome.fails(7).says("No such inbox").says("inbox");

    let script = Script::logged_in().expect("CWD inbox").reply("250 Done").expect("TYPE I").reply("504 Text only");
    script.run_hello().outcome.fails(7).says("Text only");
}

#[test]
fn an_upload_goes_over_ipv6_alike() {
    let host = IpAddr::from(Ipv6Addr::LOCALHOST);
    if TcpListener::bind((host, 0)).is_err() {
        skipped("no IPv6 on this machine");
        return;
    }
    let server = ScriptedServer::start_on(host, Script::ready().take("hello.txt").and_all_is_well());
    let program = Upload::of_hello().to(server.address()).start();
    let run = Run::end(program, server);
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

/// Plays the rest of a successful upload and asserts that the file is stored.
#[track_caller]
fn stored(script: Script) {
    let run = script.receive_all().reply("226 Stored").and_all_is_well().run_hello();
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}
