//! The virtual machine: qemu's emulation of a whole computer with aarch64, and its first file system.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::time_limit;
use xtask::unpacked as packages;

use super::init::{self, Job};
use super::kernel::Kernel;
use super::newc::Archive;

const PACKAGE: &str = "qemu-system-arm";
const PROGRAM: &str = "qemu-system-aarch64";

/// The folder of the test programs in the machine: that of the commands, and of the files to send.
pub(super) const FOLDER: &str = "/work";

const MEBIBYTES: &str = "1024";

/// qemu on this machine.
pub(super) struct Qemu {
    /// The tree of the unpacked package; `None` if the program is installed.
    tree: Option<PathBuf>,
}

impl Qemu {
    /// Finds or unpacks qemu.
    pub(super) fn set_up(folder: &Path) -> Result<Self, String> {
        if runs(Command::new(PROGRAM)) {
            return Ok(Self { tree: None });
        }
        let tree = folder.join(PACKAGE);
        let found = Self { tree: Some(tree.clone()) };
        if runs(found.command()) {
            return Ok(found);
        }
        let debs = folder.join("debs");
        fs::create_dir_all(&debs).map_err(|error| format!("cannot create {}: {error}", debs.display()))?;
        packages::download(&[PACKAGE], &debs, &mut packages::Lists::default())
            .and_then(|()| packages::extract_all(&debs, &tree))
            .map_err(|why| format!("no {PROGRAM}: {why}; on Debian: apt-get install {PACKAGE}"))?;
        fs::remove_dir_all(&debs).map_err(|error| format!("cannot remove {}: {error}", debs.display()))?;
        if runs(found.command()) { Ok(found) } else { Err(format!("the unpacked {PACKAGE} does not run")) }
    }

    fn command(&self) -> Command {
        let Some(tree) = &self.tree else { return Command::new(PROGRAM) };
        let mut command = packages::command(tree, &format!("usr/bin/{PROGRAM}"));
        command.arg("-L").arg(tree.join("usr/share/qemu"));
        command
    }

    /// Boots a kernel, and returns the text on its console once the machine has switched itself off.
    ///
    /// # Errors
    ///
    /// If it has not after `limit`. Then it is ended.
    pub(super) fn run(
        &self,
        kernel: &Kernel,
        initrd: &Path,
        console: &Path,
        limit: Duration,
    ) -> Result<String, String> {
        let failed = |error: std::io::Error| format!("cannot run {PROGRAM}: {error}");
        let mut command = self.command();
        command.args(["-M", "virt", "-cpu", kernel.processor, "-m", MEBIBYTES, "-nodefaults", "-display", "none"]);
        command.args(["-serial", "stdio", "-no-reboot", "-netdev", "user,id=net"]);
        // Without a file the card has no code to boot from the network, which is in another package.
        command.args(["-device", "virtio-net-pci,netdev=net,romfile="]);
        command.arg("-kernel").arg(&kernel.image).arg("-initrd").arg(initrd);
        // A kernel that panics starts again, which qemu takes for the end.
        command.args(["-append", "console=ttyAMA0 quiet panic=-1"]);
        command.stdin(Stdio::null()).stdout(File::create(console).map_err(failed)?);
        let begun = Instant::now();
        let mut running = Running(command.spawn().map_err(failed)?);
        let ended = time_limit::wait(&mut running.0, limit).map_err(failed)?;
        drop(running);
        let text = fs::read(console).map_err(|error| format!("cannot read {}: {error}", console.display()))?;
        let text = String::from_utf8_lossy(&text).into_owned();
        match ended {
            Some(status) if status.success() => Ok(text),
            Some(status) => Err(format!("{PROGRAM} ended with {status}:\n{text}")),
            None => {
                let seconds = begun.elapsed().as_secs();
                Err(format!("the machine did not switch itself off in {seconds} s; see {}", console.display()))
            }
        }
    }
}

/// A running qemu, which is ended with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Packs the first file system: busybox, the drivers of a kernel, the script with the commands, and `files`, each with its
/// path there.
pub(super) fn file_system<'a>(
    busybox: &Path,
    kernel: &Kernel,
    jobs: impl Iterator<Item = &'a Job>,
    files: &[(String, PathBuf)],
) -> Result<Vec<u8>, String> {
    let mut archive = Archive::default();
    for folder in ["bin", "dev", "etc", "proc", "sys", "tmp", init::MODULES] {
        archive.folder(folder)?;
    }
    // The kernel opens it for the script before anything is mounted.
    archive.device("dev/console", [5, 1])?;
    archive.file("init", init::script(jobs).as_bytes())?;
    archive.file("bin/busybox", &read(busybox)?)?;
    archive.file("etc/hosts", b"127.0.0.1 localhost\n::1 localhost\n")?;
    archive.file("etc/passwd", b"root:x:0:0::/tmp:/bin/sh\n")?;
    for (number, module) in kernel.modules.iter().enumerate() {
        let name = module.file_name().unwrap_or_default().to_string_lossy();
        archive.file(&format!("{}/{number}-{name}", init::MODULES), &read(module)?)?;
    }
    let mut made = Vec::new();
    for (path, source) in files {
        let path = path.trim_start_matches('/');
        for folder in folders(path) {
            if !made.contains(&folder) {
                archive.folder(folder)?;
                made.push(folder);
            }
        }
        archive.file(path, &read(source)?)?;
    }
    archive.finish()
}

/// Returns the folders above a path, the highest one first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn runs(mut command: Command) -> bool {
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::folders;

    #[test]
    fn every_folder_above_a_file_is_made_before_it() {
        assert_eq!(folders("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(folders("c").count(), 0);
    }
}
