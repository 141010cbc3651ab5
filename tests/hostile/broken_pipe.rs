//! The library never raises SIGPIPE, which by default kills the process. Rust programs ignore SIGPIPE from before
//! `main`, so these tests restore the default action first, as command-line programs for pipelines do.
//!
//! Linux only.

#![cfg(target_os = "linux")]

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use ftp_uploader::{
    Authorities, Delivery, Network, Password, Put, Request, Security, Target, Tls, Trust, UploadError, Uploader,
};

use crate::support::child::{in_a_child, in_a_child_by, tell};
use crate::support::script::{Move, Script};
use crate::support::scripted_server::ScriptedServer;
use crate::support::tls_run::certified;
use crate::support::tls_server;
use crate::support::upload::PASSWORD;

/// Runs a command in a new network namespace with another congestion control than BBR.
const NETWORK_OF_ITS_OWN: [&str; 5] = [
    "unshare",
    "-rn",
    "sh",
    "-c",
    "ip link set lo up && echo reno > /proc/sys/net/ipv4/tcp_congestion_control && exec \"$0\" \"$@\"",
];

/// The size of the file in bytes: more than the buffers of the sockets hold.
const BIG: u64 = 64 << 20;

#[test]
fn a_server_that_hangs_up_in_the_middle_is_an_error_and_no_signal() {
    // The program sends files by sendfile, except for BBR on the loopback interface, where it copies. Only a namespace
    // makes sure that this test uses sendfile.
    let possible = Command::new(NETWORK_OF_ITS_OWN[0]).args(&NETWORK_OF_ITS_OWN[1..]).arg("true").status();
    let runner = if possible.is_ok_and(|made| made.success()) { &NETWORK_OF_ITS_OWN[..] } else { &[] };
    let test = "hostile::broken_pipe::a_server_that_hangs_up_in_the_middle_is_an_error_and_no_signal";
    let told = in_a_child_by(runner, test, || {
        die_of_sigpipe();
        let security = security(Tls::Off, Trust::Platform);
        tell("the upload", upload(hanging_up(Script::storing("big.bin")), "127.0.0.1", security));
    });
    assert!(told["the upload"].contains("Broken"), "{told:?}");
}

#[test]
fn a_server_that_hangs_up_inside_tls_is_an_error_and_no_signal() {
    let told = in_a_child("hostile::broken_pipe::a_server_that_hangs_up_inside_tls_is_an_error_and_no_signal", || {
        die_of_sigpipe();
        let (authority, identity) = certified();
        let tls = tls_server::Tls::of(&identity);
        let trust = Authorities::from_pem(authority.pem().as_bytes()).unwrap();
        let security = security(Tls::Explicit, Trust::Authorities(trust));
        tell("the upload", upload(hanging_up(Script::protected_storing("big.bin", &tls)), "localhost", security));
    });
    assert!(told["the upload"].contains("Broken"), "{told:?}");
}

/// A server that ends its sending side before it resets the connection, because the kernel then reports a broken pipe
/// (EPIPE).
fn hanging_up(storing: Script) -> Script {
    let script = storing.receive(1 << 20).then(Move::EndData).pause(100).reset_data();
    script.pause(300).close()
}

#[allow(unsafe_code, reason = "the standard library has no way to do this")]
fn die_of_sigpipe() {
    // SAFETY: no handler is set, and nothing else in this process sets one.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

fn security(tls: Tls, trust: Trust) -> Security {
    let mut security = Security::default();
    (security.tls, security.trust) = (Some(tls), trust);
    security
}

fn upload(script: Script, host: &str, security: Security) -> Result<(), UploadError> {
    let folder = tempfile::tempdir().unwrap();
    let big: PathBuf = folder.path().join("big.bin");
    File::create(&big).and_then(|file| file.set_len(BIG)).unwrap();
    let server = ScriptedServer::start(script);
    let password = Password::new(PASSWORD.as_bytes().to_vec()).unwrap();
    let host = format!("{host}:{}", server.address().port()).parse().unwrap();
    let target = Target::new(host, "alice").unwrap().password(password);
    let (mut network, mut delivery) = (Network::default(), Delivery::default());
    network.timeout = Duration::from_secs(5);
    delivery.retry.limit = 0;
    let request = Request::of(target, Put::into_directory("inbox").unwrap().file(&big).unwrap());
    let request = request.security(security).network(network).unwrap().delivery(delivery);
    let report = Uploader::new().unwrap().upload(&request, Arc::new(()));
    server.finish();
    report.into_result().map(drop).map_err(|report| report.failures.into_iter().next().unwrap().error)
}
