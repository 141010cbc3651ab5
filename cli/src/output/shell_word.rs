//! Words of a command line that is printed, to be pasted into a shell.

use ftp_uploader::Escaped;

/// The bytes besides letters and digits that no shell gives a meaning to.
const PLAIN: &[u8] = b"%+,-./:=@_";

/// Returns a word as a POSIX shell takes it. Bytes that are no printable text are escaped, so that they are shown, and
/// are not the typed ones.
pub fn of(word: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || PLAIN.contains(byte);
    let shown = Escaped(word).to_string();
    match !word.is_empty() && word.iter().all(plain) {
        true => shown,
        false => format!("'{}'", shown.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_shell_would_expand_are_quoted() {
        for (word, shown) in [
            (&b"a-b.c:21"[..], "a-b.c:21"),
            (b"", "''"),
            (b"$HOME", "'$HOME'"),
            (b"~x", "'~x'"),
            (b"a b", "'a b'"),
            (b"it's", "'it'\\''s'"),
            (b"*", "'*'"),
            (b"[x]", "'[x]'"),
            (b"\x1b", "'\\u{1b}'"),
        ] {
            assert_eq!(of(word), shown);
        }
    }
}
