//! The checks of a program for another processor: it starts, its limits hold, it uploads in clear and with TLS, and it says
//! which part of the fence is missing.

use std::env::consts::ARCH;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use test_servers::certificates::Authority;
use test_servers::{Kind, Options, ServerTls};

use xtask::ci;
use xtask::demo_file::{first_difference, write_pseudo_random};

/// qemu needs about ten times the time of a processor.
const SIZE: u64 = 16 << 20;

/// The time in which a program that waits for a second must have given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// The exit code of a run that `--require-fence` refuses.
const NO_FENCE: i32 = 2;

type Check = (&'static str, fn(&Lab<'_>) -> Result<String, String>);

const CHECKS: [Check; 6] = [
    ("start", starts),
    ("fence", says_what_is_missing),
    ("silence", gives_up),
    ("wrong password", is_refused),
    ("upload in clear", uploads_in_clear),
    ("upload with TLS", uploads_with_tls),
];

struct Lab<'a> {
    /// The program, behind qemu if it needs one.
    words: &'a [PathBuf],
    folder: &'a Path,
}

/// Runs all checks. The first that fails ends the run.
pub(super) fn run(words: &[PathBuf]) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| format!("cannot make a folder: {error}"))?;
    let lab = Lab { words, folder: folder.path() };
    write_pseudo_random(&lab.file(), SIZE)
        .map_err(|error| format!("cannot write {}: {error}", lab.file().display()))?;
    for (name, check) in CHECKS {
        println!("{name}: {}", check(&lab).map_err(|why| format!("{name}: {why}"))?);
    }
    Ok(())
}

fn starts(lab: &Lab<'_>) -> Result<String, String> {
    let output = lab.run(&["--version"], "")?;
    expect(&output, 0, "component ")?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
}

/// The component is loaded, its limits are those of every target, and each missing part of the fence is told.
fn says_what_is_missing(lab: &Lab<'_>) -> Result<String, String> {
    let file = lab.file();
    let run = ["127.0.0.1:1", "alice", &file.to_string_lossy(), "."];
    let output = lab.run(&[&["--explain"], &run[..]].concat(), "x")?;
    expect(&output, 0, "limit      4194304 bytes of memory")?;
    if ARCH == "aarch64" {
        return Ok("that of this machine".to_owned());
    }
    let said = text(&output);
    let parts: Vec<_> =
        said.lines().filter_map(|line| line.trim_start().strip_prefix("no wall")).map(str::trim).collect();
    if !["no Landlock", "seccomp"].iter().all(|name| parts.iter().any(|part| part.contains(name))) {
        return Err(format!("qemu has neither Landlock nor seccomp, and the program does not say so:\n{said}"));
    }
    let refused = lab.run(&[&["--require-fence"], &run[..]].concat(), "x")?;
    expect(&refused, NO_FENCE, "a part of the fence is missing")?;
    Ok(format!("missing in qemu, and --require-fence refuses that:\n  {}", parts.join("\n  ")))
}

fn gives_up(lab: &Lab<'_>) -> Result<String, String> {
    let silent = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let host = silent.local_addr().map_err(|error| error.to_string())?.to_string();
    let start = Instant::now();
    let file = lab.file();
    let arguments = ["--timeout", "1", "--retries", "0", &host, "alice", &file.to_string_lossy(), "."];
    let output = lab.run(&arguments, "x")?;
    expect(&output, 4, "")?;
    let elapsed = start.elapsed();
    if elapsed > PATIENCE {
        return Err(format!("it waited {} s for a server that says nothing", elapsed.as_secs()));
    }
    Ok(format!("gave up after {:.1} s", elapsed.as_secs_f64()))
}

fn is_refused(lab: &Lab<'_>) -> Result<String, String> {
    let server = match Kind::Vsftpd.try_start(Options::default()) {
        Ok(server) => server,
        Err(why) => return without_vsftpd(why, ci::is_set()),
    };
    let file = lab.file();
    let host = server.addr.to_string();
    let output = lab.run(&[&host, server.user, &file.to_string_lossy(), server.upload_dir()], "wrong")?;
    expect(&output, 6, "password")?;
    Ok("exit code 6".to_owned())
}

fn uploads_in_clear(lab: &Lab<'_>) -> Result<String, String> {
    upload(lab, Options::default(), &[])
}

/// vsftpd demands that the data connection resumes the session of the control connection.
fn uploads_with_tls(lab: &Lab<'_>) -> Result<String, String> {
    let authority = Authority::new();
    let identity = authority.issue(&["127.0.0.1"]);
    let pem = lab.folder.join("authority.pem");
    fs::write(&pem, authority.pem()).map_err(|error| format!("cannot write {}: {error}", pem.display()))?;
    let options = Options { tls: Some(ServerTls::of(identity)), ..Options::default() };
    upload(lab, options, &["--tls", "explicit", "--ca-file", &pem.to_string_lossy()])
}

fn upload(lab: &Lab<'_>, options: Options, arguments: &[&str]) -> Result<String, String> {
    let server = match Kind::Vsftpd.try_start(options) {
        Ok(server) => server,
        Err(why) => return without_vsftpd(why, ci::is_set()),
    };
    let (file, host) = (lab.file(), server.addr.to_string());
    let name = file.to_string_lossy();
    let target = ["--verbose", &host, server.user, &name, server.upload_dir()];
    let begun = Instant::now();
    let output = lab.run(&[arguments, &target].concat(), server.password)?;
    expect(&output, 0, "fence")?;
    let stored = server.stored_path(file.file_name().unwrap_or_default());
    match first_difference(&file, &stored).map_err(|error| format!("cannot compare: {error}"))? {
        None => Ok(format!("{SIZE} bytes, the same on the server, in {:.1} s", begun.elapsed().as_secs_f64())),
        Some(offset) => Err(format!("the file on the server differs from byte {offset} on")),
    }
}

/// Returns the line of a check that is skipped, because vsftpd has not started; in CI that is a failure.
fn without_vsftpd(why: String, in_ci: bool) -> Result<String, String> {
    if in_ci { Err(why) } else { Ok(format!("SKIPPED, no vsftpd: {why}")) }
}

/// Checks the exit code, and that the program has said `word`.
fn expect(output: &Output, code: i32, word: &str) -> Result<(), String> {
    let said = text(output);
    if output.status.code() == Some(code) && said.contains(word) {
        return Ok(());
    }
    Err(format!("expected exit code {code} and the word `{word}`, but it ended with {}:\n{said}", output.status))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

impl Lab<'_> {
    fn file(&self) -> PathBuf {
        self.folder.join("file.bin")
    }

    fn run(&self, arguments: &[&str], password: &str) -> Result<Output, String> {
        let (first, rest) = self.words.split_first().ok_or("no program")?;
        let mut command = Command::new(first);
        command.args(rest).args(arguments).env("FTP_PASSWORD", password).stdin(Stdio::null());
        command.output().map_err(|error| format!("cannot run {}: {error}", first.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::without_vsftpd;

    #[test]
    fn the_reason_why_vsftpd_is_missing_is_told_and_in_ci_it_is_a_failure() {
        let skipped = without_vsftpd("it is not unpacked".to_owned(), false).unwrap();
        assert!(skipped.starts_with("SKIPPED") && skipped.ends_with("it is not unpacked"), "{skipped}");
        assert_eq!(without_vsftpd("it is not unpacked".to_owned(), true), Err("it is not unpacked".to_owned()));
    }
}
