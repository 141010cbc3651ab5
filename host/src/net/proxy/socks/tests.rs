//! The exchange with a scripted proxy, byte by byte.

use super::*;
use crate::cancel::Cancellation;
use crate::net::route::Route;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const NO_PASSWORD: (&[u8], &[u8]) = (b"\x05\x01\x00", b"\x05\x00");
const PASSWORD: (&[u8], &[u8]) = (b"\x05\x02\x00\x02", b"\x05\x02");
const REQUEST: &[u8] = b"\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x15";

/// Connects by a proxy that expects the messages and sends the replies of `script`; then it sends `greeting`. Returns
/// the bytes that are left in the socket.
fn connect_by(
    host: &ProxyTarget,
    auth: Option<&str>,
    script: &[(&[u8], &[u8])],
    greeting: &[u8],
) -> Result<Vec<u8>, ProxyProblem> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cancellation = Cancellation::default();
    let deadline = Deadline::new(Instant::now() + Duration::from_secs(20), &cancellation);
    let auth = auth.map(|text| ProxyAuth::new(text.to_owned()).unwrap());
    std::thread::scope(|scope| {
        let proxy = scope.spawn(|| {
            let mut client = listener.accept().unwrap().0;
            for (expected, reply) in script {
                let mut message = vec![0; expected.len()];
                client.read_exact(&mut message).unwrap();
                assert_eq!(message, *expected);
                client.write_all(reply).unwrap();
            }
            client.write_all(greeting).unwrap();
        });
        let socket = Socket::connect(listener.local_addr().unwrap(), &Route::default(), deadline).unwrap();
        let connected = connect(&socket, host, 21, auth.as_ref(), deadline);
        proxy.join().unwrap();
        connected.map_err(|error| match error {
            WaitError::Failed(error) => ProxyProblem::found_in(error),
            error => panic!("{error:?}"),
        })?;
        let mut rest = Vec::new();
        socket.tcp().set_nonblocking(false).unwrap();
        socket.tcp().read_to_end(&mut rest).unwrap();
        Ok(rest)
    })
}

fn address(text: &str) -> ProxyTarget {
    ProxyTarget::Address(text.parse().unwrap())
}

/// The problem after `replies` to the offer of methods, the password if it is asked for, and the request.
fn problem(auth: Option<&str>, replies: &[&[u8]]) -> ProxyProblem {
    let offer = if auth.is_some() { PASSWORD.0 } else { NO_PASSWORD.0 };
    let password: &[u8] = b"\x01\x05alice\x06secret";
    let messages =
        if replies.first() == Some(&PASSWORD.1) { [offer, password, REQUEST] } else { [offer, REQUEST, b""] };
    let script: Vec<_> = messages.into_iter().zip(replies.iter().copied()).collect();
    connect_by(&address("192.0.2.1"), auth, &script, b"").expect_err("a connection")
}

#[test]
fn every_kind_of_target_is_asked_for_and_every_kind_of_address_in_the_reply_is_skipped() {
    let name = ProxyTarget::Name("a.example".to_owned());
    let ipv6 = b"\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x15";
    for (host, request, reply) in [
        (address("192.0.2.1"), REQUEST, &b"\x05\x00\x00\x01\x7f\0\0\x01\x12\x34"[..]),
        (address("2001:db8::1"), ipv6, b"\x05\x00\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x12\x34"),
        (name, b"\x05\x01\x00\x03\x09a.example\x00\x15", b"\x05\x00\x00\x03\x03abc\x12\x34"),
    ] {
        let rest = connect_by(&host, None, &[NO_PASSWORD, (request, reply)], b"220 Hello\r\n");
        assert_eq!(rest.unwrap(), b"220 Hello\r\n", "{host:?}");
    }
}

#[test]
fn the_password_is_sent_only_to_a_proxy_that_wants_it() {
    let (host, done) = (address("192.0.2.1"), (REQUEST, &b"\x05\x00\x00\x01\0\0\0\0\0\0"[..]));
    let password = (&b"\x01\x05alice\x06secret"[..], &b"\x01\x00"[..]);
    assert!(connect_by(&host, Some("alice:secret"), &[PASSWORD, password, done], b"").is_ok());
    assert!(connect_by(&host, Some("alice:secret"), &[(PASSWORD.0, NO_PASSWORD.1), done], b"").is_ok());
}

#[test]
fn the_password_message_is_built_without_growing() {
    let auth = ProxyAuth::new(format!("{0}:{0}", "x".repeat(255))).unwrap();
    let message = auth_message(&auth).unwrap();
    assert_eq!((message.len(), message.capacity()), (513, 513));
}

#[test]
fn a_proxy_that_wants_credentials_is_told_from_one_that_refuses_them() {
    let known = Some("alice:secret");
    assert!(matches!(problem(None, &[b"\x05\xff"]), ProxyProblem::AuthWanted));
    assert!(matches!(problem(None, &[b"\x05\x02"]), ProxyProblem::AuthWanted));
    assert!(matches!(problem(known, &[b"\x05\xff"]), ProxyProblem::AuthRefused));
    assert!(matches!(problem(known, &[b"\x05\x02", b"\x01\x01"]), ProxyProblem::AuthRefused));
}

#[test]
fn a_refusal_is_known_by_its_code() {
    for (code, refusal) in [
        (1, ProxyRefusal::Failure),
        (2, ProxyRefusal::NotAllowed),
        (3, ProxyRefusal::NetworkUnreachable),
        (4, ProxyRefusal::HostUnreachable),
        (5, ProxyRefusal::ConnectionRefused),
        (6, ProxyRefusal::Expired),
        (7, ProxyRefusal::NotSupported),
        (8, ProxyRefusal::NotSupported),
    ] {
        let problem = problem(None, &[NO_PASSWORD.1, &[5, code, 0, 1]]);
        assert!(matches!(&problem, ProxyProblem::Refused(given) if *given == refusal), "{code}: {problem:?}");
    }
}

#[test]
fn a_reply_that_the_protocol_does_not_know_is_misbehaviour() {
    let known = Some("alice:secret");
    for (auth, replies) in [
        (None, &[&b"\x04\x00"[..]][..]),
        (None, &[b"HT"]),
        (None, &[b"\x05\x09"]),
        (known, &[b"\x05\x01"]),
        (known, &[b"\x05\x02", b"\x05\x00"]),
        (None, &[b"\x05\x00", b"\x04\x00\x00\x01"]),
        (None, &[b"\x05\x00", b"\x05\x09\x00\x01"]),
        (None, &[b"\x05\x00", b"\x05\x00\x01\x01"]),
        (None, &[b"\x05\x00", b"\x05\x00\x00\x02"]),
    ] {
        let problem = problem(auth, replies);
        assert!(matches!(problem, ProxyProblem::Misbehaved), "{replies:?}: {problem:?}");
    }
}

#[test]
fn a_reply_that_ends_early_is_no_answer() {
    for replies in [&[&b"\x05"[..]][..], &[b"\x05\x00", b"\x05\x00\x00"], &[b"\x05\x00", b"\x05\x00\x00\x03\x09abc"]] {
        let problem = problem(None, replies);
        assert!(matches!(&problem, ProxyProblem::Lost(error) if error.kind() == ErrorKind::UnexpectedEof));
    }
}

#[test]
fn a_name_whose_length_does_not_fit_is_refused_before_anything_is_sent() {
    assert!(request(&ProxyTarget::Name("x".repeat(255)), 21).is_ok());
    let refusal = request(&ProxyTarget::Name("x".repeat(256)), 21);
    assert!(matches!(refusal, Err(ProxyProblem::Refused(ProxyRefusal::NotSupported))));
}
