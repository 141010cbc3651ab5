//! The text of the file: `[defaults]` and `[profile.NAME]` as values. Which keys exist is checked by `keys.rs`.
//!
//! An error never quotes the file, because somebody may have written a password into it.

use std::collections::BTreeMap;

use ftp_uploader::Escaped;
use toml_edit::{Document, Item, Table, TableLike, Value};

/// The table for all runs.
pub const DEFAULTS: &str = "defaults";

/// The table of the profiles.
pub const PROFILE: &str = "profile";

/// The table in a section for settings of `sync` alone.
pub const SYNC: &str = "sync";

/// All settings of a file.
#[derive(Debug, Default, PartialEq)]
pub struct Sections {
    /// `[defaults]`.
    pub defaults: Section,
    /// `[profile.NAME]`.
    pub profiles: BTreeMap<String, Section>,
}

/// The settings of `[defaults]` or of a profile, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// Those for every command.
    pub settings: Vec<Setting>,
    /// Those of the table `sync` in the section.
    pub sync: Vec<Setting>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The key.
    pub key: String,
    /// The value.
    pub value: Given,
    /// The number of its line, from 1.
    pub line: usize,
}

/// A value of the file. Numbers are text as an option has it.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// `true` or `false`.
    Switch(bool),
    /// A text or a number.
    One(String),
    /// A list of texts or numbers.
    Many(Vec<String>),
}

/// The text of a file, with the lines of its values.
struct Source<'a> {
    text: &'a str,
}

impl Sections {
    /// Parses the text of a file.
    ///
    /// # Errors
    /// The line and the reason, for users, without the path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let source = Source { text };
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| source.line(span.start));
            format!("line {line}: it is not TOML: {}", one_line(error.message()))
        })?;
        let mut sections = Self::default();
        for (key, item) in document.as_table().iter() {
            match key {
                DEFAULTS => sections.defaults = source.section(item)?,
                PROFILE => sections.profiles = source.profiles(item)?,
                other => return Err(source.unknown_table(other, item)),
            }
        }
        Ok(sections)
    }
}

impl Source<'_> {
    fn profiles(&self, item: &Item) -> Result<BTreeMap<String, Section>, String> {
        let table = item.as_table_like().ok_or_else(|| self.at(item, "profiles are written as [profile.NAME]"))?;
        let profile = |(name, item): (&str, &Item)| Ok((name.to_owned(), self.section(item)?));
        table.iter().map(profile).collect()
    }

    fn section(&self, item: &Item) -> Result<Section, String> {
        let table = item.as_table_like();
        let table = table.ok_or_else(|| self.at(item, "settings are written below [profile.NAME] or [defaults]"))?;
        let sync = table.get(SYNC).map(|item| self.sync(item)).transpose()?;
        let settings = self.settings(table, &[SYNC])?;
        Ok(Section { settings, sync: sync.unwrap_or_default() })
    }

    fn sync(&self, item: &Item) -> Result<Vec<Setting>, String> {
        let table = item.as_table_like();
        let table = table.ok_or_else(|| self.at(item, "sync is a table with the settings of sync alone"))?;
        self.settings(table, &[])
    }

    /// The settings of a table, without the keys in `apart`.
    fn settings(&self, table: &dyn TableLike, apart: &[&str]) -> Result<Vec<Setting>, String> {
        let rest = table.iter().filter(|(key, _)| !apart.contains(key));
        let setting = |(key, item): (&str, &Item)| {
            let value =
                self.value(item).map_err(|why| self.at(item, &format!("{}: {why}", Escaped(key.as_bytes()))))?;
            Ok(Setting { key: key.to_owned(), value, line: self.line_of(item) })
        };
        rest.map(setting).collect()
    }

    fn value(&self, item: &Item) -> Result<Given, &'static str> {
        match item.as_value() {
            Some(Value::Boolean(switch)) => Ok(Given::Switch(*switch.value())),
            Some(Value::Array(list)) => {
                list.iter().map(|value| self.text(value)).collect::<Result<_, _>>().map(Given::Many)
            }
            Some(value) => self.text(value).map(Given::One),
            None => Err("it is a table; a setting is a text, a number, true, false or a list"),
        }
    }

    fn text(&self, value: &Value) -> Result<String, &'static str> {
        match value {
            Value::String(text) if text.value().contains('\0') => Err("no option can carry a NUL"),
            Value::String(text) => Ok(text.value().clone()),
            // `0o644` is the number 420, which as an option would be other permissions.
            Value::Integer(_) if self.has_a_base(value) => Err("write such a number as text, in quotes"),
            Value::Integer(number) => Ok(number.value().to_string()),
            Value::Float(number) => Ok(number.value().to_string()),
            Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::InlineTable(_) => {
                Err("a setting is a text, a number, true, false or a list of texts and numbers")
            }
        }
    }

    /// Returns true for a number such as `0x10`.
    fn has_a_base(&self, value: &Value) -> bool {
        let written = value.span().and_then(|span| self.text.get(span)).unwrap_or_default();
        ["0x", "0o", "0b"].iter().any(|base| written.contains(base))
    }

    fn unknown_table(&self, name: &str, item: &Item) -> String {
        let why = format!("{} is neither [defaults] nor [profile.NAME]", Escaped(name.as_bytes()));
        self.at(item, &why)
    }

    fn at(&self, item: &Item, why: &str) -> String {
        format!("line {}: {why}", self.line_of(item))
    }

    fn line_of(&self, item: &Item) -> usize {
        // A table that only contains tables has no place of its own.
        let first = |table: &Table| table.iter().find_map(|(_, item)| item.span());
        let span = item.span().or_else(|| item.as_table().and_then(first));
        span.map_or(1, |span| self.line(span.start))
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }
}

/// The message of the parser as a part of a line.
fn one_line(message: &str) -> String {
    let words: Vec<_> = message.split_whitespace().collect();
    Escaped(words.join(" ").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn settings(text: &str) -> Vec<(String, Given)> {
        let sections = Sections::parse(&format!("[defaults]\n{text}\n")).unwrap();
        sections.defaults.settings.into_iter().map(|setting| (setting.key, setting.value)).collect()
    }

    #[test]
    fn values_become_the_text_of_options() {
        let read = settings("a = 'x'\nb = 8\nc = 0.5\nd = true\ne = ['y', 1]\nf = 1_000\ng = \"\"");
        let one = |text: &str| Given::One(text.to_owned());
        let expected = [
            ("a", one("x")),
            ("b", one("8")),
            ("c", one("0.5")),
            ("d", Given::Switch(true)),
            ("e", Given::Many(vec!["y".to_owned(), "1".to_owned()])),
            ("f", one("1000")),
            ("g", one("")),
        ];
        assert_eq!(read, expected.map(|(key, value)| (key.to_owned(), value)));
    }

    #[test]
    fn defaults_profiles_and_their_tables_for_sync_are_told_apart() {
        let text =
            "defaults = {jobs = 2}\n[profile.a]\nhost = 'h'\n[profile.a.sync]\natomic = 'off'\n[profile.'b c']\n";
        let sections = Sections::parse(text).unwrap();
        assert_eq!(sections.defaults.settings.len(), 1);
        assert_eq!(sections.profiles.keys().collect::<Vec<_>>(), ["a", "b c"]);
        let a = &sections.profiles["a"];
        assert_eq!((a.settings[0].key.as_str(), a.settings[0].line), ("host", 3));
        assert_eq!((a.sync[0].key.as_str(), a.sync[0].line), ("atomic", 5));
    }

    #[test]
    fn malformed_files_are_refused_with_their_line_and_are_not_quoted() {
        for (text, line) in [
            ("[defaults]\njobs = hunter2", 2),
            ("[defaults]\njobs = 'hunter2", 2),
            ("[defaults\nhunter2", 1),
            ("\n[defaults]\nx = {y = 'hunter2'}", 3),
            ("\n[defaults]\nx = [['hunter2']]", 3),
            ("\n[defaults]\nx = [true]", 3),
            ("\n[defaults]\nx = 1979-05-27", 3),
            ("\n[defaults]\nx = 0o644", 3),
            ("\n[defaults]\nx = \"hunter2\\u0000\"", 3),
            ("defaults = 'hunter2'", 1),
            ("profile = 'hunter2'", 1),
            ("[profile]\nx = 'hunter2'", 2),
            ("[profile.x]\nsync = 'hunter2'", 2),
            ("\n\n[profiles.x]\ny = 1", 3),
            ("jobs = 'hunter2'", 1),
        ] {
            let error = Sections::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
            assert!(!error.contains("hunter2") && !error.contains('\n'), "{text:?}: {error}");
        }
    }

    #[test]
    fn an_empty_file_has_no_settings() {
        assert_eq!(Sections::parse("# nothing\n"), Ok(Sections::default()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
            let _ = Sections::parse(&text);
        }

        #[test]
        fn no_text_that_looks_like_settings_makes_the_parser_panic_or_is_shown_raw(
            text in "(\\[(defaults|profile\\.[a\u{1b}'\"]{1,3})\\]\n|[a-z\u{1b}'\"]{1,4} ?= ?[\\[\\]{}'\"a0x.,\u{1b}\n-]{1,12}\n){0,6}"
        ) {
            if let Err(line) = Sections::parse(&text) {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
