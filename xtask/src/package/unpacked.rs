//! Builds the packed crates as `cargo install` would, without wasm32-wasip2, and uploads a file with their program.
//!
//! Only the published packages come from the `.crate` files. The rest of the workspace is a copy, so that cargo selects
//! the same features and profiles as in the repository, and takes wasmtime and the other dependencies from its builds.
//! Otherwise this check would compile them for several minutes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use test_servers::DemoServer;
use xtask::cargo;
use xtask::demo_file::{first_difference, write_pseudo_random};
use xtask::target_dir;
use xtask::time_limit;

use super::crates::{LIBRARY, PUBLISHED};
use super::shipped;
use super::stage;

/// The folder of the unpacked crates. No folder `guest` is beside them, from which the component could be built.
const PACKED: &str = "packed";

/// A size that needs several writes.
const SIZE: u64 = 1 << 20;

const LIMIT: Duration = Duration::from_secs(60);

/// Checks the crates in the folder `crates`, which were packed in the folder `stage` with the component `wasm`.
pub(crate) fn build_and_upload(stage: &Path, crates: &Path, wasm: &[u8]) -> Result<(), String> {
    let folder = target_dir::target_dir()?.join("package-check");
    let failed = |error: io::Error| format!("cannot unpack the crates in {}: {error}", folder.display());
    let workspace = folder.join("workspace");
    stage::remove(&workspace).and_then(|()| stage::copy(stage, &workspace, stage)).map_err(failed)?;
    unpack(crates, &workspace.join(PACKED))?;
    let manifest = fs::read_to_string(stage.join("Cargo.toml")).map_err(failed)?;
    fs::write(workspace.join("Cargo.toml"), with_packed(&manifest)).map_err(failed)?;
    if shipped::read(&workspace.join(PACKED).join(LIBRARY.release()))? != wasm {
        return Err("the packed component is not the one that was built".to_owned());
    }
    let program = build(&workspace, &folder.join("target"))?;
    has_component(&program, wasm)?;
    upload(&program, &folder)
}

fn unpack(crates: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| format!("cannot make {}: {error}", to.display()))?;
    for package in PUBLISHED {
        let file = package.file(crates);
        // -m: the time of the files in a crate says nothing, but cargo compiles only newer files again.
        let status = Command::new("tar").arg("-xzmf").arg(&file).arg("-C").arg(to).stdin(Stdio::null()).status();
        if !status.as_ref().is_ok_and(|status| status.success()) {
            return Err(format!("tar cannot unpack {}: {status:?}", file.display()));
        }
    }
    Ok(())
}

/// Returns the workspace's manifest with the unpacked crates in place of the published packages. These depend on one
/// another by version, as on crates.io.
fn with_packed(manifest: &str) -> String {
    let place = |release: &str| format!("\"{PACKED}/{release}\"");
    let replaced = PUBLISHED.iter().fold(manifest.to_owned(), |text, package| {
        text.replace(&format!("\"{}\"", package.folder), &place(&package.release()))
    });
    let patches = PUBLISHED.map(|package| format!("{} = {{ path = {} }}\n", package.name, place(&package.release())));
    format!("{replaced}\n[patch.crates-io]\n{}", patches.concat())
}

/// Builds the program, and returns its path.
fn build(workspace: &Path, target: &Path) -> Result<PathBuf, String> {
    let mut command = cargo::command();
    command.current_dir(workspace).args(["build", "--workspace", "--features", "ftp-uploader/compiler"]);
    // The example makes cargo select the same features as `cargo test`.
    command.args(["--bin", "ftp-uploader", "--example", "pipe", "--message-format=json-render-diagnostics"]);
    // Only finished files are separate. The others are in the usual folder, where the dependencies are.
    command.env("CARGO_TARGET_DIR", target).env("CARGO_BUILD_BUILD_DIR", target_dir::build_dir()?);
    // Nothing can be built for this target: neither with rustup's toolchain nor with Debian's.
    command.env("CARGO_TARGET_WASM32_WASIP2_LINKER", "no-linker-for-wasm32-wasip2");
    println!("> cargo build, in {}", workspace.display());
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(format!("the packed crates do not build ({}), in {}", output.status, workspace.display()));
    }
    cargo::program(&String::from_utf8_lossy(&output.stdout), "ftp-uploader")
}

/// Checks that the program names the component `wasm`.
fn has_component(program: &Path, wasm: &[u8]) -> Result<(), String> {
    let output = Command::new(program).arg("--version").output().map_err(|error| format!("--version: {error}"))?;
    let line = shipped::digest_line(wasm);
    let digest = line.split(' ').next().unwrap_or_default();
    let version = String::from_utf8_lossy(&output.stdout);
    if version.contains(&format!("sha256:{digest}")) {
        return Ok(());
    }
    Err(format!("the program of the packed crates has another component than {digest}: {version}"))
}

/// Uploads a file, and compares it with the stored one.
fn upload(program: &Path, folder: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("the upload with the packed crates failed: {error}");
    let folder = tempfile::tempdir_in(folder).map_err(failed)?;
    let (file, served) = (folder.path().join("packed.bin"), folder.path().join("server"));
    fs::create_dir_all(served.join("incoming")).map_err(failed)?;
    write_pseudo_random(&file, SIZE).map_err(failed)?;
    let server = DemoServer::start(&served).map_err(failed)?;
    let mut command = Command::new(program);
    command.args([&format!("127.0.0.1:{}", server.port), DemoServer::USER]).arg(&file).arg("incoming");
    time_limit::run(command.env("FTP_PASSWORD", &server.password), LIMIT)
        .map_err(|why| format!("the upload with the packed crates {why}"))?;
    match first_difference(&file, &served.join("incoming/packed.bin")).map_err(failed)? {
        None => Ok(()),
        Some(offset) => Err(format!("the upload with the packed crates differs from byte {offset} on")),
    }
}

#[cfg(test)]
mod tests {
    use super::with_packed;

    #[test]
    fn the_packed_crates_stand_in_the_workspace_in_place_of_the_published_packages() {
        let manifest =
            "members = [\"delivery\", \"delivery/fuzz\", \"host\"]\nftp-uploader-lib = { path = \"host\" }\n";
        let changed = with_packed(manifest);
        let version = env!("CARGO_PKG_VERSION");
        let library = format!("\"packed/ftp-uploader-lib-{version}\"");
        assert!(changed.starts_with(&format!(
            "members = [\"packed/ftp-delivery-{version}\", \"delivery/fuzz\", {library}]\nftp-uploader-lib = {{ path = {library} }}\n"
        )));
        assert_eq!(changed.matches("= { path = \"packed/").count(), 8, "one in the text, and seven patches");
    }
}
