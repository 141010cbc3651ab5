//! The guest embedded in C (`embedding/c/`), with wasmtime's C API.
//!
//! No package registry has the release archives of the C API, but the headers are in the sources of its crate, and the
//! library is in wasmtime's package for Python.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::cargo;
use xtask::target_dir;
use xtask::time_limit;

use crate::trial::{Server, Trial};
use crate::{Component, Lab, Outcome, Problem};

/// The compressed library takes about 10 MB, the crates less.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// The release of the library. The headers are of the last release with the same major version.
const VERSION: &str = "48.0.0";

const HEADERS: &str = "wasmtime-c-api-impl-48.0.8";

/// A package that depends on the crate, so that cargo fetches it. Nothing is built.
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

/// The features with which the library was built. In a release CMake writes this file.
const CONF_H: &str = "\
#define WASMTIME_FEATURE_COMPONENT_MODEL
#define WASMTIME_FEATURE_CRANELIFT
#define WASMTIME_FEATURE_COMPILER
";

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("c")?;
    let program = folder.join("upload");
    make(lab, &[format!("{}", program.display())])?;
    let with = |component: &Path| {
        let mut command = Command::new(&program);
        command.env("FTP_UPLOADER_WASM", component);
        command
    };
    let (command, evil) = (|| with(&lab.components.guest), || with(&lab.evil.guest));
    let (platform, version, component) = ("C, wasmtime", VERSION.to_owned(), Component::Guest);
    // The README of the example explains why it has no hashes.
    let (prefix, server, hashes) = ("upload: ", Server::Clear, false);
    let (command, evil) = (&command, &evil);
    Ok(vec![
        Trial { lab, platform, version, component, command, evil, prefix, server, hashes, reads_proc: true }.run()?,
    ])
}

/// Returns the folder with `wasmtime.h`, and writes the missing header into `folder`.
fn headers(lab: &Lab, folder: &Path) -> Result<PathBuf, Problem> {
    let made = write(&folder.join("headers/Cargo.toml"), MANIFEST)
        .and_then(|()| write(&folder.join("headers/lib.rs"), ""))
        .and_then(|()| write(&folder.join("conf/wasmtime/conf.h"), CONF_H));
    made.map_err(|error| Problem::Failed(format!("cannot write below {}: {error}", folder.display())))?;
    let mut metadata = cargo::command();
    metadata.args(["metadata", "--format-version", "1"]).current_dir(folder.join("headers"));
    let found = lab.run(&mut metadata, INSTALL_LIMIT)?;
    let manifest = found.stdout.split('"').find(|text| text.ends_with(&format!("{HEADERS}/Cargo.toml")));
    let crate_folder = manifest.and_then(|path| Path::new(path).parent());
    let missing = || Problem::Missing(format!("{HEADERS} cannot be fetched:\n{}", found.stderr));
    crate_folder.map(|crate_folder| crate_folder.join("include")).ok_or_else(missing)
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(file, text)
}

/// Returns the library. It is fetched only if it is missing.
fn library(folder: &Path) -> Result<PathBuf, Problem> {
    let packages = folder.join(VERSION);
    if find_library(&packages).is_none() {
        let mut pip = cargo::tool("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        pip.arg(&packages).arg(format!("wasmtime=={VERSION}"));
        attempt(&mut pip, "the library cannot be installed")?;
    }
    find_library(&packages).ok_or_else(|| Problem::Failed("the package wasmtime has no _libwasmtime.so".to_owned()))
}

/// The library is in a folder whose name depends on system and processor.
fn find_library(packages: &Path) -> Option<PathBuf> {
    let folders = fs::read_dir(packages.join("wasmtime")).ok()?.flatten();
    folders.map(|folder| folder.path().join("_libwasmtime.so")).find(|library| library.exists())
}

/// Runs `make` in the example, with its output in `<target>/platforms/c`.
pub(crate) fn make(lab: &Lab, arguments: &[String]) -> Result<(), Problem> {
    let folder = lab.install_folder("c")?;
    let (headers, library) = (headers(lab, &folder)?, library(&folder)?);
    let assign = |name: &str, value: &Path| format!("{name}={}", value.display());
    let mut make = Command::new("make");
    make.args(["--silent", "--always-make", "--directory"]).arg(target_dir::workspace().join("embedding/c"));
    make.args([assign("OUT", &folder), assign("WASMTIME_INCLUDE", &headers), assign("WASMTIME_LIB", &library)]);
    make.arg(format!("CPPFLAGS=-I{}", folder.join("conf").display())).arg("CFLAGS=-O2 -Wall -Wextra -Werror");
    time_limit::run(make.args(arguments), INSTALL_LIMIT).map_err(|why| match why {
        time_limit::Failure::NotStarted(_) => Problem::Missing(format!("make {why}")),
        time_limit::Failure::Failed(_) | time_limit::Failure::TooSlow(_) => {
            Problem::Failed(format!("the example in C cannot be built: make {why}"))
        }
    })
}

fn attempt(command: &mut Command, failure: &str) -> Result<(), Problem> {
    time_limit::fetch(command, INSTALL_LIMIT).map_err(|why| Problem::Missing(format!("{failure}: {why}")))
}
