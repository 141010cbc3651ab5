//! Tests the instructions of `fleet/README.md` for OCI registries: `wkg oci push` with annotations, and `wkg oci pull`,
//! with a registry on loopback. Nothing is uploaded by FTP, so the table has no row for it.
//!
//! The registry is Debian's `docker-registry`, which is unpacked and not installed. `wkg` is built once, from its
//! crate.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::cargo;
use xtask::time_limit;

use crate::lab::Ended;
use crate::{Lab, Outcome, Problem};

/// The usual annotations. The README also has the revision.
const ANNOTATIONS: [(&str, &str); 4] = [
    ("org.opencontainers.image.title", "ftp-uploader"),
    ("org.opencontainers.image.description", "One FTP upload, in a sandbox"),
    ("org.opencontainers.image.version", env!("CARGO_PKG_VERSION")),
    ("org.opencontainers.image.licenses", env!("CARGO_PKG_LICENSE")),
];

const VERSION: &str = "0.16.1";

/// The package takes 5 MB.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(120);

const BUILD_LIMIT: Duration = Duration::from_secs(900);
const START_LIMIT: Duration = Duration::from_secs(10);
const RUN_LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("oci")?;
    let registry = Registry::start(&unpack(&folder)?, &folder)?;
    let wkg = Wkg { program: build(&folder)?, lab, registry: &registry };
    for component in [&lab.components.guest, &lab.components.command] {
        let digest = wkg.push(component)?;
        registry.has_annotations(&digest)?;
        let bytes = wkg.pull(component, &folder.join("pulled.wasm"))?;
        println!("OCI: {} pushed and pulled by wkg {VERSION}: {bytes} bytes, the same; {digest}", name(component));
    }
    Ok(Vec::new())
}

/// Unpacks Debian's package. If the download fails, the package lists are refreshed once.
fn unpack(folder: &Path) -> Result<PathBuf, Problem> {
    let tree = folder.join("docker-registry");
    let program = tree.join("usr/bin/docker-registry");
    if program.exists() {
        return Ok(program);
    }
    let debs = tempfile::tempdir_in(folder).map_err(|error| failed("make a folder", &error))?;
    let download = || {
        let mut apt = Command::new("apt-get");
        time_limit::run(apt.args(["-q", "download", "docker-registry"]).current_dir(&debs), DOWNLOAD_LIMIT)
    };
    if download().is_err() {
        // Even if one source of several cannot be refreshed, the download may succeed.
        let _ = time_limit::run(Command::new("apt-get").args(["-q", "update"]), DOWNLOAD_LIMIT);
        download().map_err(|why| Problem::Missing(format!("docker-registry: apt-get download {why}")))?;
    }
    let mut found = fs::read_dir(&debs).into_iter().flatten().flatten();
    let deb = found.next().ok_or_else(|| Problem::Missing("docker-registry: nothing was downloaded".to_owned()))?;
    let unpacked = time_limit::run(Command::new("dpkg-deb").arg("-x").arg(deb.path()).arg(&tree), DOWNLOAD_LIMIT);
    unpacked.map_err(|why| Problem::Missing(format!("docker-registry: dpkg-deb {why}")))?;
    Ok(program)
}

/// Builds wkg without optimisation, in about two minutes.
fn build(folder: &Path) -> Result<PathBuf, Problem> {
    let program = folder.join(VERSION).join("bin/wkg");
    if !program.exists() {
        let scratch = tempfile::tempdir_in(folder).map_err(|error| failed("make a folder", &error))?;
        let mut install = cargo::command();
        install.args(["install", "--quiet", "--locked", "--no-track", "wkg", "--version", VERSION, "--root"]);
        install.arg(folder.join(VERSION)).arg("--target-dir").arg(scratch.path());
        install.envs([("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"), ("CARGO_PROFILE_RELEASE_LTO", "off")]);
        install.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        time_limit::fetch(&mut install, BUILD_LIMIT)
            .map_err(|why| Problem::Missing(format!("wkg {VERSION}: cargo install {why}")))?;
    }
    Ok(program)
}

/// A registry without a password, which is empty at first. It is stopped and removed when dropped.
struct Registry {
    process: Child,
    /// `127.0.0.1:port`.
    host: String,
    store: tempfile::TempDir,
}

impl Registry {
    fn start(program: &Path, folder: &Path) -> Result<Self, Problem> {
        let cannot = |error: std::io::Error| failed("start the registry", &error);
        let store = tempfile::tempdir_in(folder).map_err(cannot)?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(cannot)?;
        let host = free.to_string();
        let settings = store.path().join("config.yml");
        let data = store.path().join("data");
        let text = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {data:?}}}}}\n\
             http: {{addr: {host:?}, secret: not-one}}\n"
        );
        fs::write(&settings, text).map_err(cannot)?;
        let mut command = Command::new(program);
        command.arg("serve").arg(&settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let registry = Self { process: command.spawn().map_err(cannot)?, host, store };
        registry.wait_until_it_answers()?;
        Ok(registry)
    }

    fn wait_until_it_answers(&self) -> Result<(), Problem> {
        let start = Instant::now();
        while TcpStream::connect(&self.host).is_err() {
            if start.elapsed() > START_LIMIT {
                return Err(Problem::Failed(format!("the registry does not listen on {}", self.host)));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Reads the manifest with this digest from the registry's files, and checks its annotations.
    fn has_annotations(&self, digest: &str) -> Result<(), Problem> {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let folder = self.store.path().join("data/docker/registry/v2/blobs/sha256");
        let file = folder.join(hex.get(..2).unwrap_or_default()).join(hex).join("data");
        let manifest = fs::read_to_string(&file).map_err(|error| failed("read the stored manifest", &error))?;
        for (key, value) in ANNOTATIONS {
            if !manifest.contains(&format!("\"{key}\":\"{value}\"")) {
                return Err(Problem::Failed(format!("the annotation {key} is not in the manifest: {manifest}")));
            }
        }
        Ok(())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The client and the registry.
struct Wkg<'a> {
    program: PathBuf,
    lab: &'a Lab,
    registry: &'a Registry,
}

impl Wkg<'_> {
    /// Pushes a component, and returns the manifest's digest, which wkg prints.
    fn push(&self, component: &Path) -> Result<String, Problem> {
        let annotations = ANNOTATIONS.iter().map(|(key, value)| format!("--annotation={key}={value}"));
        let mut command = self.command("push");
        let ended = self.run(command.args(annotations).arg(self.reference(component)).arg(component))?;
        let said = ended.stdout + &ended.stderr;
        let digest = said.lines().find_map(|line| line.trim().strip_prefix("digest: "));
        digest.map(str::to_owned).ok_or_else(|| Problem::Failed(format!("wkg does not print the digest: {said}")))
    }

    /// Pulls a component, compares it with the pushed file, and returns its size in bytes.
    fn pull(&self, component: &Path, to: &Path) -> Result<usize, Problem> {
        let mut command = self.command("pull");
        self.run(command.arg("--output").arg(to).arg(self.reference(component)))?;
        let read = |file| fs::read(file).map_err(|error| failed("compare", &error));
        let (pushed, pulled) = (read(component)?, read(to)?);
        if pushed != pulled {
            return Err(Problem::Failed(format!("the pulled file differs from {}", component.display())));
        }
        Ok(pulled.len())
    }

    /// Returns a command that uses clear text for this registry only.
    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["oci", verb, "--insecure", &self.registry.host]);
        command
    }

    fn run(&self, command: &mut Command) -> Result<Ended, Problem> {
        let ended = self.lab.run(command, RUN_LIMIT)?;
        if ended.status.success() {
            return Ok(ended);
        }
        Err(Problem::Failed(format!("{command:?}: {}, and on stderr:\n{}", ended.status, ended.stderr)))
    }

    fn reference(&self, component: &Path) -> String {
        format!("{}/{}:{}", self.registry.host, name(component), env!("CARGO_PKG_VERSION"))
    }
}

/// Returns the name in the registry, which is the file's name without `.wasm`.
fn name(component: &Path) -> String {
    component.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn failed(to: &str, error: &std::io::Error) -> Problem {
    Problem::Failed(format!("cannot {to}: {error}"))
}
