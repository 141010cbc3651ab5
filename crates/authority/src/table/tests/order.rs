//! Lines that are permitted or denied because of the lines before them.

use alloc::format;
use alloc::vec::Vec;

use super::{asks, change, in_call, names, sends, store};
use crate::{Authority, Call, Placement};

#[test]
fn nothing_is_removed_or_renamed_or_fetched_in_another_directory() {
    for (call, line) in [
        (Call::Remove(names(&["n"])), "DELE n"),
        (Call::RemoveDirectories(names(&["n"])), "RMD n"),
        (Call::Rename(Vec::from([change("n", "m")])), "RNFR n"),
        (Call::Fetch(b"n".to_vec()), "RETR n"),
        (store(Placement::Replace), "STOR n"),
        (Call::MakeDirectories(names(&["n"])), "MKD n"),
    ] {
        let mut walking = in_call(Call::List(b"x y".to_vec()));
        assert!(asks(&mut walking, "CWD x y", "250 Yes"));
        walking.begin(call);
        assert!(!sends(&mut walking, line), "{line}");
        assert!(!sends(&mut walking, &format!("CWD /d\n{line}")), "{line} in one flight with the way back");
        assert!(asks(&mut walking, "CWD /d", "250 Yes"));
        assert!(sends(&mut walking, line), "{line}");
    }
}

#[test]
fn a_directory_that_the_server_did_not_accept_is_not_entered() {
    let mut authority = Authority::default();
    authority.received(b"220 Hi\r\n");
    authority.begin(Call::Enter { directory: b"a/b".to_vec(), create: true });
    assert!(!sends(&mut authority, "CWD a") && !sends(&mut authority, "MKD a/c") && !sends(&mut authority, "MKD a/"));
    assert!(asks(&mut authority, "CWD a/b", "550 No"));
    assert!(asks(&mut authority, "MKD a\nMKD a/b", "257 Made"));
    authority.begin(Call::Remove(names(&["n"])));
    assert!(!sends(&mut authority, "DELE n"));
    authority.begin(Call::Enter { directory: b"a/b".to_vec(), create: true });
    assert!(asks(&mut authority, "CWD a/b", "250 Yes"));
    authority.begin(Call::Remove(names(&["n"])));
    assert!(sends(&mut authority, "DELE n"));
}

#[test]
fn directories_that_may_exist_are_entered_by_their_absolute_names() {
    let mut authority = Authority::default();
    authority.received(b"220 Hi\r\n");
    authority.begin(Call::Enter { directory: b"d".to_vec(), create: false });
    assert!(asks(&mut authority, "CWD d", "250 Yes"));
    authority.begin(Call::MakeDirectories(names(&["a", "a/b"])));
    assert!(sends(&mut authority, "MKD a\nMKD a/b"));
    authority.received(b"550 No\r\n550 No\r\n");
    assert!(!sends(&mut authority, "CWD /h/d/a"), "the server has not told the name of d");
    assert!(asks(&mut authority, "PWD", "257 \"/h/d\""));
    assert!(!sends(&mut authority, "CWD /h/d/c") && !sends(&mut authority, "CWD a"));
    assert!(asks(&mut authority, "CWD /h/d/a\nCWD /h/d/a/b\nCWD /h/d", "250 Yes"));
    assert!(sends(&mut authority, "MKD a"));
}

#[test]
fn a_directory_is_entered_to_list_it_and_the_way_back_leads_out() {
    let mut listing = in_call(Call::List(b"x y".to_vec()));
    assert!(asks(&mut listing, "CWD /d/x y", "250 Yes"));
    assert!(sends(&mut listing, "EPSV\nLIST -a") && sends(&mut listing, "MLSD") && !sends(&mut listing, "MLSD x y"));
    listing.received(b"229 x\r\n150 x\r\n226 x\r\n226 x\r\n");
    assert!(asks(&mut listing, "CWD /d", "250 Yes"));
    assert!(sends(&mut listing, "MLSD x y"));
}

#[test]
fn rnto_comes_directly_after_its_own_rnfr_and_changes_come_in_their_order() {
    let both = || in_call(Call::Rename(Vec::from([change("a", "old"), change("new", "a")])));
    let mut renaming = both();
    assert!(!sends(&mut renaming, "RNTO old"));
    assert!(!sends(&mut renaming, "RNFR a\nRNTO a") && !sends(&mut renaming, "RNFR a\nNOOP\nRNTO old"));
    assert!(sends(&mut renaming, "RNFR a\nRNTO old\nMFMT 19700101235959 new\nRNFR new\nRNTO a"));
    assert!(!sends(&mut renaming, "RNTO a"), "a second time");
    let mut renaming = both();
    assert!(sends(&mut renaming, "RNFR new\nRNTO a"));
    assert!(!sends(&mut renaming, "RNFR a"), "its turn is over");
    let mut asking = in_call(Call::CanRename(b"a".to_vec()));
    assert!(sends(&mut asking, "RNFR a"));
    asking.begin(Call::Rename(Vec::from([change("a", "b")])));
    assert!(!sends(&mut asking, "RNTO b"));
}

#[test]
fn a_file_is_stored_once_and_from_the_byte_that_the_call_names() {
    let mut storing = in_call(store(Placement::Replace));
    assert!(sends(&mut storing, "EPSV\nSTOR n"));
    assert!(!sends(&mut storing, "STOR n"));
    let mut resuming = in_call(store(Placement::Rest(7)));
    assert!(!sends(&mut resuming, "STOR n"), "without REST");
    assert!(sends(&mut resuming, "REST 7"));
    resuming.begin(store(Placement::Replace));
    assert!(!sends(&mut resuming, "STOR n"), "with the REST of the call before");
    resuming.begin(store(Placement::Rest(7)));
    assert!(sends(&mut resuming, "REST 7\nSTOR n"));
}

#[test]
fn the_stor_that_was_announced_is_not_sent_again() {
    let mut announcing = in_call(Call::Announce { name: b"n".to_vec(), flight: true });
    assert!(sends(&mut announcing, "SIZE n\nMDTM n\nEPSV\nSTOR n"));
    assert!(!sends(&mut announcing, "STOR n"));
    announcing.begin(store(Placement::Replace));
    assert!(!sends(&mut announcing, "STOR n"));
    announcing.begin(store(Placement::Replace));
    assert!(sends(&mut announcing, "STOR n"));
}
