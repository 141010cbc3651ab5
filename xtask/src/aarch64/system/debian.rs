//! Packages of Debian for arm64, of any release, on a machine with another processor and release: apt gets lists and a state
//! of its own below the target directory. Nothing is installed, and the machine's own lists are not touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::unpacked::{extract_all, limited, output_of};

/// The keys of Debian's releases. A release knows those of the next one, too.
const KEYS: [&str; 2] =
    ["/usr/share/keyrings/debian-archive-keyring.pgp", "/usr/share/keyrings/debian-archive-keyring.gpg"];

/// The list of all packages of a release takes 10 MB, a kernel 30 MB.
const UPDATE_SECONDS: u32 = 180;
const DOWNLOAD_SECONDS: u32 = 300;
const QUERY_SECONDS: u32 = 60;

/// The file that marks a complete tree.
const MARKER: &str = ".complete";

/// Unpacks `packages` of a release, and the parts of a kernel that they depend on, into the folder `tree`. A tree of an
/// earlier run is used again: remove it for newer packages.
///
/// # Errors
///
/// If a package cannot be had.
pub(super) fn unpack(tree: &Path, release: &str, packages: &[&str]) -> Result<(), String> {
    let marker = tree.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    let apt = Apt { root: tree.join("apt") };
    let debs = apt.root.join("debs");
    apt.prepare(release)?;
    apt.run("apt-get", UPDATE_SECONDS, &["update"])?;
    let mut download = apt.command("apt-get", DOWNLOAD_SECONDS);
    output_of(download.arg("download").args(apt.with_kernel_parts(packages)?).current_dir(&debs))?;
    extract_all(&debs, tree)?;
    fs::write(&marker, "").map_err(|error| failed("write", &marker, &error))?;
    // The lists of packages take more room than the packages.
    fs::remove_dir_all(&apt.root).map_err(|error| failed("remove", &apt.root, &error))
}

/// An apt with a state of its own.
struct Apt {
    root: PathBuf,
}

impl Apt {
    /// Makes the folders that apt demands, and the list of sources: one release, from the mirror of this machine.
    fn prepare(&self, release: &str) -> Result<(), String> {
        for folder in ["lists/partial", "cache/archives/partial", "debs"] {
            let folder = self.root.join(folder);
            fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
        }
        let format = "$(CREATED_BY) $(ORIGIN) $(LABEL) $(SITE)";
        let targets = output_of(limited(QUERY_SECONDS, "apt-get").args(["indextargets", "--format", format]))?;
        let mirror = mirror(&targets).ok_or("the package sources of this machine are not Debian's")?;
        let keys = KEYS.into_iter().find(|path| Path::new(path).exists());
        let keys = keys.ok_or("the keys of Debian's releases are missing; apt-get install debian-archive-keyring")?;
        for (name, text) in [
            ("sources.list", format!("deb [arch=arm64 signed-by={keys}] {mirror} {release} main\n")),
            ("status", String::new()),
        ] {
            fs::write(self.root.join(name), text).map_err(|error| failed("write", &self.root.join(name), &error))?;
        }
        Ok(())
    }

    /// Adds the packages that a package of a kernel depends on: newer ones have image and modules in several.
    fn with_kernel_parts(&self, packages: &[&str]) -> Result<Vec<String>, String> {
        let mut packages: Vec<_> = packages.iter().map(|&name| name.to_owned()).collect();
        let mut asked = 0;
        while let Some(package) = packages.get(asked) {
            let text = self.run("apt-cache", QUERY_SECONDS, &["depends", package])?;
            let more: Vec<_> = kernel_parts(&text).filter(|name| !packages.contains(name)).collect();
            packages.extend(more);
            asked += 1;
        }
        Ok(packages)
    }

    fn run(&self, program: &str, seconds: u32, arguments: &[&str]) -> Result<String, String> {
        output_of(self.command(program, seconds).args(arguments))
    }

    fn command(&self, program: &str, seconds: u32) -> Command {
        let root = self.root.display();
        let mut command = limited(seconds, program);
        for option in [
            format!("Dir::State={root}"),
            format!("Dir::State::status={root}/status"),
            format!("Dir::State::Lists={root}/lists"),
            format!("Dir::Cache={root}/cache"),
            format!("Dir::Etc::SourceList={root}/sources.list"),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            "Dir::Etc::PreferencesParts=/dev/null".to_owned(),
            "APT::Architecture=arm64".to_owned(),
            "APT::Architectures=arm64".to_owned(),
            // The user of apt's downloads may not enter the target directory.
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            "Acquire::Retries=2".to_owned(),
            "Acquire::http::Timeout=30".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command
    }
}

/// Returns the address of Debian's packages, from the words of each index. The archive with security updates alone has
/// another label.
fn mirror(targets: &str) -> Option<&str> {
    targets.lines().find_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        ["Packages", "Debian", "Debian", site] => Some(site),
        _ => None,
    })
}

/// Returns the packages with parts of a kernel, of those that `apt-cache depends` prints.
fn kernel_parts(depends: &str) -> impl Iterator<Item = String> {
    let names = depends.lines().filter_map(|line| line.trim_start_matches([' ', '|']).strip_prefix("Depends: "));
    let has_part =
        |name: &&str| ["image", "binary", "modules"].iter().any(|part| name.starts_with(&format!("linux-{part}-")));
    names.filter(has_part).map(str::to_owned)
}

fn failed(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::{kernel_parts, mirror};

    #[test]
    fn the_mirror_of_this_machine_is_the_one_of_debians_main_archive() {
        let targets = "Packages Other Other https://a.invalid/apt\nDEP-11 Debian Debian http://b.invalid/debian\n\
                       Packages Debian Debian-Security http://c.invalid/debian-security\n\
                       Packages Debian Debian http://d.invalid/debian\n";
        assert_eq!(mirror(targets), Some("http://d.invalid/debian"));
        assert_eq!(mirror("Packages Ubuntu Ubuntu http://e.invalid/ubuntu\n"), None);
    }

    #[test]
    fn only_the_packages_with_a_part_of_the_kernel_are_fetched() {
        let depends = "linux-image-7.3.4+deb13-cloud-arm64\n  PreDepends: linux-base\n |Depends: dracut\n    tiny-initramfs\n  \
                       Depends: linux-base-7.3.4+deb13-cloud-arm64\n  Depends: linux-binary-7.3.4+deb13-cloud-arm64\n |\
                       Depends: linux-modules-7.3.4+deb13-cloud-arm64\n  Suggests: linux-image-doc\n";
        let parts: Vec<_> = kernel_parts(depends).collect();
        assert_eq!(parts, ["linux-binary-7.3.4+deb13-cloud-arm64", "linux-modules-7.3.4+deb13-cloud-arm64"]);
    }
}
