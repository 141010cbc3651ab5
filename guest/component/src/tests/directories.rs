//! Tests of `make-directories`.

use super::server::{Run, Server};
use crate::contract::{Argument, Made, UploadError};
use crate::native::IoError;
use std::format;
use std::string::String;
use std::vec::Vec;

/// Makes `paths`; each result is one word, with the code of a refusal.
fn make(run: &mut Run, paths: &[&str], flight: bool) -> Vec<String> {
    let paths: Vec<Vec<u8>> = paths.iter().map(|path| path.as_bytes().to_vec()).collect();
    let word = |made| match made {
        Made::Made => "made".into(),
        Made::Exists => "exists".into(),
        Made::Refused(refusal) => format!("refused {}", refusal.code),
        Made::Unknown(refusal) => format!("unknown {}", refusal.code),
    };
    run.session.make_directories(&paths, flight).unwrap().into_iter().map(word).collect()
}

fn run(prepare: impl FnOnce(&Server)) -> Run {
    let run = Run::new(prepare);
    run.server.log();
    run
}

#[test]
fn directories_are_made_in_flights_of_eight_commands_and_one_at_a_time_without() {
    let paths: Vec<String> = (0..10).map(|number| format!("d{number}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let mut one = run(|_| {});
    assert_eq!(make(&mut one, &paths, true), ["made"; 10]);
    assert_eq!(one.server.log().iter().map(|line| line.split('+').count()).collect::<Vec<_>>(), [8, 4]);
    let mut other = run(|_| {});
    assert_eq!(make(&mut other, &paths, false), ["made"; 10]);
    assert_eq!(other.server.log().len(), 10);
}

#[test]
fn cwd_decides_which_of_the_refused_ones_exist_and_the_last_one_leads_back() {
    for (flight, wanted) in [
        (
            true,
            &[
                "MKD a",
                "MKD a/b + MKD f + NOOP",
                "MKD f/c",
                "PWD",
                "CWD /home/a + CWD /home/f + CWD /home/f/c + CWD /home + NOOP",
            ][..],
        ),
        (
            false,
            &[
                "MKD a",
                "MKD a/b",
                "MKD f",
                "MKD f/c",
                "PWD",
                "CWD /home/a",
                "CWD /home/f",
                "CWD /home/f/c",
                "CWD /home",
            ],
        ),
    ] {
        let mut run = run(|server| {
            server.on("MKD a", "550 Exists");
            server.on("MKD a/b", "257 Made");
            server.on("MKD f", "521 A file");
            server.on("CWD /home/f", "550 Not a directory");
        });
        assert_eq!(make(&mut run, &["a", "a/b", "f", "f/c"], flight), ["exists", "made", "refused 521", "refused 521"]);
        assert_eq!(run.server.log(), wanted);
        // The name of the directory is asked for once.
        make(&mut run, &["a"], flight);
        assert!(!run.server.log().contains(&"PWD".into()));
    }
}

#[test]
fn replies_in_another_order_tell_nothing_about_any_directory() {
    for replies in
        ["200 Fine\n257 Made\n550 Exists", "550 Exists\n200 Fine\n257 Made", "257 Made\n550 Exists\n550 What?"]
    {
        let mut run = run(|server| {
            server.on("MKD", "");
            server.on("NOOP", replies);
        });
        let told = run.session.make_directories(&[b"a".to_vec(), b"b".to_vec()], true);
        let is_out_of_step = matches!(&told, Err(UploadError::Broken(broken)) if broken.cause == IoError::OutOfStep);
        assert!(is_out_of_step, "{replies}");
        run.is_over();
    }
}

/// libunftp hangs after two CWD at once, and shows by a flight of MKD that it is such a server.
#[test]
fn cwd_is_sent_in_flights_only_after_a_flight_that_was_answered_in_order() {
    let mut run = run(|server| server.on("MKD", "550 Exists"));
    assert_eq!(make(&mut run, &["a", "a/b"], true), ["exists"; 2]);
    assert_eq!(run.server.log(), ["MKD a", "MKD a/b", "PWD", "CWD /home/a", "CWD /home/a/b", "CWD /home"]);
}

#[test]
fn the_name_of_the_directory_may_contain_quotes_or_be_the_root() {
    for (told, asked) in [("257 \"/a\"\"b\" is it", "CWD /a\"b/d"), ("257 \"/\"", "CWD /d")] {
        let mut run = run(|server| {
            server.on("MKD", "550 Exists");
            server.on("PWD", told);
        });
        assert_eq!(make(&mut run, &["d"], false), ["exists"]);
        assert_eq!(run.server.log()[2], asked);
    }
}

#[test]
fn without_the_name_of_the_directory_it_is_unknown_what_exists() {
    for told in ["502 What?", "257 /home", "257 \"\""] {
        let mut run = run(|server| {
            server.on("MKD", "550 Exists");
            server.on("PWD", told);
        });
        assert_eq!(make(&mut run, &["d"], true), ["unknown 550"]);
        assert_eq!(run.server.log(), ["MKD d", "PWD"]);
    }
}

#[test]
fn a_session_that_cannot_go_back_is_over() {
    let mut run = run(|server| {
        server.on("MKD", "550 Exists");
        server.on("CWD", "550 No");
        server.on("CWD /home/d", "250 There");
    });
    assert!(matches!(run.session.make_directories(&[b"d".to_vec()], true), Err(UploadError::Broken(_))));
    run.is_over();
}

#[test]
fn a_session_that_has_not_left_need_not_go_back() {
    let mut run = run(|server| {
        server.on("MKD", "550 No");
        server.on("CWD", "550 No");
    });
    assert_eq!(make(&mut run, &["d"], true), ["refused 550"]);
    assert_eq!(make(&mut run, &["e"], true), ["refused 550"]);
}

#[test]
fn too_many_directories_and_names_that_no_command_can_carry_are_the_callers_fault() {
    let mut run = run(|_| {});
    let many = [(); 65].map(|()| b"d".to_vec());
    assert!(matches!(run.session.make_directories(&many, true), Err(UploadError::Invalid(Argument::TooMany))));
    let odd = [b"a".to_vec(), b"b\r\nDELE c".to_vec()];
    assert!(matches!(run.session.make_directories(&odd, true), Err(UploadError::Invalid(Argument::Directory))));
    assert_eq!(run.server.log(), [""; 0]);
}
