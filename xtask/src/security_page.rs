//! Checks that every file, test and command that SECURITY.md names exists, and that each of its rows names a proof.
//!
//! The page names tests as the test runner does, but without `tests`: `sandbox::ports::…`, `proxy::http::…`.

use std::path::Path;

const PAGE: &str = include_str!("../../SECURITY.md");

const COMMANDS: &str = include_str!("main.rs");

/// The folders of modules with tests.
const ROOTS: [&str; 8] = [
    "tests",
    "crates/authority/src",
    "crates/text/src",
    "host/src",
    "cli/src",
    "guest/protocol/src",
    "guest/component/src",
    "xtask/src",
];

#[test]
fn everything_that_the_security_page_names_is_there() {
    assert_eq!(missing(PAGE), [""; 0]);
    let tests = code(PAGE).filter(|name| name.contains("::")).count();
    assert!(tests > 50, "only {tests} tests are understood");
}

#[test]
fn what_is_not_there_is_noticed() {
    let page = "| wall | none |\n[a](no/a.rs) `proxy::http::no` `proxy::no::x` `no/b.rs` `cargo xtask no` `/proc/x` \
                `sandbox::attack::port` `wit_docs::the_page_says_what_the_contract_says` `cargo xtask test sandbox`";
    let names = ["| wall | none |", "no/a.rs", "proxy::http::no", "proxy::no::x", "no/b.rs", "cargo xtask no"];
    assert_eq!(missing(page), [&names[..], &["sandbox::attack::port"]].concat());
}

/// Returns the names on `page` that do not exist, and its rows without a proof.
fn missing(page: &str) -> Vec<&str> {
    let rows =
        page.lines().filter(|line| line.starts_with("| ") && !line.ends_with("--- |") && !line.ends_with("Proof |"));
    let unproven = rows.filter(|row| !row.rsplit(" | ").next().unwrap_or_default().contains('`'));
    let links = page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
    unproven.chain(links.filter(|link| !is_file(link))).chain(code(page).filter(|name| !is_there(name))).collect()
}

/// Returns the texts between backticks.
fn code(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

fn is_there(name: &str) -> bool {
    if let Some((modules, test)) = name.rsplit_once("::") {
        return ROOTS.iter().any(|root| has_test(&format!("{root}/{}", modules.replace("::", "/")), test));
    }
    if let Some(command) = name.strip_prefix("cargo xtask ") {
        return COMMANDS.contains(&format!("[\"{}\"", command.replace(' ', "\", \"")));
    }
    // Absolute paths and addresses with a scheme are not files of this repository.
    !name.contains('/') || name.starts_with('/') || name.contains("://") || is_file(name)
}

fn has_test(module: &str, test: &str) -> bool {
    let texts =
        [format!("{module}.rs"), format!("{module}/mod.rs")].map(|path| std::fs::read_to_string(at_home(&path)));
    let declared = |text: &str| {
        let after = text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn "));
        after.into_iter().any(|(_, rest)| rest.split(['(', '<']).next() == Some(test))
    };
    texts.iter().flatten().any(|text| declared(text))
}

fn is_file(path: &str) -> bool {
    at_home(path).exists()
}

fn at_home(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
