//! Names on the control connection: the commands that are sent before a name that is not ASCII (CLNT, OPTS UTF8), and
//! the byte that no name may contain.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::real_servers::upload;
use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::upload::Upload;

impl Script {
    /// Answers FEAT, which is sent before CWD.
    fn asked_for_features(self, features: &[&str]) -> Self {
        let lines: String = features.iter().map(|feature| format!(" {feature}\r\n")).collect();
        self.expect("FEAT").send(format!("211-Features:\r\n{lines}211 End\r\n"))
    }

    /// Accepts the directory `für` and stores `hello.txt` in it.
    fn and_all_is_well_in_fuer(self) -> Self {
        let there = self.expect("CWD f\u{fc}r").reply("250 There").expect("TYPE I").reply("200 Binary");
        there.take("hello.txt").and_all_is_well()
    }
}

fn to_fuer() -> Upload {
    Upload::of_hello().directory("f\u{fc}r")
}

#[test]
fn a_server_that_wants_to_know_the_client_is_told_before_names_are_to_be_utf8() {
    let script = Script::logged_in().asked_for_features(&["CLNT", "UTF8", "SIZE"]);
    let script = script.expect("CLNT ftp-uploader").reply("200 Noted").expect("OPTS UTF8 ON").reply("200 Done");
    script.and_all_is_well_in_fuer().run(to_fuer()).outcome.succeeds().never_says("Note:");

    let script = Script::logged_in().asked_for_features(&["CLNT", "UTF8"]).expect("CLNT ftp-uploader").reply("500 No");
    let script = script.expect("OPTS UTF8 ON").reply("200 Done").and_all_is_well_in_fuer();
    script.run(to_fuer()).outcome.succeeds().never_says("Note:");
}

#[test]
fn a_server_that_refuses_utf8_is_reported_once() {
    for refusal in ["503 CLNT first", "504 No", "451 Unable", "350 What?"] {
        let script = Script::logged_in().asked_for_features(&["UTF8"]).expect("OPTS UTF8 ON").reply(refusal);
        let run = script.and_all_is_well_in_fuer().run(to_fuer());
        run.outcome.succeeds().says("Note: the server refused to use UTF-8 for names");
        let script = Script::logged_in().asked_for_features(&["UTF8"]).expect("OPTS UTF8 ON").reply(refusal);
        script
            .and_all_is_well_in_fuer()
            .run(to_fuer().options(["--quiet"]))
            .outcome
            .succeeds()
            .says("Note: the server refused");
    }
    let script = Script::logged_in().asked_for_features(&[]).expect("OPTS UTF8 ON").reply("500 OPTS?");
    script.and_all_is_well_in_fuer().run(to_fuer()).outcome.succeeds().says("Note: the server refused");
}

/// RFC 2640 does not define OPTS UTF8.
#[test]
fn a_server_that_has_utf8_and_does_not_know_the_option_is_fine() {
    for answer in ["500 OPTS?", "501 What?", "502 No"] {
        let script = Script::logged_in().asked_for_features(&["UTF8"]).expect("OPTS UTF8 ON").reply(answer);
        script.and_all_is_well_in_fuer().run(to_fuer()).outcome.succeeds().never_says("Note:");
    }
}

#[test]
fn the_byte_of_telnet_is_exit_2_wherever_it_stands() {
    let bad = OsStr::from_bytes(b"a\xffb");
    for upload in [
        Upload::of(bad, b"x"),
        Upload::of_hello().directory(bad),
        Upload::of_hello().user(bad),
        Upload::of_hello().options([OsStr::new("--account"), bad]),
        Upload::of_hello().options([OsStr::new("--site"), bad]),
    ] {
        IdleServer::listen().refuses(2, upload).mentions(&["0xff"]);
    }
    let password = Upload::of_hello().without_password().program(|program| program.environment("FTP_PASSWORD", bad));
    IdleServer::listen().refuses(2, password).mentions(&["0xff"]);
}

/// ProFTPD interprets 0xff as Telnet's IAC and drops bytes, so that the file would get another name.
#[test]
fn no_file_gets_another_name_at_proftpd_for_the_byte_of_telnet() {
    let Some(server) = Kind::Proftpd.start() else { return };
    let names = [&b"a\xffb"[..], b"\xff\xf4a"].map(OsStr::from_bytes);
    for name in names {
        upload(&server, Program::new().with_file(name, b"x"), &[name], server.upload_dir())
            .fails(2)
            .mentions(&["0xff"]);
    }
    let stored = std::fs::read_dir(server.stored_path("")).unwrap();
    assert_eq!(stored.count(), 0);
}
