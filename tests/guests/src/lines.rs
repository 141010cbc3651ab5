//! The control connection: malformed lines, passwords that the component may not send, and too many of both.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{Evil, Secret, word};

/// No line of these may be sent.
const FORGED: [&[u8]; 17] = [
    b"",
    b"\r\n",
    b"NOOP",
    b"NOOP\n",
    b"NOOP\r",
    b"NOOP\r\nDELE x\r\n",
    b"NOOP\nDELE x\r\n",
    b"NOOP\rDELE x\r\n",
    b"NO\0OP\r\n",
    b"NOOP \xff\xf4\r\n",
    b"PASS guess\r\n",
    b"pass guess\r\n",
    b" PASS guess\r\n",
    b"PASS\tguess\r\n",
    b"\0PASS guess\r\n",
    b"\xffPASS guess\r\n",
    b"\xff\xf4PaSs\r\n",
];

pub(crate) fn attack(evil: &Evil, password: &Secret) -> Option<String> {
    match evil.attack.as_str() {
        "forged lines" => Some(forge(evil)),
        "a line too long" => Some(too_long(evil)),
        "the password twice" => {
            let sent = [evil.control.send_password(password), evil.control.send_password(password)];
            Some(format!("{}, {}", word(&sent[0]), word(&sent[1])))
        }
        "lines without end" => Some(without_end(evil)),
        "listening without end" => Some(listen(evil)),
        _ => None,
    }
}

fn forge(evil: &Evil) -> String {
    let denied = FORGED.iter().filter(|line| word(&evil.control.send(line)) == "denied").count();
    format!("{denied} of {} denied", FORGED.len())
}

fn too_long(evil: &Evil) -> String {
    let line: Vec<u8> = [&b"NOOP "[..], &[b'x'; 16_384], b"\r\n"].concat();
    word(&evil.control.send(&line)).into()
}

fn without_end(evil: &Evil) -> String {
    // Unread bytes would reset the connection when it is closed, and the server would lose the last bytes sent to it.
    let _ = evil.control.receive(u32::MAX);
    let mut count = 0;
    loop {
        match evil.control.send(b"NOOP\r\n") {
            Ok(()) => count += 1,
            refused => return format!("{count} sent, then {}", word(&refused)),
        }
    }
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
