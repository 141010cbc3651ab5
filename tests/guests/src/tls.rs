//! TLS: sending without it, beginning it after text that an attacker inserted, and beginning it again and again.

use alloc::string::String;

use crate::{ControlConnection, Evil, Secret, word};

pub(crate) fn attack(evil: &Evil, password: &Secret) -> Option<String> {
    let Evil { control, .. } = evil;
    // TLS is the only reason to deny this line.
    let login = evil.login_line();
    let answers = match evil.attack.as_str() {
        "commands in clear" => {
            [word(&control.send(&login)), word(&control.send_password(password)), word(&greeting(control))]
        }
        "the password where TLS was refused" => {
            let asked = ask(control, "502 No TLS here\r\n");
            [asked, word(&control.send_password(password)), word(&control.send(&login))]
        }
        "TLS over text that was slipped in" => {
            [ask(control, "234 Go ahead\r\n"), word(&control.secure()), word(&control.send(&login))]
        }
        "TLS where there is none" => [word(&control.secure()), word(&control.secure()), word(&control.secure())],
        "TLS twice" | "a silent handshake again and again" => {
            [ask(control, "234 Go ahead\r\n"), word(&control.secure()), word(&control.secure())]
        }
        _ => return None,
    };
    Some(answers.join(", "))
}

fn greeting(control: &ControlConnection) -> Result<(), crate::IoError> {
    control.receive(u32::MAX).map(drop)
}

/// Asks for TLS, and receives only as many bytes as `answer` has.
fn ask(control: &ControlConnection, answer: &str) -> &'static str {
    let greeted = greeting(control).and_then(|()| control.send(b"AUTH TLS\r\n"));
    let Ok(length) = u32::try_from(answer.len()) else { return "too long" };
    word(&greeted.and_then(|()| control.receive(length)))
}
