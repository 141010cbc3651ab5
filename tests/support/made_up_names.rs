//! The names that the program makes up: a test knows their form, and that each stays the same for a whole run.

use std::collections::HashMap;

/// The names, once they were seen.
#[derive(Default)]
pub(crate) struct MadeUpNames {
    seen: HashMap<String, String>,
}

/// What stands in a script, and the form of the name: `BEGINNING NAME . 0123456789abcdef . ENDING`.
const FORMS: [(&str, &str, &str); 4] = [
    // The name that a file is stored under at first; the same without its dot.
    ("temp", ".", "part"),
    ("plain", "", "part"),
    // One that has that form, and is another.
    ("unused", ".", "part"),
    // Where an old file is moved.
    ("old", ".", "old"),
];

impl MadeUpNames {
    /// Whether a line is the one that was wanted, where `{temp:NAME}` and so on stand for the names made up for NAME.
    pub(crate) fn agrees(&mut self, wanted: &str, found: &[u8]) -> bool {
        for (kind, beginning, ending) in FORMS {
            let Some((before, rest)) = wanted.split_once(&format!("{{{kind}:")) else { continue };
            let (name, after) = rest.split_once('}').expect("a closed brace");
            let Ok(found) = std::str::from_utf8(found) else { return false };
            let word = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            let word = word.filter(|word| has_the_form(word, &format!("{beginning}{name}."), &format!(".{ending}")));
            return word.is_some_and(|word| self.is_always(&format!("{kind}:{name}"), word));
        }
        found == wanted.as_bytes()
    }

    /// Whether this is the one name of that kind, and of no other.
    fn is_always(&mut self, kind: &str, word: &str) -> bool {
        let of_another = self.seen.iter().any(|(other, seen)| other != kind && seen == word);
        !of_another && self.seen.entry(kind.to_owned()).or_insert_with(|| word.to_owned()) == word
    }
}

fn has_the_form(word: &str, beginning: &str, ending: &str) -> bool {
    let inner = word.strip_prefix(beginning).and_then(|rest| rest.strip_suffix(ending));
    inner
        .is_some_and(|inner| inner.len() == 16 && inner.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
}
