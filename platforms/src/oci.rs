//! The recipe of `fleet/README.md` for OCI registries, done: `wkg oci push` with annotations and `wkg oci pull`, with a
//! registry of our own on loopback. Nothing is uploaded by FTP here, so there is no line in the table.
//!
//! The registry is Debian's `docker-registry`, unpacked and not installed; `wkg` is built from crates.io, once.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::cargo;
use xtask::time_limit;

use crate::lab::Ended;
use crate::{Lab, Outcome, Trouble};

/// What people and tools look for first; the README has these and the revision.
const ANNOTATIONS: [(&str, &str); 4] = [
    ("org.opencontainers.image.title", "ftp-uploader"),
    ("org.opencontainers.image.description", "One FTP upload, in a sandbox"),
    ("org.opencontainers.image.version", env!("CARGO_PKG_VERSION")),
    ("org.opencontainers.image.licenses", env!("CARGO_PKG_LICENSE")),
];

const VERSION: &str = "0.16.1";

/// The package has 5 MB.
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

/// Debian's package, unpacked; lists that are out of date are refreshed once.
fn unpack(folder: &Path) -> Result<PathBuf, Trouble> {
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
        // One source that fails in part may not matter; the download tells.
        let _ = time_limit::run(Command::new("apt-get").args(["-q", "update"]), DOWNLOAD_LIMIT);
        download().map_err(|why| Trouble::Missing(format!("docker-registry: apt-get download {why}")))?;
    }
    let mut found = fs::read_dir(&debs).into_iter().flatten().flatten();
    let deb = found.next().ok_or_else(|| Trouble::Missing("docker-registry: nothing was downloaded".to_owned()))?;
    let unpacked = time_limit::run(Command::new("dpkg-deb").arg("-x").arg(deb.path()).arg(&tree), DOWNLOAD_LIMIT);
    unpacked.map_err(|why| Trouble::Missing(format!("docker-registry: dpkg-deb {why}")))?;
    Ok(program)
}

/// Not optimised: it is run for a second, and built in some two minutes.
fn build(folder: &Path) -> Result<PathBuf, Trouble> {
    let program = folder.join(VERSION).join("bin/wkg");
    if !program.exists() {
        let scratch = tempfile::tempdir_in(folder).map_err(|error| failed("make a folder", &error))?;
        let mut install = cargo::command();
        install.args(["install", "--quiet", "--locked", "--no-track", "wkg", "--version", VERSION, "--root"]);
        install.arg(folder.join(VERSION)).arg("--target-dir").arg(scratch.path());
        install.envs([("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"), ("CARGO_PROFILE_RELEASE_LTO", "off")]);
        install.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
        time_limit::fetch(&mut install, BUILD_LIMIT)
            .map_err(|why| Trouble::Missing(format!("wkg {VERSION}: cargo install {why}")))?;
    }
    Ok(program)
}

/// A registry of our own, without a password, empty at first; gone when dropped.
struct Registry {
    process: Child,
    /// `127.0.0.1:port`.
    host: String,
    store: tempfile::TempDir,
}

impl Registry {
    fn start(program: &Path, folder: &Path) -> Result<Self, Trouble> {
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

    fn wait_until_it_answers(&self) -> Result<(), Trouble> {
        let start = Instant::now();
        while TcpStream::connect(&self.host).is_err() {
            if start.elapsed() > START_LIMIT {
                return Err(Trouble::Failed(format!("the registry does not listen on {}", self.host)));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Looks into the registry's own files for the manifest of that digest.
    fn has_annotations(&self, digest: &str) -> Result<(), Trouble> {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let folder = self.store.path().join("data/docker/registry/v2/blobs/sha256");
        let file = folder.join(hex.get(..2).unwrap_or_default()).join(hex).join("data");
        let manifest = fs::read_to_string(&file).map_err(|error| failed("read the stored manifest", &error))?;
        for (key, value) in ANNOTATIONS {
            if !manifest.contains(&format!("\"{key}\":\"{value}\"")) {
                return Err(Trouble::Failed(format!("the annotation {key} is not in the manifest: {manifest}")));
            }
        }
        Ok(())
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // Nothing to be done about one that is already gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The client, and where it is to push to.
struct Wkg<'a> {
    program: PathBuf,
    lab: &'a Lab,
    registry: &'a Registry,
}

impl Wkg<'_> {
    /// Returns the manifest's digest, as wkg says it.
    fn push(&self, component: &Path) -> Result<String, Trouble> {
        let annotations = ANNOTATIONS.iter().map(|(key, value)| format!("--annotation={key}={value}"));
        let mut command = self.command("push");
        let ended = self.run(command.args(annotations).arg(self.reference(component)).arg(component))?;
        let said = ended.stdout + &ended.stderr;
        let digest = said.lines().find_map(|line| line.trim().strip_prefix("digest: "));
        digest.map(str::to_owned).ok_or_else(|| Trouble::Failed(format!("wkg does not say the digest: {said}")))
    }

    /// Returns how many bytes came back, the same as were pushed.
    fn pull(&self, component: &Path, to: &Path) -> Result<usize, Trouble> {
        let mut command = self.command("pull");
        self.run(command.arg("--output").arg(to).arg(self.reference(component)))?;
        let read = |file| fs::read(file).map_err(|error| failed("compare", &error));
        let (pushed, pulled) = (read(component)?, read(to)?);
        if pushed != pulled {
            return Err(Trouble::Failed(format!("{} is not what was pulled", component.display())));
        }
        Ok(pulled.len())
    }

    /// Clear text, for this registry only.
    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["oci", what, "--insecure", &self.registry.host]);
        command
    }

    fn run(&self, command: &mut Command) -> Result<Ended, Trouble> {
        let ended = self.lab.run(command, RUN_LIMIT)?;
        if ended.status.success() {
            return Ok(ended);
        }
        Err(Trouble::Failed(format!("{command:?}: {}, and on stderr:\n{}", ended.status, ended.stderr)))
    }

    fn reference(&self, component: &Path) -> String {
        format!("{}/{}:{}", self.registry.host, name(component), env!("CARGO_PKG_VERSION"))
    }
}

/// The name in the registry: the file's, without `.wasm`.
fn name(component: &Path) -> String {
    component.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn failed(to: &str, error: &std::io::Error) -> Trouble {
    Trouble::Failed(format!("cannot {to}: {error}"))
}
