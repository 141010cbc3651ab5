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
    let version = &debian_version(version);
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

/// Returns a version as Debian writes it: `0.2.0~rc.1` comes before `0.2.0`, as `0.2.0-rc.1` does in Rust. Behind a hyphen, Debian
/// has the number of a package, which would come later.
fn debian_version(version: &str) -> String {
    version.replacen('-', "~", 1).replace('-', ".")
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
    use super::{debian_version, package};
    use crate::dist::contents::Contents;
    use crate::dist::installed;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;
    use xtask::ci;

    #[test]
    fn dpkg_installs_the_package_and_removes_it_without_a_trace() {
        if !installed::has_dpkg() {
            // Not counted as skipped: a machine that is no Debian is no incomplete one. That of CI is a Debian.
            assert!(!ci::is_set(), "no `dpkg`, and CI skips nothing");
            eprintln!("no `dpkg` to install the package");
            return;
        }
        for architecture in ["amd64", "arm64"] {
            let folder = tempfile::tempdir().unwrap();
            let (name, bytes) = package(&Contents::example(), "0.1.0", architecture, 1_700_000_000).unwrap();
            let deb = folder.path().join(&name);
            fs::write(&deb, bytes).unwrap();
            let seen = installed::with(&deb, |root| {
                for (file, mode) in [
                    ("bin/ftp-uploader", 0o755),
                    ("share/bash-completion/completions/ftp-uploader", 0o644),
                    ("share/doc/ftp-uploader/copyright", 0o644),
                    ("share/man/man1/ftp-uploader.1.gz", 0o644),
                ] {
                    let metadata =
                        fs::metadata(root.join("usr").join(file)).map_err(|error| format!("{file}: {error}"))?;
                    assert_eq!(metadata.permissions().mode() & 0o777, mode, "{file}");
                }
                Ok(())
            });
            assert_eq!(seen, Ok(()));
        }
    }

    #[test]
    fn a_release_candidate_comes_before_its_release() {
        for (version, debian) in
            [("0.2.0", "0.2.0"), ("0.2.0-rc.1", "0.2.0~rc.1"), ("1.0.0-rc-1.2", "1.0.0~rc.1.2"), ("0.2.0+a", "0.2.0+a")]
        {
            assert_eq!(debian_version(version), debian);
        }
        let (name, bytes) = package(&Contents::example(), "0.2.0-rc.1", "amd64", 7).unwrap();
        assert_eq!(name, "ftp-uploader_0.2.0~rc.1_amd64.deb");
        let folder = tempfile::tempdir().unwrap();
        let deb = folder.path().join(name);
        fs::write(&deb, bytes).unwrap();
        if installed::has_dpkg() {
            let field = Command::new("dpkg-deb").arg("--field").arg(&deb).arg("Version").output().unwrap();
            let version = String::from_utf8(field.stdout).unwrap();
            let compared = Command::new("dpkg").args(["--compare-versions", version.trim(), "lt", "0.2.0"]).status();
            assert!(compared.unwrap().success(), "{version}");
        }
    }

    #[test]
    fn the_same_files_give_the_same_package() {
        let once = |time| package(&Contents::example(), "0.1.0", "amd64", time).unwrap();
        assert_eq!(once(7), once(7));
        assert_ne!(once(7), once(8));
    }
}
