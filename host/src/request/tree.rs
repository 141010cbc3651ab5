//! The options for directories: the rules that leave files out, and the handling of symbolic links.
//!
//! The rules are those of gitignore(5), matched by the crate `ignore`. `files/tree/` applies them.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::request::error::RequestError;

/// The options for the directories of a job ([`Put::tree`](crate::Put::tree)).
#[derive(Clone, Debug)]
pub struct TreeRules {
    matcher: Gitignore,
    links: Links,
}

/// A rule that leaves files out, or takes them in again. A pattern is a line of a gitignore file; it is relative to the
/// directory that is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Leaves out the files and directories that match this pattern. The contents of such a directory are left out, too.
    Exclude(String),
    /// Takes in files and directories that match this pattern, although an earlier rule leaves them out: as a gitignore
    /// line that begins with `!`.
    Include(String),
    /// All lines of this text, which has the format of a gitignore file.
    Lines(String),
}

/// The handling of symbolic links inside a directory. The directory itself may be given as a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Links are left out, and reported as skipped.
    #[default]
    Skip,
    /// A link to a file or directory inside the same tree is uploaded as that file or directory. A link with an absolute
    /// target, or with a target outside the tree, is left out and reported as skipped.
    Follow,
}

impl Default for TreeRules {
    /// No rules; links are skipped.
    fn default() -> Self {
        Self { matcher: Gitignore::empty(), links: Links::default() }
    }
}

impl TreeRules {
    /// The options with these rules. The last rule that matches decides, as in gitignore.
    ///
    /// # Errors
    /// [`RequestError::Rule`] for an empty or malformed pattern.
    pub fn new(rules: impl IntoIterator<Item = Rule>, links: Links) -> Result<Self, RequestError> {
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
        let matcher = builder.build().map_err(|error| malformed("all rules", error))?;
        Ok(Self { matcher, links })
    }

    /// Returns the handling of symbolic links.
    pub(crate) fn links(&self) -> Links {
        self.links
    }

    /// Returns true if the rules leave out `path`, which is relative to the directory that is uploaded. The directories
    /// above it are not considered: a directory that is left out is not entered.
    pub(crate) fn excludes(&self, path: &Path, is_directory: bool) -> bool {
        matches!(self.matcher.matched(path, is_directory), Match::Ignore(_))
    }

    /// Returns the rule that leaves out `path`, as it was given.
    pub(crate) fn rule_against(&self, path: &Path) -> Option<&str> {
        [true, false].into_iter().find_map(|is_directory| match self.matcher.matched(path, is_directory) {
            Match::Ignore(rule) => Some(rule.original()),
            Match::None | Match::Whitelist(_) => None,
        })
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
