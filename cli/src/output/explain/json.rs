//! `--explain=json`. `docs/explain.md` documents the names; they contain the units.

use ftp_uploader::{Confined, DataConnections, GrantedFile, GrantedProxy, GrantedTree, Grants, Limits, Tls, Trust};
use serde_json::{Value, json};

use crate::output::ascii::ascii;
use crate::output::explain::{Fence, NAMED, authority_variables, changes};

/// The whole document, in ASCII.
pub(super) fn text(grants: &Grants, fence: &Fence) -> String {
    ascii(&format!("{:#}\n", json(grants, fence)))
}

/// The document as a value.
pub(super) fn json(grants: &Grants, fence: &Fence) -> Value {
    let (first, last) = match &grants.data {
        DataConnections::ToServer(ports) => (Some(ports.start()), Some(ports.end())),
        DataConnections::FromServer => (None, None),
    };
    json!({
        "server": grants.server.to_string(),
        "addresses": grants.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "proxy": grants.proxy.as_ref().map(proxy_json),
        "data_connections": {
            "made_by": if first.is_some() { "client" } else { "server" },
            "first_port": first,
            "last_port": last,
        },
        "source_address": grants.source_address.map(|address| address.to_string()),
        "interface": grants.interface,
        "tls": match grants.tls {
            Tls::Off => "off",
            Tls::Implicit => "implicit",
            Tls::Explicit | Tls::UnlessLoopback => "explicit",
        },
        "trust": trust(grants),
        "client_certificate": grants.identity,
        "user": lossy(grants.user),
        "password_may_be_sent_in_clear": grants.password_in_clear,
        "directory": lossy(grants.directory),
        "files": grants.files.iter().map(file_json).collect::<Vec<_>>(),
        "trees": grants.trees.iter().map(tree_json).collect::<Vec<_>>(),
        "sync": changes::json(grants),
        "check": changes::json_of_check(grants),
        "receives_listings": grants.asks_first || grants.sync.is_some() || grants.check.is_some(),
        "limits": limits_json(&grants.limits),
        "walls": fence.iter().map(|(name, state)| ((*name).to_owned(), wall_json(state))).collect::<Value>(),
    })
}

fn proxy_json(granted: &GrantedProxy) -> Value {
    json!({
        "url": granted.proxy.to_string(),
        "scheme": granted.proxy.scheme(),
        "addresses": granted.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "credentials": granted.credentials,
    })
}

fn trust(grants: &Grants) -> Value {
    match (grants.tls, grants.trust) {
        (Tls::Off, _) => Value::Null,
        (_, Trust::Platform) => match &authority_variables()[..] {
            [] => json!({ "by": "system" }),
            named => json!({ "by": "environment", "variables": named }),
        },
        (_, Trust::Authorities(_)) => json!({ "by": "ca_file" }),
        (_, Trust::Pins(pins)) => {
            json!({ "by": "pins", "pins": pins.iter().map(ToString::to_string).collect::<Vec<_>>() })
        }
        (_, Trust::Anything) => json!({ "by": "nothing" }),
    }
}

fn file_json(file: &GrantedFile) -> Value {
    json!({
        "path": lossy(file.path.as_os_str().as_encoded_bytes()),
        "name": lossy(file.name),
        "size_bytes": file.size,
    })
}

fn tree_json(tree: &GrantedTree) -> Value {
    let skipped = tree.skipped.iter().take(NAMED).map(
        |skipped| json!({ "path": lossy(skipped.path.as_os_str().as_encoded_bytes()), "reason": skipped.why.to_string() }),
    );
    json!({
        "path": lossy(tree.path.as_os_str().as_encoded_bytes()),
        "name": tree.name.map(lossy),
        "directories": tree.directories,
        "files": tree.files,
        "size_bytes": tree.bytes,
        "skipped": tree.skipped.len(),
        "first_skipped": skipped.collect::<Vec<_>>(),
    })
}

fn limits_json(limits: &Limits) -> Value {
    json!({
        "memory_bytes": limits.memory,
        "handles": limits.handles,
        "passed_at_once_bytes": limits.passed,
        "computing_per_call_seconds": limits.computing.as_secs(),
        "computing_per_gib_seconds": limits.computing_per_gib.as_secs(),
        "commands_per_call": limits.commands,
        "received_per_call_bytes": limits.received,
        "data_connections_per_call": limits.data_connections,
        "hashes_per_call": limits.hashes,
        "connecting_seconds": limits.connecting.as_secs(),
        "silence_seconds": limits.silence.as_secs(),
        "whole_run_seconds": limits.whole.map(|time| time.as_secs()),
        "rate_bytes_per_second": limits.rate,
        "new_tries_per_file": limits.retries,
        "sessions": limits.sessions,
    })
}

fn wall_json(state: &Confined) -> Value {
    match state {
        Confined::Active => json!({ "stands": true, "missing_because": null }),
        Confined::Missing(why) => json!({ "stands": false, "missing_because": why }),
    }
}

/// Replaces bytes that are not UTF-8 with U+FFFD, because JSON has no byte strings.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
