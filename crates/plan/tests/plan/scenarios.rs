//! Random scenarios: a local tree with options, and a server.

use std::collections::BTreeMap;

use ftp_plan::remote::Form;
use ftp_plan::rules::{Compare, Delete};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::engine::Run;
use crate::model::{File, Node, OUTSIDE, Server};

const NAMES: [&str; 8] = ["a", "b", "css", ".x", "old", "i.html", "cgi-bin", ".a.0000000000000001.part"];

fn path() -> impl Strategy<Value = String> {
    vec(select(&NAMES[..]), 1..=3).prop_map(|parts| parts.join("/"))
}

fn file() -> impl Strategy<Value = File> {
    (0..6_u8, 10..13_u64).prop_map(|(content, modified)| File { content, modified })
}

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![6 => file().prop_map(Node::File), 1 => Just(Node::Directory), 1 => Just(Node::Link)]
}

/// The local tree has no generated names.
pub(crate) fn tree() -> impl Strategy<Value = (BTreeMap<String, File>, Vec<String>)> {
    let entry = (path(), prop_oneof![4 => file().prop_map(Some), 1 => Just(None)]);
    vec(entry, 0..8).prop_map(|entries| {
        let mut model = Server::new(Form::Facts);
        for (path, file) in entries.into_iter().filter(|(path, _)| !path.ends_with(".part")) {
            model.add(&path.replace(NAMES[7], "z"), file.map_or(Node::Directory, Node::File));
        }
        let files = model.nodes.iter().filter_map(|(path, node)| match node {
            Node::File(file) => Some((path.clone(), *file)),
            Node::Directory | Node::Link => None,
        });
        let directories = model.nodes.iter().filter(|(_, node)| **node == Node::Directory);
        (files.collect(), directories.map(|(path, _)| path.clone()).collect())
    })
}

pub(crate) fn run() -> impl Strategy<Value = Run> {
    let compare =
        select(&[Compare::Auto, Compare::Time, Compare::Size, Compare::Hash, Compare::Manifest, Compare::Nothing][..]);
    let delete = select(&[Delete::Nothing, Delete::Own, Delete::Extra][..]);
    (tree(), compare, delete, any::<bool>(), any::<bool>()).prop_map(
        |((files, directories), compare, delete, excludes, manifest)| Run {
            // A local tree has nothing that is excluded.
            files: files
                .into_iter()
                .filter(|(path, _)| !excludes || path.split('/').all(|part| part != ".x"))
                .collect(),
            directories: directories
                .into_iter()
                .filter(|path| !excludes || path.split('/').all(|part| part != ".x"))
                .collect(),
            left_out: Vec::new(),
            compare,
            delete,
            max_delete: Some(u64::MAX),
            excluded: excludes.then_some(".x"),
            with_manifest: manifest || delete == Delete::Own,
            trust: false,
            locked: true,
        },
    )
}

/// Other nodes of the server, which no run has stored.
pub(crate) fn foreign() -> impl Strategy<Value = Vec<(String, Node)>> {
    vec((path(), node()), 0..8)
}

pub(crate) fn form() -> impl Strategy<Value = Form> {
    select(&[Form::Facts, Form::Lines][..])
}

/// Adds nodes to the server. Links get a target, which is a directory with a file, or a file, or nothing.
pub(crate) fn populate(server: &mut Server, nodes: &[(String, Node)]) {
    for (index, (path, node)) in nodes.iter().enumerate() {
        server.add(path, *node);
        if server.nodes.get(path) == Some(&Node::Link) {
            let file = Node::File(File { content: 5, modified: 10 });
            match index % 3 {
                0 => server.add(&format!("{OUTSIDE}/{path}/b"), file),
                1 => server.add(&format!("{OUTSIDE}/{path}"), file),
                _ => {}
            }
        }
    }
}
