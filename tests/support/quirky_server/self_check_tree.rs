//! The file tree of the server: listings, removals, renames, times and the quirks of them, as a client sees them.

use std::io::Read;
use std::sync::{Arc, Mutex};

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{FactForm, Quirk, StoreRefusal};
use crate::support::quirky_server::self_check::Client;

impl Client {
    /// Returns the lines or bytes that a command sends.
    fn receives(&mut self, command: &str) -> String {
        let mut data = self.opens_data();
        self.asks(command, "150");
        let mut text = String::new();
        data.read_to_string(&mut text).expect("an open connection");
        text
    }

    /// Stores a file, and returns the final reply with this code.
    fn stores(&mut self, name: &str, text: &str, code: &str) -> String {
        let mut data = self.opens_data();
        self.asks(&format!("STOR {name}"), "150");
        // Fails if the server breaks the transfer off.
        let _ = std::io::Write::write_all(&mut data, text.as_bytes());
        drop(data);
        self.reads(code)
    }
}

/// Returns a server with two files, a directory and a link.
fn server(quirks: impl IntoIterator<Item = Quirk>) -> QuirkyServer {
    let server = QuirkyServer::start(quirks);
    server.place_file("/inbox/a -> b", b"123");
    server.place_file("/inbox/.hidden", b"");
    server.place_file("/inbox/css/c", b"12345");
    server.place_link("/inbox/link", "/outside");
    server
}

#[test]
fn mlsd_shows_all_and_list_shows_no_hidden_files() {
    let server = server([]);
    let mut client = Client::log_in(&server);
    let facts = client.receives("MLSD inbox");
    client.reads("226");
    for line in [
        "type=file;size=3;modify=20010203040506; a -> b\r\n",
        "type=file;size=0;modify=20010203040506; .hidden\r\n",
        "type=dir;modify=20010203040506; css\r\n",
        "type=OS.unix=slink;size=8;modify=20010203040506; link\r\n",
    ] {
        assert!(facts.contains(line), "{line} in {facts}");
    }
    client.asks("CWD inbox", "250");
    let list = client.receives("LIST");
    client.reads("226");
    assert!(list.contains(" 3 Feb  3  2001 a -> b\r\n") && list.contains(" link -> /outside\r\n"), "{list}");
    assert!(!list.contains(".hidden") && list.lines().count() == 3, "{list}");
    assert_eq!(client.receives("LIST -a").lines().count(), 6);
    client.reads("226");
    assert_eq!(client.receives("RETR css/c"), "12345");
    client.reads("226");
}

#[test]
fn listings_have_the_quirks_that_the_server_has() {
    let quirks =
        [Quirk::Facts(FactForm::CapitalLetters), Quirk::LocalTime(5), Quirk::AddsLines(&["odd"]), Quirk::ListPatterns];
    let server = server(quirks);
    let mut client = Client::log_in(&server);
    let facts = client.receives("MLSD inbox");
    assert!(facts.contains("Modify=20010203090506;Size=3;Type=File; a -> b\r\n"), "{facts}");
    assert!(facts.ends_with("\r\nodd\r\n"), "{facts}");
    client.reads("226");
    assert_eq!(client.receives("LIST inbo[x]"), "odd\r\n");
    client.reads("226");
    server.change_quirks([Quirk::TruncatesListings(2), Quirk::NoMlsd, Quirk::NoMfmt]);
    assert_eq!(client.receives("LIST inbox").lines().count(), 2);
    client.reads("226 Output truncated to 2 matches");
    client.asks("MLSD", "502");
    client.asks("MFMT 20200101000000 inbox/.hidden", "500");
    client.asks("MDTM 20200101000000 inbox/.hidden", "213");
    client.asks("MDTM inbox/.hidden", "213 20200101000000");
}

#[test]
fn directories_and_links_are_removed_as_real_servers_do() {
    let server = server([]);
    server.place_file("/outside/x", b"x");
    let mut client = Client::log_in(&server);
    client.asks("RMD inbox/css", "550");
    client.asks("DELE inbox/css", "550");
    client.asks("RMD inbox/link", "550");
    client.asks("SIZE inbox/css", "550");
    client.asks("DELE inbox/link/x", "250");
    server.place_file("/outside/x", b"x");
    client.asks("DELE inbox/link", "250");
    assert_eq!(server.content("/outside/x"), Some(b"x".to_vec()));
    client.asks("DELE inbox/css/c", "250");
    client.asks("RMD inbox/css", "250");
    client.asks("RMD inbox/css", "550");
    server.change_quirks([Quirk::RemovesFullDirectories]);
    client.asks("RMD inbox", "250");
    assert_eq!(server.files().into_keys().collect::<Vec<_>>(), ["/outside/x"]);
}

#[test]
fn renames_replace_files_unless_a_quirk_forbids_it() {
    let server = server([]);
    let mut client = Client::log_in(&server);
    let rename = |client: &mut Client, from: &str, to: &str, code: &str| {
        client.asks(&format!("RNFR {from}"), "350");
        client.asks(&format!("RNTO {to}"), code);
    };
    rename(&mut client, "inbox/css/c", "inbox/.hidden", "250");
    assert_eq!(server.content("/inbox/.hidden"), Some(b"12345".to_vec()));
    rename(&mut client, "inbox/.hidden", "inbox/css", "550");
    rename(&mut client, "inbox/css", "inbox/style", "250");
    server.change_quirks([Quirk::RenameKeepsExisting, Quirk::ParentIsIgnored]);
    rename(&mut client, "inbox/.hidden", "inbox/a -> b", "550");
    client.asks("RNTO inbox/x", "503");
    client.asks("CWD inbox", "250");
    client.asks("CWD ..", "250");
    client.asks("PWD", "257 \"/inbox\"");
}

#[test]
fn names_are_one_where_case_is_folded() {
    let server = QuirkyServer::start([Quirk::FoldsCase]);
    let mut client = Client::log_in(&server);
    client.asks("MKD inbox/Css", "257");
    client.asks("MKD INBOX/css", "550");
    client.stores("inbox/css/A", "one", "226");
    client.stores("inbox/CSS/a", "two", "226");
    assert_eq!(server.files(), [("/inbox/Css/A".to_owned(), b"two".to_vec())].into());
}

#[test]
fn a_store_fails_in_each_way_under_temporary_names_too() {
    let quirk = |way| [Quirk::RefusesStoreOf("/a.js", "552 Quota", way)];
    let server = QuirkyServer::start(quirk(StoreRefusal::AtOnce));
    server.place_file("/inbox/a.js", b"old");
    let mut client = Client::log_in(&server);
    drop(client.opens_data());
    client.asks("STOR inbox/.a.js.0123456789abcdef.part", "552");
    client.stores("inbox/ba.js", "fine", "226");
    server.change_quirks(quirk(StoreRefusal::InTransfer));
    client.stores("inbox/.a.js.0123456789abcdef.part", "new", "552");
    assert_eq!(server.content("/inbox/a.js"), Some(b"old".to_vec()));
    server.change_quirks(quirk(StoreRefusal::Removing));
    client.stores("inbox/a.js", "new", "552");
    assert_eq!(server.content("/inbox/a.js"), None);
}

#[test]
fn a_test_sees_every_change_and_takes_its_action_at_a_command() {
    let server = server([]);
    let mut client = Client::log_in(&server);
    server.set_invariant(|files| {
        let there = files.get("/inbox/x").is_none_or(|bytes| *bytes == b"whole");
        if there { Ok(()) } else { Err("half a file".to_owned()) }
    });
    let seen = Arc::new(Mutex::new(0));
    let in_action = Arc::clone(&seen);
    server.at_command(|line| line.starts_with("STOR"), move || *in_action.lock().unwrap() += 1);
    client.stores("inbox/.x.0123456789abcdef.part", "whole", "226");
    client.asks("RNFR inbox/.x.0123456789abcdef.part", "350");
    client.asks("RNTO inbox/x", "250");
    assert_eq!((server.violations(), *seen.lock().unwrap()), (vec![], 1));
    client.stores("inbox/x", "whole", "226");
    assert_eq!((&*server.violations()[0], *seen.lock().unwrap()), ("half a file", 1));
    client.asks("QUIT", "221");
    server.wait_until_idle();
}
