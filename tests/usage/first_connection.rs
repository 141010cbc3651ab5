//! A refused connection and an unknown name at the first attempt to connect end the run at once. Later, and for failures
//! that may pass, there are retries.

use std::process::Command;
use std::time::Duration;

use test_servers::skips::skipped;

use crate::support::run::{ClosedPort, Run};
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::test_proxy::TestProxy;
use crate::support::under_test::is_another;
use crate::support::upload::Upload;

/// A time in which no default pause before a retry fits.
const AT_ONCE: Duration = Duration::from_millis(700);

/// A name that no name server knows (RFC 6761 §6.4).
const UNKNOWN: &str = "ftp.no-such-name.invalid";

/// An upload with the default retries.
fn patient() -> Upload {
    Upload::of_hello().without_options()
}

#[test]
fn a_refused_connection_is_told_at_once() {
    let closed = ClosedPort::reserve();
    for upload in [patient(), patient().options(["--quiet"]), patient().synchronising(".")] {
        let outcome = upload.to(closed.address).run();
        outcome.fails(4).retried(0).within(AT_ONCE).mentions(&["connection refused"]);
    }
}

#[test]
fn a_refused_connection_is_retried_if_the_user_says_so_and_each_line_names_the_cause() {
    let closed = ClosedPort::reserve();
    let outcome = Upload::of_hello().retries("2").options(["--retry-connrefused"]).to(closed.address).run();
    outcome.exits(4).retried(2).says("(1 of 2): cannot connect to 127.0.0.1:").says(": Connection refused\n");
}

#[test]
fn a_server_that_begins_to_listen_is_reached_with_retries() {
    let closed = ClosedPort::reserve();
    let address = closed.address;
    let program = Upload::of_hello().retries_after("3", "1").options(["--retry-connrefused"]).to(address).start();
    std::thread::sleep(Duration::from_millis(300));
    let server = ScriptedServer::listen(closed.open(), vec![Script::ready().take("hello.txt").and_all_is_well()]);
    Run::end(program, server).outcome.exits(0).retried(1);
}

#[test]
fn a_refused_connection_after_the_first_one_is_retried_as_ever() {
    // The port is closed after the only script.
    let run = run_in_turn([Script::new().reply("421 Busy").close()], Upload::of_hello().retries_after("2", "0.01"));
    run.outcome.exits(4).retried(2).says("(1 of 2): ").says("(421 \"Busy\")");
    run.outcome.says("(2 of 2): cannot connect to 127.0.0.1:").says(": Connection refused\n");
    let lost = Script::ready().passive().store("hello.txt").receive(1).close();
    let run = run_in_turn([lost], Upload::of_hello().retries("2"));
    run.outcome.retried(2).mentions(&["connection refused"]);
}

#[test]
fn an_unknown_name_is_told_at_once() {
    if !is_unknown() {
        return skipped("the name server of this machine does not say that a name is unknown");
    }
    for upload in [patient(), patient().options(["--explain"]), patient().synchronising(".")] {
        upload.at(UNKNOWN).run().fails(4).retried(0).says(&format!("cannot find {UNKNOWN}: "));
    }
    let outcome = Upload::of_hello().retries("2").options(["--retry-connrefused"]).at(UNKNOWN).run();
    outcome.exits(4).retried(2).says(&format!("(1 of 2): cannot find {UNKNOWN}: "));
}

#[test]
fn a_name_server_that_fails_is_asked_again() {
    // Without a network, the resolver reports a temporary failure (EAI_AGAIN). That of musl asks for five seconds first.
    let lonely = ["unshare", "-rn"];
    let answer = Command::new(lonely[0]).args(&lonely[1..]).args(["getent", "hosts", UNKNOWN]).output();
    if !answer.is_ok_and(|answer| answer.status.code() == Some(2)) {
        return skipped("no network namespace");
    }
    let upload = Upload::of_hello().retries("2").program(|program| program.run_by(lonely));
    let outcome = upload.at(UNKNOWN).run();
    let reason = if is_another() { "timed out" } else { "Temporary failure in name resolution" };
    outcome.exits(4).retried(2).says("(1 of 2): cannot find ").says(reason);
}

#[test]
fn a_proxy_at_which_nothing_listens_is_told_at_once() {
    let closed = ClosedPort::reserve();
    for proxy in [format!("socks5h://{}", closed.address), format!("http://{}", closed.address)] {
        let upload = patient().options(["--tls", "off", "--proxy", &proxy]).at("192.0.2.1");
        upload.run().fails(4).retried(0).within(AT_ONCE).mentions(&["connection refused"]);
    }
    // The proxy is there, and says that nothing listens at the server's address.
    let proxy = TestProxy::start([]);
    let upload = patient().options(["--tls", "off", "--proxy", &proxy.url("socks5")]).to(closed.address);
    upload.run().fails(4).retried(0).within(AT_ONCE).mentions(&["refused"]);
}

/// Returns true if the resolver of this machine says that [`UNKNOWN`] does not exist.
fn is_unknown() -> bool {
    use std::net::ToSocketAddrs;
    let error = (UNKNOWN, 21).to_socket_addrs().err();
    error.is_some_and(|error| error.to_string().contains("not known"))
}
