//! Each form of a command line, and the words that can be no place.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::{JobKind, Known, Places};

/// A password, in the forms in which it may be typed. No error may contain it.
const SECRET: &str = "hunter2";

/// Pieces of URLs, one to a word.
const PIECES: &str = "ftp ftps FTPES sftp :// : / // @ % %2 %25 %00 %0a [ ] hunter2 hunter2: u h \u{ff} \u{7} ? 21";

fn words(line: &str) -> Vec<OsString> {
    line.split_whitespace().map(OsString::from).collect()
}

fn read(kind: JobKind, line: &str, known: &Known) -> Result<Places, String> {
    Places::read(kind, &words(line), known)
}

fn upload(line: &str) -> Result<Places, String> {
    read(JobKind::Upload, line, &Known::default())
}

fn into_directory(directory: &str) -> Known {
    Known { target_directory: Some(directory.into()), ..Known::default() }
}

/// A profile with an account, and with this directory unless it is empty.
fn profile(directory: &str) -> Known {
    let directory = Some(directory).filter(|directory| !directory.is_empty()).map(OsString::from);
    Known { host: Some("ph".into()), user: Some("pu".into()), directory, has_profile: true, target_directory: None }
}

/// The places in one line: host, user, files, directory.
fn shown(places: &Places) -> String {
    let text = |word: &OsStr| word.to_str().unwrap_or("?").to_owned();
    let files: Vec<_> = places.files.iter().map(|file| text(file)).collect();
    format!("{} {} [{}] {}", text(&places.host), text(&places.user), files.join(" "), text(&places.directory))
}

#[track_caller]
fn is(kind: JobKind, line: &str, known: &Known, expected: &str) {
    let places = read(kind, line, known).unwrap_or_else(|error| panic!("{line}: {error}"));
    assert_eq!(shown(&places), expected, "{line}");
}

#[test]
fn the_plain_form_of_an_upload_is_host_user_files_and_directory() {
    let plain = Known::default();
    is(JobKind::Upload, "h u f d", &plain, "h u [f] d");
    is(JobKind::Upload, "ftp://h:2121 u a b d", &plain, "ftp://h:2121 u [a b] d");
    // Standard input may be the only file.
    is(JobKind::Upload, "h u d", &plain, "h u [] d");
    is(JobKind::Upload, "h u a b", &into_directory("t"), "h u [a b] t");
    is(JobKind::Upload, "h u", &into_directory("t"), "h u [] t");
    is(JobKind::Upload, "./ftp:x u@h a@b d", &plain, "./ftp:x u@h [a@b] d");
}

#[test]
fn a_url_stands_before_or_after_the_files() {
    let plain = Known::default();
    for (line, expected) in [
        ("f ftp://u@h/d", "ftp://h u [f] d"),
        ("ftp://u@h/d f g", "ftp://h u [f g] d"),
        ("f ftps://u@h:990/d/e/", "ftps://h:990 u [f] d/e"),
        ("f FTPES://u@[::1]:2121/d", "FTPES://[::1]:2121 u [f] d"),
        ("f ftp://u@[fe80::1%25eth0]/d", "ftp://[fe80::1%eth0] u [f] d"),
        ("f ftp://u@[fe80::1%eth0]/d", "ftp://[fe80::1%eth0] u [f] d"),
        ("f ftp://u@h", "ftp://h u [f] ."),
        ("f ftp://u@h/", "ftp://h u [f] ."),
        ("f ftp://u@h//srv/d", "ftp://h u [f] /srv/d"),
        ("f ftp://u@h/%2Fsrv/d/", "ftp://h u [f] /srv/d"),
        ("f ftp://u@h//", "ftp://h u [f] /"),
        ("f ftp://a%3Ab@h/c%20d%2fe%25", "ftp://h a:b [f] c d/e%"),
        ("f ftp://u@example.org@h/d@e?f#g", "ftp://h u@example.org [f] d@e?f#g"),
        ("ftp://u@h/d", "ftp://h u [] d"),
    ] {
        is(JobKind::Upload, line, &plain, expected);
    }
    is(JobKind::Upload, "f ftp://u@h/d", &profile("pd"), "ftp://h u [f] d");
}

#[test]
fn a_profile_replaces_host_and_user_and_may_have_the_directory() {
    is(JobKind::Upload, "a b d", &profile(""), "ph pu [a b] d");
    is(JobKind::Upload, "a b", &profile("pd"), "ph pu [a b] pd");
    is(JobKind::Upload, "a", &Known { target_directory: Some("t".into()), ..profile("pd") }, "ph pu [a] t");
    is(JobKind::Upload, "ftp://h u a d", &Known { directory: None, ..profile("") }, "ftp://h u [a] d");
    is(JobKind::Sync, "l", &profile("pd"), "ph pu [l] pd");
    is(JobKind::Sync, "l r", &profile("pd"), "ph pu [l] r");
    is(JobKind::Check, "", &profile("pd"), "ph pu [] pd");
    is(JobKind::Check, "d", &profile("pd"), "ph pu [] d");
    is(JobKind::Upload, "h u a d", &Known { has_profile: true, ..Known::default() }, "h u [a] d");
    assert!(read(JobKind::Upload, "a d", &Known { user: None, ..profile("pd") }).is_err());
    // Without a profile, the values of one have no meaning.
    is(JobKind::Upload, "h u a d", &Known { has_profile: false, ..profile("pd") }, "h u [a] d");
}

#[test]
fn sync_and_check_have_forms_of_their_own() {
    let plain = Known::default();
    is(JobKind::Sync, "h u l r", &plain, "h u [l] r");
    is(JobKind::Sync, "l ftp://u@h/r", &plain, "ftp://h u [l] r");
    is(JobKind::Sync, "ftp://u@h/r l", &plain, "ftp://h u [l] r");
    is(JobKind::Check, "h u", &plain, "h u [] .");
    is(JobKind::Check, "h u d", &plain, "h u [] d");
    is(JobKind::Check, "ftps://u@h/d", &plain, "ftps://h u [] d");
    for (kind, line) in [
        (JobKind::Sync, "h u l"),
        (JobKind::Sync, "h u l r x"),
        (JobKind::Sync, "ftp://u@h/r"),
        (JobKind::Sync, "ftp://u@h/r l x"),
        (JobKind::Check, "h"),
        (JobKind::Check, "h u d x"),
        (JobKind::Check, "ftp://u@h/d x"),
    ] {
        let error = read(kind, line, &plain).unwrap_err();
        assert!(error.contains("--help"), "{line}: {error}");
    }
}

#[test]
fn only_a_last_word_can_be_a_forgotten_directory() {
    assert!(upload("h u f d").unwrap().directory_is_last_word);
    assert!(!upload("f ftp://u@h/d").unwrap().directory_is_last_word);
    assert!(!read(JobKind::Upload, "h u f", &into_directory("d")).unwrap().directory_is_last_word);
}

#[test]
fn a_command_line_without_a_place_shows_both_forms() {
    for line in ["", "h", "h u", "f g@h"] {
        let error = upload(line).unwrap_err();
        assert!(error.contains("missing. Write HOST USERNAME") && error.contains("ftpes://USERNAME@HOST"), "{error}");
    }
}

#[test]
fn an_address_of_scp_is_answered_with_the_form_of_a_url() {
    assert!(upload("f u@h:d").unwrap_err().contains("scp"));
    assert!(!upload("h u:x@y f d").unwrap_err().contains("scp"));
}

#[test]
fn urls_that_are_not_in_their_place_are_refused() {
    for (line, reason) in [
        ("f ftp://h/d", "no user"),
        ("f ftp://@h/d", "no user"),
        ("ftp://h/d f", "no user"),
        ("ftp://h/d u f d", "no user"),
        ("a ftp://u@h/d b", "between"),
        ("ftp://u@h/d ftp://v@i/e", "two URLs"),
        ("ftp://h u ftp://v@i/e", "two URLs"),
        ("f ftp://u@h/%zz", "%25"),
        ("f ftp://u@h/a%2", "%25"),
        ("f ftp://%u@h/a", "%25"),
    ] {
        let error = upload(line).unwrap_err();
        assert!(error.contains(reason) && error.contains("Nothing was sent"), "{line}: {error}");
    }
    assert!(read(JobKind::Upload, "f ftp://u@h/d", &into_directory("t")).unwrap_err().contains("--target-directory"));
}

#[test]
fn control_bytes_in_a_url_are_refused() {
    for byte in (0..0x20).chain([0x7f]) {
        for url in
            [format!("ftp://u%{byte:02x}@h/d"), format!("ftp://u@h/d%{byte:02X}e"), format!("ftp://u@h%{byte:02x}")]
        {
            let error = upload(&format!("f {url}")).unwrap_err();
            assert!(error.contains("control byte"), "{url}: {error}");
        }
        let raw = [b"ftp://u@h/d".as_slice(), &[byte]].concat();
        let error = Places::read(JobKind::Upload, &["f".into(), OsStr::from_bytes(&raw).into()], &Known::default());
        assert!(error.unwrap_err().contains("control byte"));
    }
    assert_eq!(upload("f ftp://u@h/%e4").unwrap().directory.as_bytes(), b"\xe4");
}

#[test]
fn another_protocol_is_named() {
    for (scheme, named) in [("sftp", "SSH"), ("SCP", "SSH"), ("ssh", "SSH"), ("http", "HTTP"), ("https", "HTTPS")] {
        for line in
            [format!("f {scheme}://u:{SECRET}@h/d"), format!("{scheme}://h u f d"), format!("h u f {scheme}://x")]
        {
            let error = upload(&line).unwrap_err();
            assert!(error.contains(named) && error.contains("another protocol") && !error.contains(SECRET), "{error}");
        }
    }
}

#[test]
fn a_password_in_a_url_or_after_the_user_is_refused_and_not_repeated() {
    for line in [
        "f ftp://u:hunter2@h/d",
        "ftp://u:hunter2@h/d f",
        "ftp://u:hunter2@h u f d",
        "f ftps://:hunter2@h/d",
        "f ftp://u:@h/d",
        "f ftp://u:a@hunter2@h/d",
        "f ftp://u:a/hunter2@h/d",
        "ftp://u:a/hunter2@h/d f",
        "h u:hunter2 f d",
        "f u@h:hunter2",
        "h u@x:hunter2 f d",
        "a ftp://u:hunter2@h/d b",
        "ftp://u:hunter2@h/d ftp://v@i",
    ] {
        for kind in [JobKind::Upload, JobKind::Sync, JobKind::Check] {
            let error = read(kind, line, &Known::default()).unwrap_err();
            assert!(error.contains("FTP_PASSWORD") && !error.contains(SECRET), "{line}: {error}");
        }
    }
    let secret = Known { user: Some("pu:hunter2".into()), ..profile("pd") };
    assert!(!read(JobKind::Upload, "f", &secret).unwrap_err().contains(SECRET));
}

#[test]
fn the_name_of_a_command_is_not_taken_for_a_host() {
    for command in ["sync", "check", "man"] {
        assert!(upload(&format!("{command} u f d")).unwrap_err().contains("first word"));
        assert!(upload(&format!("ftp://{command} u f d")).is_ok());
    }
    is(JobKind::Sync, "sync u l r", &Known::default(), "sync u [l] r");
    is(JobKind::Check, "check u", &Known::default(), "check u [] .");
}

/// Words of random pieces of URLs never panic, and no error repeats a piece that may be a password.
#[test]
fn random_words_never_panic_and_errors_never_repeat_them() {
    let pieces: Vec<_> = PIECES.split(' ').collect();
    let mut random = fastrand::Rng::with_seed(16);
    for _ in 0..200_000 {
        let word = |random: &mut fastrand::Rng| {
            let count = random.usize(0..9);
            OsString::from((0..count).map(|_| pieces[random.usize(..pieces.len())]).collect::<String>())
        };
        let count = random.usize(0..5);
        let words: Vec<_> = (0..count).map(|_| word(&mut random)).collect();
        let known = [Known::default(), into_directory("t"), profile("pd")][random.usize(..3)].clone();
        for kind in [JobKind::Upload, JobKind::Sync, JobKind::Check] {
            match Places::read(kind, &words, &known) {
                Ok(places) => judge(&words, &places),
                Err(error) => assert!(!error.contains(SECRET), "{words:?}: {error}"),
            }
        }
    }
}

/// A decoded URL has no control byte, and no part of it is lost: a host that the parser of HOST refuses is still a host.
fn judge(words: &[OsString], places: &Places) {
    let from_url = !words.contains(&places.host) && places.host != "ph";
    let parts = [&places.user, &places.directory];
    if from_url {
        assert!(
            !parts.iter().any(|part| part.is_empty() || part.as_bytes().iter().any(u8::is_ascii_control)),
            "{words:?}"
        );
        assert!(!places.host.as_bytes().contains(&b'@'), "{words:?}");
    }
    assert!(places.files.iter().all(|file| words.contains(file)));
}
