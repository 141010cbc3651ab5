//! Parses and checks the command line of `sync`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use ftp_plan::rules::{Compare, Delete};

use crate::args::Target;
use crate::cli_error::CliError;

/// The options and arguments.
#[derive(Debug)]
pub(crate) struct Options<'a> {
    pub(crate) target: Target<'a>,
    /// LOCALDIR.
    pub(crate) local: &'a str,
    pub(crate) compare: Compare,
    pub(crate) delete: Delete,
    pub(crate) max_delete: Option<u64>,
    pub(crate) dry_run: bool,
    /// True if all files get their names at the end; false if they are stored in place.
    pub(crate) staged: bool,
    /// True if the lock is taken.
    pub(crate) lock: bool,
}

/// The options while they are read.
struct Given<'a> {
    arguments: Vec<&'a str>,
    verbose: bool,
    compare: Compare,
    delete: Delete,
    max_delete: Option<u64>,
    dry_run: bool,
    staged: bool,
    lock: bool,
}

impl<'a> Options<'a> {
    /// Parses the words after `sync`.
    pub(crate) fn parse(words: &'a [String]) -> Result<Self, CliError> {
        let Given { arguments, verbose, compare, delete, max_delete, dry_run, staged, lock } = Given::read(words)?;
        let [host, user, local, directory] = arguments[..] else { return Err(CliError::SyncUsage) };
        if max_delete.is_some() && delete == Delete::Nothing {
            return Err(CliError::Option("--max-delete needs --delete extra".into()));
        }
        let target = Target::parse(host, user, directory, verbose)?;
        Ok(Self { target, local, compare, delete, max_delete, dry_run, staged, lock })
    }
}

impl<'a> Given<'a> {
    fn read(words: &'a [String]) -> Result<Self, CliError> {
        let mut given = Self {
            arguments: Vec::new(),
            verbose: false,
            compare: Compare::Auto,
            delete: Delete::Nothing,
            max_delete: None,
            dry_run: false,
            staged: true,
            lock: true,
        };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--" => given.arguments.extend(words.by_ref()),
                word if word.len() > 1 && word.starts_with('-') => given.option(word, &mut words)?,
                word => given.arguments.push(word),
            }
        }
        Ok(given)
    }

    /// Reads an option, and its value behind `=` or in the next word.
    fn option(&mut self, word: &'a str, words: &mut impl Iterator<Item = &'a str>) -> Result<(), CliError> {
        let (name, behind) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        if let Some(flag) = self.flag(name) {
            *flag.0 = flag.1;
            return if behind.is_none() { Ok(()) } else { Err(CliError::Option(format!("{name} has no value"))) };
        }
        let needs_value = || CliError::Option(format!("{name} needs a value"));
        let mut value = || behind.or_else(|| words.next()).ok_or_else(needs_value);
        match name {
            "--compare" => self.compare = choice(name, value()?, &COMPARE)?,
            "--delete" => self.delete = choice(name, value()?, &DELETE)?,
            "--atomic" => self.staged = choice(name, value()?, &ATOMIC)?,
            "--max-delete" => {
                let number = value()?.parse().map_err(|_| CliError::Option(format!("{name} takes a number")))?;
                self.max_delete = Some(number);
            }
            _ => return Err(CliError::Option(format!("{word} is no option of sync here"))),
        }
        Ok(())
    }

    /// Returns the place and the value of an option without a value.
    fn flag(&mut self, name: &str) -> Option<(&mut bool, bool)> {
        match name {
            "-v" | "--verbose" => Some((&mut self.verbose, true)),
            "--dry-run" => Some((&mut self.dry_run, true)),
            "--no-lock" => Some((&mut self.lock, false)),
            _ => None,
        }
    }
}

const COMPARE: [(&str, Compare); 3] = [("time", Compare::Time), ("size", Compare::Size), ("none", Compare::Nothing)];
const DELETE: [(&str, Delete); 1] = [("extra", Delete::Extra)];
const ATOMIC: [(&str, bool); 2] = [("all", true), ("off", false)];

fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T, CliError> {
    let found = choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice);
    found.ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        CliError::Option(format!("{name} takes {}", words.join(" or ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(options: &[&str]) -> Result<(Compare, Delete, Option<u64>, [bool; 4]), String> {
        let words = options.iter().chain(&["h", "u", "site", "www"]);
        let words: Vec<String> = words.map(|&word| word.into()).collect();
        let options = Options::parse(&words).map_err(|error| crate::message::line(&error))?;
        let Options { target, compare, delete, max_delete, dry_run, staged, lock, .. } = options;
        Ok((compare, delete, max_delete, [target.verbose, dry_run, staged, lock]))
    }

    #[test]
    fn options_have_defaults_and_both_forms_of_values() {
        let defaults = (Compare::Auto, Delete::Nothing, None, [false, false, true, true]);
        assert_eq!(parsed(&[]).unwrap(), defaults);
        assert_eq!(parsed(&["--compare", "time"]).unwrap(), parsed(&["--compare=time"]).unwrap());
        let all = ["-v", "--dry-run", "--no-lock", "--atomic=off", "--delete", "extra", "--max-delete", "7"];
        let expected = (Compare::Auto, Delete::Extra, Some(7), [true, true, false, false]);
        assert_eq!(parsed(&all).unwrap(), expected);
    }

    #[test]
    fn a_wrong_option_is_named() {
        for (options, words) in [
            (&["--compare", "hash"][..], "--compare takes time or size or none"),
            (&["--delete=own"], "--delete takes extra"),
            (&["--max-delete", "x", "--delete", "extra"], "--max-delete takes a number"),
            (&["--max-delete", "3"], "needs --delete extra"),
            (&["--dry-run=json"], "--dry-run has no value"),
            (&["--manifest"], "--manifest is no option"),
            (&["x"], "Usage: ftp-uploader sync"),
        ] {
            let told = parsed(options).unwrap_err();
            assert!(told.contains(words), "{options:?}: {told}");
        }
    }
}
