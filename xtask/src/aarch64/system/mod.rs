//! `cargo xtask test aarch64 --system [--short] [PROGRAM]`: the static program for aarch64 on kernels of Debian for arm64, in a virtual
//! machine of qemu. These kernels have Landlock and seccomp, so the fence is tested, too.
//!
//! The machine has no disk: its first file system holds busybox, the program and the files to send. It runs the commands,
//! writes their outputs on its serial console, and switches itself off.

mod attacks;
mod checks;
mod console;
mod debian;
mod init;
mod kernel;
mod machine;
mod newc;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use test_servers::Kind;

use checks::{Check, Files};
use console::Record;
use kernel::Kernel;
use machine::Qemu;

/// The package of busybox. It is fetched with the first kernel.
const BUSYBOX: &str = "busybox-static";

/// The kernels: the first one with all parts of the fence; one with an old Landlock; one that encloses all threads at once;
/// and one with larger pages, as on a Raspberry Pi 5. The cloud kernels are small, because they have few drivers.
const KERNELS: [Source; 4] = [
    Source { name: "6.12", release: "trixie", package: "linux-image-cloud-arm64", processor: "cortex-a72" },
    Source { name: "6.1", release: "bookworm", package: "linux-image-cloud-arm64", processor: "cortex-a72" },
    Source { name: "newest", release: "trixie-backports", package: "linux-image-cloud-arm64", processor: "cortex-a72" },
    Source { name: "16k", release: "trixie", package: "linux-image-arm64-16k", processor: "cortex-a76" },
];

/// The origin of a kernel, and the processor for it: an old one, so that the program can depend on no newer instructions. The
/// Cortex-A72 has no pages of 16 KiB.
struct Source {
    /// The name of its folder.
    name: &'static str,
    /// The release of Debian.
    release: &'static str,
    package: &'static str,
    processor: &'static str,
}

/// The servers; the short form has only the first one.
const SERVERS: [Kind; 3] = [Kind::Vsftpd, Kind::PureFtpd, Kind::Pyftpdlib];

/// The time for all commands on one kernel.
const LIMIT: Duration = Duration::from_secs(300);

/// The programs to run in the machine.
pub(super) struct Programs {
    pub(super) program: PathBuf,
    /// It tries what the fence forbids.
    pub(super) attack: PathBuf,
}

/// The extent of the checks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// One kernel and one server.
    Short,
    /// All of them.
    All,
}

/// Finds or unpacks qemu.
///
/// # Errors
/// If it cannot be had.
pub(super) fn set_up(target_dir: &Path) -> Result<(), String> {
    Qemu::set_up(&folder(target_dir)?).map(drop)
}

/// Fetches the first kernel.
///
/// # Errors
/// If it cannot be had.
pub(super) fn set_up_kernel(target_dir: &Path) -> Result<(), String> {
    fetch(&folder(target_dir)?, &KERNELS[..1]).map(drop)
}

/// Boots one kernel after the other, and checks the program on each. A failure on one does not keep the others from running.
pub(super) fn run(programs: &Programs, target_dir: &Path, extent: Extent) -> Result<(), String> {
    let short = extent == Extent::Short;
    let folder = folder(target_dir)?;
    let fetching = Instant::now();
    let qemu = Qemu::set_up(&folder)?;
    let kernels = fetch(&folder, if short { &KERNELS[..1] } else { &KERNELS })?;
    let busybox = folder.join(KERNELS[0].name).join("usr/bin/busybox");
    println!("qemu, and the kernel of each machine: {:.0} s", fetching.elapsed().as_secs_f64());
    let local = tempfile::tempdir().map_err(|error| format!("cannot make a folder: {error}"))?;
    let mut files = Files::new();
    let servers = if short { &SERVERS[..1] } else { &SERVERS };
    let mut checks = checks::of_program(&programs.program, local.path(), servers, &mut files)?;
    checks.extend(attacks::checks(&programs.attack, &mut files));
    let outcomes = kernels.iter().map(|(kernel, tree)| boot(&qemu, &busybox, kernel, &checks, &files, tree));
    let failures: Vec<_> = outcomes.filter_map(Result::err).collect();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n       ")) }
}

/// Makes the folder of the unpacked packages.
fn folder(target_dir: &Path) -> Result<PathBuf, String> {
    let folder = target_dir.join("aarch64-system");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    Ok(folder)
}

/// Unpacks kernels, and returns each with the folder in which it lies.
fn fetch(folder: &Path, sources: &[Source]) -> Result<Vec<(Kernel, PathBuf)>, String> {
    let fetched = sources.iter().map(|source| {
        let tree = folder.join(source.name);
        let others: &[&str] = if source.name == KERNELS[0].name { &[BUSYBOX] } else { &[] };
        debian::unpack(&tree, source.release, &[&[source.package], others].concat())
            .map_err(|why| format!("no {} of Debian's {}: {why}", source.package, source.release))?;
        Ok((Kernel::find(&tree, source.processor)?, tree))
    });
    fetched.collect()
}

/// Boots one kernel, and judges every outcome.
fn boot(
    qemu: &Qemu,
    busybox: &Path,
    kernel: &Kernel,
    checks: &[Check],
    files: &Files,
    tree: &Path,
) -> Result<(), String> {
    let begun = Instant::now();
    let (initrd, console) = (tree.join("initrd"), tree.join("console"));
    let jobs = checks.iter().map(|check| &check.job);
    let archive = machine::file_system(busybox, kernel, jobs, files)?;
    fs::write(&initrd, archive).map_err(|error| format!("cannot write {}: {error}", initrd.display()))?;
    let record = Record::parse(&qemu.run(kernel, &initrd, &console, LIMIT)?)?;
    println!("Linux {}:", record.kernel);
    let mut failures = Vec::new();
    for check in checks {
        let name = &check.job.name;
        let outcome = record.outcome(name)?;
        match (check.judge)(outcome, &record.kernel) {
            Ok(line) => println!("  {name}: {line} ({:.1} s)", outcome.seconds),
            Err(why) => failures.push(format!("{name} on Linux {}: {why}", record.kernel)),
        }
    }
    println!("  from the start of qemu to its end: {:.0} s", begun.elapsed().as_secs_f64());
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n       ")) }
}
