//! Tests of `ask`, `remove-all` and `remove-directories`.

use super::server::{Run, Server};
use crate::contract::{Argument, Found, Inquiry, Removal, UploadError};
use crate::native::IoError;
use std::format;
use std::string::String;
use std::vec::Vec;

fn run(prepare: impl FnOnce(&Server)) -> Run {
    let run = Run::new(prepare);
    run.server.log();
    run
}

fn bytes(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

fn words(removals: Vec<Removal>) -> Vec<String> {
    let word = |removal| match removal {
        Removal::Removed => "removed".into(),
        Removal::Refused(refusal) => format!("refused {}", refusal.code),
    };
    removals.into_iter().map(word).collect()
}

/// The number of lines in each flight.
fn flights(run: &Run) -> Vec<usize> {
    run.server.log().iter().map(|line| line.split(" + ").count()).collect()
}

#[test]
fn sizes_and_times_are_those_of_the_files_asked_about() {
    for portion in [usize::MAX, 1] {
        for (flight, listed) in [(true, true), (false, true), (false, false)] {
            let mut run = run(|server| {
                server.portion.set(portion);
                server.on("FEAT", if listed { "211-\n MDTM\n211 End" } else { "211 None" });
                server.on("SIZE b", "550 No");
                server.on("MDTM b", "550 No");
                server.on("SIZE c", "213 7");
            });
            let known = run.session.ask(&bytes(&["a", "b", "c"]), Inquiry::SizeAndTime, flight).unwrap();
            let known: Vec<_> = known.into_iter().map(|known| (known.found, known.modified)).collect();
            assert!(matches!(
                known[..],
                [(Found::Bytes(5), Some(10)), (Found::Refused, None), (Found::Bytes(7), Some(10))]
            ));
            assert_eq!(flights(&run), if flight { &[7][..] } else { &[1; 6] });
        }
    }
}

#[test]
fn a_flight_asks_for_times_only_where_mdtm_is_listed_and_nothing_is_asked_for_nothing() {
    let mut run = run(|_| {});
    let known = run.session.ask(&bytes(&["a", "b"]), Inquiry::SizeAndTime, true).unwrap();
    assert!(known.iter().all(|known| matches!((known.found, known.modified), (Found::Bytes(5), None))));
    assert_eq!(run.server.log(), ["SIZE a + SIZE b + NOOP"]);
    let known = run.session.ask(&bytes(&["a"]), Inquiry::Nothing, true).unwrap();
    assert!(matches!(known[..], [crate::contract::Known { found: Found::Untold, modified: None }]));
    assert_eq!(run.server.log(), [""; 0]);
}

#[test]
fn replies_in_another_order_are_not_taken_for_those_to_other_files() {
    let prepare = |server: &Server| {
        server.on("SIZE", "");
        server.on("NOOP", "200 Fine\n213 2\n213 1");
    };
    let told = run(prepare).session.ask(&bytes(&["a", "b"]), Inquiry::Size, true);
    assert!(matches!(told, Err(UploadError::Broken(ref broken)) if broken.cause == IoError::OutOfStep), "{told:?}");
    // A server without NOOP.
    let mut run = run(|server| server.on("NOOP", "500 NOOP?"));
    let names: Vec<Vec<u8>> = (0..9_u8).map(|number| [b'f', b'0' + number].into()).collect();
    assert_eq!(run.session.ask(&names, Inquiry::Size, true).unwrap().len(), 9);
    assert_eq!(flights(&run), [8, 3]);
}

#[test]
fn sizes_that_were_told_make_a_later_refusal_mean_that_a_file_is_missing() {
    let mut run = run(|server| server.on("SIZE a", "550 No"));
    run.session.ask(&bytes(&["b"]), Inquiry::Size, true).unwrap();
    run.store("a").unwrap();
    assert!(matches!(run.session.check(), Err(UploadError::Missing)));
}

#[test]
fn files_and_directories_are_removed_in_flights_of_eight_and_one_by_one() {
    let names: Vec<Vec<u8>> = (0..10).map(|number| format!("f{number}").into_bytes()).collect();
    let refuse = |server: &Server| {
        server.on("DELE f9", "550 No such file");
        server.on("RMD f9", "550 Not empty");
    };
    for flight in [true, false] {
        let mut run = run(refuse);
        let mut wanted = [(); 10].map(|()| String::from("removed"));
        wanted[9] = "refused 550".into();
        assert_eq!(words(run.session.remove_all(&names, flight).unwrap()), wanted);
        assert_eq!(flights(&run), if flight { &[8, 4][..] } else { &[1; 10] });
        assert_eq!(words(run.session.remove_directories(&names, flight).unwrap()), wanted);
        let log = run.server.log();
        assert!(log[0].starts_with("RMD f0") && log.len() == if flight { 2 } else { 10 });
    }
}

#[test]
fn removals_that_are_answered_in_another_order_are_not_told_under_the_names_of_other_files() {
    let names = bytes(&["a", "b"]);
    let answered = |replies: &'static str| {
        run(move |server| {
            server.on("DELE", "");
            server.on("RMD", "");
            server.on("NOOP", replies);
        })
    };
    for replies in ["200 Fine\n250 Ok\n550 No", "550 No\n200 Fine\n250 Ok", "250 Ok\n550 No\n550 No"] {
        for files in [true, false] {
            let mut run = answered(replies);
            let session = &mut run.session;
            let told = if files { session.remove_all(&names, true) } else { session.remove_directories(&names, true) };
            let is_out_of_step =
                matches!(&told, Err(UploadError::Broken(broken)) if broken.cause == IoError::OutOfStep);
            assert!(is_out_of_step, "{replies}");
            run.is_over();
        }
    }
    // Where all commands succeed, and at a server without NOOP, there is no doubt.
    for (replies, told) in [
        ("200 Fine\n250 Ok\n250 Ok", ["removed", "removed"]),
        ("550 No\n250 Ok\n502 NOOP?", ["refused 550", "removed"]),
    ] {
        assert_eq!(words(answered(replies).session.remove_all(&names, true).unwrap()), told);
    }
}

#[test]
fn a_reply_too_few_or_too_many_tells_nothing_about_any_file() {
    for (reply, cause) in
        [("", IoError::TimedOut), ("250 Ok\n250 Ok", IoError::OutOfStep), ("213 5", IoError::OutOfStep)]
    {
        for portion in [usize::MAX, 1] {
            let mut run = run(|server| {
                server.portion.set(portion);
                server.on("DELE b", reply);
            });
            match run.session.remove_all(&bytes(&["a", "b", "c"]), true) {
                Err(UploadError::Broken(breakage)) => assert_eq!(breakage.cause, cause),
                other => panic!("{other:?}"),
            }
            run.is_over();
        }
    }
    let mut run = run(|server| server.on("DELE b", "421 Bye"));
    assert!(matches!(run.session.remove_all(&bytes(&["a", "b"]), true), Err(UploadError::Refused(_))));
    run.is_over();
}

#[test]
fn too_many_names_and_odd_ones_are_the_callers_fault_and_names_get_the_option_that_they_need() {
    let mut run = run(|_| {});
    let many = [(); 65].map(|()| b"f".to_vec());
    let odd = bytes(&["a", "b\r\nDELE c"]);
    let is =
        |error: Option<UploadError>, argument| matches!(error, Some(UploadError::Invalid(told)) if told == argument);
    assert!(is(run.session.ask(&many, Inquiry::Size, true).err(), Argument::TooMany));
    assert!(is(run.session.remove_all(&many, true).err(), Argument::TooMany));
    assert!(is(run.session.remove_directories(&many, true).err(), Argument::TooMany));
    assert!(is(run.session.ask(&odd, Inquiry::Size, true).err(), Argument::Name));
    assert!(is(run.session.remove_all(&odd, true).err(), Argument::Name));
    assert!(is(run.session.remove_directories(&odd, true).err(), Argument::Directory));
    assert_eq!(run.server.log(), [""; 0]);
    run.session.remove_all(&bytes(&["a", "gr\u{fc}n"]), true).unwrap();
    assert_eq!(run.server.log(), ["OPTS UTF8 ON", "DELE a + DELE gr\u{fc}n + NOOP"]);
}
