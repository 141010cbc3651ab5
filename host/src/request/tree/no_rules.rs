//! Stands for the rules in a build without the feature `gitignore`: there is no rule.

use std::path::Path;

/// No rules.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher;

impl Matcher {
    /// Returns `None`: no rule leaves out `path`.
    pub(super) fn rule_against(&self, _path: &Path, _is_directory: bool) -> Option<&str> {
        None
    }
}
