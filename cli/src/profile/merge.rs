//! Leaves out the settings that something stronger replaces: the command line replaces a variable, both replace a
//! profile, and that replaces `[defaults]`.

use clap::Command;

use crate::profile::definition::{Ids, excluded_by, required_by};
use crate::profile::words::OptionWords;

/// The place that a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    CommandLine,
    /// This environment variable.
    Variable(&'static str),
    /// The profile.
    Profile,
    /// `[defaults]`.
    Defaults,
}

/// A setting that holds, and its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The setting.
    pub option: OptionWords,
    /// The profile, or `[defaults]`.
    pub origin: Origin,
}

/// Returns the settings of the `weaker` places, the strongest first, that hold beside the options in `stronger`: no stronger place
/// has the option itself or one that excludes it, and none has switched off or replaced an option that it requires.
pub fn merge(command: &Command, stronger: &Ids, weaker: Vec<Vec<Held>>) -> Vec<Held> {
    // All options that are decided, and those of them that are on.
    let (mut decided, mut on) = (stronger.clone(), stronger.clone());
    let mut kept: Vec<Held> = Vec::new();
    let mut lost = Ids::new();
    for layer in weaker {
        let (stays, goes): (Vec<_>, Vec<_>) = layer.into_iter().partition(|held| {
            let id = &held.option.id;
            !decided.contains(id) && excluded_by(command, id).is_disjoint(&on)
        });
        lost.extend(goes.into_iter().map(|held| held.option.id));
        decided.extend(stays.iter().map(|held| held.option.id.clone()));
        on.extend(stays.iter().filter(|held| is_on(held)).map(|held| held.option.id.clone()));
        kept.extend(stays);
    }
    without_support(command, kept, lost, stronger)
}

/// Leaves out settings that require an option that was left out, as `replace` requires `atomic`.
fn without_support(command: &Command, mut kept: Vec<Held>, mut lost: Ids, stronger: &Ids) -> Vec<Held> {
    while !lost.is_empty() {
        let is_there =
            |id: &String| stronger.contains(id) || kept.iter().any(|held| is_on(held) && held.option.id == *id);
        let gone: Ids = lost.iter().filter(|id| !is_there(id)).cloned().collect();
        let stands = |held: &Held| required_by(command, &held.option.id, &held.option.words).is_disjoint(&gone);
        let (stays, goes): (Vec<_>, Vec<_>) = kept.into_iter().partition(stands);
        kept = stays;
        lost = goes.into_iter().map(|held| held.option.id).collect();
    }
    kept
}

fn is_on(held: &Held) -> bool {
    !held.option.words.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Arg, ArgAction, ArgGroup};

    /// Options as the program has them: a value, a list, and switches that exclude or require each other.
    fn command() -> Command {
        let switch = |id: &'static str| Arg::new(id).long(id).action(ArgAction::SetTrue);
        let command = Command::new("test").args([
            Arg::new("jobs").long("jobs"),
            Arg::new("pin").long("pin").action(ArgAction::Append),
            switch("insecure"),
            switch("unique"),
            switch("atomic").conflicts_with("unique"),
            switch("replace").requires("atomic"),
            switch("deep").requires("replace"),
        ]);
        crate::profile::definition::built(command.group(ArgGroup::new("trust").args(["pin", "insecure"])))
    }

    fn held(origin: Origin, words: &[&str]) -> Vec<Held> {
        let option = |word: &&str| {
            // `-atomic` stands for a switch that is off.
            let (id, words) = match word.strip_prefix('-') {
                Some(id) => (id, Vec::new()),
                None => (word.split('=').next().unwrap(), vec![format!("--{word}").into()]),
            };
            Held { option: OptionWords { id: id.to_owned(), words }, origin }
        };
        words.iter().map(option).collect()
    }

    fn kept(typed: &[&str], profile: &[&str], defaults: &[&str]) -> Vec<String> {
        let typed = typed.iter().map(ToString::to_string).collect();
        let weaker = vec![held(Origin::Profile, profile), held(Origin::Defaults, defaults)];
        let words = merge(&command(), &typed, weaker).into_iter().flat_map(|held| held.option.words);
        words.map(|word| word.to_str().unwrap().trim_start_matches("--").to_owned()).collect()
    }

    #[test]
    fn a_stronger_place_replaces_the_same_option() {
        assert_eq!(kept(&[], &["jobs=1"], &["jobs=2", "pin=a"]), ["jobs=1", "pin=a"]);
        assert_eq!(kept(&["jobs"], &["jobs=1"], &["jobs=2"]), [""; 0]);
    }

    #[test]
    fn a_stronger_place_replaces_options_that_exclude_its_own() {
        assert_eq!(kept(&["insecure"], &["pin=a"], &[]), [""; 0]);
        assert_eq!(kept(&["pin"], &["insecure"], &["atomic"]), ["atomic"]);
        assert_eq!(kept(&["unique"], &["atomic"], &[]), [""; 0]);
        assert_eq!(kept(&["atomic"], &["unique"], &[]), [""; 0], "the conflict is defined at the other option");
        assert_eq!(kept(&[], &["insecure"], &["pin=a"]), ["insecure"]);
    }

    #[test]
    fn a_switch_that_is_off_replaces_only_itself() {
        assert_eq!(kept(&[], &["-atomic"], &["atomic", "jobs=2"]), ["jobs=2"]);
        assert_eq!(kept(&[], &["-insecure"], &["pin=a"]), ["pin=a"]);
    }

    #[test]
    fn an_option_goes_with_the_one_that_it_requires() {
        assert_eq!(kept(&["unique"], &["atomic", "replace", "deep", "jobs=1"], &[]), ["jobs=1"]);
        assert_eq!(kept(&[], &["-atomic"], &["atomic", "replace"]), [""; 0]);
        assert_eq!(kept(&["atomic"], &["atomic", "replace"], &[]), ["replace"]);
        // Without a reason to leave it out, the mistake is reported by the parser.
        assert_eq!(kept(&[], &["replace"], &[]), ["replace"]);
    }

    #[test]
    fn options_of_one_place_that_exclude_each_other_are_left_to_the_parser() {
        assert_eq!(kept(&[], &["insecure", "pin=a"], &[]), ["insecure", "pin=a"]);
    }
}
