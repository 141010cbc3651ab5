//! Tests the instructions of `fleet/README.md` for OCI registries: `skopeo copy` of the layout that `cargo xtask
//! components` writes, and `wash oci pull`, with a registry on loopback. Nothing is uploaded by FTP, so the table has no
//! row for it.
//!
//! The registry is Debian's `docker-registry`. It and skopeo are unpacked and not installed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use xtask::components::oci_layout;
use xtask::target_dir;
use xtask::unpacked;

use crate::lab::Ended;
use crate::{Lab, Outcome, Problem, wash};

const PACKAGES: [&str; 2] = ["docker-registry", "skopeo"];
const START_LIMIT: Duration = Duration::from_secs(10);
const RUN_LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("oci")?;
    let tree = unpack(&folder).map_err(Problem::Missing)?;
    let tools = Tools { wash: wash::install(&lab.install_folder("wash")?)?, lab, tree: &tree };
    let registry = Registry::start(&tree, &folder)?;
    let written = oci_layout::write(&lab.components).map_err(Problem::Failed)?;
    for ((name, digest), component) in written.iter().zip([&lab.components.guest, &lab.components.command]) {
        let reference = format!("{}/{name}:{}", registry.host, env!("CARGO_PKG_VERSION"));
        tools.push(name, &reference)?;
        registry.has_annotations(digest, &oci_layout::annotations(name, None))?;
        let bytes = tools.pull(&reference, component, &folder.join("pulled.wasm"))?;
        println!("OCI: {name} pushed by skopeo and pulled by wash: {bytes} bytes, the same; {digest}");
    }
    Ok(Vec::new())
}

/// Unpacks Debian's packages, and the libraries that are missing here.
fn unpack(folder: &Path) -> Result<PathBuf, String> {
    let tree = folder.join("debian");
    let marker = tree.join("complete");
    if marker.exists() {
        return Ok(tree);
    }
    let cannot = |error: std::io::Error| format!("cannot use {}: {error}", folder.display());
    let debs = tempfile::tempdir_in(folder).map_err(cannot)?;
    unpacked::download(&PACKAGES, debs.path(), &mut unpacked::Lists::default())?;
    unpacked::extract_all(debs.path(), &tree)?;
    unpacked::try_program(&tree, "usr/bin/skopeo", &["--version"])?;
    fs::write(marker, "").map_err(cannot)?;
    Ok(tree)
}

/// A registry without a password, which is empty at first. It is stopped and removed when dropped.
struct Registry {
    process: Child,
    /// `127.0.0.1:port`.
    host: String,
    store: tempfile::TempDir,
}

impl Registry {
    fn start(tree: &Path, folder: &Path) -> Result<Self, Problem> {
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
        let mut command = unpacked::command(tree, "usr/bin/docker-registry");
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
    fn has_annotations(&self, digest: &str, annotations: &[(&str, String)]) -> Result<(), Problem> {
        let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
        let folder = self.store.path().join("data/docker/registry/v2/blobs/sha256");
        let file = folder.join(hex.get(..2).unwrap_or_default()).join(hex).join("data");
        let manifest = fs::read_to_string(&file).map_err(|error| failed("read the stored manifest", &error))?;
        for (key, value) in annotations {
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

/// The two clients.
struct Tools<'a> {
    lab: &'a Lab,
    /// The tree with skopeo.
    tree: &'a Path,
    wash: PathBuf,
}

impl Tools<'_> {
    /// Pushes a component of the layout, with a manifest that stays as it is.
    fn push(&self, name: &str, reference: &str) -> Result<(), Problem> {
        let layout = target_dir::target_dir().map_err(Problem::Failed)?.join(oci_layout::FOLDER);
        let mut skopeo = unpacked::command(self.tree, "usr/bin/skopeo");
        // The file that says which signatures are required belongs to an installed skopeo.
        skopeo.args(["--insecure-policy", "copy", "--preserve-digests", "--dest-tls-verify=false"]);
        skopeo.arg(format!("oci:{}:{name}", layout.display())).arg(format!("docker://{reference}"));
        self.run(&mut skopeo).map(drop)
    }

    /// Pulls a component, compares it with the pushed file, and returns its size in bytes.
    fn pull(&self, reference: &str, component: &Path, to: &Path) -> Result<usize, Problem> {
        let mut command = Command::new(&self.wash);
        // Its settings and caches are kept below the target directory.
        command.env("HOME", to.with_extension("home")).args(["oci", "pull", "--insecure", reference]);
        self.run(command.arg(to))?;
        let read = |file| fs::read(file).map_err(|error| failed("compare", &error));
        let (pushed, pulled) = (read(component)?, read(to)?);
        if pushed != pulled {
            return Err(Problem::Failed(format!("the pulled file differs from {}", component.display())));
        }
        Ok(pulled.len())
    }

    fn run(&self, command: &mut Command) -> Result<Ended, Problem> {
        let ended = self.lab.run(command, RUN_LIMIT)?;
        if ended.status.success() {
            return Ok(ended);
        }
        Err(Problem::Failed(format!("{command:?}: {}, and on stderr:\n{}", ended.status, ended.stderr)))
    }
}

fn failed(to: &str, error: &std::io::Error) -> Problem {
    Problem::Failed(format!("cannot {to}: {error}"))
}
