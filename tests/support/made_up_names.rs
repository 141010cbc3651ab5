//! The names that the program invents. A test knows their form, and that a name stays the same during a run.

use std::collections::HashMap;

/// The invented names that were seen so far.
#[derive(Default)]
pub(crate) struct MadeUpNames {
    seen: HashMap<String, String>,
}

/// The placeholder in a script, and the form of the name: `BEGINNING NAME . 0123456789abcdef . ENDING`.
const FORMS: [(&str, &str, &str); 4] = [
    // The temporary name of a file, with a leading dot and without.
    ("temp", ".", "part"),
    ("plain", "", "part"),
    // Another name of the same form, which no file has.
    ("unused", ".", "part"),
    // The name to which an old file is moved.
    ("old", ".", "old"),
];

impl MadeUpNames {
    /// Returns true if `found` is the line `wanted`, in which `{temp:NAME}` and the other placeholders stand for
    /// invented names.
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

    /// Returns true if `word` was always the name for this placeholder, and never that for another.
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
