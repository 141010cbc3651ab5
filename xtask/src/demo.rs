//! `cargo xtask demo`: one upload by the real program to a server in this process.
//!
//! The steps: build, create a file, start the server, upload, compare, print the figures. The first step that fails
//! ends the demo with an error; its files are removed in any case.

use std::fmt;
use std::fs;
use std::io;
use std::path::{self, Path};
use std::process::{Command, Stdio};
use std::time::Duration;

use test_servers::DemoServer;
use xtask::cargo;
use xtask::demo_file::{first_difference, write_pseudo_random};
use xtask::target_dir;
use xtask::wasm_target;

use crate::peak_memory::{self, Run};

const NAME: &str = "demo.bin";
const DIRECTORY: &str = "incoming";
const SIZE: u64 = 256 << 20;

/// The time limit for the uploader, in addition to its own deadlines, so that the demo always ends.
const LIMIT: Duration = Duration::from_secs(300);

/// Runs `cargo xtask demo`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let built = cargo::build(&["build", "--release", "-p", "ftp-uploader", "--bin", "ftp-uploader"])?;
    upload_and_compare(&cargo::program(&built, "ftp-uploader")?, &target_dir::target_dir()?)
}

fn upload_and_compare(program: &Path, target: &Path) -> Result<(), String> {
    let folder = tempfile::Builder::new().prefix("demo-").tempdir_in(target).map_err(failed("make a folder"))?;
    let (file, served) = (folder.path().join(NAME), folder.path().join("server"));
    let stored = served.join(DIRECTORY).join(NAME);
    fs::create_dir_all(served.join(DIRECTORY)).map_err(failed("make the server's folder"))?;
    write_pseudo_random(&file, SIZE).map_err(failed("make the file to upload"))?;
    println!("Made {}: {SIZE} pseudo-random bytes", short(&file));
    let server = DemoServer::start(&served).map_err(failed("start the server"))?;
    println!("Started an FTP server on 127.0.0.1:{}, with a password for this run in FTP_PASSWORD", server.port);

    let run = upload(program, &file, &server).map_err(failed("run the uploader"))?;
    if !run.status.success() {
        return Err(format!("the demo failed: the uploader ended with {}", run.status));
    }
    match first_difference(&file, &stored).map_err(failed("compare what was stored"))? {
        None => println!("The file on the server is the same, byte for byte."),
        Some(offset) => return Err(format!("the demo failed: what is stored differs from byte {offset} on")),
    }
    println!("{}", Numbers { bytes: SIZE, elapsed: run.elapsed, peak: run.peak });
    Ok(())
}

/// Runs the program as a user does. The command line is printed, and the program prints its own progress.
fn upload(program: &Path, file: &Path, server: &DemoServer) -> io::Result<Run> {
    let host = format!("127.0.0.1:{}", server.port);
    println!("> {} {host} {} {} {DIRECTORY}", short(program), DemoServer::USER, short(file));
    let mut child = Command::new(program)
        .args([&host, DemoServer::USER])
        .arg(file)
        .arg(DIRECTORY)
        .env("FTP_PASSWORD", &server.password)
        .stdin(Stdio::null())
        .spawn()?;
    peak_memory::watch(&mut child, LIMIT)
}

/// Returns the path relative to the workspace.
fn short(path: &Path) -> path::Display<'_> {
    path.strip_prefix(target_dir::workspace()).unwrap_or(path).display()
}

fn failed(to: &str) -> impl FnOnce(io::Error) -> String {
    move |error| format!("the demo failed: cannot {to}: {error}")
}

/// The last line of the demo.
struct Numbers {
    bytes: u64,
    elapsed: Duration,
    peak: Option<u64>,
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = self.bytes as f64 / 1e6 / seconds;
        write!(f, "{} bytes in {seconds:.2} s from start to exit: {rate:.0} MB/s; peak memory ", self.bytes)?;
        match self.peak {
            Some(peak) => write!(f, "{:.1} MiB (VmHWM in /proc)", peak as f64 / f64::from(1 << 20)),
            None => write!(f, "not measured on this system"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;
    use std::time::Duration;

    #[test]
    fn the_numbers_are_printed_with_their_units() {
        let numbers = Numbers { bytes: 250_000_000, elapsed: Duration::from_millis(500), peak: Some(12_582_912) };
        assert_eq!(
            numbers.to_string(),
            "250000000 bytes in 0.50 s from start to exit: 500 MB/s; peak memory 12.0 MiB (VmHWM in /proc)"
        );
    }

    #[test]
    fn an_unknown_peak_is_not_printed_as_a_number() {
        let numbers = Numbers { bytes: 1, elapsed: Duration::from_secs(1), peak: None };
        assert!(numbers.to_string().ends_with("peak memory not measured on this system"));
    }
}
