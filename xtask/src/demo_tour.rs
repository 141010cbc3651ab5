//! `cargo xtask demo tour`: `docs/tour.sh` with the program and a temporary server on loopback. A test of the program runs
//! the same script on a pseudo-terminal and compares its screen with docs/tour.txt.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::Command;

use test_servers::DemoServer;
use xtask::cargo;
use xtask::target_dir;
use xtask::wasm_target;

/// Runs `cargo xtask demo tour`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let built = cargo::build(&["build", "--release", "-p", "ftp-uploader", "--bin", "ftp-uploader"])?;
    show(&cargo::program(&built, "ftp-uploader")?, &target_dir::target_dir()?)
}

fn show(program: &Path, target: &Path) -> Result<(), String> {
    let folder = tempfile::Builder::new().prefix("demo-").tempdir_in(target).map_err(failed("make a folder"))?;
    let (served, local) = (folder.path().join("server"), folder.path().join("local"));
    for directory in [&served.join("incoming"), &served.join("www"), &local] {
        fs::create_dir_all(directory).map_err(failed("make a folder"))?;
    }
    let server = DemoServer::start(&served).map_err(failed("start the server"))?;
    println!("Started an FTP server on 127.0.0.1:{}; its password is {}\n", server.port, server.password);
    let status = Command::new("sh")
        .arg(script())
        .arg(&local)
        .env("PATH", path_with(program)?)
        .env("SERVER", format!("127.0.0.1:{}", server.port))
        .env("FTP_PASSWORD", &server.password)
        .status()
        .map_err(failed("run docs/tour.sh"))?;
    if status.success() { Ok(()) } else { Err(format!("the tour ended with {status}")) }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tour.sh")
}

/// Returns the variable `PATH` with the folder of `program` before all others.
fn path_with(program: &Path) -> Result<OsString, String> {
    let folder = program.parent().unwrap_or(Path::new(".")).to_owned();
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths(iter::once(folder).chain(env::split_paths(&others))).map_err(|error| error.to_string())
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> String {
    move |error| format!("the tour failed: cannot {what}: {error}")
}
