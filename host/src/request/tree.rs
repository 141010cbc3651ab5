//! The options for directories: the rules that leave files out, and the handling of symbolic links.
//!
//! The rules are those of gitignore(5) (feature `gitignore`). `files/tree/` applies them.

use std::path::Path;

#[cfg(feature = "gitignore")]
use crate::request::error::RequestError;

#[cfg(feature = "gitignore")]
mod gitignore;
#[cfg(feature = "gitignore")]
use gitignore::Matcher;

#[cfg(not(feature = "gitignore"))]
mod no_rules;
#[cfg(not(feature = "gitignore"))]
use no_rules::Matcher;

/// The options for the directories of a job ([`Put::tree`](crate::Put::tree)).
#[derive(Clone, Debug, Default)]
pub struct TreeRules {
    matcher: Matcher,
    links: Links,
}

/// A rule that leaves files out, or takes them in again. A pattern is a line of a gitignore file; it is relative to the
/// directory that is uploaded.
#[cfg(feature = "gitignore")]
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

impl Links {
    /// Returns true if links inside the directory are followed.
    pub(crate) fn are_followed(self) -> bool {
        self == Self::Follow
    }
}

impl TreeRules {
    /// The options with these rules. The last rule that matches decides, as in gitignore.
    ///
    /// # Errors
    /// [`RequestError::Rule`] for an empty or malformed pattern.
    #[cfg(feature = "gitignore")]
    pub fn new(rules: impl IntoIterator<Item = Rule>, links: Links) -> Result<Self, RequestError> {
        Ok(Self { matcher: Matcher::new(rules)?, links })
    }

    /// The options without a rule: nothing is left out but, perhaps, links.
    pub fn of_links(links: Links) -> Self {
        Self { matcher: Matcher::default(), links }
    }

    /// Returns the handling of symbolic links.
    pub(crate) fn links(&self) -> Links {
        self.links
    }

    /// Returns true if the rules leave out `path`, which is relative to the directory that is uploaded. The directories
    /// above it are not considered: a directory that is left out is not entered.
    pub(crate) fn excludes(&self, path: &Path, is_directory: bool) -> bool {
        self.matcher.rule_against(path, is_directory).is_some()
    }

    /// Returns the rule that leaves out `path`, as it was given.
    pub(crate) fn rule_against(&self, path: &Path) -> Option<&str> {
        [true, false].into_iter().find_map(|is_directory| self.matcher.rule_against(path, is_directory))
    }
}
