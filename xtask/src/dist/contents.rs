//! The files that go along with a program: completions, the manual page, licences, the README, the components and the
//! list of its parts.

use std::fs;
use std::path::Path;
use std::process::Command;

use xtask::components::Components;
use xtask::target_dir;

use super::archive::Entry;
use super::target::System;

/// The shells of `ftp-uploader completions`, the names of their files, and their places in a `.deb`.
const SHELLS: [(&str, &str, Option<&str>); 5] = [
    ("bash", "ftp-uploader.bash", Some("usr/share/bash-completion/completions/ftp-uploader")),
    ("zsh", "_ftp-uploader", Some("usr/share/zsh/vendor-completions/_ftp-uploader")),
    ("fish", "ftp-uploader.fish", Some("usr/share/fish/vendor_completions.d/ftp-uploader.fish")),
    ("elvish", "ftp-uploader.elv", None),
    ("powershell", "_ftp-uploader.ps1", None),
];

/// The text for users of Windows.
const EXPERIMENTAL: &str = "ftp-uploader for Windows is experimental.\r\n\r\nIt is tested under wine only, and nobody has run it \
                            on Windows itself. Nothing confines the process,\r\nand the rights to files with passwords are not \
                            checked: see \"Windows\" in docs/guide.md of the source.\r\n";

const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// The texts that the program prints, which are the same for every target.
#[derive(Clone, Debug)]
pub(super) struct Texts {
    completions: Vec<Completion>,
    manual: Vec<u8>,
}

/// The completions of one shell.
#[derive(Clone, Debug)]
pub(super) struct Completion {
    file: &'static str,
    /// The path in a `.deb`, if Debian has a place for them.
    pub(super) debian: Option<&'static str>,
    pub(super) script: Vec<u8>,
}

/// All files for one target.
#[derive(Clone, Debug)]
pub(super) struct Contents {
    pub(super) program: Vec<u8>,
    pub(super) completions: Vec<Completion>,
    pub(super) manual: Vec<u8>,
    pub(super) readme: Vec<u8>,
    pub(super) changelog: Vec<u8>,
    /// Names and texts, our own first.
    licences: Vec<(&'static str, Vec<u8>)>,
    /// Names and bytes.
    pub(super) components: Vec<(&'static str, Vec<u8>)>,
    /// CycloneDX.
    pub(super) sbom: String,
}

impl Texts {
    /// Asks a program that runs on this machine for its texts.
    pub(super) fn of(program: &Path) -> Result<Self, String> {
        let completion = |(shell, file, debian): (&str, &'static str, Option<&'static str>)| {
            Ok(Completion { file, debian, script: printed(program, &["completions", shell])? })
        };
        let completions = SHELLS.into_iter().map(completion).collect::<Result<_, String>>()?;
        Ok(Self { completions, manual: printed(program, &["man"])? })
    }
}

impl Contents {
    /// Collects the files for a program.
    pub(super) fn new(
        program: &Path,
        texts: &Texts,
        components: &Components,
        others: String,
        sbom: String,
    ) -> Result<Self, String> {
        let workspace = target_dir::workspace();
        let mut licences = Vec::new();
        for name in LICENCES {
            licences.push((name, read(&workspace.join(name))?));
        }
        licences.push(("THIRD-PARTY-LICENCES.txt", others.into_bytes()));
        Ok(Self {
            program: read(program)?,
            completions: texts.completions.clone(),
            manual: texts.manual.clone(),
            readme: read(&workspace.join("README.md"))?,
            changelog: read(&workspace.join("CHANGELOG.md"))?,
            licences,
            components: vec![
                ("ftp-uploader.wasm", read(&components.guest)?),
                ("ftp-uploader-cli.wasm", read(&components.command)?),
            ],
            sbom,
        })
    }

    /// Returns the files of the archive, in the folder that `cargo binstall` looks into.
    pub(super) fn entries(&self, system: System) -> Vec<Entry> {
        let mut entries = vec![
            Entry::program(system.program(), self.program.clone()),
            Entry::text("README.md", self.readme.clone()),
            Entry::text("CHANGELOG.md", self.changelog.clone()),
            Entry::text("sbom.cdx.json", self.sbom.clone()),
        ];
        entries.push(match system {
            System::Linux { .. } => Entry::text("ftp-uploader.1", self.manual.clone()),
            System::Windows => Entry::text("EXPERIMENTAL.txt", EXPERIMENTAL),
        });
        let is_wanted = |one: &&Completion| matches!(system, System::Linux { .. }) || one.file.ends_with(".ps1");
        let completions = self.completions.iter().filter(is_wanted);
        entries.extend(completions.map(|one| Entry::text(&format!("completions/{}", one.file), one.script.clone())));
        entries.extend(self.licences.iter().map(|(name, text)| Entry::text(name, text.clone())));
        entries.extend(self.components.iter().map(|(name, bytes)| Entry::text(name, bytes.clone())));
        entries
    }

    /// Returns all licences in one text, as a `.deb` has them.
    pub(super) fn licences_in_one(&self) -> Vec<u8> {
        let with_name = |(name, text): &(&str, Vec<u8>)| [format!("{name}\n\n").as_bytes(), text, b"\n"].concat();
        self.licences.iter().flat_map(with_name).collect()
    }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

fn printed(program: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let shown = || format!("{} {}", program.display(), arguments.join(" "));
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("cannot run {}: {error}", shown()))?;
    if output.status.success() && !output.stdout.is_empty() {
        return Ok(output.stdout);
    }
    Err(format!("{} ended with {}, and printed {} bytes", shown(), output.status, output.stdout.len()))
}

#[cfg(test)]
mod tests {
    use super::{Completion, Contents, SHELLS};
    use crate::dist::target::System;

    fn paths(system: System) -> Vec<String> {
        Contents::example().entries(system).into_iter().map(|entry| entry.path).collect()
    }

    impl Contents {
        /// Small files in place of the real ones.
        pub(in crate::dist) fn example() -> Self {
            let completion = |(shell, file, debian): (&str, _, _)| Completion { file, debian, script: shell.into() };
            Self {
                program: b"#!/bin/sh\n".to_vec(),
                completions: SHELLS.into_iter().map(completion).collect(),
                manual: b".TH ftp-uploader 1\n".to_vec(),
                readme: b"# Read me\n".to_vec(),
                changelog: b"# Changes\n".to_vec(),
                licences: vec![("LICENSE-MIT", b"Be kind.\n".to_vec()), ("THIRD-PARTY-LICENCES.txt", Vec::new())],
                components: vec![("ftp-uploader.wasm", b"\0asm".to_vec())],
                sbom: "{}\n".to_owned(),
            }
        }
    }

    #[test]
    fn an_archive_has_the_completions_of_five_shells_the_manual_the_licences_and_the_components() {
        let paths = paths(System::Linux { deb: "amd64" });
        assert_eq!(paths.iter().filter(|path| path.starts_with("completions/")).count(), 5);
        for path in ["ftp-uploader", "ftp-uploader.1", "LICENSE-MIT", "THIRD-PARTY-LICENCES.txt", "ftp-uploader.wasm"] {
            assert!(paths.iter().any(|other| other == path), "no {path} in {paths:?}");
        }
    }

    #[test]
    fn an_archive_for_windows_has_the_completions_of_powershell_and_says_that_it_is_experimental() {
        let paths = paths(System::Windows);
        assert_eq!(paths.iter().filter(|path| path.starts_with("completions/")).count(), 1);
        for path in ["ftp-uploader.exe", "EXPERIMENTAL.txt", "completions/_ftp-uploader.ps1", "ftp-uploader.wasm"] {
            assert!(paths.iter().any(|other| other == path), "no {path} in {paths:?}");
        }
    }
}
