//! The package for Debian and its relatives: an `ar` of a version and two compressed tars (deb(5)). It has no scripts, and
//! needs no other package, because the program is static.

use std::fmt::Write as _;
use std::io;

use md5::{Digest, Md5};

use super::archive::{self, Entry};
use super::contents::Contents;

/// The folder of documents in the package.
const DOC: &str = "usr/share/doc/ftp-uploader";

/// Returns the package's name of a file, and the package.
pub(super) fn package(
    contents: &Contents,
    version: &str,
    architecture: &str,
    time: u64,
) -> io::Result<(String, Vec<u8>)> {
    let files = files(contents)?;
    let control =
        [Entry::text("control", control(&files, version, architecture)), Entry::text("md5sums", sums(&files))];
    let members = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", archive::tar_gz("./", &control, time)?),
        ("data.tar.gz", archive::tar_gz("./", &files, time)?),
    ];
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, member) in members {
        bytes.extend_from_slice(header(name, member.len(), time).as_bytes());
        bytes.extend_from_slice(&member);
        if member.len() % 2 == 1 {
            bytes.push(b'\n');
        }
    }
    Ok((format!("ftp-uploader_{version}_{architecture}.deb"), bytes))
}

/// Returns the 60 bytes in front of a member of an `ar`.
fn header(name: &str, size: usize, time: u64) -> String {
    format!("{name:<16}{time:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, "100644")
}

/// Returns the files at the places where Debian wants them.
fn files(contents: &Contents) -> io::Result<Vec<Entry>> {
    let mut files = vec![
        Entry::program("usr/bin/ftp-uploader", contents.program.clone()),
        Entry::text("usr/share/man/man1/ftp-uploader.1.gz", archive::gzip(&contents.manual)?),
        Entry::text(&format!("{DOC}/README.md.gz"), archive::gzip(&contents.readme)?),
        Entry::text(&format!("{DOC}/changelog.gz"), archive::gzip(&contents.changelog)?),
        Entry::text(&format!("{DOC}/copyright"), contents.licences_in_one()),
        Entry::text(&format!("{DOC}/sbom.cdx.json"), contents.sbom.clone()),
    ];
    for completion in &contents.completions {
        files.extend(completion.debian.map(|path| Entry::text(path, completion.script.clone())));
    }
    for (name, component) in &contents.components {
        files.push(Entry::text(&format!("usr/share/ftp-uploader/{name}"), component.clone()));
    }
    Ok(files)
}

fn control(files: &[Entry], version: &str, architecture: &str) -> String {
    let kibibytes = files.iter().map(|file| file.bytes.len().div_ceil(1024)).sum::<usize>();
    format!(
        "Package: ftp-uploader
Version: {version}
Architecture: {architecture}
Maintainer: The ftp-uploader developers <ftp-uploader@localhost>
Installed-Size: {kibibytes}
Recommends: ca-certificates
Section: net
Priority: optional
Description: uploads files by FTP and FTPS, in a sandbox
 The code that reads the replies of the server runs in a WebAssembly component
 without any rights of its own. The program makes sure that a file has arrived
 whole, keeps directories equal, and is made for unattended runs.
"
    )
}

fn sums(files: &[Entry]) -> String {
    files.iter().fold(String::new(), |mut text, file| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}  {}", base16ct::lower::encode_string(&Md5::digest(&file.bytes)), file.path);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::package;
    use crate::dist::contents::Contents;
    use std::fs;
    use std::path::Path;
    use std::process::{Command, Output};

    fn dpkg(root: &Path, arguments: &[&str]) -> Output {
        let mut command = Command::new("dpkg");
        command.arg(format!("--root={}", root.display())).args(["--force-not-root", "--force-bad-path"]);
        command.arg("--force-architecture").args(arguments).output().unwrap()
    }

    fn files_below(folder: &Path) -> Vec<String> {
        let found = Command::new("find").arg(folder).args(["-type", "f", "-printf", "%P %m\n"]).output().unwrap();
        let mut found: Vec<_> = String::from_utf8(found.stdout).unwrap().lines().map(str::to_owned).collect();
        found.sort();
        found
    }

    /// An empty system below `root`, as far as dpkg needs one.
    fn empty_system(root: &Path) {
        for folder in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("var/lib/dpkg/status"), "").unwrap();
        fs::write(root.join("var/lib/dpkg/available"), "").unwrap();
    }

    #[test]
    fn dpkg_installs_the_package_and_removes_it_without_a_trace() {
        if Command::new("dpkg").arg("--version").output().is_err() {
            // Not counted as skipped: a machine that is no Debian is no incomplete one.
            eprintln!("no `dpkg` to install the package");
            return;
        }
        for architecture in ["amd64", "arm64"] {
            let root = tempfile::tempdir().unwrap();
            empty_system(root.path());
            let (name, bytes) = package(&Contents::example(), "0.1.0", architecture, 1_700_000_000).unwrap();
            let deb = root.path().join(&name);
            fs::write(&deb, bytes).unwrap();
            let installed = dpkg(root.path(), &["--install", deb.to_str().unwrap()]);
            assert!(installed.status.success(), "{installed:?}");
            let files = files_below(&root.path().join("usr"));
            for expected in [
                "bin/ftp-uploader 755",
                "share/bash-completion/completions/ftp-uploader 644",
                "share/doc/ftp-uploader/copyright 644",
                "share/man/man1/ftp-uploader.1.gz 644",
            ] {
                assert!(files.iter().any(|file| file == expected), "no {expected} in {files:?}");
            }
            // The sums of the files that are there agree with those in the package.
            let verified = dpkg(root.path(), &["--verify", "ftp-uploader"]);
            assert!(verified.status.success() && verified.stdout.is_empty(), "{verified:?}");
            let removed = dpkg(root.path(), &["--purge", "ftp-uploader"]);
            assert!(removed.status.success(), "{removed:?}");
            assert_eq!(files_below(&root.path().join("usr")), [""; 0]);
        }
    }

    #[test]
    fn the_same_files_give_the_same_package() {
        let once = |time| package(&Contents::example(), "0.1.0", "amd64", time).unwrap();
        assert_eq!(once(7), once(7));
        assert_ne!(once(7), once(8));
    }
}
