//! The guest embedded in C (`embedding/c/`), with wasmtime's C API.
//!
//! Its release archives cannot be had from a package registry, but their parts can: the headers are in the sources of
//! the crate that the C API is made of, the library is in wasmtime's package for Python.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

use crate::trial::{Server, Trial};
use crate::{Component, Lab, Outcome, Trouble};

/// The library is some 10 MB packed, the crates less.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// Of the library; the headers are of the last release of the same line.
const VERSION: &str = "48.0.0";

const HEADERS: &str = "wasmtime-c-api-impl-48.0.8";

/// cargo fetches what a package depends on; of this one nothing is built.
const MANIFEST: &str = r#"[package]
name = "headers"
version = "0.0.0"
edition = "2024"

[lib]
path = "lib.rs"

[dependencies]
wasmtime-c-api-impl = { version = "=48.0.8", default-features = false }

[workspace]
"#;

/// How the library was built, as far as the example needs it. The crate leaves this file to CMake.
const CONF_H: &str = "\
#define WASMTIME_FEATURE_COMPONENT_MODEL
#define WASMTIME_FEATURE_CRANELIFT
#define WASMTIME_FEATURE_COMPILER
";

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("c")?;
    let program = build(&folder, &headers(lab, &folder)?, &library(&folder)?)?;
    let with = |component: &Path| {
        let mut command = Command::new(&program);
        command.env("FTP_UPLOADER_WASM", component);
        command
    };
    let (command, evil) = (|| with(&lab.components.guest), || with(&lab.evil.guest));
    let (platform, version, component) = ("C, wasmtime", VERSION.to_owned(), Component::Guest);
    // The example says why it has no hashes.
    let (prefix, server, hashes) = ("upload: ", Server::Clear, false);
    let (command, evil) = (&command, &evil);
    Ok(vec![Trial { lab, platform, version, component, command, evil, prefix, server, hashes }.run()?])
}

/// The folder with `wasmtime.h`; beside it, in `folder`, is made what it lacks.
fn headers(lab: &Lab, folder: &Path) -> Result<PathBuf, Trouble> {
    let made = write(&folder.join("headers/Cargo.toml"), MANIFEST)
        .and_then(|()| write(&folder.join("headers/lib.rs"), ""))
        .and_then(|()| write(&folder.join("conf/wasmtime/conf.h"), CONF_H));
    made.map_err(|error| Trouble::Failed(format!("cannot write below {}: {error}", folder.display())))?;
    let mut metadata = cargo::command();
    metadata.args(["metadata", "--format-version", "1"]).current_dir(folder.join("headers"));
    let found = lab.run(&mut metadata, INSTALL_LIMIT)?;
    let manifest = found.stdout.split('"').find(|text| text.ends_with(&format!("{HEADERS}/Cargo.toml")));
    let crate_folder = manifest.and_then(|path| Path::new(path).parent());
    let missing = || Trouble::Missing(format!("{HEADERS} cannot be fetched:\n{}", found.stderr));
    crate_folder.map(|crate_folder| crate_folder.join("include")).ok_or_else(missing)
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(file, text)
}

/// The library. What is there already is not fetched again.
fn library(folder: &Path) -> Result<PathBuf, Trouble> {
    let packages = folder.join(VERSION);
    if find_library(&packages).is_none() {
        let mut pip = cargo::tool("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        pip.arg(&packages).arg(format!("wasmtime=={VERSION}"));
        attempt(&mut pip, "the library cannot be installed")?;
    }
    find_library(&packages).ok_or_else(|| Trouble::Failed("the package wasmtime has no _libwasmtime.so".to_owned()))
}

/// In a folder that is named for system and processor.
fn find_library(packages: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(packages.join("wasmtime")).ok()?.flatten();
    folders.map(|folder| folder.path().join("_libwasmtime.so")).find(|library| library.exists())
}

fn build(folder: &Path, headers: &Path, library: &Path) -> Result<PathBuf, Trouble> {
    let assign = |name: &str, value: &Path| format!("{name}={}", value.display());
    let mut make = Command::new("make");
    make.args(["--silent", "--always-make", "--directory"]).arg(target_dir::workspace().join("embedding/c"));
    make.args([assign("OUT", folder), assign("WASMTIME_INCLUDE", headers), assign("WASMTIME_LIB", library)]);
    make.arg(format!("CPPFLAGS=-I{}", folder.join("conf").display())).arg("CFLAGS=-O2 -Wall -Wextra -Werror");
    time_limit::run(&mut make, INSTALL_LIMIT).map_err(|why| match why {
        time_limit::Failure::NotStarted(_) => Trouble::Missing(format!("make {why}")),
        _ => Trouble::Failed(format!("the example in C cannot be built: make {why}")),
    })?;
    Ok(folder.join("upload"))
}

fn attempt(command: &mut Command, else_what: &str) -> Result<(), Trouble> {
    time_limit::fetch(command, INSTALL_LIMIT).map_err(|why| Trouble::Missing(format!("{else_what}: {why}")))
}
