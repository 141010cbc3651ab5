//! A kernel of Debian: its files in the unpacked packages, and the parts of the fence that it supports.

use std::fs;
use std::path::{Path, PathBuf};

/// The drivers of qemu's network card that can be modules, in the order in which they are loaded. A kernel that has one
/// built in has no file for it.
const MODULES: [&str; 8] = [
    "virtio",
    "virtio_ring",
    "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev",
    "virtio_pci",
    "failover",
    "net_failover",
    "virtio_net",
];

/// The parts of the fence, and the first kernel that supports each: Landlock has files since 5.13, ports since 6.7 and
/// processes since 6.12. seccomp is older than every kernel that is tested here.
const PARTS: [(&str, (u32, u32)); 5] =
    [("files", (5, 13)), ("ports", (6, 7)), ("processes", (6, 12)), ("system_calls", (3, 17)), ("memory", (3, 17))];

/// The files of a kernel.
pub(super) struct Kernel {
    pub(super) image: PathBuf,
    pub(super) modules: Vec<PathBuf>,
    /// qemu's name of the processor on which it runs.
    pub(super) processor: &'static str,
}

impl Kernel {
    /// Finds a kernel in unpacked packages.
    pub(super) fn find(tree: &Path, processor: &'static str) -> Result<Self, String> {
        let mut files = Vec::new();
        collect(tree, &mut files).map_err(|error| format!("cannot list {}: {error}", tree.display()))?;
        let image = files.iter().find(|path| stem(path).starts_with("vmlinuz"));
        let image = image.ok_or_else(|| format!("there is no kernel in {}", tree.display()))?.clone();
        let find = |name: &&str| files.iter().find(|path| is_module(path, name)).cloned();
        Ok(Self { image, modules: MODULES.iter().filter_map(find).collect(), processor })
    }
}

/// Returns the parts of the fence that a kernel supports, and those that it does not.
pub(super) fn fence_of(release: &str) -> Result<(Vec<&'static str>, Vec<&'static str>), String> {
    let mut numbers = release.split(|character: char| !character.is_ascii_digit()).map(str::parse);
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
        return Err(format!("the kernel calls itself `{release}`, which is no version"));
    };
    let (has, lacks): (Vec<_>, Vec<_>) = PARTS.into_iter().partition(|(_, since)| (major, minor) >= *since);
    let names = |parts: Vec<(&'static str, _)>| parts.into_iter().map(|(name, _)| name).collect();
    Ok((names(has), names(lacks)))
}

/// Tells whether a file is this module, compressed or not.
fn is_module(path: &Path, name: &str) -> bool {
    let file = stem(path);
    file.strip_prefix(name).is_some_and(|rest| rest == ".ko" || rest.starts_with(".ko."))
}

/// Adds all files below a folder. Links are not followed.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => collect(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => {}
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Kernel, fence_of};
    use std::fs;

    #[test]
    fn the_fence_of_each_kernel_is_known_by_its_version() {
        let all = ["files", "ports", "processes", "system_calls", "memory"];
        let old = fence_of("6.1.0-50-cloud-arm64").unwrap();
        assert_eq!(old, (vec!["files", "system_calls", "memory"], vec!["ports", "processes"]));
        assert_eq!(fence_of("6.7.1").unwrap().1, ["processes"]);
        assert_eq!(fence_of("6.12.117+deb13-cloud-arm64").unwrap(), (all.to_vec(), vec![]));
        assert_eq!(fence_of("7.3.4+deb13-cloud-arm64").unwrap(), (all.to_vec(), vec![]));
        assert!(fence_of("unknown").is_err());
    }

    #[test]
    fn the_modules_are_found_in_the_order_of_loading_and_compressed_or_not() {
        let tree = tempfile::tempdir().unwrap();
        let folder = tree.path().join("lib/modules/1/kernel");
        fs::create_dir_all(&folder).unwrap();
        for name in ["virtio_net.ko.xz", "failover.ko", "virtio_net_other.ko", "net_failover.ko.xz", "vmlinuz"] {
            fs::write(folder.join(name), name).unwrap();
        }
        let kernel = Kernel::find(tree.path(), "cortex-a72").unwrap();
        let names: Vec<_> = kernel.modules.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["failover.ko", "net_failover.ko.xz", "virtio_net.ko.xz"]);
        assert_eq!(kernel.image, folder.join("vmlinuz"));
    }
}
