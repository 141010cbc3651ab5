//! The library for C (`embedding/c/`): `make install`, and pkg-config.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Lab, Outcome, Problem, c};

/// The user's program.
const PROGRAM: &str = r#"#include <ftp_uploader.h>
#include <stdio.h>
#include <stdlib.h>

static void remember(uint64_t sent, uint64_t size, void *bytes) {
    *(uint64_t *)bytes = sent == size ? size : 0;
}

int main(int count, char **words) {
    uint64_t bytes = 0;
    char why[1024];
    if (count != 6) return 2;
    struct ftp_upload upload = {.host = words[1], .port = words[2], .user = words[3], .password = getenv("FTP_PASSWORD"),
                                .file = words[4], .directory = words[5], .progress = remember, .context = &bytes};
    enum ftp_upload_outcome outcome = ftp_upload(&upload, why, sizeof why);
    printf("%llu bytes, %s\n", (unsigned long long)bytes, why);
    return outcome;
}
"#;

const INSTALLED: [&str; 4] = [
    "include/ftp_uploader.h",
    "lib/libftp-uploader.a",
    "lib/pkgconfig/ftp-uploader.pc",
    "share/ftp-uploader/ftp-uploader.wasm",
];

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = tempfile::tempdir_in(lab.install_folder("packages")?)?;
    let (prefix, staged) = (folder.path().join("prefix"), folder.path().join("staged"));
    let install = |prefix: &Path, destination: &str| {
        let component = format!("COMPONENT={}", lab.components.guest.display());
        let prefix = format!("PREFIX={}", prefix.display());
        c::make(lab, &["install".to_owned(), component, prefix, format!("DESTDIR={destination}")])
    };
    install(Path::new("/opt/ftp"), &staged.display().to_string())?;
    install(&prefix, "")?;
    for root in [staged.join("opt/ftp"), prefix.clone()] {
        let missing: Vec<_> = INSTALLED.iter().filter(|name| !root.join(name).exists()).collect();
        if !missing.is_empty() {
            return Err(Problem::Failed(format!("make install has not installed {missing:?}")));
        }
    }
    has_one_name(lab, &prefix.join(INSTALLED[1]))?;
    let program = folder.path().join("program");
    fs::write(program.with_extension("c"), PROGRAM)?;
    let mut ask = Command::new("pkg-config");
    ask.args(["--cflags", "--libs", "ftp-uploader"]).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    let flags = super::succeed(lab, &mut ask)?.stdout;
    let mut compile = Command::new("cc");
    compile.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program).arg(program.with_extension("c"));
    super::succeed(lab, compile.args(flags.split_whitespace()))?;
    super::upload(lab, "C library", &mut Command::new(&program))
}

/// The library has no other name that could clash with one of the user's.
fn has_one_name(lab: &Lab, library: &Path) -> Result<(), Problem> {
    let names = super::succeed(lab, Command::new("nm").args(["--defined-only", "--extern-only"]).arg(library))?.stdout;
    let names: BTreeSet<_> = names.lines().filter_map(|line| line.split(' ').nth(2)).collect();
    if names == BTreeSet::from(["ftp_upload"]) {
        return Ok(());
    }
    Err(Problem::Failed(format!("the library defines {names:?}")))
}
