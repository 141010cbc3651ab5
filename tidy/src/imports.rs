//! Imports run downwards only: each layer of the host and of the program names only the layers that it may know, and each large
//! library is known to one place.

use crate::sources::Source;

/// A folder or file, and the top-level modules of its crate that it may name.
struct Layer {
    path: &'static str,
    may_name: &'static [&'static str],
}

/// The layers of the library, from below, and of the program.
const LAYERS: &[Layer] = &[
    Layer { path: "host/src/platform/", may_name: &["platform"] },
    Layer { path: "host/src/cancel.rs", may_name: &["platform"] },
    Layer { path: "host/src/request/", may_name: &["platform", "cancel", "request"] },
    Layer { path: "host/src/report/", may_name: &["platform", "request", "report"] },
    Layer { path: "host/src/words/", may_name: &["platform", "request", "report", "words"] },
    Layer { path: "host/src/confine/", may_name: &["platform", "confine"] },
    Layer { path: "host/src/files/", may_name: &["platform", "cancel", "request", "report", "files"] },
    Layer { path: "host/src/net/", may_name: &["platform", "cancel", "request", "report", "net"] },
    Layer {
        path: "host/src/sandbox/",
        may_name: &["platform", "cancel", "request", "report", "files", "net", "sandbox"],
    },
    Layer { path: "cli/src/platform/", may_name: &["platform", "cli_error"] },
    Layer { path: "cli/src/args/", may_name: &["platform", "args", "exit_code", "output", "profile"] },
    Layer { path: "cli/src/profile/tests.rs", may_name: &["args", "profile"] },
    Layer { path: "cli/src/profile/", may_name: &["platform", "profile"] },
    Layer {
        path: "cli/src/messages/tests/",
        may_name: &["args", "cli_error", "exit_code", "input", "messages", "settings"],
    },
    Layer { path: "tests/check/", may_name: &["support"] },
    Layer { path: "cli/src/messages/", may_name: &["cli_error", "exit_code", "input", "messages"] },
    Layer { path: "tests/connections/", may_name: &["support"] },
    Layer { path: "tests/delivery/", may_name: &["support"] },
    Layer { path: "tests/events/", may_name: &["support"] },
    Layer { path: "tests/flights/", may_name: &["support"] },
    Layer { path: "tests/hostile/", may_name: &["support"] },
    Layer { path: "tests/proxy/", may_name: &["support"] },
    Layer { path: "tests/sandbox/", may_name: &["sandbox", "support"] },
    Layer { path: "tests/secrets/", may_name: &["support"] },
    Layer { path: "tests/servers/", may_name: &["support"] },
    Layer { path: "tests/support/", may_name: &["support"] },
    Layer { path: "tests/sync/", may_name: &["support"] },
    Layer { path: "tests/tls/", may_name: &["support"] },
    Layer { path: "tests/trees/", may_name: &["support"] },
    Layer { path: "tests/usage/", may_name: &["support"] },
];

/// A library, and the places that may name it.
struct Library {
    name: &'static str,
    places: &'static [&'static str],
}

const LIBRARIES: &[Library] = &[
    Library { name: "ftp_authority", places: &["crates/authority/", "guest/provider/src/", "host/src/sandbox/"] },
    Library { name: "wasmtime", places: &["host/src/sandbox/", "host/build.rs", "bench/src/sandbox/"] },
    Library { name: "wasmtime_environ", places: &["host/src/sandbox/"] },
    Library { name: "rustls", places: &["host/src/net/", "host/src/request/", "tests/", "test-servers/", "bench/"] },
    Library { name: "clap", places: &["cli/src/"] },
    Library { name: "toml_edit", places: &["cli/src/profile/"] },
    Library { name: "keyring", places: &["cli/src/platform/desktop_keyring/"] },
    Library { name: "clap_complete", places: &["cli/src/args/"] },
    Library { name: "clap_mangen", places: &["cli/src/args/"] },
    Library { name: "unicode_width", places: &["cli/src/output/"] },
    Library {
        name: "serde_json",
        places: &[
            "cli/src/output/",
            "host/examples/",
            "crates/plan/",
            "tests/",
            "test-servers/",
            "bench/",
            "platforms/",
            "xtask/",
        ],
    },
];

/// One line for each name that a file must not know.
pub(crate) fn violations(sources: &[Source]) -> Vec<String> {
    let rust = || sources.iter().filter(|source| source.is_rust() && !source.path.starts_with("tidy/"));
    let upwards = rust().flat_map(upward_imports);
    let foreign = rust().flat_map(foreign_libraries);
    upwards.chain(foreign).collect()
}

fn upward_imports(source: &Source) -> Vec<String> {
    let Some(layer) = LAYERS.iter().find(|layer| source.path.starts_with(layer.path)) else { return Vec::new() };
    let named = code_lines(&source.text).flat_map(|(number, line)| modules(line).map(move |module| (number, module)));
    let forbidden = named.filter(|(_, module)| !layer.may_name.contains(module));
    forbidden.map(|(number, module)| format!("{}:{number}: must not name crate::{module}", source.path)).collect()
}

fn foreign_libraries(source: &Source) -> Vec<String> {
    let names = |line: &str, library: &str| {
        let mut after = line.match_indices(library).map(|(at, _)| (at, &line[at + library.len()..]));
        after.any(|(at, rest)| rest.starts_with("::") && !line[..at].ends_with(is_part_of_a_name))
    };
    let elsewhere = |library: &&Library| !library.places.iter().any(|place| source.path.starts_with(place));
    let found = LIBRARIES.iter().filter(elsewhere).flat_map(|library| {
        let lines = code_lines(&source.text).filter(|(_, line)| names(line, library.name));
        lines.map(|(number, _)| format!("{}:{number}: must not name {}", source.path, library.name))
    });
    found.collect()
}

/// The lines of `text` that are no comments, each with its number, from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The top-level modules that a line names by `crate::`.
fn modules(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter(|(at, _)| !line[..*at].ends_with(is_part_of_a_name)).filter_map(
        |(at, found)| {
            let rest = &line[at + found.len()..];
            let end = rest.find(|letter: char| !is_part_of_a_name(letter)).unwrap_or(rest.len());
            // A macro or an item of the crate's root begins with a capital letter, or is a list in braces.
            Some(&rest[..end]).filter(|name| name.starts_with(|letter: char| letter.is_ascii_lowercase()))
        },
    )
}

fn is_part_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Vec<Source> {
        vec![Source { path: path.to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn an_import_from_above_is_found_wherever_it_stands() {
        let text = "use crate::request::Request;\n// crate::run\nfn f() { crate::run::go(); ::crate::x() }\n";
        let found = violations(&source("host/src/request/mod.rs", text));
        assert_eq!(found[0], "host/src/request/mod.rs:3: must not name crate::run");
        assert!(violations(&source("host/src/run/mod.rs", text)).is_empty());
    }

    #[test]
    fn a_library_is_named_only_in_its_place() {
        let text = "use wasmtime::Engine;\nlet my_wasmtime::x;\n";
        assert_eq!(violations(&source("host/src/run/mod.rs", text)), ["host/src/run/mod.rs:1: must not name wasmtime"]);
        assert!(violations(&source("host/src/sandbox/mod.rs", text)).is_empty());
    }
}
