//! A published crate includes no file from outside of its folder, other than in its tests, which only the repository
//! runs, and other than the copy of `wit/` (`stage.rs`).
//!
//! Like tidy, this reads text. `unpacked.rs` compiles the packed crates, but takes minutes.

use std::fs;
use std::path::{Component, Path, PathBuf};

use xtask::target_dir::workspace;

use super::crates::PUBLISHED;

/// The texts in front of a path that a macro or an attribute reads during a build. The paths of `bindgen!` and
/// `generate_from!` begin at the package, the others at the file.
const OF_FILE: [&str; 4] = ["include!(\"", "include_str!(\"", "include_bytes!(\"", "#[path = \""];
const OF_PACKAGE: [&str; 3] = ["path: \"", "path: [\"", "generate_from!(\""];

#[test]
fn a_published_crate_includes_no_file_from_outside_of_its_folder() {
    let found: Vec<_> = PUBLISHED.iter().flat_map(|package| outside(&workspace().join(package.folder))).collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_file_from_outside_is_found_but_not_in_tests_and_not_where_a_copy_is_staged() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path();
    fs::create_dir(package.join("src")).unwrap();
    let put = |name: &str, text: &str| fs::write(package.join(name), text).unwrap();
    put(
        "src/lib.rs",
        "include_str!(\"../README.md\");\n\n#[cfg(test)]\nmod tests {\n    include_str!(\"../../docs/a\");\n}\n",
    );
    put("src/tests.rs", "include_bytes!(\"../../docs/a\");\n");
    put("src/staged.rs", "#[cfg(not(packed_crate))]\ngenerate_from!(\"../wit\");\n");
    assert_eq!(outside(package), [""; 0]);
    put("src/a.rs", "// include!(\"../../a\")\n    let text = include_str!(\"../../docs/a\");\n");
    put("src/b.rs", "    path: \"../wit\",\n");
    put("build.rs", "#[path = \"src/a.rs\"]\nmod a;\n#[path = \"../xtask/src/b.rs\"]\nmod b;\n");
    let name = package.file_name().unwrap().to_str().unwrap();
    put("c.rs", &format!("include!(\"../{name}/src/a.rs\");\n"));
    let found = outside(package);
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].ends_with("build.rs:3: ../xtask/src/b.rs is outside of the package"), "{found:?}");
    assert!(found[1].ends_with(&format!("c.rs:1: ../{name}/src/a.rs is outside of the package")), "{found:?}");
    assert!(found[2].ends_with("a.rs:2: ../../docs/a is outside of the package"), "{found:?}");
    assert!(found[3].ends_with("b.rs:1: ../wit is outside of the package"), "{found:?}");
}

#[test]
fn exactly_the_published_packages_may_be_published_and_have_their_files_listed() {
    let root = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let members = root.lines().find_map(|line| line.strip_prefix("members = [")?.strip_suffix(']')).unwrap();
    let mut published = Vec::new();
    for folder in members.split(", ").map(|member| member.trim_matches('"')) {
        let manifest = fs::read_to_string(workspace().join(folder).join("Cargo.toml")).unwrap();
        if manifest.contains("publish.workspace = true") {
            continue;
        }
        for key in ["description = ", "license.workspace = true", "keywords = ", "categories = ", "include = ["] {
            assert!(manifest.contains(key), "{folder}/Cargo.toml has no {key}");
        }
        assert!(workspace().join(folder).join("README.md").is_file(), "{folder} has no README.md");
        published.push(folder);
    }
    let mut expected = PUBLISHED.map(|package| package.folder);
    published.sort_unstable();
    expected.sort_unstable();
    assert_eq!(published, expected);
}

/// Returns a line for each path in the code of the package that leads out of its folder.
fn outside(package: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(package, &mut files);
    files.sort();
    let found = files.iter().flat_map(|file| {
        let text = fs::read_to_string(file).unwrap();
        outside_of_file(package, file, &text)
    });
    found.collect()
}

fn outside_of_file(package: &Path, file: &Path, text: &str) -> Vec<String> {
    // rustfmt puts the tests of a file at its end, in a module.
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines: Vec<_> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
        let staged = index > 0 && lines[index - 1] == "#[cfg(not(packed_crate))]";
        let of_file = OF_FILE.iter().map(|start| (start, file.parent().unwrap()));
        for (start, folder) in of_file.chain(OF_PACKAGE.iter().map(|start| (start, package))) {
            let paths = line.split(start).skip(1).filter_map(|rest| rest.split('"').next());
            let outside = paths.filter(|path| !staged && leads_out(package, folder, path));
            found.extend(
                outside.map(|path| format!("{}:{}: {path} is outside of the package", file.display(), index + 1)),
            );
        }
    }
    found
}

/// Collects the Rust files of the package that are compiled by its users.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is = |name: &str| path.file_name().is_some_and(|file| file == name);
        if path.is_dir() && !is("tests") && !path.join("Cargo.toml").is_file() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !is("tests.rs") {
            files.push(path);
        }
    }
}

/// Returns true if the path `relative` leads out of `package` from its folder `folder`. A path that comes back, by the name
/// of the package's folder, leads out, too: a packed folder has another name.
fn leads_out(package: &Path, folder: &Path, relative: &str) -> bool {
    let mut place = folder.to_owned();
    Path::new(relative).components().any(|part| {
        match part {
            Component::ParentDir => drop(place.pop()),
            part => place.push(part),
        }
        !place.starts_with(package)
    })
}
