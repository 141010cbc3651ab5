//! `--explain`: the rights that this run would lend, as text for people or as JSON. All values come from the grants
//! that the run itself would use, and from the fence, which is installed before this output.

mod changes;
mod json;
#[cfg(test)]
mod tests;

use std::env;
use std::fmt::Write as _;

use clap::ValueEnum;
use ftp_uploader::{
    Confined, Confinement, DataConnections, Escaped, GrantedFile, GrantedProxy, GrantedTree, Grants, Limits, Tls,
    Trust, words,
};
use serde_json::Value;

use crate::output::document;
use crate::platform::authorities;

/// The number of skipped files of each directory that are named.
pub(super) const NAMED: usize = 5;

/// The parts of the fence, with their names.
pub(super) type Fence<'a> = [(&'static str, &'a Confined)];

/// The values of `--explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Print text for people
    Text,
    /// Print JSON for programs
    Json,
}

/// Returns the document of `--explain=json`.
pub fn value(grants: &Grants, confinement: &Confinement) -> Value {
    json::json(grants, &confinement.named())
}

/// Prints the rights and the fence on standard output.
pub fn explain(format: Format, grants: &Grants, confinement: &Confinement) {
    let text = match format {
        Format::Text => text(grants, &confinement.named()),
        Format::Json => json::text(grants, &confinement.named()),
    };
    document::print(text.as_bytes());
}

/// The effect of a part of the fence. `opens_later` is true if some of the files are not open yet.
fn wall(name: &str, opens_later: bool) -> &'static str {
    match name {
        "files" if opens_later => {
            "no file can be opened except the files above, for reading; none can be created or removed (Landlock)"
        }
        "files" => "no file can be opened, created or removed (Landlock)",
        "ports" => "no TCP port can be listened on unless it was granted (Landlock)",
        "processes" => "no other process can be signalled (Landlock)",
        "system_calls" => "only the system calls that an upload needs; no program can be run (seccomp)",
        _ => "no core dump is written, and no other process can read the memory",
    }
}

fn text(grants: &Grants, fence: &Fence) -> String {
    let mut text = String::from("This run would lend to the component that speaks FTP:\n");
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<10} {value}");
    };
    row("server", grants.server.to_string());
    for address in grants.addresses {
        row("address", address.to_string());
    }
    if grants.addresses.is_empty() {
        row("address", "resolved by the proxy".to_owned());
    }
    if let Some(granted) = &grants.proxy {
        row("proxy", proxy(granted));
    }
    row("data", data(grants));
    row("tls", tls(grants));
    row("password", password(grants));
    for file in &grants.files {
        row("file", granted_file(file, grants.directory));
    }
    for tree in &grants.trees {
        row("directory", granted_tree(tree, grants.directory));
        if let Some(skipped) = skipped(tree) {
            row("skipped", skipped);
        }
    }
    for (name, value) in changes::rows(grants) {
        row(name, value);
    }
    for limit in limits(&grants.limits) {
        row("limit", limit);
    }
    text.push_str(&walls(grants, fence));
    text.push_str("Nothing was connected to, and nothing was sent.\n");
    text
}

/// The parts of the fence, one in each line.
fn walls(grants: &Grants, fence: &Fence) -> String {
    let opens_later = !grants.trees.is_empty() || grants.files.iter().any(|file| !file.is_open);
    let mut text = String::from("The fence around the process when it connects:\n");
    for (name, state) in fence {
        let _ = match state {
            Confined::Active => writeln!(text, "  {:<10} {}", "wall", wall(name, opens_later)),
            Confined::Missing(why) => writeln!(text, "  {:<10} {name}: {}", "no wall", Escaped(why.as_bytes())),
        };
    }
    text
}

fn proxy(granted: &GrantedProxy) -> String {
    let auth =
        if granted.credentials { "FTP_PROXY_AUTH is sent to it in clear" } else { "no credentials are sent to it" };
    let at: Vec<_> = granted.addresses.iter().map(ToString::to_string).collect();
    let proxy = granted.proxy.to_string();
    format!("{} at {}; all connections go through it; {auth}", Escaped(proxy.as_bytes()), at.join(", "))
}

fn data(grants: &Grants) -> String {
    let mut data = match &grants.data {
        DataConnections::ToServer(ports) => {
            format!("connections to the same address, ports {} to {}", ports.start(), ports.end())
        }
        DataConnections::FromServer => {
            "connections from the same address, to a port that the system chooses".to_owned()
        }
    };
    if let Some(source) = grants.source_address {
        let _ = write!(data, "; all from {source}");
    }
    if let Some(interface) = grants.interface {
        let _ = write!(data, "; all through {}", Escaped(interface.as_bytes()));
    }
    data
}

fn tls(grants: &Grants) -> String {
    let how = match grants.tls {
        Tls::Off => return "none".to_owned(),
        Tls::Implicit => "required, from the first byte",
        Tls::Explicit | Tls::UnlessLoopback => "required, after AUTH TLS",
    };
    let host = Escaped(grants.server.host().as_bytes());
    let trusted = match grants.trust {
        Trust::Platform => match &authority_variables()[..] {
            [] => format!("the certificate must be for {host}, from the system's authorities"),
            named => format!("the certificate must be for {host}, from the authorities of {}", named.join(" and ")),
        },
        Trust::Authorities(_) => format!("the certificate must be for {host}, from the authorities of --ca-file"),
        Trust::Pins(pins) => {
            let pins: Vec<_> = pins.iter().map(ToString::to_string).collect();
            format!("the server's key must be {}", pins.join(" or "))
        }
        Trust::Anything => "every certificate is accepted".to_owned(),
    };
    let ours = if grants.identity { "; the client certificate is sent" } else { "" };
    format!("{how}; {trusted}{ours}")
}

/// The variables that are set and replace the system's authorities.
pub(super) fn authority_variables() -> Vec<&'static str> {
    authorities::VARIABLES.iter().copied().filter(|name| env::var_os(name).is_some()).collect()
}

fn password(grants: &Grants) -> String {
    let how = if grants.password_in_clear { "MAY BE SENT IN CLEAR" } else { "is sent only inside TLS" };
    format!("of {}: {how}; once for each login, by the host", Escaped(grants.user))
}

fn granted_file(file: &GrantedFile, directory: &[u8]) -> String {
    let path = Escaped(file.path.as_os_str().as_encoded_bytes());
    let (name, directory) = (Escaped(file.name), Escaped(directory));
    match file.size {
        Some(size) => format!("{path}, {size} bytes, to be stored as {name} in {directory}"),
        None => format!("standard input, to be stored as {name} in {directory}"),
    }
}

fn granted_tree(tree: &GrantedTree, directory: &[u8]) -> String {
    let path = Escaped(tree.path.as_os_str().as_encoded_bytes());
    let (files, directories) =
        (counted(tree.files, "file", "files"), counted(tree.directories, "directory", "directories"));
    let place = match tree.name {
        Some(name) => format!("as {} in {}", Escaped(name), Escaped(directory)),
        None => format!("directly in {}", Escaped(directory)),
    };
    format!("{path}, with {files} and {directories} in it, {} bytes, to be stored {place}", tree.bytes)
}

/// The parts of `tree` that are left out, of which the first are named; `None` if there are none.
fn skipped(tree: &GrantedTree) -> Option<String> {
    let named = tree
        .skipped
        .iter()
        .take(NAMED)
        .map(|skipped| format!("{}: {}", words::shown(&skipped.path), words::skipped::reason(&skipped.why)));
    let mut parts: Vec<_> = named.collect();
    if tree.skipped.len() > NAMED {
        parts.push(format!("{} more", tree.skipped.len() - NAMED));
    }
    (!parts.is_empty()).then(|| format!("{} in it: {}", tree.skipped.len(), parts.join("; ")))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn limits(limits: &Limits) -> Vec<String> {
    let mut lines = vec![
        format!("{} bytes of memory, {} handles", limits.memory, limits.handles),
        format!(
            "{} s of compute time per call, and {} s for each GiB moved",
            limits.computing.as_secs(),
            limits.computing_per_gib.as_secs()
        ),
        format!(
            "{} commands, {} bytes received and {} data connections per call, {} bytes passed at once",
            limits.commands, limits.received, limits.data_connections, limits.passed
        ),
        format!("{} hashes of the file per call", limits.hashes),
        format!("{} at the same time, each with these limits", counted(limits.sessions, "session", "sessions")),
        format!(
            "{} s to connect, {} s of silence, {} new tries per file",
            limits.connecting.as_secs(),
            limits.silence.as_secs(),
            limits.retries
        ),
    ];
    lines.extend(limits.whole.map(|time| format!("{} s for the whole run", time.as_secs())));
    lines.extend(limits.rate.map(|rate| format!("{rate} bytes sent per second")));
    lines
}
