//! Tests of the lines that commands are, and of the checks of lines.

use super::*;
use proptest::prelude::*;

#[test]
fn only_one_command_at_a_time_can_be_sent_and_never_pass() {
    assert!(is_one_command(b"STOR a b\r\n"));
    for bytes in ["", "\r\n", "STOR a", "STOR a\n", "STOR a\r\nDELE b\r\n", "STOR\0\r\n"] {
        assert!(!is_one_command(bytes.as_bytes()), "{bytes:?}");
    }
    assert!(!is_one_command(b"STOR a\xff\xf4b\r\n"));
    for bytes in ["PASS x\r\n", "pass\r\n", " PASS x\r\n", "PASS\tx\r\n", "\u{ff}PASS x\r\n", "PaSs-x\r\n"] {
        assert!(!is_one_command(bytes.as_bytes()), "{bytes:?}");
    }
    let endless = [&[b'x'; MAX_COMMAND][..], b"\r\n"].concat();
    assert!(!is_one_command(&endless));
}

#[test]
fn several_commands_are_taken_apart_if_each_of_them_may_be_sent() {
    let lines = commands_in(b"SIZE a\r\nEPSV\r\nSTOR b\r\n").unwrap();
    assert_eq!(lines, [&b"SIZE a\r\n"[..], b"EPSV\r\n", b"STOR b\r\n"]);
    assert_eq!(commands_in(&b"NOOP\r\n".repeat(MAX_FLIGHT)).map(|lines| lines.len()), Some(MAX_FLIGHT));
    assert_eq!(commands_in(&b"NOOP\r\n".repeat(MAX_FLIGHT + 1)), None);
    for bytes in [
        "",
        "NOOP",
        "NOOP\r\nNOOP",
        "NOOP\r\nPASS x\r\n",
        "PASS x\r\nNOOP\r\n",
        "NOOP\r\n\r\n",
        "NOOP\r\nNOOP\nNOOP\r\n",
        "NOOP\rPASS x\r\n",
        "NOOP\r\n PASS x\r\n",
    ] {
        assert_eq!(commands_in(bytes.as_bytes()), None, "{bytes:?}");
    }
}

#[test]
fn a_command_that_takes_its_time_is_known_by_its_verb() {
    for inquiry in [
        Inquiry::Md5,
        Inquiry::Hash { algorithm: Algorithm::Sha256, in_force: true },
        Inquiry::Extended(Algorithm::Sha256),
        Inquiry::Extended(Algorithm::Sha1),
        Inquiry::Extended(Algorithm::Md5),
        Inquiry::Extended(Algorithm::Crc32),
    ] {
        assert!(asks_for_hash(&Command::Hash(inquiry, Argument::new(b"a").unwrap()).to_bytes()), "{inquiry:?}");
    }
    for line in ["SIZE HASH\r\n", "OPTS HASH SHA-1\r\n", "HASHES a\r\n", ""] {
        assert!(!asks_for_hash(line.as_bytes()), "{line:?}");
    }
}

#[test]
fn nothing_but_auth_tls_asks_for_tls() {
    assert!(asks_for_tls(b"AUTH TLS\r\n"));
    for bytes in ["", "AUTH TLS", "AUTH TLS\r\nUSER a\r\n", "USER AUTH TLS\r\n", "AUTH TLS-C\r\n"] {
        assert!(!asks_for_tls(bytes.as_bytes()), "{bytes:?}");
    }
}

#[test]
fn attributes_are_set_in_the_form_that_each_command_has() {
    let (name, time) = (Argument::new(b"a b").unwrap(), Timestamp::from_unix(86_399).unwrap());
    assert_eq!(Command::Mfmt(time, name).to_bytes(), b"MFMT 19700101235959 a b\r\n");
    assert_eq!(Command::MdtmSet(time, name).to_bytes(), b"MDTM 19700101235959 a b\r\n");
    let utime = b"SITE UTIME a b 19700101235959 19700101235959 19700101235959 UTC\r\n";
    assert_eq!(Command::SiteUtime(time, name).to_bytes(), utime);
    assert_eq!(Command::SiteChmod(0o100_644, name).to_bytes(), b"SITE CHMOD 644 a b\r\n");
}

#[test]
fn a_command_is_its_verb_a_space_its_argument_and_a_line_end() {
    let name = Argument::new(b"a b.txt").unwrap();
    assert_eq!(Command::Stor(name).to_bytes(), b"STOR a b.txt\r\n");
    assert_eq!(Command::TypeImage.to_bytes(), b"TYPE I\r\n");
    assert_eq!(Command::Quit.to_bytes(), b"QUIT\r\n");
    assert_eq!(Command::Retrieve(Retrieval::Mlsd(Some(name))).to_bytes(), b"MLSD a b.txt\r\n");
    assert_eq!(Command::Retrieve(Retrieval::List(None)).to_bytes(), b"LIST\r\n");
    assert_eq!(Command::Retrieve(Retrieval::ListAll).to_bytes(), b"LIST -a\r\n");
}

proptest! {
    #[test]
    fn every_command_is_exactly_one_line(bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
        if let Ok(text) = Argument::new(&bytes) {
            for command in [Command::User(text), Command::Cwd(text), Command::Stor(text), Command::Size(text)] {
                let line = command.to_bytes();
                prop_assert!(is_one_command(&line));
                prop_assert!(line.ends_with(b"\r\n"));
                prop_assert_eq!(line.iter().filter(|b| matches!(b, b'\r' | b'\n')).count(), 2);
            }
        }
    }
}
