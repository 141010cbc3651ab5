//! Tests of the end of data that is received: complete, refused, or cut; and of `fetch`.

use super::listing::{names, run};
use super::server::{Run, Server};
use crate::contract::{Argument, Change, DataMode, Inquiry, Page, Placement, Protection, UploadError};
use crate::native::{IoError, Step};
use std::format;
use std::string::String;
use std::vec;
use std::vec::Vec;

/// The name of a variant, without that of its type.
fn last(variant: &impl core::fmt::Debug) -> String {
    format!("{variant:?}").rsplit("::").next().unwrap_or_default().into()
}

/// The result in a few words.
fn word(result: Result<Page, UploadError>) -> String {
    match result {
        Ok(page) => format!("{} entries{}", page.entries.len(), if page.truncated { ", truncated" } else { "" }),
        Err(UploadError::Refused(refusal)) => format!("{} at {}", refusal.code, last(&refusal.step)),
        Err(UploadError::Broken(broken)) => {
            format!("{} {} at {}", last(&broken.connection), broken.cause.name(), last(&broken.step))
        }
        Err(UploadError::Misbehaved(what)) => last(&what.what),
        Err(other) => format!("{other:?}"),
    }
}

/// Claims that a listing has this result, in a flight and without.
#[track_caller]
fn gives(wanted: &str, prepare: impl Fn(&Server)) {
    [false, true].into_iter().for_each(|flight| gives_with(flight, wanted, &prepare));
}

/// Claims that a listing has this result, for portions of any size.
#[track_caller]
fn gives_with(flight: bool, wanted: &str, prepare: impl Fn(&Server)) {
    for portion in [usize::MAX, 1, 3] {
        let mut run = run(|server| server.portion.set(portion));
        run.session.list(b".", false).unwrap();
        prepare(&run.server);
        assert_eq!(word(run.session.list(b"css", flight)), wanted, "flight: {flight}, portion: {portion}");
    }
}

#[test]
fn a_listing_needs_a_proper_end_and_a_final_reply() {
    gives("2 entries", |_| {});
    gives("2 entries", |server| drop(server.sent.replace("250 Sent".into())));
    gives("Control timed-out at Transfer", |server| drop(server.sent.take()));
    for (flight, wanted) in [(false, "UnexpectedReply"), (true, "Control out-of-step at Transfer")] {
        gives_with(flight, wanted, |server| drop(server.sent.replace("257 Sent".into())));
    }
    for (cause, wanted) in [
        (IoError::Reset, "Data reset at Transfer"),
        (IoError::TimedOut, "Data timed-out at Transfer"),
        (IoError::Denied, "Data denied at Transfer"),
    ] {
        gives(wanted, |server| server.ended.set(Err(cause)));
    }
}

#[test]
fn the_final_reply_explains_a_connection_that_was_cut() {
    for ended in [Ok(()), Err(IoError::Reset), Err(IoError::TimedOut)] {
        for reply in ["426", "451", "550"] {
            gives(&format!("{reply} at Transfer"), |server| {
                server.ended.set(ended);
                server.sent.replace(format!("{reply} No"));
            });
        }
    }
}

#[test]
fn the_final_reply_may_come_before_the_data() {
    gives("2 entries", |server| {
        server.on("MLSD", "150 Go\n226 Sent");
        server.sent.take();
    });
}

#[test]
fn a_transfer_that_is_not_accepted_is_no_empty_directory() {
    for (flight, wanted) in [(false, "UnexpectedReply"), (true, "Control out-of-step at Inspection")] {
        gives_with(flight, wanted, |server| server.on("MLSD", "226 Sent"));
    }
    gives("0 entries", |server| server.sends("MLSD", ""));
    gives("550 at Inspection", |server| {
        server.sends("MLSD", "");
        server.sent.replace("550 No such directory".into());
    });
    gives("226 at Inspection", |server| {
        server.sends("MLSD", "");
        server.sent.replace("226 Transfer done (but failed to open directory).".into());
    });
}

#[test]
fn the_server_may_say_that_it_has_left_out_entries() {
    gives("2 entries, truncated", |server| drop(server.sent.replace("226 Output truncated to 2 matches".into())));
}

#[test]
fn after_a_refused_listing_the_session_goes_on() {
    for flight in [false, true] {
        let mut run = run(|_| {});
        run.session.list(b".", false).unwrap();
        run.server.on("MLSD css", "550 No such directory");
        assert_eq!(word(run.session.list(b"css", flight)), "550 at Inspection");
        assert_eq!(names(&run.session.list(b".", flight).unwrap()), ["a", "css"]);
        run.store("a").unwrap();
    }
}

#[test]
fn a_reply_too_many_or_one_that_ends_the_session_leads_to_no_listing_after_it() {
    for flight in [false, true] {
        let mut run = run(|server| drop(server.sent.replace("226 Sent\n226 Sent".into())));
        run.session.list(b".", flight).unwrap();
        assert_eq!(word(run.session.list(b".", flight)), "Control out-of-step at DataConnection");
        run.is_over();
    }
    gives("421 at Inspection", |server| server.on("MLSD", "421 Bye"));
    gives("421 at Transfer", |server| drop(server.sent.replace("421 Bye".into())));
}

#[test]
fn a_flight_whose_opening_is_refused_ends_the_session() {
    for told in ["500 What?", "229 none"] {
        let mut run = run(|_| {});
        run.session.list(b".", true).unwrap();
        run.server.on("EPSV", told);
        assert_eq!(word(run.session.list(b".", true)), "Control out-of-step at DataConnection");
        run.is_over();
    }
}

#[test]
fn a_connection_that_cannot_be_opened_is_explained_by_a_refusal_that_came() {
    let mut run = run(|_| {});
    run.session.list(b".", true).unwrap();
    run.server.dialled.set(Err(IoError::Refused));
    run.server.on("MLSD css", "550 No");
    assert_eq!(word(run.session.list(b"css", true)), "550 at Inspection");
    run.server.on("MLSD css", "");
    assert_eq!(word(run.session.list(b"css", true)), "Data refused at DataConnection");
    run.is_over();
    let mut run = Run::within(".", DataMode::Active, Protection::Clear, |server| server.on("FEAT", "500 What?"));
    run.server.dialled.set(Err(IoError::TimedOut));
    run.server.on("MLSD", "150 Go\n425 No connection");
    assert_eq!(word(run.session.list(b".", true)), "425 at Transfer");
}

#[test]
fn a_handshake_that_fails_is_explained_by_the_server_unless_this_side_has_decided() {
    for (cause, wanted) in [(IoError::Closed, "522 at Transfer"), (IoError::Insecure, "Data insecure at Transfer")] {
        let mut run = Run::protected(Protection::Explicit, |server| server.on("FEAT", "500 What?"));
        run.server.secured.set(Err(cause));
        run.server.sent.replace("522 No".into());
        assert_eq!(word(run.session.list(b".", false)), wanted);
    }
}

#[test]
fn a_file_is_received_in_portions_and_only_a_complete_one_has_an_end() {
    let bytes: Vec<u8> = (0..150_000).map(|at: u32| at as u8).collect();
    for portion in [usize::MAX, 1000] {
        let mut run = run(|server| {
            server.sends("RETR m", bytes.clone());
            server.portion.set(portion);
        });
        let mut all = run.session.fetch(b"m").unwrap();
        assert_eq!(run.server.log(), ["EPSV", "[dial listing 50000]", "RETR m"]);
        assert_eq!(all.bytes.len(), 65_536);
        while all.more {
            let next = run.session.next_portion().unwrap();
            assert!(next.bytes.len() <= 65_536);
            all.bytes.extend(next.bytes);
            all.more = next.more;
        }
        assert_eq!(all.bytes, bytes);
        assert!(matches!(run.session.next_portion(), Err(UploadError::Invalid(Argument::Unfinished))));
    }
    for cut in [Err(IoError::Reset), Ok(())] {
        let mut run = run(|server| {
            server.sends("RETR m", "{");
            server.ended.set(cut);
            server.sent.replace(if cut.is_ok() { "426 Cut" } else { "226 Sent" }.into());
        });
        assert!(run.session.fetch(b"m").is_err());
        run.session.look(b"m").unwrap();
    }
    let mut run = run(|server| server.on("RETR", "550 No"));
    assert!(matches!(run.session.fetch(b"m"), Err(UploadError::Refused(refusal)) if refusal.step == Step::Inspection));
    assert!(matches!(run.session.fetch(b"m\r\nDELE a"), Err(UploadError::Invalid(Argument::Name))));
    run.session.look(b"m").unwrap();
}

#[test]
fn while_something_is_received_every_other_function_fails_and_sends_nothing() {
    let mut run = run(|server| server.sends("RETR m", vec![b'x'; 100_000]));
    assert!(run.session.fetch(b"m").unwrap().more);
    run.server.log();
    let unfinished =
        |error: Option<UploadError>| assert!(matches!(error, Some(UploadError::Invalid(Argument::Unfinished))));
    let session = &mut run.session;
    unfinished(session.site(b"x").err());
    unfinished(session.enter(b".", false, true).err());
    unfinished(session.make_directories(&[], true).err());
    unfinished(session.announce(b"a", Inquiry::Nothing, true).err());
    unfinished(session.check().err());
    unfinished(session.look(b"a").err());
    unfinished(session.modified(b"a").err());
    unfinished(session.can_rename(b"a").err());
    unfinished(session.list(b".", true).err());
    unfinished(session.next_page().err());
    unfinished(session.fetch(b"a").err());
    unfinished(session.ask(&[], Inquiry::Size, true).err());
    unfinished(session.rename_all(&[] as &[Change], true).err());
    unfinished(session.remove_all(&[], true).err());
    unfinished(session.remove_directories(&[], true).err());
    unfinished(session.rename(b"a", b"b").err());
    unfinished(session.remove(b"a").err());
    unfinished(session.set_time(b"a", 1).err());
    unfinished(session.set_mode(b"a", 0).err());
    session.quit();
    unfinished(run.store_with("a", Placement::Replace, false).err());
    assert_eq!(run.server.log(), [""; 0]);
    assert!(!run.session.next_portion().unwrap().more);
    run.store("a").unwrap();
}

#[test]
fn a_listing_that_breaks_at_a_later_page_is_over_and_leads_back() {
    let line = "type=file; x\r\n";
    let mut run = run(|server| server.sends("MLSD", line.repeat(501)));
    assert!(run.session.list(b"a b", false).unwrap().more);
    run.server.ended.set(Err(IoError::Reset));
    run.server.sent.replace("451 Gone".into());
    run.server.log();
    assert_eq!(word(run.session.next_page()), "451 at Transfer");
    assert_eq!(run.server.log(), ["CWD /home"]);
    assert!(matches!(run.session.next_page(), Err(UploadError::Invalid(Argument::Unfinished))));
    assert!(run.session.look(b"a").is_ok());
}

#[test]
fn an_announced_file_comes_before_a_listing() {
    let mut run = Run::after_a_file(|server| server.on("FEAT", "211-\n MLST\n211 End"));
    run.announce().unwrap();
    assert!(matches!(run.session.list(b".", true), Err(UploadError::Invalid(Argument::Announced))));
    run.is_over();
}
