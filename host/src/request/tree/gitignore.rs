//! The rules of gitignore(5), matched by the crate `ignore`.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::Rule;
use crate::request::error::RequestError;

/// The rules of a job.
#[derive(Clone, Debug)]
pub(super) struct Matcher(Gitignore);

impl Default for Matcher {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Matcher {
    /// The last rule that matches decides.
    pub(super) fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, RequestError> {
        let mut builder = GitignoreBuilder::new("");
        for rule in rules {
            match rule {
                Rule::Exclude(pattern) => add_line(&mut builder, typed(&pattern)?)?,
                Rule::Include(pattern) => add_line(&mut builder, &format!("!{}", typed(&pattern)?))?,
                Rule::Lines(text) => {
                    let text = text.trim_start_matches('\u{feff}');
                    text.lines().try_for_each(|line| add_line(&mut builder, line))?;
                }
            }
        }
        builder.build().map(Self).map_err(|error| malformed("all rules", error))
    }

    /// Returns the rule that leaves out `path`, as it was given.
    pub(super) fn rule_against(&self, path: &Path, is_directory: bool) -> Option<&str> {
        match self.0.matched(path, is_directory) {
            Match::Ignore(rule) => Some(rule.original()),
            Match::None | Match::Whitelist(_) => None,
        }
    }
}

/// Checks a pattern that was given alone. In a file of rules these are comments, empty lines, and rules of the other
/// kind; given alone they can only be mistakes.
fn typed(pattern: &str) -> Result<&str, RequestError> {
    let wrong = |why: &str| Err(malformed(pattern, why));
    match pattern.trim_end_matches([' ', '/']) {
        "" => wrong("it is empty"),
        text if text.starts_with('#') => wrong("it is a comment; for a name that begins with #, write \\#"),
        text if text.starts_with('!') => wrong("it begins with !; for a name that begins with !, write \\!"),
        _ => Ok(pattern),
    }
}

fn add_line(builder: &mut GitignoreBuilder, line: &str) -> Result<(), RequestError> {
    // It matches nothing in git, and something else in the crate.
    if line.contains("//") && !line.starts_with('#') {
        return Err(malformed(line, "it has nothing between two slashes"));
    }
    builder.add_line(None, &with_two_stars(line)).map(drop).map_err(|error| malformed(line, error))
}

/// Shortens runs of more than two `*`, which mean the same as two in git, and something else in the crate.
fn with_two_stars(line: &str) -> String {
    let (mut short, mut stars, mut is_escaped) = (String::with_capacity(line.len()), 0, false);
    for letter in line.chars() {
        stars = if letter == '*' && !is_escaped { stars + 1 } else { 0 };
        is_escaped = letter == '\\' && !is_escaped;
        if stars <= 2 {
            short.push(letter);
        }
    }
    short
}

fn malformed(rule: &str, why: impl ToString) -> RequestError {
    RequestError::Rule { rule: rule.to_owned(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::tree::{Links, TreeRules};

    fn rules(rules: &[Rule]) -> TreeRules {
        TreeRules::new(rules.iter().cloned(), Links::Skip).unwrap()
    }

    fn exclude(pattern: &str) -> Rule {
        Rule::Exclude(pattern.to_owned())
    }

    fn include(pattern: &str) -> Rule {
        Rule::Include(pattern.to_owned())
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        let file = |rules: &TreeRules, path: &str| rules.excludes(Path::new(path), false);
        let kept = rules(&[exclude("*.log"), include("keep.log")]);
        assert!(file(&kept, "a.log") && file(&kept, "deep/a.log") && !file(&kept, "deep/keep.log"));
        let lost = rules(&[include("keep.log"), exclude("*.log")]);
        assert!(file(&lost, "keep.log"));
    }

    #[test]
    fn rules_of_a_file_stand_at_their_place_in_the_order() {
        let lines = Rule::Lines("\u{feff}# objects\n\n*.o\r\n!main.o\n".to_owned());
        let excluded = |rules: &[Rule]| self::rules(rules).excludes(Path::new("main.o"), false);
        assert!(!excluded(&[exclude("main.o"), lines.clone()]));
        assert!(excluded(&[lines.clone(), exclude("main.o")]));
        assert!(rules(&[lines]).excludes(Path::new("x/other.o"), false));
    }

    #[test]
    fn a_slash_anchors_a_pattern_or_restricts_it_to_directories() {
        let anchored = rules(&[exclude("/build"), exclude("cache/")]);
        assert!(anchored.excludes(Path::new("build"), false) && !anchored.excludes(Path::new("a/build"), false));
        assert!(anchored.excludes(Path::new("a/cache"), true) && !anchored.excludes(Path::new("a/cache"), false));
    }

    #[test]
    fn more_than_two_stars_are_two() {
        assert_eq!(with_two_stars(r"/****/***a\***b**"), r"/**/**a\***b**");
        assert!(rules(&[exclude("/****/*")]).excludes(Path::new("a"), false));
    }

    #[test]
    fn empty_and_malformed_patterns_are_refused() {
        for pattern in ["", "  ", "/", "//", "a//b", "# comment", "!x", "[z-a]"] {
            for rule in [exclude(pattern), include(pattern)] {
                let refused = TreeRules::new([rule], Links::Skip).err();
                assert!(matches!(refused, Some(RequestError::Rule { .. })), "{pattern:?}: {refused:?}");
            }
        }
        assert!(TreeRules::new([Rule::Lines("a\n[z-a]\n".to_owned())], Links::Skip).is_err());
    }

    #[test]
    fn names_that_are_not_utf_8_are_matched_byte_by_byte() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let name = Path::new(OsStr::from_bytes(b"m\xfcll.txt"));
        assert!(rules(&[exclude("m?ll.*")]).excludes(name, false));
        assert!(!rules(&[exclude("mull.*")]).excludes(name, false));
    }
}
