//! Runs a plan against the model: lists, asks, plans, applies, and keeps the manifest.

use std::collections::BTreeMap;

use ftp_plan::answers::{Answer, Answers, HashAnswer, Size, Time};
use ftp_plan::local::{LocalFile, LocalTree};
use ftp_plan::manifest::{Manifest, Remembered};
use ftp_plan::operations::{Clear, Plan};
use ftp_plan::path::RemotePath;
use ftp_plan::remote::{Form, RemoteTree};
use ftp_plan::rules::{Abilities, Compare, Delete, Rules};
use ftp_plan::{Inputs, Questions, Refusal, directories_to_list, plan, questions};

use crate::model::{File, Node, Server};

pub(crate) const TARGET: &str = "ftp://u@h/site";
pub(crate) const MANIFEST: &str = ".ftp-uploader.manifest";

/// The local tree of a run, and its options.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) directories: Vec<String>,
    pub(crate) left_out: Vec<String>,
    pub(crate) compare: Compare,
    pub(crate) delete: Delete,
    pub(crate) max_delete: Option<u64>,
    /// The name that is excluded at any depth.
    pub(crate) excluded: Option<&'static str>,
    pub(crate) with_manifest: bool,
    pub(crate) trust: bool,
    pub(crate) locked: bool,
}

impl Run {
    pub(crate) fn new(files: &[(&str, u8, u64)]) -> Self {
        let files = files.iter().map(|&(path, content, modified)| (path.to_owned(), File { content, modified }));
        Self {
            files: files.collect(),
            directories: Vec::new(),
            left_out: Vec::new(),
            compare: Compare::Auto,
            delete: Delete::Nothing,
            max_delete: None,
            excluded: None,
            with_manifest: false,
            trust: false,
            locked: true,
        }
    }

    pub(crate) fn deleting(self, delete: Delete) -> Self {
        Self { delete, with_manifest: self.with_manifest || delete == Delete::Own, ..self }
    }

    pub(crate) fn tree(&self) -> LocalTree {
        let above = |path: &String| path.match_indices('/').map(|(at, _)| path[..at].to_owned()).collect::<Vec<_>>();
        let directories = self.files.keys().flat_map(above).chain(self.directories.iter().cloned());
        let files = self.files.iter().map(|(path, file)| LocalFile {
            path: parsed(path),
            size: file.size(),
            modified: Some(file.modified),
            hash: None,
        });
        let left_out = self.left_out.iter().map(|path| parsed(path));
        LocalTree::new(directories.map(|path| parsed(&path)).collect(), files.collect(), left_out.collect())
    }

    /// Passes the rules of this run to `use_rules`.
    pub(crate) fn with_rules<T>(&self, server: &Server, use_rules: impl FnOnce(&Rules<'_>) -> T) -> T {
        let manifest = parsed(MANIFEST);
        let excluded = |path: &RemotePath, _: bool| self.excluded.is_some_and(|name| path.name() == name.as_bytes());
        let temporary = |file: &LocalFile| {
            let path = temporary_path(text(&file.path), self.files[text(&file.path)]);
            RemotePath::parse(path.as_bytes()).ok()
        };
        let rules = Rules {
            compare: self.compare,
            delete: self.delete,
            max_delete: self.max_delete,
            // The largest number stands for no limit at all, also for an empty tree.
            unlimited: self.max_delete == Some(u64::MAX),
            manifest: Some(&manifest).filter(|_| self.with_manifest),
            target: TARGET,
            trust_manifest: self.trust,
            locked: self.locked,
            sets_times: true,
            last: &|path| path.as_bytes().ends_with(b".html"),
            excluded: &excluded,
            temporary: &temporary,
            server: Abilities {
                facts: server.form == Form::Facts,
                size: true,
                time: true,
                hash: true,
                refuses_full_directories: false,
            },
        };
        use_rules(&rules)
    }

    /// Plans by truthful listings.
    pub(crate) fn plan(&self, server: &Server) -> Result<Plan, Refusal> {
        self.plan_with(server, |tree| tree)
    }

    /// Plans by listings that `change` has changed.
    pub(crate) fn plan_with(
        &self,
        server: &Server,
        change: impl FnOnce(RemoteTree) -> RemoteTree,
    ) -> Result<Plan, Refusal> {
        let bytes = server.manifest.as_ref().filter(|_| self.with_manifest);
        let manifest = bytes.and_then(|bytes| Manifest::parse(bytes, TARGET).ok());
        let manifest = manifest.as_ref();
        self.with_rules(server, |rules| {
            let mut local = self.tree();
            let is_listed = !(rules.trust_manifest && manifest.is_some());
            let tree = if is_listed {
                server.tree(|branch, listing| directories_to_list(&local, manifest, rules, branch, listing))
            } else {
                RemoteTree::new()
            };
            let remote = change(tree);
            let mut answers = Answers::new();
            for _ in 0..5 {
                let inputs = Inputs { local: &local, remote: &remote, manifest, answers: &answers, rules };
                let questions = questions(&inputs);
                if questions.is_empty() {
                    return plan(&inputs);
                }
                assert!(is_listed || questions.ask.is_empty() && questions.compare.is_empty());
                self.answer(server, &questions, &mut answers);
                for path in questions.hash_locally {
                    local.set_hash(path.as_bytes(), self.files[text(&path)].hash());
                }
            }
            panic!("the questions do not end");
        })
    }

    /// Answers the questions about files of the server.
    fn answer(&self, server: &Server, questions: &Questions, answers: &mut Answers) {
        for ask in &questions.ask {
            answers.add(ask.path.clone(), answer(server.file(text(&ask.path)), ask.time));
        }
        for path in &questions.compare {
            let same = server.file(text(path)).is_some_and(|file| file.content == self.files[text(path)].content);
            let hash = Some(if same { HashAnswer::Same } else { HashAnswer::Different });
            answers.add(path.clone(), Answer { hash, ..Answer::default() });
        }
    }

    /// Plans, and applies at most `operations` operations. Returns the plan.
    pub(crate) fn sync(&self, server: &mut Server, operations: usize) -> Result<Plan, Refusal> {
        let plan = self.plan(server)?;
        let mut manifest = plan.remembered.clone();
        let mut left = operations;
        let mut save = |server: &mut Server, manifest: &Manifest| {
            left = left.checked_sub(1)?;
            server.manifest = self.with_manifest.then(|| manifest.to_bytes()).or(server.manifest.take());
            Some(())
        };
        // The engine writes the manifest first, so that it exists before the first operation.
        let _killed = self.apply(&plan, server, &mut manifest, &mut save);
        Ok(plan)
    }

    /// Runs to the end, unless something is in the way that no listing shows.
    pub(crate) fn sync_if_possible(&self, server: &mut Server) -> bool {
        !self.has_hidden_obstacle(server) && self.sync(server, usize::MAX).is_ok()
    }

    /// Returns true if the server has a link that leads to no directory, or an entry of another kind that LIST hides, with
    /// the name of a local one. The engine reports the refusal of the server then.
    pub(crate) fn has_hidden_obstacle(&self, server: &Server) -> bool {
        let is_hidden = |path: &str| server.form != Form::Facts && path.rsplit('/').next().unwrap().starts_with('.');
        let tree = self.tree();
        let mut directories = tree.directories().iter().map(text);
        let in_the_way = |path: &str| match server.node(path) {
            Some(Node::Link) => !server.is_directory(path),
            Some(Node::File(_)) => is_hidden(path),
            Some(Node::Directory) | None => false,
        };
        directories.any(in_the_way)
            || self.files.keys().any(|path| server.node(path) == Some(Node::Directory) && is_hidden(path))
    }

    /// Removes files, leftovers and directories.
    fn remove(&self, plan: &Plan, server: &mut Server, manifest: &mut Manifest, save: &mut Save<'_>) -> Option<()> {
        for remove in &plan.remove {
            step(save, server, manifest, &remove.path, &Server::remove)?;
            manifest.forget(remove.path.as_bytes());
        }
        for path in &plan.leftovers {
            step(save, server, manifest, path, &Server::remove)?;
        }
        for path in &plan.remove_directories {
            step(save, server, manifest, path, &Server::remove_directory)?;
            manifest.forget_directory(path.as_bytes());
        }
        Some(())
    }

    /// Applies the operations in order; `save` returns `None` when the run is killed.
    fn apply(&self, plan: &Plan, server: &mut Server, manifest: &mut Manifest, save: &mut Save<'_>) -> Option<()> {
        for clear in &plan.clear {
            match clear {
                Clear::File(remove) => {
                    step(save, server, manifest, &remove.path, &Server::remove)?;
                    manifest.forget(remove.path.as_bytes());
                }
                Clear::Directory(path) => {
                    step(save, server, manifest, path, &Server::remove_directory)?;
                    manifest.forget_directory(path.as_bytes());
                }
            }
        }
        let mut links = plan.links.clone();
        for path in &plan.make {
            let is_new = !server.is_directory(text(path));
            step(save, server, manifest, path, &Server::make)?;
            if is_new {
                links.rule_out(path);
            }
            if is_new && !links.lead_to(path) {
                manifest.record_directory(path.clone());
            }
        }
        for store in &plan.store {
            let file = self.files[text(&store.path)];
            step(save, server, manifest, &store.path, &|server, path| {
                server.store(path, file);
                server.rename_away(&temporary_path(path, file));
            })?;
            manifest.record(store.path.clone(), remembered(file, !links.lead_to(&store.path)));
        }
        self.remove(plan, server, manifest, save)?;
        save(server, manifest)
    }
}

/// Writes the manifest before an operation; returns `None` when the run is killed.
type Save<'a> = dyn FnMut(&mut Server, &Manifest) -> Option<()> + 'a;

fn step(
    save: &mut Save<'_>,
    server: &mut Server,
    manifest: &Manifest,
    path: &RemotePath,
    act: &dyn Fn(&mut Server, &str),
) -> Option<()> {
    save(server, manifest)?;
    act(server, text(path));
    Some(())
}

/// Returns the path under which a run stores this version of a file before it is renamed.
fn temporary_path(path: &str, file: File) -> String {
    let (directory, name) = path.rsplit_once('/').map_or(("", path), |_| path.split_at(path.rfind('/').unwrap() + 1));
    format!("{directory}.{name}.{:016x}.part", file.content)
}

pub(crate) fn remembered(file: File, stored: bool) -> Remembered {
    Remembered {
        pending: false,
        stored,
        sha256: Some(file.hash()),
        size: file.size(),
        server_size: Some(file.size()),
        server_modified: Some(file.modified),
    }
}

fn answer(file: Option<File>, time: bool) -> Answer {
    Answer {
        size: Some(file.map_or(Size::Refused, |file| Size::Bytes(file.size()))),
        modified: time.then(|| file.map_or(Time::Untold, |file| Time::Seconds(file.modified))),
        hash: None,
    }
}

pub(crate) fn parsed(path: &str) -> RemotePath {
    RemotePath::parse(path.as_bytes()).unwrap()
}

pub(crate) fn text(path: &RemotePath) -> &str {
    core::str::from_utf8(path.as_bytes()).unwrap()
}
