//! Both components on Node (`embedding/node/`): the guest with the capabilities that the example implements, and the
//! composed program on the WASI of jco's preview2-shim.
//!
//! npm installs packages beside the program, so the example is copied below the target directory first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::components::Components;
use xtask::target_dir;
use xtask::time_limit;

use crate::trial::{Server, Trial};
use crate::{Component, Lab, Outcome, Problem};

/// The packages take about 40 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Transpiling takes a second.
const TRANSPILE_LIMIT: Duration = Duration::from_secs(60);

/// The files of the example that are needed to run it.
const FILES: [&str; 15] = [
    "package.json",
    LOCK,
    ".npmrc",
    "transpile.mjs",
    "upload.mjs",
    "sockets.mjs",
    "authority.mjs",
    "file.mjs",
    "causes.mjs",
    "echo.mjs",
    "sandbox.mjs",
    "delivery.mjs",
    "failure.mjs",
    "capabilities.mjs",
    "cli.mjs",
];

const LOCK: &str = "package-lock.json";

pub(crate) fn run(lab: &Lab) -> Outcome {
    let version = node_version(lab)?;
    let folder = install(lab)?;
    // It is below the first folder, so that Node finds the packages.
    let evil = folder.join("evil");
    copy(&evil)?;
    let try_out = |program: &'static str, component, platform, prefix, server| {
        let with = |folder: &Path| {
            let mut command = Command::new("node");
            command.arg(folder.join(program));
            command
        };
        let (command, evil) = (|| with(&folder), || with(&evil));
        let (version, command, evil) = (version.clone(), &command, &evil);
        Trial { lab, platform, version, component, command, evil, prefix, server, hashes: true }.run()
    };
    transpile(lab, &folder, &lab.components)?;
    transpile(lab, &evil, &lab.evil)?;
    Ok(vec![
        try_out("upload.mjs", Component::Guest, "Node, jco", "upload: ", Server::Clear)?,
        try_out("upload.mjs", Component::Guest, "Node, jco, TLS", "upload: ", Server::Protected)?,
        try_out("cli.mjs", Component::Command, "Node, preview2-shim", "ftp-uploader: ", Server::Clear)?,
    ])
}

fn node_version(lab: &Lab) -> Result<String, Problem> {
    let ended = lab.run(Command::new("node").arg("--version"), TRANSPILE_LIMIT)?;
    Ok(ended.stdout.trim().trim_start_matches('v').to_owned())
}

/// Copies the example and installs its packages. They are fetched again only if the lock file has changed.
fn install(lab: &Lab) -> Result<PathBuf, Problem> {
    let example = target_dir::workspace().join("embedding/node");
    let folder = lab.install_folder("node")?;
    let ready = folder.join("ready");
    let is_ready = same(&example.join(LOCK), &ready);
    copy(&folder)?;
    if !is_ready {
        let mut npm = Command::new("npm");
        // `npm ci` fails, because preview2-shim's native part depends on packages for other systems that do not exist.
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]).current_dir(&folder);
        time_limit::fetch(&mut npm, INSTALL_LIMIT)
            .map_err(|why| Problem::Missing(format!("jco could not be installed: npm {why}")))?;
        let marked = fs::copy(example.join(LOCK), ready);
        marked.map_err(|error| Problem::Failed(format!("the installation cannot be marked: {error}")))?;
    }
    Ok(folder)
}

fn copy(folder: &Path) -> Result<(), Problem> {
    let example = target_dir::workspace().join("embedding/node");
    let copied = fs::create_dir_all(folder)
        .and_then(|()| FILES.iter().try_for_each(|name| fs::copy(example.join(name), folder.join(name)).map(drop)));
    copied.map_err(|error| Problem::Failed(format!("the example cannot be copied: {error}")))
}

fn same(one: &Path, other: &Path) -> bool {
    matches!((fs::read(one), fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

fn transpile(lab: &Lab, folder: &Path, components: &Components) -> Result<(), Problem> {
    for component in [&components.guest, &components.command] {
        let mut command = Command::new("node");
        command.arg(folder.join("transpile.mjs")).arg(component);
        let ended = lab.run(&mut command, TRANSPILE_LIMIT)?;
        if !ended.status.success() {
            return Err(Problem::Failed(format!("transpiling {} failed:\n{}", component.display(), ended.stderr)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{FILES, LOCK};
    use std::fs;
    use xtask::target_dir;

    #[test]
    fn the_example_contains_all_copied_files() {
        for name in FILES {
            assert!(target_dir::workspace().join("embedding/node").join(name).exists(), "{name}");
        }
    }

    #[test]
    fn the_lock_file_names_no_registry() -> std::io::Result<()> {
        let lock = fs::read_to_string(target_dir::workspace().join("embedding/node").join(LOCK))?;
        assert!(!lock.contains("resolved"), "run npm install there, with its .npmrc, to write it again");
        Ok(())
    }
}
