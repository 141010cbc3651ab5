//! The table, by examples.

mod order;
mod verbs;

use alloc::format;
use alloc::vec::Vec;

use crate::{Authority, Call, Change, Placement, Protection};

/// A session in which the directory `/d` was entered.
fn session() -> Authority {
    let mut authority = Authority::default();
    authority.received(b"220 Hi\r\n");
    authority.begin(Call::Enter { directory: b"/d".to_vec(), create: false });
    assert!(sends(&mut authority, "CWD /d"));
    authority.received(b"250 Yes\r\n");
    authority
}

fn in_call(call: Call) -> Authority {
    let mut authority = session();
    authority.begin(call);
    authority
}

/// Sends `lines` at once if they are permitted, and lets the server accept each.
fn sends(authority: &mut Authority, lines: &str) -> bool {
    let lines: Vec<Vec<u8>> = lines.lines().map(|line| [line.as_bytes(), b"\r\n"].concat()).collect();
    let lines: Vec<&[u8]> = lines.iter().map(|line| &line[..]).collect();
    let permit = authority.permits(&lines);
    let permitted = permit.is_some();
    permit.into_iter().for_each(|permit| authority.sent(permit));
    permitted
}

/// Does the same, and receives a reply of this text to each line.
fn asks(authority: &mut Authority, lines: &str, reply: &str) -> bool {
    let sent = sends(authority, lines);
    lines.lines().filter(|_| sent).for_each(|_| authority.received(format!("{reply}\r\n").as_bytes()));
    sent
}

fn names(names: &[&str]) -> Vec<Vec<u8>> {
    names.iter().map(|name| name.as_bytes().to_vec()).collect()
}

fn change(name: &str, to: &str) -> Change {
    Change { name: name.into(), to: to.into(), time: Some(86_399) }
}

fn store(placement: Placement) -> Call {
    Call::Store { name: b"n".to_vec(), placement }
}

fn open(protection: Protection) -> Call {
    Call::Open { user: b"n".to_vec(), account: Some(b"n".to_vec()), protection }
}

#[test]
fn a_flight_is_permitted_only_if_each_of_its_lines_is() {
    let mut removing = in_call(Call::Remove(names(&["a", "b"])));
    assert!(!sends(&mut removing, "DELE a\nDELE b\nDELE c"));
    assert!(sends(&mut removing, "DELE a\nDELE b"));
}

#[test]
fn a_name_that_looks_like_a_time_is_asked_about_only_in_its_own_call() {
    let name = "20200101000000 n";
    assert!(sends(&mut in_call(Call::Modified(name.into())), "MDTM 20200101000000 n"));
    assert!(!sends(&mut in_call(Call::Modified(b"n".to_vec())), "MDTM 20200101000000 n"));
}

#[test]
fn only_endpoints_of_the_embedder_are_named() {
    let mut storing = in_call(store(Placement::Replace));
    storing.listens("2001:db8::1", 2000);
    assert!(sends(&mut storing, "EPRT |2|2001:db8::1|2000|"));
    assert!(!sends(&mut storing, "EPRT |2|2001:db8::2|2000|") && !sends(&mut storing, "PORT 192,0,2,1,7,208"));
    storing.begin(store(Placement::Replace));
    assert!(!sends(&mut storing, "EPRT |2|2001:db8::1|2000|"), "the port of another call");
}

#[test]
fn a_component_that_never_hears_a_reply_comes_to_an_end() {
    let mut asking = in_call(Call::Check);
    let sent = (0..2000).take_while(|_| sends(&mut asking, "NOOP")).count();
    assert_eq!(sent, crate::working_directory::MAX_OUTSTANDING);
}

#[test]
fn a_listing_is_asked_for_in_these_ways() {
    for line in ["MLSD", "MLSD n", "LIST", "LIST n", "LIST -a", "EPSV\nMLSD n", "PASV\nLIST -al"] {
        assert!(sends(&mut in_call(Call::List(b"n".to_vec())), line), "{line}");
    }
    assert!(
        in_call(Call::List(b"n".to_vec())).permits_listing() && in_call(Call::Fetch(b"n".to_vec())).permits_listing()
    );
    assert!(!in_call(store(Placement::Replace)).permits_listing());
}
