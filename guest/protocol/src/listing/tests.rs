//! Tests with lines of real servers, odd lines, and properties for all lines.

extern crate std;

use super::*;
use crate::timestamp::Timestamp;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use proptest::collection::vec as bytes;
use proptest::prelude::*;

fn read(mut reader: Reader, text: &[u8], portion: usize) -> (Vec<Entry>, Reader) {
    let mut entries = Vec::new();
    for portion in text.chunks(portion.max(1)) {
        reader.feed(portion);
        entries.extend(core::iter::from_fn(|| reader.next_entry()));
        assert!(reader.held() <= MAX_LINE);
    }
    reader.end();
    (entries, reader)
}

/// Returns the entries in words, and the number of ignored lines.
fn words(reader: Reader, text: &str) -> (Vec<String>, u32) {
    let (entries, reader) = read(reader, text.as_bytes(), text.len());
    let word = |entry: &Entry| {
        let size = entry.size.map_or("-".into(), |size| size.to_string());
        let time = entry.modified.map_or("-".into(), |time| time.to_string());
        format!("{:?} {size} {time} [{}]", entry.kind, String::from_utf8_lossy(&entry.name))
    };
    (entries.iter().map(word).collect(), reader.ignored())
}

/// The entry in one line of MLSD; `ignored` or `skipped` if there is none.
fn mlsd(line: &str) -> String {
    of_line(words(Reader::of_mlsd(), &format!("{line}\r\n")))
}

/// The entry in one line of LIST.
fn list(line: &str) -> String {
    of_line(words(Reader::of_list(), &format!("{line}\r\n")))
}

fn of_line((mut words, ignored): (Vec<String>, u32)) -> String {
    words.pop().unwrap_or_else(|| if ignored == 1 { "ignored" } else { "skipped" }.into())
}

#[test]
fn lines_of_proftpd_pure_ftpd_and_pyftpdlib_are_read() {
    let proftpd = "modify=20261128021000;perm=flcdmpe;type=cdir;unique=801U1;UNIX.mode=0755; .\r\n\
        modify=20261128021000;perm=flcdmpe;type=pdir;unique=801U0;UNIX.mode=0755; ..\r\n\
        modify=20261128021000;perm=adfrw;size=5;type=file;unique=801U2;UNIX.groupname=ftp; a b.txt\r\n\
        modify=20261128021000;perm=adfrw;size=7;type=OS.unix=symlink;unique=801U3; link\r\n";
    assert_eq!(
        words(Reader::of_mlsd(), proftpd),
        (vec!["File 5 1795831800 [a b.txt]".into(), "Link 7 1795831800 [link]".into()], 0)
    );
    let pure = "type=cdir;sizd=4096;modify=20261128021000;UNIX.mode=0755;UNIX.uid=1000;unique=fd01g1; .\r\n\
        type=OS.unix=slink:;size=7;modify=20261128021000;UNIX.mode=0777;unique=fd01g2; l\r\n\
        type=dir;sizd=4096;modify=20261128021000;UNIX.mode=0755;UNIX.uid=1000;unique=fd01g3; css\r\n";
    assert_eq!(
        words(Reader::of_mlsd(), pure),
        (vec!["Link 7 1795831800 [l]".into(), "Directory - 1795831800 [css]".into()], 0)
    );
    assert_eq!(
        mlsd("type=file;size=156;perm=r;modify=20071029155301;unique=8012; music.mp3"),
        "File 156 1193673181 [music.mp3]"
    );
}

#[test]
fn facts_may_have_any_case_and_order_and_the_name_begins_after_the_first_space() {
    assert_eq!(mlsd("Size=3;TYPE=File;MODIFY=19700101000010.999;x-y=z=1;  a  b "), "File 3 10 [ a  b ]");
    assert_eq!(mlsd("type=OS.UNIX=SLINK:/to/there;size=9; a -> b"), "Link 9 - [a -> b]");
    assert_eq!(mlsd("type=OS.unix=chr-1/3; null"), "Other - - [null]");
    assert_eq!(mlsd(" no facts"), "Other - - [no facts]");
    assert_eq!(mlsd("type=dir;size=4096;modify=; d"), "Directory - - [d]");
    for odd in ["size=;", "size=-1;", "size=1e3;", "size=99999999999999999999;", "modify=2026;", "modify=x;"] {
        assert_eq!(mlsd(&format!("type=file;{odd} f")), "File - - [f]", "{odd}");
    }
}

#[test]
fn the_directory_itself_and_its_parent_are_no_entries_under_any_name() {
    for line in
        ["type=cdir; /x/y", "Type=CDir;modify=20261128021000; .", "type=pdir; ..", "type=dir; .", "type=dir; .."]
    {
        assert_eq!(mlsd(line), "skipped", "{line}");
    }
}

#[test]
fn a_name_that_is_no_part_of_a_path_and_a_line_without_facts_are_ignored_and_counted() {
    for name in ["", ".", "..", "../x", "/etc", "a/b", "a\tb", "a\rb", "a\0b", "a\u{7f}b"] {
        assert_eq!(mlsd(&format!("type=file; {name}")), "ignored", "{name:?}");
    }
    // The first space is in the target of the link, so that it is unknown where the name begins.
    for line in
        ["garbage", "some garbage", "type=file;size=3;a", "type=OS.unix=slink:/a b;size=1; l", ";; a", "type=file a"]
    {
        assert_eq!(mlsd(line), "ignored", "{line}");
    }
    let (entries, reader) = read(Reader::of_mlsd(), b"type=file; a\xff\xf4\r\ntype=file; \xfc\r\n", 5);
    assert_eq!((entries.len(), &entries[0].name[..], reader.ignored()), (1, &b"\xfc"[..], 1));
}

#[test]
fn lines_of_unix_servers_are_read_with_all_their_columns() {
    let vsftpd = "total 8\r\n\
        drwxr-xr-x    4 0        0            4096 Nov 28 02:10 .\r\n\
        drwxr-xr-x    9 0        0            4096 Nov 28 02:10 ..\r\n\
        -rw-r--r--    1 1000     1000            5 Nov 28 02:10 a -> b\r\n\
        drwx--s--t    2 0        0            4096 Feb 29  2024  css\r\n\
        lrwxrwxrwx    1 0        0               7 Nov 28 02:10 l -> a -x\r\n\
        crw-rw-rw-    1 0        0          1,   3 Nov 28 02:10 null\r\n";
    let wanted = ["File 5 - [a -> b]", "Directory - - [ css]", "Link 7 - [l]", "Other - - [null]"];
    assert_eq!(words(Reader::of_list(), vsftpd), (wanted.map(String::from).into(), 0));
    for (line, wanted) in [
        ("-rw-r--r--   1 ftp      ftp         21604 Nov 28 02:10 x y  z", "File 21604 - [x y  z]"),
        ("-rw-r--r--+  1 ftp 4096 Nov 28 02:10 no group", "File 4096 - [no group]"),
        ("-rw-r--r-- ftp 4096 Nov 28 02:10 f", "File 4096 - [f]"),
        ("-rw-r--r-- 1 Domain Users staff 12 28 nov 2025 f", "File 12 - [f]"),
        ("-rw-r--r-- 1 may 12 2020 Nov 28 10:00 f", "File 2020 - [f]"),
        ("-rw-r--r-- 1 owner group 7 2026-11-28 02:10 iso", "File 7 - [iso]"),
        ("-rw-r--r-- 1 owner group 7 Nov 28 02:10:59 seconds", "File 7 - [seconds]"),
        ("-rw-r--r-- 1 owner group 7 Nov 28 02:10 1 Nov 2 2020 x", "File 7 - [1 Nov 2 2020 x]"),
        ("brw-rw---- 1 root disk 8,0 Nov 28 02:10 sda", "Other - - [sda]"),
        ("srwxr-xr-x 1 root root 0 Nov 28 02:10 socket", "Other - - [socket]"),
        ("lrwxrwxrwx 1 root root 4 Nov 28 02:10 untold", "Link 4 - [untold]"),
        ("TOTAL 0", "skipped"),
        ("", "skipped"),
    ] {
        assert_eq!(list(line), wanted, "{line}");
    }
}

#[test]
fn lines_of_dos_are_read() {
    let iis = "11-28-26  02:10AM       <DIR>          aspnet client\r\n\
        11-28-26  02:10PM                12345 a.txt\r\n";
    let (entries, reader) = read(Reader::of_list(), iis.as_bytes(), 3);
    assert_eq!((entries.len(), reader.form()), (2, Form::Dos));
    for (line, wanted) in [
        ("11-28-26  02:10AM       <DIR>          aspnet client", "Directory - - [aspnet client]"),
        ("11-28-2026  02:10PM                12345 a b", "File 12345 - [a b]"),
        ("28/11/2026  14:10    0  two", "File 0 - [ two]"),
        ("11-28-26  02:10AM       <JUNCTION>     j [C:\\x]", "ignored"),
        ("11-28-26  02:10AM       <DIR>          ..", "skipped"),
        ("11-28  02:10AM  1 f", "ignored"),
        ("11-28-26  02AM  1 f", "ignored"),
    ] {
        assert_eq!(list(line), wanted, "{line}");
    }
}

#[test]
fn a_line_of_list_in_an_unknown_form_is_ignored_and_says_nothing_about_the_form() {
    for line in [
        "a.txt",
        "-rw-r--r-- 1 ftp ftp 5 Nov 28 02:10",
        "-rw-r--r-- 1 ftp ftp 5 Nov 32 02:10 a",
        "-rw-r--r-- 1 ftp ftp five Nov 28 02:10 a",
        "-rw-r--r-- 1 ftp ftp 5 Nov 28 25:10 a",
        "drwxr-xr-x 1 ftp ftp 5 Nov 28 02:10 a/",
        "rw-r--r-- 1 ftp ftp 5 Nov 28 02:10 a",
        "lrwxrwxrwx 1 ftp ftp 5 Nov 28 02:10 a -> b -> c",
        "+i8388621.48594,m825718503,r,s280,\tdjb.html",
        "d [R----F--] supervisor 512 Jan 16 18:53 login",
    ] {
        assert_eq!(list(line), "ignored", "{line}");
        assert_eq!(read(Reader::of_list(), line.as_bytes(), 9).1.form(), Form::Untold);
    }
}

#[test]
fn a_line_that_is_too_long_and_one_that_is_cut_are_ignored() {
    for (length, fits) in [(MAX_LINE, true), (MAX_LINE + 1, false), (3 * MAX_LINE, false)] {
        let name = "x".repeat(length - 12);
        let text = format!("type=file;  {name}\ntype=file; b\n");
        for portion in [1, 1000, text.len()] {
            let (entries, reader) = read(Reader::of_mlsd(), text.as_bytes(), portion);
            assert_eq!((entries.len(), reader.ignored()), (1 + usize::from(fits), u32::from(!fits)), "{length}");
        }
    }
    let (entries, reader) = read(Reader::of_mlsd(), b"type=file; a\r\ntype=file; bcd", 4);
    assert_eq!((entries.len(), reader.ignored()), (1, 1));
}

#[test]
fn a_listing_without_a_line_is_empty_and_one_of_the_directory_itself_is_not() {
    assert!(read(Reader::of_list(), b"", 1).1.is_empty());
    assert!(!read(Reader::of_list(), b"drwxr-xr-x 4 0 0 4096 Nov 28 02:10 .\r\n", 9).1.is_empty());
    assert!(!read(Reader::of_list(), b"?\r\n", 9).1.is_empty());
}

/// Names that can be a part of a path, with blanks and arrows.
fn names() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![Just(b" ".to_vec()), Just(b" -> ".to_vec()), bytes(0x21_u8..0xff, 1..5)];
    let joined = bytes(piece, 1..5).prop_map(|pieces| pieces.concat());
    joined.prop_filter("a part of a path", |name| is_a_part(name))
}

proptest! {
    #[test]
    fn a_printed_entry_is_read_back(name in names(), size: u64, time in 0_u64..253_402_300_800, link: bool) {
        let (kind, told) = if link { (Kind::Link, "OS.unix=slink:") } else { (Kind::File, "file") };
        let printed = format!("type={told};size={size};modify={}; ", Timestamp::from_unix(time).unwrap());
        let facts = [printed.as_bytes(), &name, b"\r\n"].concat();
        let entry = Entry { name: name.clone(), kind, size: Some(size), modified: Some(time) };
        prop_assert_eq!(read(Reader::of_mlsd(), &facts, 7).0, [entry.clone()]);
        let arrow = name.windows(4).any(|window| window == b" -> ");
        let (mode, target) = if link { ("lrwxrwxrwx", &b" -> t"[..]) } else { ("-rw-r--r--", &b""[..]) };
        let unix = [format!("{mode} 1 ftp ftp {size} Nov 28 02:10 ").as_bytes(), &name, target, b"\r\n"].concat();
        let wanted = (!(link && arrow)).then_some(Entry { modified: None, ..entry.clone() });
        prop_assert_eq!(read(Reader::of_list(), &unix, 7).0.pop(), wanted);
        let dos = [format!("11-28-26  02:10AM  {size} ").as_bytes(), &name, b"\r\n"].concat();
        let wanted = Entry { kind: Kind::File, modified: None, ..entry };
        prop_assert_eq!(read(Reader::of_list(), &dos, 7).0, [wanted]);
    }

    #[test]
    fn bytes_split_anywhere_give_the_same_entries(
        lines in bytes(prop_oneof![
            Just(b"type=file;size=3;modify=20261128021000; a\r\n".to_vec()),
            Just(b"-rw-r--r-- 1 ftp ftp 5 Nov 28 02:10 a b\n".to_vec()),
            Just(b"11-28-26  02:10AM  <DIR>  d\r\n".to_vec()),
            Just(b"x".repeat(3000)),
            bytes(any::<u8>(), 0..60),
        ], 0..12),
        portion in 1_usize..5000,
    ) {
        let text = lines.concat();
        for reader in [Reader::of_mlsd, Reader::of_list] {
            let (whole, one) = read(reader(), &text, text.len());
            let (parts, other) = read(reader(), &text, portion);
            prop_assert_eq!((whole, one.ignored(), one.form()), (parts, other.ignored(), other.form()));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic_or_give_a_bad_name(text in bytes(any::<u8>(), 0..400), tail in bytes(any::<u8>(), 0..30)) {
        for head in [&b"type=file; "[..], b"-rw-r--r-- 1 ftp ftp 5 Nov 28 02:10 ", b"11-28-26  02:10AM  5 "] {
            for reader in [Reader::of_mlsd(), Reader::of_list()] {
                let (entries, _) = read(reader, &[&text, &b"\n"[..], head, &tail, b"\n"].concat(), 50);
                prop_assert!(entries.iter().all(|entry| is_a_part(&entry.name)));
            }
        }
    }
}
