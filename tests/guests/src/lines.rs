//! The control connection: malformed lines, passwords that the component may not send, and too many of both.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Evil, IoError, Secret, word};

/// No line of these may be sent.
const FORGED: [&[u8]; 20] = [
    b"",
    b"\r\n",
    b"NOOP",
    b"NOOP\n",
    b"NOOP\r",
    b"NOOP\r\n\r\n",
    b"NOOP\r\nSIZE x",
    b"NOOP\nSIZE x\r\n",
    b"SIZE x\rSIZE x\r\n",
    b"SIZE \0\r\n",
    b"SIZE \xff\xf4\r\n",
    b"PASS guess\r\n",
    b"pass guess\r\n",
    b" PASS guess\r\n",
    b"PASS\tguess\r\n",
    b"\0PASS guess\r\n",
    b"\xffPASS guess\r\n",
    b"\xff\xf4PaSs\r\n",
    b"NOOP\r\nPASS guess\r\n",
    b"PASS guess\r\nNOOP\r\n",
];

pub(crate) fn attack(evil: &Evil, password: &Secret) -> Option<String> {
    match evil.attack.as_str() {
        "the password twice" => {
            let sent = [evil.control.send_password(password), evil.control.send_password(password)];
            Some(format!("{}, {}", word(&sent[0]), word(&sent[1])))
        }
        "the password behind a command" => Some(listen_backwards(evil, password, 0)),
        "a command within the reply to the password" => Some(listen_backwards(evil, password, 2)),
        "lines without end" => Some(without_end(evil)),
        "lines without listening" => Some(without_listening(evil)),
        "many lines at once" => Some(many_at_once(evil)),
        "listening without end" => Some(listen(evil)),
        _ => None,
    }
}

/// After the login, where these commands are permitted in the right form.
pub(crate) fn after_login(evil: &Evil) -> Option<String> {
    match evil.attack.as_str() {
        "forged lines" => Some(forge(evil)),
        "a line too long" => Some(too_long(evil)),
        _ => None,
    }
}

fn forge(evil: &Evil) -> String {
    let denied = FORGED.iter().filter(|line| word(&evil.control.send(line)) == "denied").count();
    format!("{denied} of {} denied", FORGED.len())
}

fn too_long(evil: &Evil) -> String {
    let line: Vec<u8> = [&b"SIZE "[..], &[b'x'; 16_384], b"\r\n"].concat();
    word(&evil.control.send(&line)).into()
}

/// Sends other commands when `before` lines were received after PASS, so that the reply to PASS is not the last one
/// outstanding, or is not complete. Returns the lines, and three more, backwards: the program would mask the password in
/// a text that contains it.
fn listen_backwards(evil: &Evil, password: &Secret, before: usize) -> String {
    let _ = evil.control.receive(u32::MAX);
    let first = evil.control.send_password(password);
    let mut told = Vec::new();
    receive_lines(evil, before, &mut told);
    let second = evil.control.send(b"NOOP\r\nNOOP\r\n");
    receive_lines(evil, before + 3, &mut told);
    let backwards: String = told.iter().rev().map(|&byte| if byte < b' ' { ';' } else { byte.into() }).collect();
    format!("{}, {}: {backwards}", word(&first), word(&second))
}

/// Receives until `told` has `count` lines, or the connection ends.
fn receive_lines(evil: &Evil, count: usize, told: &mut Vec<u8>) {
    while told.iter().filter(|&&byte| byte == b'\n').count() < count {
        match evil.control.receive(u32::MAX) {
            Ok(bytes) => told.extend(bytes),
            Err(_) => break,
        }
    }
}

/// Receives one byte of a long text before each line.
fn without_end(evil: &Evil) -> String {
    let sent = send_while_permitted(|| evil.control.receive(1).and_then(|_| evil.control.send(b"NOOP\r\n")));
    // Unread bytes would reset the connection when it is closed, and the server would lose the last bytes sent to it.
    while evil.control.pending() && evil.control.receive(u32::MAX).is_ok() {}
    sent
}

fn without_listening(evil: &Evil) -> String {
    let _ = evil.control.receive(u32::MAX);
    send_while_permitted(|| evil.control.send(b"NOOP\r\n"))
}

fn send_while_permitted(send: impl Fn() -> Result<(), IoError>) -> String {
    let mut count = 0;
    loop {
        match send() {
            Ok(()) => count += 1,
            refused => return format!("{count} sent, then {}", word(&refused)),
        }
    }
}

/// Sends nine lines in one call; then twice eight, and one more.
fn many_at_once(evil: &Evil) -> String {
    let _ = evil.control.receive(u32::MAX);
    let answers = [9, 8, 8, 1].map(|lines| word(&evil.control.send(&b"NOOP\r\n".repeat(lines))));
    answers.join(", ")
}

fn listen(evil: &Evil) -> String {
    let mut count = 0;
    loop {
        match evil.control.receive(u32::MAX) {
            Ok(bytes) => count += bytes.len(),
            refused => return format!("{count} bytes, then {}", word(&refused)),
        }
    }
}
