//! The files of a quirky server, in memory. Paths are absolute, with `/` between their parts.

use std::collections::BTreeMap;

use crate::support::quirky_server::clock;

/// The most links that are followed in one path.
const MAX_LINKS: usize = 8;

/// The time of objects that a test has placed before the run: 2001-02-03 04:05:06.
const OLD: i64 = 981_173_106;

/// The most violations of the invariant that are kept.
const MAX_VIOLATIONS: usize = 5;

/// An object of the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Directory,
    File(Vec<u8>),
    /// A link to another path.
    Link(String),
}

/// A check of all files, made after each change. An error says what is wrong.
pub(super) type Invariant = Box<dyn Fn(&BTreeMap<String, &[u8]>) -> Result<(), String> + Send>;

/// The file system.
pub(super) struct Storage {
    entries: BTreeMap<String, (Entry, i64)>,
    /// The server's clock, in seconds since 1970. Each change takes a second, so that no two have the same time.
    now: i64,
    /// The seconds by which it is ahead of the clock of this machine.
    ahead: i64,
    /// True if names that differ in case only are the same.
    pub(super) folds_case: bool,
    invariant: Option<Invariant>,
    violations: Vec<String>,
}

impl Storage {
    /// An empty file system.
    pub(super) fn new(folds_case: bool) -> Self {
        Self {
            entries: BTreeMap::new(),
            now: clock::now(),
            ahead: 0,
            folds_case,
            invariant: None,
            violations: Vec::new(),
        }
    }

    /// Sets the clock ahead by so many seconds.
    pub(super) fn set_ahead(&mut self, seconds: i64) {
        self.ahead = seconds;
        self.now = clock::now() + seconds;
    }

    /// Adds an object, as if it had been there for long. The parents are made, too.
    pub(super) fn place(&mut self, path: &str, entry: Entry) {
        for (end, _) in path.match_indices('/').skip(1) {
            self.entries.entry(path[..end].to_owned()).or_insert((Entry::Directory, OLD));
        }
        self.entries.insert(path.to_owned(), (entry, OLD));
        self.check();
    }

    /// Removes an object and all that is below it, as another client would.
    pub(super) fn clear(&mut self, path: &str) {
        let below = format!("{path}/");
        self.entries.retain(|found, _| found != path && !found.starts_with(&below));
        self.check();
    }

    /// Returns the path that `argument` means in the directory `current`, with the links in it followed.
    pub(super) fn resolve(&self, current: &str, argument: &str) -> String {
        self.follow(self.locate(current, argument))
    }

    /// The same, but a link at the end of the path is not followed.
    pub(super) fn locate(&self, current: &str, argument: &str) -> String {
        let start = if argument.starts_with('/') { "" } else { current.trim_end_matches('/') };
        let mut path = start.to_owned();
        for part in argument.split('/') {
            match part {
                "" | "." => {}
                ".." => path.truncate(path.rfind('/').unwrap_or_default()),
                part => path = self.spelled(format!("{}/{part}", self.follow(path))),
            }
        }
        if path.is_empty() { "/".to_owned() } else { path }
    }

    fn follow(&self, mut path: String) -> String {
        for _ in 0..MAX_LINKS {
            match self.entries.get(&path) {
                Some((Entry::Link(target), _)) => path.clone_from(target),
                Some((Entry::Directory | Entry::File(_), _)) | None => break,
            }
        }
        path
    }

    /// Returns the path as it is stored, if the case of letters makes no difference.
    fn spelled(&self, path: String) -> String {
        if !self.folds_case || self.entries.contains_key(&path) {
            return path;
        }
        let folded = path.to_lowercase();
        self.entries.keys().find(|stored| stored.to_lowercase() == folded).cloned().unwrap_or(path)
    }

    /// Returns true if `path` is a directory.
    pub(super) fn is_directory(&self, path: &str) -> bool {
        path == "/" || matches!(self.entries.get(path), Some((Entry::Directory, _)))
    }

    /// Returns true if there is something at `path`.
    pub(super) fn exists(&self, path: &str) -> bool {
        path == "/" || self.entries.contains_key(path)
    }

    /// Returns true if the parent of `path` is a directory.
    pub(super) fn has_parent(&self, path: &str) -> bool {
        path.rfind('/').is_some_and(|end| end == 0 || self.is_directory(&path[..end]))
    }

    /// Returns the content and the time of a file.
    pub(super) fn file(&self, path: &str) -> Option<(&[u8], i64)> {
        match self.entries.get(path) {
            Some((Entry::File(bytes), modified)) => Some((bytes, *modified)),
            Some((Entry::Directory | Entry::Link(_), _)) | None => None,
        }
    }

    /// Returns the names, objects and times in a directory.
    pub(super) fn children<'a>(&'a self, directory: &str) -> impl Iterator<Item = (&'a str, &'a Entry, i64)> {
        let start = format!("{}/", directory.trim_end_matches('/'));
        self.entries.iter().filter_map(move |(path, (entry, modified))| {
            let name = path.strip_prefix(&start).filter(|name| !name.contains('/'))?;
            Some((name, entry, *modified))
        })
    }

    /// Makes a directory. Returns false if that is impossible.
    pub(super) fn make_directory(&mut self, path: &str) -> bool {
        let possible = !self.exists(path) && self.has_parent(path);
        if possible {
            self.insert(path, Entry::Directory);
        }
        possible
    }

    /// Removes a directory, and if `with_contents` all that is in it. Returns the reason if that is impossible.
    pub(super) fn remove_directory(&mut self, path: &str, with_contents: bool) -> Result<(), &'static str> {
        if !self.is_directory(path) || path == "/" {
            return Err(if self.exists(path) { "Not a directory" } else { "No such directory" });
        }
        if self.children(path).next().is_some() && !with_contents {
            return Err("Directory not empty");
        }
        self.clear(path);
        Ok(())
    }

    /// Cuts the file at `path` to `length` bytes, or makes it. Returns false if that is impossible.
    pub(super) fn open(&mut self, path: &str, length: usize) -> bool {
        if self.is_directory(path) || !self.has_parent(path) {
            return false;
        }
        let mut bytes = self.file(path).map(|(bytes, _)| bytes.to_vec()).unwrap_or_default();
        bytes.resize(length, 0);
        self.put(path, bytes);
        true
    }

    /// Appends to a file that is open.
    pub(super) fn append(&mut self, path: &str, more: &[u8]) {
        if let Some((Entry::File(bytes), _)) = self.entries.get_mut(path) {
            bytes.extend_from_slice(more);
        }
        self.check();
    }

    /// Writes a file with a new time.
    pub(super) fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.insert(path, Entry::File(bytes));
    }

    fn insert(&mut self, path: &str, entry: Entry) {
        self.now = (self.now + 1).max(clock::now() + self.ahead);
        self.entries.insert(path.to_owned(), (entry, self.now));
        self.check();
    }

    /// Sets the time of a file. Returns false if there is no such file.
    pub(super) fn set_time(&mut self, path: &str, time: i64) -> bool {
        match self.entries.get_mut(path) {
            Some((Entry::File(_), modified)) => {
                *modified = time;
                true
            }
            Some((Entry::Directory | Entry::Link(_), _)) | None => false,
        }
    }

    /// Sets the time of any object to that of the server's clock, so much earlier.
    pub(super) fn set_age(&mut self, path: &str, seconds: i64) {
        let now = self.now;
        if let Some((_, modified)) = self.entries.get_mut(path) {
            *modified = now - seconds;
        }
    }

    /// Removes a file or link. Returns false if there is none.
    pub(super) fn remove(&mut self, path: &str) -> bool {
        let removed = !self.is_directory(path) && self.entries.remove(path).is_some();
        self.check();
        removed
    }

    /// Renames a file, a link or a directory, in one step. Returns false if that is impossible.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> bool {
        let onto_directory = self.is_directory(to) && !self.is_directory(from);
        if !self.exists(from) || !self.has_parent(to) || onto_directory {
            return false;
        }
        let below = format!("{from}/");
        let moved = self.entries.keys().filter(|path| *path == from || path.starts_with(&below)).cloned();
        for path in moved.collect::<Vec<_>>() {
            let entry = self.entries.remove(&path).expect("it was there");
            self.entries.insert(format!("{to}{}", &path[from.len()..]), entry);
        }
        self.check();
        true
    }

    /// Returns the paths of all files and their contents.
    pub(super) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.view().into_iter().map(|(path, bytes)| (path, bytes.to_vec())).collect()
    }

    /// Returns the paths of all directories.
    pub(super) fn directories(&self) -> Vec<String> {
        let directories = self.entries.iter().filter(|(_, (entry, _))| *entry == Entry::Directory);
        directories.map(|(path, _)| path.clone()).collect()
    }

    fn view(&self) -> BTreeMap<String, &[u8]> {
        let files = self.entries.iter().filter_map(|(path, (entry, _))| match entry {
            Entry::File(bytes) => Some((path.clone(), &bytes[..])),
            Entry::Directory | Entry::Link(_) => None,
        });
        files.collect()
    }

    /// Checks this from now on after each change, and forgets earlier violations.
    pub(super) fn set_invariant(&mut self, invariant: Option<Invariant>) {
        (self.invariant, self.violations) = (invariant, Vec::new());
        self.check();
    }

    /// Returns the first violations of the invariant.
    pub(super) fn violations(&self) -> &[String] {
        &self.violations
    }

    fn check(&mut self) {
        let violation = self.invariant.as_ref().and_then(|invariant| invariant(&self.view()).err());
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.extend(violation);
        }
    }

    /// Returns the server's clock.
    pub(super) fn now(&self) -> i64 {
        self.now
    }
}
