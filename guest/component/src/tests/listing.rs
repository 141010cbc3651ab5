//! Tests of `list` and `next-page`: the commands, the pages, and the choice between MLSD, `LIST -a` and LIST.

use super::server::{Run, Server};
use crate::contract::{Argument, DataMode, Form, Kind, Page, Protection, UploadError};
use crate::native::Step;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

pub(super) const FACTS: &str = "type=cdir; .\r\ntype=file;size=3;modify=19700101000010; a\r\ntype=dir; css\r\n";
const LINES: &str = "drwxr-xr-x 2 0 0 4096 Nov 28 02:10 .\r\n-rw-r--r-- 1 0 0 3 Nov 28 02:10 .htaccess\r\n";

/// A session with a server that knows MLSD.
pub(super) fn run(prepare: impl FnOnce(&Server)) -> Run {
    let run = Run::new(|server| {
        server.on("FEAT", "211-\n MLST type*;size*;modify*;\n211 End");
        server.sends("MLSD", FACTS);
        prepare(server);
    });
    run.server.log();
    run
}

/// A session with a server that has FEAT without MLSD, in `directory`.
fn without_mlsd(directory: &str, prepare: impl FnOnce(&Server)) -> Run {
    let run = Run::within(directory, DataMode::Passive, Protection::Clear, |server| {
        server.sends("LIST", LINES);
        prepare(server);
    });
    run.server.log();
    run
}

pub(super) fn names(page: &Page) -> Vec<String> {
    page.entries.iter().map(|entry| String::from_utf8_lossy(&entry.name).into_owned()).collect()
}

#[test]
fn mlsd_tells_kinds_sizes_and_times() {
    for portion in [usize::MAX, 1, 7] {
        let mut run = run(|server| server.portion.set(portion));
        let page = run.session.list(b"in/side", false).unwrap();
        assert_eq!(run.server.log(), ["EPSV", "[dial listing 50000]", "MLSD in/side"]);
        assert_eq!(names(&page), ["a", "css"]);
        assert_eq!((page.ignored, page.form, page.more, page.truncated), (0, Form::Facts, false, false));
        let entry = &page.entries[0];
        assert_eq!((entry.kind, entry.size, entry.modified), (Kind::File, Some(3), Some(10)));
        run.session.list(b".", false).unwrap();
        assert_eq!(run.server.log(), ["EPSV", "[dial listing 50000]", "MLSD"]);
    }
}

#[test]
fn a_flight_opens_the_connection_and_lists_if_that_command_has_opened_one_before() {
    let mut run = run(|_| {});
    run.session.list(b".", true).unwrap();
    assert_eq!(run.server.log(), ["EPSV", "[dial listing 50000]", "MLSD"]);
    run.session.list(b"css", true).unwrap();
    assert_eq!(run.server.log(), ["EPSV + MLSD css", "[dial listing 50000]"]);
    run.session.list(b"css", false).unwrap();
    assert_eq!(run.server.log()[0], "EPSV");
    run.store("a").unwrap();
    run.server.log();
    run.announce().unwrap();
    assert_eq!(run.server.log(), ["SIZE a + SIZE b + EPSV + STOR b"]);
}

#[test]
fn pasv_takes_the_place_of_epsv_and_an_active_server_connects_after_its_reply() {
    let mut run = run(|server| server.on("EPSV", "500 What?"));
    run.session.list(b".", true).unwrap();
    run.session.list(b".", true).unwrap();
    let log = run.server.log();
    assert_eq!(log, ["EPSV", "PASV", "[dial listing 50000]", "MLSD", "PASV + MLSD", "[dial listing 50000]"]);
    let mut run = Run::within(".", DataMode::Active, Protection::Clear, |server| {
        server.on("FEAT", "502 What?");
        server.sends("MLSD", FACTS);
    });
    run.server.log();
    assert_eq!(names(&run.session.list(b".", true).unwrap()), ["a", "css"]);
    assert_eq!(run.server.log(), ["EPRT |1|192.0.2.1|50001|", "MLSD", "[accept listing]"]);
}

#[test]
fn the_handshake_comes_after_the_preliminary_reply() {
    for (mode, opened) in [(DataMode::Passive, "[dial listing 50000]"), (DataMode::Active, "[accept listing]")] {
        let mut run = Run::within(".", mode, Protection::Implicit, |server| server.on("FEAT", "500 What?"));
        run.server.log();
        run.session.list(b".", false).unwrap();
        let log = run.server.log();
        assert!(log.contains(&opened.into()));
        assert_eq!(log.last().unwrap(), "[secure]");
    }
}

#[test]
fn a_name_that_a_server_could_take_for_a_pattern_is_entered_by_its_absolute_path() {
    for odd in ["[d]/in", "a b", "-a", "x/-a", "*", "d;"] {
        let mut run = run(|_| {});
        assert_eq!(names(&run.session.list(odd.as_bytes(), true).unwrap()), ["a", "css"]);
        let (there, back) = (format!("CWD /home/{odd}"), "CWD /home");
        assert_eq!(run.server.log(), ["PWD", &there, "EPSV", "[dial listing 50000]", "MLSD", back]);
        run.session.list(odd.as_bytes(), true).unwrap();
        assert_eq!(run.server.log(), [&there, "EPSV + MLSD", "[dial listing 50000]", back], "{odd}");
    }
}

#[test]
fn the_way_back_is_the_absolute_directory_of_enter() {
    let mut run = without_mlsd("/site", |server| server.on("FEAT", "500 What?"));
    run.session.list(b"a b", false).unwrap();
    let log = run.server.log();
    assert_eq!((log[0].as_str(), log.last().unwrap().as_str()), ("CWD /site/a b", "CWD /site"));
    let mut run = without_mlsd("site", |server| server.on("FEAT", "500 What?"));
    run.session.list(b"a b", false).unwrap();
    assert_eq!(run.server.log()[..2], ["PWD", "CWD /home/a b"]);
}

#[test]
fn a_directory_that_cannot_be_entered_is_refused_and_one_without_a_way_back_is_not_entered() {
    let mut run = run(|server| server.on("CWD", "550 No"));
    let is_refused = |result, step: Step, code: u16| matches!(result, Err(UploadError::Refused(refusal)) if (refusal.step, refusal.code) == (step, code));
    assert!(is_refused(run.session.list(b"a b", false), Step::Inspection, 550));
    assert_eq!(run.server.log(), ["PWD", "CWD /home/a b"]);
    for (told, code) in [("502 What?", 502), ("257 none", 257), ("257 \"\u{1}\"", 257)] {
        let mut run = self::run(|server| server.on("PWD", told));
        assert!(is_refused(run.session.list(b"a b", false), Step::Directory, code));
        assert_eq!(run.server.log(), ["PWD"]);
        run.session.list(b"a", false).unwrap();
    }
}

#[test]
fn a_session_that_cannot_go_back_after_a_listing_is_over() {
    for listed in ["150 Go", "550 No"] {
        let mut run = run(|server| {
            server.on("MLSD", listed);
            server.on("CWD /home", "550 No");
            server.on("CWD /home/a b", "250 There");
        });
        assert!(matches!(run.session.list(b"a b", true), Err(UploadError::Broken(_))));
        run.is_over();
    }
}

#[test]
fn a_server_without_mlsd_is_asked_for_all_names_in_the_directory() {
    let mut run = without_mlsd(".", |_| {});
    let page = run.session.list(b".", false).unwrap();
    assert_eq!((names(&page), page.form, page.ignored), (Vec::from([".htaccess".into()]), Form::Unix, 0));
    assert_eq!(run.server.log(), ["EPSV", "[dial listing 50000]", "LIST -a"]);
    run.session.list(b"css", true).unwrap();
    assert_eq!(run.server.log(), ["PWD", "CWD /home/css", "EPSV + LIST -a", "[dial listing 50000]", "CWD /home"]);
}

#[test]
fn list_follows_where_list_all_is_refused_or_lists_nothing() {
    for (reply, data) in [("550 No such file", LINES), ("150 Go", "")] {
        let mut run = without_mlsd(".", |server| {
            server.on("LIST -a", reply);
            server.sends("LIST -a", data);
        });
        assert_eq!(names(&run.session.list(b"d", true).unwrap()), [".htaccess"]);
        let log = run.server.log();
        assert_eq!(
            (&log[1], &log[4], log.last().unwrap().as_str()),
            (&"CWD /home/d".into(), &"LIST -a".into(), "CWD /home")
        );
        assert_eq!(log[log.len() - 3..log.len() - 2], ["EPSV + LIST"]);
        // It is known from here on.
        run.session.list(b"d", true).unwrap();
        assert_eq!(run.server.log(), ["EPSV + LIST d", "[dial listing 50000]"]);
    }
}

#[test]
fn an_empty_directory_is_listed_once_where_list_all_has_listed_something() {
    let mut run = without_mlsd(".", |_| {});
    run.session.list(b".", true).unwrap();
    run.server.sends("LIST", "");
    run.server.log();
    assert!(run.session.list(b".", true).unwrap().entries.is_empty());
    assert_eq!(run.server.log(), ["EPSV + LIST -a", "[dial listing 50000]"]);
}

#[test]
fn list_takes_the_path_where_the_server_does_not_tell_the_way_back() {
    let mut run = without_mlsd(".", |server| server.on("PWD", "502 What?"));
    run.session.list(b"css", false).unwrap();
    assert_eq!(run.server.log(), ["PWD", "EPSV", "[dial listing 50000]", "LIST css"]);
}

#[test]
fn mlsd_is_tried_once_where_feat_is_unknown() {
    for code in ["500", "502", "504"] {
        let mut run = without_mlsd(".", |server| {
            server.on("FEAT", "500 What?");
            server.on("MLSD", &format!("{code} What?"));
        });
        assert_eq!(names(&run.session.list(b".", false).unwrap()), [".htaccess"]);
        assert_eq!(run.server.log()[2..], ["MLSD", "EPSV", "[dial listing 50000]", "LIST -a"]);
        run.session.list(b".", true).unwrap();
        assert_eq!(run.server.log(), ["EPSV + LIST -a", "[dial listing 50000]"]);
    }
}

#[test]
fn a_refusal_of_the_data_connection_is_none_of_mlsd() {
    let mut run = run(|server| {
        server.on("EPSV", "500 What?");
        server.on("PASV", "502 What?");
    });
    let refused = run.session.list(b".", false);
    assert!(matches!(refused, Err(UploadError::Refused(refusal)) if refusal.step == Step::DataConnection));
    assert_eq!(run.server.log(), ["EPSV", "PASV"]);
}

#[test]
fn a_long_listing_comes_in_pages_and_nothing_may_be_sent_between_them() {
    let line = |number: usize| format!("type=file;size=1; {number}\r\n");
    let all: String = (0..1201).map(line).collect::<String>() + "garbage\r\n";
    let mut run = run(|server| server.sends("MLSD", all));
    let first = run.session.list(b"a b", false).unwrap();
    run.server.log();
    assert!(matches!(run.session.list(b".", false), Err(UploadError::Invalid(Argument::Unfinished))));
    assert!(matches!(run.session.next_portion(), Err(UploadError::Invalid(Argument::Unfinished))));
    let second = run.session.next_page().unwrap();
    assert_eq!(run.server.log(), [""; 0]);
    let third = run.session.next_page().unwrap();
    assert_eq!(run.server.log(), ["CWD /home"]);
    let pages = [&first, &second, &third].map(|page| (page.entries.len(), page.more, page.ignored));
    assert_eq!(pages, [(500, true, 0), (500, true, 0), (201, false, 1)]);
    assert_eq!(names(&third).last(), Some(&1200.to_string()));
    assert!(matches!(run.session.next_page(), Err(UploadError::Invalid(Argument::Unfinished))));
    run.session.look(b"a").unwrap();
}

#[test]
fn long_names_end_a_page_early() {
    let line = format!("type=file; {}\r\n", "x".repeat(8000));
    let mut run = run(|server| server.sends("MLSD", line.repeat(40)));
    let page = run.session.list(b".", false).unwrap();
    assert!(page.more && page.entries.len() < 20);
    let rest: usize = core::iter::from_fn(|| run.session.next_page().ok()).map(|page| page.entries.len()).sum();
    assert_eq!(page.entries.len() + rest, 40);
}

#[test]
fn names_that_need_the_option_get_it_before() {
    let mut run = run(|_| {});
    run.session.list("gr\u{fc}n".as_bytes(), true).unwrap();
    assert_eq!(run.server.log()[..2], ["OPTS UTF8 ON", "PWD"]);
}
