//! The settings for directories: the files with rules are read here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ftp_uploader::{Links, Rule, TreeRules};

use crate::args::{LinkHandling, TreeArgs, TypedRule};
use crate::cli_error::CliError;
use crate::messages;

/// The largest file with rules, in bytes. A larger one is a mistake.
const MAX_RULES: u64 = 1024 * 1024;

/// Reads the rules, in the order in which they were typed.
///
/// # Errors
/// If a file with rules cannot be read, or a rule is malformed.
pub(super) fn rules(args: &TreeArgs) -> Result<TreeRules, CliError> {
    let rules = args.rules.0.iter().map(|rule| match rule {
        TypedRule::Exclude(pattern) => Ok(Rule::Exclude(pattern.clone())),
        TypedRule::Include(pattern) => Ok(Rule::Include(pattern.clone())),
        TypedRule::From(path) => {
            let text = read(path).map_err(|error| CliError::Usage(messages::request::no_rules(path, &error)))?;
            Ok(Rule::Lines(text))
        }
    });
    let links = match args.links {
        None => Links::default(),
        Some(LinkHandling::Follow) => Links::Follow,
        Some(LinkHandling::Skip) => Links::Skip,
    };
    Ok(TreeRules::new(rules.collect::<Result<Vec<_>, CliError>>()?, links)?)
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let length = File::open(path)?.take(MAX_RULES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_RULES {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::Parser;

    fn rules_of(options: &[&str]) -> Result<TreeRules, String> {
        let line = ["ftp-uploader", "-r"].iter().chain(options).chain(&["host", "user", "dir", "inbox"]);
        let args = Args::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"));
        rules(&args.tree).map_err(|error| match error {
            CliError::Usage(line) => line,
            CliError::Upload(_) => panic!("nothing was uploaded"),
        })
    }

    #[test]
    fn rules_of_a_file_are_read_and_a_wrong_one_is_a_usage_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str, content: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let good = rules_of(&["--exclude-from", &path("good", b"*.o\n")]).unwrap();
        assert!(format!("{good:?}").contains("*.o"));
        let malformed = rules_of(&["--exclude-from", &path("malformed", b"[z-a]\n")]).unwrap_err();
        assert!(malformed.contains("[z-a]") && malformed.contains("Nothing was sent"), "{malformed}");
        for unreadable in [path("binary", b"\xff\n"), path("large", &vec![b'a'; 1 << 21]), "no such file".to_owned()] {
            let error = rules_of(&["--exclude-from", &unreadable]).unwrap_err();
            assert!(error.contains("Nothing was sent"), "{error}");
        }
        assert!(rules_of(&["--exclude", ""]).is_err() && rules_of(&["--include", "#x"]).is_err());
    }
}
