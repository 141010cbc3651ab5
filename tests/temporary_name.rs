//! The name under which `--atomic` stores: a test knows its form, and that it stays the same.

/// The name, once it was seen.
#[derive(Default)]
pub(crate) struct TemporaryName {
    seen: Option<String>,
}

impl TemporaryName {
    /// Whether a line is the one that was wanted, where `{temp:NAME}` stands for the temporary name of NAME.
    pub(crate) fn agrees(&mut self, wanted: &str, found: &[u8]) -> bool {
        let Some((before, rest)) = wanted.split_once("{temp:") else { return found == wanted.as_bytes() };
        let (name, after) = rest.split_once('}').expect("a closed brace");
        let Ok(found) = std::str::from_utf8(found) else { return false };
        let word = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        let Some(word) = word.filter(|word| has_the_form(word, name)) else { return false };
        self.seen.get_or_insert_with(|| word.to_owned()) == word
    }
}

/// `.NAME.0123456789abcdef.part`
fn has_the_form(word: &str, name: &str) -> bool {
    let inner = word.strip_prefix(&format!(".{name}.")).and_then(|rest| rest.strip_suffix(".part"));
    inner
        .is_some_and(|inner| inner.len() == 16 && inner.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
}
