//! A model of a server: a tree of files, directories and links, and an engine that lists, asks, and applies a plan.

use std::collections::BTreeMap;

use ftp_plan::remote::{Directory, Entry, Form, Kind, Listing, RemoteTree};

/// The directory in which the targets of links are. No plan may touch it but through a link with a local name.
pub(crate) const OUTSIDE: &str = "@";

/// A file of the server or a local one. Contents are equal if their numbers are equal; the size follows from the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) content: u8,
    pub(crate) modified: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    File(File),
    Directory,
    /// A link, whose target has the same path below [`OUTSIDE`].
    Link,
}

/// The state of a server. Paths are relative to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) nodes: BTreeMap<String, Node>,
    pub(crate) form: Form,
    pub(crate) manifest: Option<Vec<u8>>,
}

impl File {
    pub(crate) fn size(self) -> u64 {
        u64::from(self.content % 3)
    }

    pub(crate) fn hash(self) -> [u8; 32] {
        [self.content; 32]
    }
}

impl Server {
    pub(crate) fn new(form: Form) -> Self {
        Self { nodes: BTreeMap::new(), form, manifest: None }
    }

    /// Adds a node, and the directories above it, if nothing is in the way.
    pub(crate) fn add(&mut self, path: &str, node: Node) {
        let above: Vec<_> = path.match_indices('/').map(|(at, _)| &path[..at]).collect();
        let is_free = above.iter().all(|path| self.nodes.get(*path).is_none_or(|node| *node == Node::Directory));
        if is_free && !self.nodes.contains_key(path) {
            self.nodes.extend(above.into_iter().map(|path| (path.to_owned(), Node::Directory)));
            self.nodes.insert(path.to_owned(), node);
        }
    }

    /// Returns the place of a path, with the links above it followed.
    pub(crate) fn place(&self, path: &str) -> String {
        let mut place = String::new();
        for part in path.split('/') {
            if self.nodes.get(&place) == Some(&Node::Link) {
                place = format!("{OUTSIDE}/{place}");
            }
            place = if place.is_empty() { part.to_owned() } else { format!("{place}/{part}") };
        }
        place
    }

    /// Returns the node of a path; the last part is not followed.
    pub(crate) fn node(&self, path: &str) -> Option<Node> {
        self.nodes.get(&self.place(path)).copied()
    }

    /// Returns the file of a path, with all links followed.
    pub(crate) fn file(&self, path: &str) -> Option<File> {
        let place = self.place(path);
        match self.nodes.get(&place)? {
            Node::File(file) => Some(*file),
            Node::Directory => None,
            Node::Link => match self.nodes.get(&format!("{OUTSIDE}/{place}"))? {
                Node::File(file) => Some(*file),
                Node::Directory | Node::Link => None,
            },
        }
    }

    pub(crate) fn is_directory(&self, path: &str) -> bool {
        let place = self.place(path);
        match self.nodes.get(&place) {
            _ if place.is_empty() => true,
            Some(Node::Directory) => true,
            Some(Node::Link) => self.nodes.get(&format!("{OUTSIDE}/{place}")) == Some(&Node::Directory),
            Some(Node::File(_)) | None => false,
        }
    }

    /// Lists a directory as the server would.
    pub(crate) fn list(&self, path: &str) -> Directory {
        if !self.is_directory(path) {
            return Directory::Absent;
        }
        let mut prefix = self.place(&format!("{path}/x"));
        prefix.truncate(prefix.len() - 1);
        let prefix = prefix.trim_start_matches('/');
        let mut listing = Listing::new();
        (listing.complete, listing.form) = (true, self.form);
        for (name, node) in self.nodes.iter().filter_map(|(path, node)| Some((path.strip_prefix(prefix)?, node))) {
            let is_hidden = self.form != Form::Facts && name.starts_with('.');
            if name.is_empty() || name.contains('/') || name == OUTSIDE || is_hidden {
                continue;
            }
            listing.insert(name.as_bytes(), self.entry(*node)).unwrap();
        }
        if self.form != Form::Facts && listing.entries().next().is_none() {
            listing.form = Form::Untold;
        }
        Directory::Listed(listing)
    }

    fn entry(&self, node: Node) -> Entry {
        match node {
            Node::File(file) => Entry {
                kind: Kind::File,
                size: Some(file.size()),
                modified: Some(file.modified).filter(|_| self.form == Form::Facts),
            },
            Node::Directory => Entry { kind: Kind::Directory, size: None, modified: None },
            Node::Link => Entry { kind: Kind::Link, size: Some(1), modified: Some(1) },
        }
    }

    pub(crate) fn make(&mut self, path: &str) {
        let place = self.place(path);
        if !self.is_directory(path) {
            assert!(!self.nodes.contains_key(&place), "{path} is in the way");
            assert!(self.is_directory(above(path)), "nothing above {path}");
            self.nodes.insert(place, Node::Directory);
        }
    }

    /// Stores a file under another name and renames it, which replaces a link.
    pub(crate) fn store(&mut self, path: &str, file: File) {
        assert!(self.is_directory(above(path)), "nothing above {path}");
        let replaced = self.nodes.insert(self.place(path), Node::File(file));
        assert_ne!(replaced, Some(Node::Directory), "{path}");
    }

    /// Removes a temporary file, which has got its final name.
    pub(crate) fn rename_away(&mut self, path: &str) {
        let place = self.place(path);
        if let Some(Node::File(_)) = self.nodes.get(&place) {
            self.nodes.remove(&place);
        }
    }

    pub(crate) fn remove(&mut self, path: &str) {
        let place = self.place(path);
        assert_eq!(place, path, "removed through a link");
        let removed = self.nodes.remove(&place);
        assert!(matches!(removed, Some(Node::File(_) | Node::Link)), "{path} was {removed:?}");
    }

    /// Removes a directory. Like some servers, it would remove its contents, too.
    pub(crate) fn remove_directory(&mut self, path: &str) {
        assert_eq!(self.place(path), path, "removed through a link");
        assert_eq!(self.nodes.remove(path), Some(Node::Directory), "{path}");
        let contents = self.nodes.keys().find(|other| other.starts_with(&format!("{path}/")));
        assert_eq!(contents, None, "{path} is not empty");
    }

    /// Lists the whole tree, as the engine does.
    pub(crate) fn tree(&self, next: impl Fn(&ftp_plan::Branch, &Listing) -> Vec<ftp_plan::Branch>) -> RemoteTree {
        let mut tree = RemoteTree::new();
        let mut waiting = vec![ftp_plan::Branch::root()];
        while let Some(branch) = waiting.pop() {
            let directory = self.list(core::str::from_utf8(branch.path.as_bytes()).unwrap());
            if let Directory::Listed(listing) = &directory {
                waiting.extend(next(&branch, listing));
            }
            tree.insert(branch.path, directory);
        }
        tree
    }
}

/// Returns the directory of a path; empty for the root.
pub(crate) fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}
