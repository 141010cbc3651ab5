//! The method CONNECT (RFC 9110 §9.3.6), with Basic authentication (RFC 7617) if there are credentials. `httparse`
//! parses the response. It is read byte by byte, because the bytes after it belong to the server's greeting.

use base64ct::{Base64, Encoding};
use ftp_text::redact::{masked, masked_cut};
use zeroize::Zeroizing;

use crate::cancel::WaitError;
use crate::net::proxy::error::lost;
use crate::net::socket::Socket;
use crate::net::wait::Deadline;
use crate::report::proxy_problem::{ProxyProblem, ProxyRefusal};
use crate::report::server_text::ServerText;
use crate::request::proxy::ProxyTarget;
use crate::request::proxy_auth::ProxyAuth;

/// The longest response that is read, with the interim responses before it, in bytes.
const MAX_HEAD: usize = 8192;

/// The most header fields of a response.
const MAX_FIELDS: usize = 64;

/// The longest reason phrase that an error holds, in bytes. A longer one is truncated.
const MAX_REASON: usize = 200;

/// Makes the proxy at the other end of `socket` connect it to `port` of `host`.
pub(super) fn connect(
    socket: &Socket,
    host: &ProxyTarget,
    port: u16,
    auth: Option<&ProxyAuth>,
    deadline: Deadline<'_>,
) -> Result<(), WaitError> {
    socket.write_all(&request(host, port, auth), deadline).map_err(lost)?;
    let mut head = Vec::new();
    for _ in 0..MAX_HEAD {
        let mut byte = [0];
        socket.read(&mut byte, deadline).map_err(lost)?;
        head.push(byte[0]);
        match parse(&head)? {
            None => {}
            // RFC 9110 §15.2: any number of interim responses may come before the final one.
            Some((100..200, _)) => head.clear(),
            Some((code, text)) => return judge(code, without(auth, text), auth.is_some()),
        }
    }
    Err(ProxyProblem::Misbehaved.into())
}

/// Returns the complete request. It is wiped when dropped, because it may contain a password.
fn request(host: &ProxyTarget, port: u16, auth: Option<&ProxyAuth>) -> Zeroizing<Vec<u8>> {
    let authority = host.with_port(port);
    let head = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    let coded = auth.map(|auth| Zeroizing::new(Base64::encode_string(auth.both())));
    let parts = match &coded {
        None => vec![head.as_str(), "\r\n"],
        Some(coded) => vec![head.as_str(), "Proxy-Authorization: Basic ", coded.as_str(), "\r\n\r\n"],
    };
    // The full capacity at once: growing would leave a copy of the password in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
    bytes
}

/// Returns the status code and reason phrase of a response; `None` if it is not complete yet.
fn parse(head: &[u8]) -> Result<Option<(u16, ServerText)>, ProxyProblem> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let status = response.parse(head).map_err(|_| ProxyProblem::Misbehaved)?;
    let reason = response.reason.unwrap_or_default().as_bytes();
    let text = || ServerText(reason[..reason.len().min(MAX_REASON)].to_vec());
    Ok(response.code.filter(|_| status.is_complete()).map(|code| (code, text())))
}

/// Masks the credentials in a reason phrase that repeats them, in plain text or in base64.
fn without(auth: Option<&ProxyAuth>, text: ServerText) -> ServerText {
    let Some(auth) = auth else { return text };
    let coded = Zeroizing::new(Base64::encode_string(auth.both()));
    let mask = if text.0.len() < MAX_REASON { masked } else { masked_cut };
    ServerText(mask(&mask(&text.0, coded.as_bytes()), auth.password().as_bytes()))
}

/// Any 2xx opens the tunnel; Content-Length and Transfer-Encoding in it are ignored (RFC 9110 §9.3.6).
fn judge(code: u16, text: ServerText, had_auth: bool) -> Result<(), WaitError> {
    let problem = match code {
        200..300 => return Ok(()),
        // tinyproxy sends 401 for wrong credentials.
        401 | 407 if had_auth => ProxyProblem::AuthRefused,
        401 | 407 => ProxyProblem::AuthWanted,
        _ => ProxyProblem::Refused(ProxyRefusal::Status { code, text }),
    };
    Err(problem.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_request_names_the_host_and_port_twice_and_ends_with_an_empty_line() {
        let name = ProxyTarget::Name("ftp.example.org".to_owned());
        let plain = b"CONNECT ftp.example.org:21 HTTP/1.1\r\nHost: ftp.example.org:21\r\n\r\n";
        assert_eq!(request(&name, 21, None).as_slice(), plain);
        // The example of RFC 7617 §2.
        let auth = ProxyAuth::new("Aladdin:open sesame".to_owned()).unwrap();
        let address = ProxyTarget::Address("2001:db8::1".parse().unwrap());
        let told = b"CONNECT [2001:db8::1]:1024 HTTP/1.1\r\nHost: [2001:db8::1]:1024\r\n\
                     Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n";
        assert_eq!(request(&address, 1024, Some(&auth)).as_slice(), told);
    }

    #[test]
    fn an_answer_is_whole_with_its_last_byte_and_not_before() {
        let answer = b"HTTP/1.1 502 Bad Gateway\r\nServer: x\r\nContent-Length: 4\r\n\r\n";
        for end in 0..answer.len() {
            assert_eq!(parse(&answer[..end]).unwrap(), None, "{end}");
        }
        assert_eq!(parse(answer).unwrap(), Some((502, ServerText(b"Bad Gateway".to_vec()))));
        assert_eq!(parse(b"HTTP/1.0 200\r\n\r\n").unwrap(), Some((200, ServerText(Vec::new()))));
    }

    #[test]
    fn a_response_that_is_not_http_is_recognised_by_its_first_bytes() {
        for garbage in [&b"SSH-2.0-x"[..], b"220 ready\r\n", b"\x05\xff", b"\x15\x03\x01", b"HTTP/2 200\r\n"] {
            assert!(matches!(parse(garbage), Err(ProxyProblem::Misbehaved)), "{garbage:?}");
        }
        let fields = "A: b\r\n".repeat(MAX_FIELDS + 1);
        assert!(parse(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes()).is_err());
    }

    #[test]
    fn a_reason_that_repeats_the_credentials_does_not_show_them() {
        let auth = ProxyAuth::new("Aladdin:open sesame".to_owned()).unwrap();
        let shown = |text: &str| without(Some(&auth), ServerText(text.as_bytes().to_vec())).to_string();
        assert_eq!(shown("No (open sesame)"), "No (****)");
        assert_eq!(shown("No Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "No Basic ****");
        assert_eq!(shown("Bad Gateway"), "Bad Gateway");
    }

    #[test]
    fn only_2xx_is_a_tunnel() {
        let is_tunnel = |code| judge(code, ServerText(Vec::new()), false).is_ok();
        assert!([200, 204, 299].into_iter().all(is_tunnel));
        assert!(![199, 300, 302, 400, 403, 407, 500, 502].into_iter().any(is_tunnel));
    }

    proptest! {
        #[test]
        fn no_answer_is_too_odd_to_be_judged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
            let _ = parse(&[b"HTTP/1.1 ", &bytes[..]].concat());
        }

        #[test]
        fn a_reason_is_never_long(code in 200u16..600, reason in "[ -~]{0,400}") {
            let head = format!("HTTP/1.1 {code} {reason}\r\n\r\n");
            let (parsed, text) = parse(head.as_bytes()).unwrap().unwrap();
            prop_assert_eq!(parsed, code);
            prop_assert!(text.0.len() <= MAX_REASON && reason.contains(str::from_utf8(&text.0).unwrap()));
        }
    }
}
