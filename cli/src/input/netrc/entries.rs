//! The parser of a `.netrc` file: words, words in quotes, comments and macros.

use zeroize::Zeroizing;

/// A part of the file: a word, or a word in quotes.
struct Token<'a> {
    text: &'a [u8],
    quoted: bool,
    /// The number of its line, from 1.
    line: usize,
}

/// The words of a file.
struct Tokens<'a> {
    rest: &'a [u8],
    line: usize,
}

/// Returns the password of the first entry for `host`, or of the first default entry, whose login is `user`.
///
/// # Errors
/// The number of the line that is not understood.
pub(super) fn find(text: &[u8], host: &str, user: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, usize> {
    let mut tokens = Tokens { rest: text, line: 1 };
    // Of the entry that is being read.
    let (mut is_for_host, mut login, mut password) = (false, None, None);
    let found = |is_for_host, login: &Option<Zeroizing<Vec<u8>>>, password: &mut Option<Zeroizing<Vec<u8>>>| {
        let is_for_user = login.as_ref().is_some_and(|login| login.as_slice() == user);
        if is_for_host && is_for_user { password.take() } else { None }
    };
    while let Some(keyword) = tokens.keyword()? {
        match keyword.text {
            b"machine" | b"default" => {
                if let Some(password) = found(is_for_host, &login, &mut password) {
                    return Ok(Some(password));
                }
                (login, password) = (None, None);
                is_for_host = keyword.text == b"default" || tokens.value()?.eq_ignore_ascii_case(host.as_bytes());
            }
            b"login" => login = Some(tokens.value()?),
            b"password" => password = Some(tokens.value()?),
            b"account" => drop(tokens.value()?),
            b"macdef" => tokens.skip_macro()?,
            _ => return Err(keyword.line),
        }
    }
    Ok(found(is_for_host, &login, &mut password))
}

impl<'a> Tokens<'a> {
    /// The next word where a keyword is expected. A `#` there begins a comment; a password may begin with one.
    fn keyword(&mut self) -> Result<Option<Token<'a>>, usize> {
        loop {
            match self.next()? {
                Some(token) if token.text.starts_with(b"#") && !token.quoted => {
                    if token.line == self.line {
                        self.skip_line();
                    }
                }
                token => return Ok(token),
            }
        }
    }

    /// The value after a keyword.
    fn value(&mut self) -> Result<Zeroizing<Vec<u8>>, usize> {
        let token = self.next()?.ok_or(self.line)?;
        if !token.quoted {
            return Ok(Zeroizing::new(token.text.to_vec()));
        }
        let mut value = Zeroizing::new(Vec::with_capacity(token.text.len()));
        let mut bytes = token.text.iter();
        while let Some(byte) = bytes.next() {
            value.push(match byte {
                b'\\' => escaped(*bytes.next().ok_or(token.line)?),
                byte => *byte,
            });
        }
        Ok(value)
    }

    fn next(&mut self) -> Result<Option<Token<'a>>, usize> {
        while let Some((first, rest)) = self.rest.split_first().filter(|(first, _)| first.is_ascii_whitespace()) {
            self.line += usize::from(*first == b'\n');
            self.rest = rest;
        }
        match self.rest.first() {
            None => Ok(None),
            Some(b'"') => self.quoted().map(Some),
            Some(_) => {
                let end = self.rest.iter().position(u8::is_ascii_whitespace).unwrap_or(self.rest.len());
                Ok(Some(self.take(end, false)))
            }
        }
    }

    /// A word in quotes, in which a backslash takes the next character as it is. It ends on its line.
    fn quoted(&mut self) -> Result<Token<'a>, usize> {
        self.rest = &self.rest[1..];
        let mut is_escaped = false;
        for (at, byte) in self.rest.iter().enumerate() {
            match byte {
                b'\n' => return Err(self.line),
                b'"' if !is_escaped => {
                    let token = self.take(at, true);
                    self.rest = &self.rest[1..];
                    return Ok(token);
                }
                byte => is_escaped = *byte == b'\\' && !is_escaped,
            }
        }
        Err(self.line)
    }

    fn take(&mut self, length: usize, quoted: bool) -> Token<'a> {
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        Token { text, quoted, line: self.line }
    }

    /// Skips a macro of ftp: its name, and all lines up to an empty one.
    fn skip_macro(&mut self) -> Result<(), usize> {
        drop(self.value()?);
        self.skip_line();
        while !self.rest.is_empty() {
            let line = self.rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let is_empty = line.trim_ascii().is_empty();
            self.skip_line();
            if is_empty {
                break;
            }
        }
        Ok(())
    }

    fn skip_line(&mut self) {
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        self.rest = end.map_or(&[], |end| &self.rest[end + 1..]);
        self.line += usize::from(end.is_some());
    }
}

/// The character after a backslash.
fn escaped(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        byte => byte,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The password of alice on `h`.
    fn of(text: &str) -> Result<Option<String>, usize> {
        let found = find(text.as_bytes(), "h", b"alice")?;
        Ok(found.map(|password| String::from_utf8(password.to_vec()).unwrap()))
    }

    #[test]
    fn the_password_of_the_server_and_the_user_is_found_in_every_form() {
        for text in [
            "machine h login alice password s",
            "machine h\n\tlogin alice\n\tpassword s\n",
            "machine H password s login alice",
            "machine g login alice password x\nmachine h login bob password x\nmachine h login alice password s",
            "machine h login bob password x default login alice password s",
            "# machine h login alice password x\nmachine h # login bob\n login alice account a password s",
            "macdef init\nmachine h login alice password x\n\nmachine h login alice password s",
            "machine \"h\" login \"alice\" password \"s\"",
            "machine h login alice password s\nmachine h login alice password later",
        ] {
            assert_eq!(of(text), Ok(Some("s".to_owned())), "{text:?}");
        }
    }

    #[test]
    fn a_password_can_have_every_character() {
        for (written, password) in [
            ("#s", "#s"),
            ("\"open sesame\"", "open sesame"),
            ("\"a\\\"b\\\\c\\td\"", "a\"b\\c\td"),
            ("a\"b", "a\"b"),
            ("\"#\"", "#"),
            ("machine", "machine"),
            ("\"\"", ""),
        ] {
            assert_eq!(of(&format!("machine h login alice password {written}\n")), Ok(Some(password.to_owned())));
        }
    }

    #[test]
    fn no_other_password_is_taken() {
        for text in [
            "",
            "machine h login bob password x",
            "machine hh login alice password x",
            "machine h password x",
            "default password x",
            "machine h login alice",
            "machine h login alice machine g password x",
        ] {
            assert_eq!(of(text), Ok(None), "{text:?}");
        }
    }

    #[test]
    fn a_malformed_file_is_refused_with_the_line() {
        for (text, line) in [
            ("machine", 1),
            ("machine h\nlogin alice\npassword", 3),
            ("machine h\nlogin alice\npasswort s", 3),
            ("\n\nmachine h login alice password \"s", 3),
            ("machine h login alice password \"s\n\"", 1),
            ("macdef", 1),
        ] {
            assert_eq!(of(text), Err(line), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_file_makes_the_parser_panic(text in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = find(&text, "h", b"alice");
        }

        #[test]
        fn a_quoted_password_is_read_back(password in "[^\\x00\n\r\t]{0,20}") {
            let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(of(&format!("machine h login alice password \"{quoted}\" ")), Ok(Some(password)));
        }
    }
}
