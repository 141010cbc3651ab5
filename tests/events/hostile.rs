//! Events about hostile names and replies: each line can be parsed, and drives no terminal.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use base64ct::{Base64, Encoding};

use crate::support::script::Script;
use crate::support::upload::{PASSWORD, Upload};

#[test]
fn a_name_that_is_no_text_has_its_bytes_in_base64() {
    let name = OsStr::from_bytes(b"\xfe\"\\ \xe2\x80\xae.txt");
    let upload = Upload::of_nothing().and(name, b"").options(["--json"]);
    let server = crate::support::quirky_server::QuirkyServer::start([]);
    let events = crate::support::many_files::run_to(&server, upload).events(0);
    let stored = events.only("stored");
    assert_eq!(stored["path"], r#"\xfe"\ \u{202e}.txt"#);
    for field in ["path_base64", "remote_base64"] {
        let coded = stored[field].as_str().expect("the bytes");
        assert_eq!(Base64::decode_vec(coded).expect("base64"), name.as_bytes(), "{field}");
    }
    assert!(events.only("started")["path_base64"].is_string());
}

#[test]
fn a_reply_that_drives_terminals_and_ends_lines_is_one_line() {
    let text = "550 \u{1b}]0;owned\u{7}\u{202e}\u{2028}{\"event\":\"summary\"}\n550-\"";
    let script = Script::ready().passive().expect("STOR hello.txt").send(format!("{text}\r\n"));
    let run = script.run(Upload::of_hello().options(["--json"]));
    let events = run.outcome.events(7);
    let text = events.only("failed")["error"]["reply_text"].as_str().expect("a text").to_owned();
    assert!(text.contains(r"\u{1b}]0;owned\u{7}\u{202e}") && text.is_ascii(), "{text}");
}

#[test]
fn a_reply_that_repeats_the_password_does_not_tell_it() {
    let script = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
    let run = script.reply(&format!("530 {PASSWORD} is wrong")).run(Upload::of_hello().options(["--json", "-v"]));
    let events = run.outcome.events(6);
    assert_eq!(events.only("failed")["error"]["reply_text"], "**** is wrong");
}
