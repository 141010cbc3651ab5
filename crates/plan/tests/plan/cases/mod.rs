//! The cases that are known from life (TREES: D1 to D26), and the rules about names.

mod comparing;
mod deleting;
mod in_the_way;
mod limits;
mod manifests;
mod names;

use ftp_plan::manifest::Manifest;
use ftp_plan::operations::{Kept, Note, Plan};
use ftp_plan::remote::{Directory, Form, Listing, RemoteTree};

use crate::engine::{TARGET, parsed, remembered};
use crate::model::{File, Node, Server};

fn file(content: u8, modified: u64) -> Node {
    Node::File(File { content, modified })
}

/// A server with MLSD.
fn server(nodes: &[(&str, Node)]) -> Server {
    server_with(Form::Facts, nodes)
}

fn server_with(form: Form, nodes: &[(&str, Node)]) -> Server {
    let mut server = Server::new(form);
    nodes.iter().for_each(|(path, node)| server.add(path, *node));
    server
}

/// Gives the server a manifest by which an earlier run has stored these files.
fn remember(server: &mut Server, files: &[(&str, u8, u64)]) {
    let mut manifest = Manifest::new(TARGET);
    for &(path, content, modified) in files {
        manifest.record(parsed(path), remembered(File { content, modified }, true));
    }
    server.manifest = Some(manifest.to_bytes());
}

/// Changes the listing of one directory; empty for the root.
fn with_listing(mut tree: RemoteTree, path: &str, change: impl FnOnce(&mut Listing)) -> RemoteTree {
    let mut listing = tree.listing(path.as_bytes()).unwrap().clone();
    change(&mut listing);
    let path = if path.is_empty() { ftp_plan::path::RemotePath::root() } else { parsed(path) };
    tree.insert(path, Directory::Listed(listing));
    tree
}

fn stored(plan: &Plan) -> Vec<&str> {
    plan.store.iter().map(|store| crate::engine::text(&store.path)).collect()
}

fn removed(plan: &Plan) -> Vec<&str> {
    plan.remove.iter().map(|remove| crate::engine::text(&remove.path)).collect()
}

fn removed_directories(plan: &Plan) -> Vec<&str> {
    plan.remove_directories.iter().map(crate::engine::text).collect()
}

fn kept(plan: &Plan) -> Vec<(&str, Kept)> {
    let kept = |note| match note {
        &Note::Kept { ref path, why } => Some((crate::engine::text(path), why)),
        _ => None,
    };
    plan.notes.iter().filter_map(kept).collect()
}
