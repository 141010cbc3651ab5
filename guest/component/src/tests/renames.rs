//! Tests of `rename-all`.

use super::server::{Run, Server};
use crate::contract::{Argument, Change, Changed, Renaming, UploadError};
use crate::native::IoError;
use std::format;
use std::string::String;
use std::vec::Vec;

const MFMT: &str = "211-\n MFMT\n MDTM\n211 End";

fn run(prepare: impl FnOnce(&Server)) -> Run {
    let run = Run::new(prepare);
    run.server.log();
    run
}

fn change(name: &str, to: &str, time: Option<u64>) -> Change {
    Change { name: name.as_bytes().to_vec(), to: to.as_bytes().to_vec(), time }
}

fn words(changed: Result<Vec<Changed>, UploadError>) -> Vec<String> {
    let word = |changed: Changed| {
        let renaming = match changed.renaming {
            Renaming::Done => "done".into(),
            Renaming::NotFrom(refusal) => format!("not from {}", refusal.code),
            Renaming::NotTo(refusal) => format!("not to {}", refusal.code),
        };
        if changed.time_set { renaming + ", time" } else { renaming }
    };
    changed.unwrap().into_iter().map(word).collect()
}

#[test]
fn a_change_is_sent_whole_with_its_time_and_no_more_lines_than_eight_are_sent_together() {
    let changes: Vec<Change> = (0..5).map(|at| change(&format!("t{at}"), &format!("n{at}"), Some(10))).collect();
    for portion in [usize::MAX, 1, 50] {
        let mut run = run(|server| {
            server.on("FEAT", MFMT);
            server.portion.set(portion);
        });
        assert_eq!(words(run.session.rename_all(&changes, true)), ["done, time"; 5]);
        let log = run.server.log();
        assert_eq!(log[0], "MFMT 19700101000010 t0 + RNFR t0 + RNTO n0 + MFMT 19700101000010 t1 + RNFR t1 + RNTO n1");
        assert_eq!(log.iter().map(|line| line.split(" + ").count()).collect::<Vec<_>>(), [6, 6, 3]);
        assert_eq!(words(run.session.rename_all(&changes, false)), ["done, time"; 5]);
        assert_eq!(run.server.log().len(), 15);
    }
}

#[test]
fn two_flights_are_sent_before_the_replies_to_the_first_and_never_more_than_sixteen_lines() {
    let changes: Vec<Change> = (0..64).map(|at| change(&format!("t{at}"), &format!("n{at}"), None)).collect();
    let mut run = run(|_| {});
    assert_eq!(words(run.session.rename_all(&changes, true)), ["done"; 64]);
    assert_eq!(run.server.log().len(), 16);
    assert_eq!(run.server.most_unanswered.get(), 16);
}

#[test]
fn the_time_is_set_by_the_command_that_the_server_lists_and_a_refusal_does_not_stop_the_change() {
    for (features, wanted) in
        [(MFMT, "MFMT 19700101000010 t"), ("211-\n MDTM\n211 End", "MDTM 19700101000010 t"), ("211 None", "RNFR t")]
    {
        for flight in [false, true] {
            let mut run = run(|server| {
                server.on("FEAT", features);
                server.on("MFMT", "550 No");
                server.on("MDTM", "213 Modified");
            });
            let time = if wanted.starts_with("MDTM") { "done, time" } else { "done" };
            assert_eq!(words(run.session.rename_all(&[change("t", "n", Some(10))], flight)), [time]);
            assert_eq!(run.server.log()[0].split(" + ").next(), Some(wanted));
        }
    }
}

#[test]
fn refusals_are_told_for_each_change_and_without_flights_rnto_does_not_follow_a_refused_rnfr() {
    let changes = [change("a", "b", None), change("c", "d", None), change("e", "f", None)];
    let prepare = |server: &Server| {
        server.on("RNFR a", "550 No such file");
        server.on("RNTO b", "503 RNFR first");
        server.on("RNTO d", "553 No");
    };
    let wanted = ["not from 550", "not to 553", "done"];
    let mut one = run(prepare);
    assert_eq!(words(one.session.rename_all(&changes, true)), wanted);
    assert_eq!(one.server.log(), ["RNFR a + RNTO b + RNFR c + RNTO d + RNFR e + RNTO f"]);
    let mut other = run(prepare);
    assert_eq!(words(other.session.rename_all(&changes, false)), wanted);
    assert_eq!(other.server.log(), ["RNFR a", "RNFR c", "RNTO d", "RNFR e", "RNTO f"]);
}

#[test]
fn replies_that_cannot_be_those_of_the_changes_lead_to_no_conclusion() {
    let changes = [change("a", "b", None), change("c", "d", None)];
    for (line, reply, cause) in [
        ("RNFR a", "", IoError::OutOfStep),
        ("RNTO b", "", IoError::OutOfStep),
        ("RNTO d", "", IoError::TimedOut),
        ("RNFR c", "350 a\n350 b", IoError::OutOfStep),
        ("RNTO d", "250 a\n250 b", IoError::OutOfStep),
        ("RNFR a", "250 Done", IoError::OutOfStep),
        // RNTO accepted although RNFR was refused.
        ("RNFR c", "550 No", IoError::OutOfStep),
    ] {
        for portion in [usize::MAX, 1] {
            let mut run = run(|server| {
                server.portion.set(portion);
                server.on(line, reply);
            });
            match run.session.rename_all(&changes, true) {
                Err(UploadError::Broken(breakage)) => assert_eq!(breakage.cause, cause, "{line} {reply}"),
                other => panic!("{line} {reply}: {other:?}"),
            }
            run.is_over();
        }
    }
    let mut run = run(|server| server.on("RNTO b", "421 Bye"));
    assert!(matches!(run.session.rename_all(&changes, true), Err(UploadError::Refused(_))));
    run.is_over();
}

#[test]
fn wrong_arguments_are_found_before_anything_is_sent_and_names_get_the_option_that_they_need() {
    let mut run = run(|server| server.on("FEAT", MFMT));
    let is =
        |error: Option<UploadError>, argument| matches!(error, Some(UploadError::Invalid(told)) if told == argument);
    let many = [(); 65].map(|()| change("a", "b", None));
    assert!(is(run.session.rename_all(&many, true).err(), Argument::TooMany));
    for odd in [change("a", "b\r\nDELE c", None), change("", "b", None)] {
        assert!(is(run.session.rename_all(&[change("a", "b", None), odd], true).err(), Argument::Name));
    }
    let late = change("a", "b", Some(u64::MAX));
    assert!(is(run.session.rename_all(&[late], true).err(), Argument::Time));
    assert_eq!(run.server.log(), [""; 0]);
    run.session.rename_all(&[change("a", "gr\u{fc}n", None)], true).unwrap();
    assert_eq!(run.server.log(), ["OPTS UTF8 ON", "RNFR a + RNTO gr\u{fc}n"]);
}
