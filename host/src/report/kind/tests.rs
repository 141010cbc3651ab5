//! The lists of words are those of `docs/events.md`, and no word stands for two things.

use std::collections::BTreeSet;
use std::io;

use super::{OF_SYSTEM, OTHER, errors, of_io, problems, values};

const DOCUMENT: &str = include_str!("../../../../docs/events.md");

/// Returns the words in the first column of the table that follows the heading `title`, in their order.
fn documented(title: &str) -> Vec<&'static str> {
    let heading = format!("### {title}\n");
    let (_, section) = DOCUMENT.split_once(&heading).unwrap_or_else(|| panic!("docs/events.md has no {heading:?}"));
    let lines = section.lines().take_while(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(word, _)| word).collect()
}

#[test]
fn the_documentation_has_a_table_of_each_list_of_words() {
    let system: Vec<_> = OF_SYSTEM.iter().map(|(_, word)| *word).chain([OTHER]).collect();
    let lists: [(&str, &[&str]); 23] = [
        ("Kinds of errors", errors::ERRORS),
        ("Causes of `source`", errors::SOURCES),
        ("Errors of the system", &system),
        ("Causes of `proxy`", problems::PROXY),
        ("Refusals of a proxy", problems::PROXY_REFUSALS),
        ("Causes of `tls`", problems::TLS),
        ("Certificates", problems::CERTIFICATES),
        ("Causes of `protocol_violation`", values::VIOLATIONS),
        ("Other protocols", values::PROTOCOLS),
        ("Causes of `broken` and `unconfirmed`", values::CAUSES),
        ("Causes of `may_exist`", errors::DOUBTS),
        ("Causes of `sync`", problems::SYNC),
        ("Refused plans", problems::PLANS),
        ("Entries in the way", problems::CONFLICTS),
        ("Steps", values::STEPS),
        ("Connections", values::CONNECTIONS),
        ("Peers", values::PEERS),
        ("Proofs", values::PROOFS),
        ("Files under generated names: origin", values::ORIGINS),
        ("Files under generated names: state", values::STATES),
        ("Skipped files", errors::SKIPS),
        ("Waits", errors::WAITS),
        ("Notes of a file or a session", errors::NOTES),
    ];
    for (title, words) in lists {
        assert_eq!(documented(title), words, "the table of {title:?} in docs/events.md");
    }
    assert_eq!(documented("Notes of a sync"), errors::SYNC_NOTES);
}

#[test]
fn no_word_stands_for_two_things_and_all_are_snake_case() {
    let lists =
        [errors::ERRORS, errors::SOURCES, problems::TLS, problems::CERTIFICATES, problems::PROXY, values::STEPS];
    for words in lists {
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{words:?}");
        let plain = |word: &&str| word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        assert!(words.iter().all(plain), "{words:?}");
    }
}

#[test]
fn an_error_of_the_system_has_the_word_of_its_kind() {
    assert_eq!(of_io(&io::ErrorKind::ConnectionRefused.into()), "refused");
    assert_eq!(of_io(&io::Error::other("x")), "other");
}
