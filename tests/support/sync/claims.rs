//! A run of `sync` that has ended, and claims about its output, its commands and the files on the server.

use std::collections::BTreeSet;
use std::ops::Deref;

use crate::support::outcome::Outcome;
use crate::support::quirky_server::journal::Record;
use crate::support::quirky_server::names::is_temporary;
use crate::support::sync::destination::Destination;
use crate::support::sync::{LOCK, LocalTree, MANIFEST, Node, Tree};

/// The beginnings of commands that change something on the server.
const CHANGES: [&str; 11] = ["STOR", "APPE", "STOU", "MKD", "XMKD", "DELE", "RMD", "XRMD", "RNFR", "MFMT", "SITE"];

/// The commands whose argument is a path that is changed, or a file that is received.
const WITH_PATHS: [&str; 9] = ["STOR", "APPE", "RETR", "DELE", "RMD", "MKD", "RNFR", "RNTO", "MFMT"];

/// A run that has ended.
pub(crate) struct Synced {
    /// The output of the program.
    pub(crate) outcome: Outcome,
    /// The commands of the run. Empty for real servers.
    pub(crate) record: Record,
}

impl Deref for Synced {
    type Target = Outcome;

    fn deref(&self) -> &Outcome {
        &self.outcome
    }
}

/// The numbers in the last line of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) stored: usize,
    pub(crate) removed: usize,
    pub(crate) unchanged: usize,
}

impl Synced {
    /// As [`Outcome::claim`].
    pub(crate) fn claim(&self, holds: bool, expected: &str) -> &Self {
        self.outcome.claim(holds, expected);
        self
    }

    /// As [`Outcome::exits`].
    pub(crate) fn exits(&self, code: i32) -> &Self {
        self.outcome.exits(code);
        self
    }

    /// As [`Outcome::says`].
    pub(crate) fn says(&self, text: &str) -> &Self {
        self.outcome.says(text);
        self
    }

    /// As [`Outcome::never_says`].
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        self.outcome.never_says(text);
        self
    }

    /// Claims that the run ended with exit code 0 and printed no error.
    pub(crate) fn succeeded(&self) -> &Self {
        self.exits(0);
        let is_error = |line: &str| line.starts_with("ftp-uploader: ") && !is_note(line);
        self.claim(!self.stderr.lines().any(is_error), "no error message")
    }

    /// Claims that the run ended with an error.
    pub(crate) fn failed(&self) -> &Self {
        self.claim(self.code > 0, "an exit code that is not 0");
        self.claim(self.stderr.contains("ftp-uploader: "), "an error message")
    }

    /// Claims that exactly these files were reported as stored.
    pub(crate) fn stored(&self, paths: &[&str]) -> &Self {
        self.reported("stored", &self.stored_paths(), paths)
    }

    /// Claims that exactly these files were reported as removed.
    pub(crate) fn removed(&self, paths: &[&str]) -> &Self {
        let lines = self.lines_after("Removed ").filter(|path| !path.starts_with("directory "));
        self.reported("removed", &lines.map(str::to_owned).collect(), paths)
    }

    /// Claims that exactly these directories were reported as removed.
    pub(crate) fn removed_directories(&self, paths: &[&str]) -> &Self {
        self.reported("removed", &self.lines_after("Removed directory ").map(str::to_owned).collect(), paths)
    }

    fn reported(&self, verb: &str, found: &BTreeSet<String>, wanted: &[&str]) -> &Self {
        let same = found.iter().map(String::as_str).eq(wanted.iter().copied().collect::<BTreeSet<_>>());
        self.claim(same, &format!("{wanted:?} reported as {verb}, not {found:?}"))
    }

    /// Returns the files that were reported as stored, without the manifest.
    pub(crate) fn stored_paths(&self) -> BTreeSet<String> {
        let lines = self.lines_after("Stored ").filter_map(|line| Some(line.split_once(" in ")?.0.to_owned()));
        lines.filter(|path| path != MANIFEST).collect()
    }

    fn lines_after(&self, start: &'static str) -> impl Iterator<Item = &str> {
        self.stderr.lines().filter_map(move |line| line.strip_prefix(start))
    }

    /// Claims that nothing was stored or removed, and so many files were unchanged.
    pub(crate) fn found_all_unchanged(&self, unchanged: usize) -> &Self {
        self.succeeded().stored(&[]).removed(&[]).summed_up(&Summary { stored: 0, removed: 0, unchanged });
        self.claim(self.stderr.contains("Nothing to do: "), "`Nothing to do: ` in the last line")
    }

    /// Claims the numbers of the last line.
    pub(crate) fn summed_up(&self, wanted: &Summary) -> &Self {
        let found = self.summary();
        self.claim(found.as_ref() == Some(wanted), &format!("{wanted:?} in the last line, not {found:?}"))
    }

    fn summary(&self) -> Option<Summary> {
        let line = self
            .stderr
            .lines()
            .rfind(|line| line.starts_with("Synchronised: ") || line.starts_with("Nothing to do: "))?;
        // Large numbers have commas between their digits.
        let line = line.replace(", ", " ").replace(',', "");
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let before = |names: &[&str]| {
            let at = words.iter().position(|word| names.contains(word)).unwrap_or_default();
            words[..at].iter().rev().find_map(|word| word.parse().ok()).unwrap_or(0)
        };
        let (stored, removed) = (before(&["stored"]), before(&["removed"]));
        Some(Summary { stored, removed, unchanged: before(&["unchanged"]) })
    }

    /// Returns the notes on standard error.
    pub(crate) fn notes(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| is_note(line)).collect()
    }

    /// Claims that there is one note, with this text.
    pub(crate) fn notes_once(&self, text: &str) -> &Self {
        let notes = self.notes();
        let is_it = notes.len() == 1 && notes[0].to_lowercase().contains(&text.to_lowercase());
        self.claim(is_it, &format!("one note, about `{text}`, not {notes:?}"))
    }

    /// Claims that the server got questions only.
    pub(crate) fn only_asked(&self) -> &Self {
        let sets =
            |line: &str| line.starts_with("MDTM ") && line.split(' ').nth(1).is_some_and(|word| word.len() == 14);
        let changes = |line: &str| CHANGES.iter().any(|verb| line.starts_with(verb)) || sets(line);
        // The lock is taken before the plan is made.
        let lines = self.record.commands().map(|(line, _)| line).filter(|line| !line.contains(LOCK));
        let found: Vec<_> = lines.filter(|line| changes(line)).collect();
        self.claim(found.is_empty(), &format!("no command like {found:?}"))
    }

    /// Claims that `inbox` is as it was before.
    pub(crate) fn changed_nothing(&self, before: &Tree, server: &dyn Destination) -> &Self {
        self.claim(server.tree_below("inbox") == *before, "an unchanged tree on the server")
    }

    /// Returns the paths of DELE and RMD, without those of temporary files and of the lock.
    pub(crate) fn deleted(&self) -> Vec<&str> {
        let all = ["DELE", "RMD"].into_iter().flat_map(|verb| self.record.arguments(verb));
        all.filter(|path| !is_temporary(path) && !path.contains(LOCK)).collect()
    }

    /// Claims that nothing was deleted but temporary files and the lock.
    pub(crate) fn deleted_nothing(&self) -> &Self {
        self.claim(self.deleted().is_empty(), &format!("no deletion of {:?}", self.deleted()))
    }

    /// Claims that every path that was changed or received is below `inbox`, and is written without detours.
    pub(crate) fn stayed_inside(&self) -> &Self {
        for (verb, path) in
            WITH_PATHS.iter().flat_map(|verb| self.record.arguments(verb).into_iter().map(move |path| (verb, path)))
        {
            let path = if *verb == "MFMT" { path.split_once(' ').map_or(path, |(_, name)| name) } else { path };
            let detour = path.split('/').any(|part| part == ".." || part == ".");
            let outside = path.starts_with('/') && !path.starts_with("/inbox");
            self.claim(!detour && !outside, &format!("no command like {verb} {path}"));
        }
        self
    }

    /// Claims that at most so many commands were sent, logins included.
    pub(crate) fn sent_at_most(&self, commands: usize) -> &Self {
        let count = self.record.commands().count();
        self.claim(count <= commands, &format!("at most {commands} commands, not {count}"))
    }

    /// Claims that `inbox` has the local files and directories, and nothing else but a manifest.
    pub(crate) fn mirrored(&self, local: &LocalTree, server: &dyn Destination) -> &Self {
        self.mirrored_beside(local, server, &[])
    }

    /// The same, but these objects are there, too.
    pub(crate) fn mirrored_beside(&self, local: &LocalTree, server: &dyn Destination, beside: &[&str]) -> &Self {
        let mut found = server.tree_below("inbox");
        found.remove(MANIFEST);
        for path in beside {
            self.claim(found.remove(*path).is_some(), &format!("{path} still there"));
        }
        let wanted = local.tree();
        let differences = differences(&wanted, &found);
        self.claim(differences.is_empty(), &format!("the local tree on the server, but {}", differences.join("; ")));
        self
    }
}

/// Returns the differences between two trees in words.
pub(crate) fn differences(wanted: &Tree, found: &Tree) -> Vec<String> {
    let missing =
        wanted.iter().filter(|(path, _)| !found.contains_key(*path)).map(|(path, _)| format!("{path} is missing"));
    let added = found.keys().filter(|path| !wanted.contains_key(*path)).map(|path| format!("{path} is there, too"));
    let changed = wanted.iter().filter_map(|(path, node)| {
        let there = found.get(path).filter(|there| *there != node)?;
        Some(format!("{path} is {}, not {}", shown(there), shown(node)))
    });
    missing.chain(added).chain(changed).collect()
}

fn shown(node: &Node) -> String {
    match node {
        Node::Directory => "a directory".to_owned(),
        Node::File(bytes) => format!("{} bytes `{}`", bytes.len(), bytes[..bytes.len().min(20)].escape_ascii()),
    }
}

fn is_note(line: &str) -> bool {
    line.starts_with("Note: ") || line.starts_with("ftp-uploader: note: ")
}
