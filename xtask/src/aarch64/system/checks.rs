//! The checks in the virtual machine: each is a command there and a judgement of its outcome. The servers run on this
//! machine, which has an address of its own in qemu's network.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use test_servers::certificates::Authority;
use test_servers::{FtpServer, Kind, Options, ServerTls};

use xtask::ci;
use xtask::demo_file::{first_difference, write_pseudo_random};

use super::console::Outcome;
use super::init::{HOST, Job};
use super::kernel::fence_of;
use super::machine::FOLDER;

/// The size of the file, in bytes.
const SIZE: u64 = 16 << 20;

/// The time for one command, in seconds.
pub(super) const LIMIT: u32 = 120;

/// The exit codes of a wrong password, and of a run that `--require-fence` refuses.
const WRONG_PASSWORD: i32 = 6;
const NO_FENCE: i32 = 2;

/// The reason that the program gives for a missing part of the fence.
const TOO_OLD: &str = "the Landlock of this kernel is too old";

/// A line for the user, or the reason why the check has failed. The arguments are the outcome and the version of the kernel.
pub(super) type Judge = Box<dyn Fn(&Outcome, &str) -> Result<String, String>>;

/// A command, and the judgement of its outcome.
pub(super) struct Check {
    pub(super) job: Job,
    pub(super) judge: Judge,
}

/// The files for the machine, with their paths there.
pub(super) type Files = Vec<(String, PathBuf)>;

/// Prepares the checks of the program, with new servers; they end with the checks. Adds the files that they need.
pub(super) fn of_program(
    program: &Path,
    folder: &Path,
    kinds: &[Kind],
    files: &mut Files,
) -> Result<Vec<Check>, String> {
    let (file, authority) = (folder.join("file.bin"), Authority::new());
    write_pseudo_random(&file, SIZE).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let pem = folder.join("authority.pem");
    fs::write(&pem, authority.pem()).map_err(|error| format!("cannot write {}: {error}", pem.display()))?;
    files.extend([
        (path("ftp-uploader"), program.to_owned()),
        (path("file.bin"), file.clone()),
        (path("authority.pem"), pem),
    ]);
    let mut checks = vec![starts(), explains(), requires_the_fence()];
    for &kind in kinds {
        let Some(server) = start(kind, Options::default())? else { continue };
        if kind == kinds[0] {
            checks.push(is_refused(&server));
        }
        checks.push(uploads(&format!("{kind:?}-in-clear"), server, &file, &["--tls", "off"]));
        let options = Options { tls: Some(ServerTls::of(authority.issue(&[HOST]))), ..Options::default() };
        if let Some(server) = start(kind, options)? {
            let trust = ["--tls", "explicit", "--ca-file", &path("authority.pem")];
            checks.push(uploads(&format!("{kind:?}-with-TLS"), server, &file, &trust));
        }
    }
    Ok(checks)
}

fn starts() -> Check {
    let judge = |outcome: &Outcome, _: &str| {
        expect(outcome, 0, "component ")?;
        Ok(outcome.text.lines().next().unwrap_or_default().to_owned())
    };
    Check { job: job("start", &["--version"], ""), judge: Box::new(judge) }
}

/// Every part of the fence stands that the kernel supports, and each other one is told, with the right reason.
fn explains() -> Check {
    let judge = |outcome: &Outcome, kernel: &str| {
        expect(outcome, 0, "\"walls\"")?;
        let (has, lacks) = fence_of(kernel)?;
        let told: Value = serde_json::from_str(&outcome.text).map_err(|error| format!("no JSON: {error}"))?;
        let stands = |name: &&str| told["walls"][*name] == json!({ "stands": true, "missing_because": null });
        let missing = |name: &&str| told["walls"][*name] == json!({ "stands": false, "missing_because": TOO_OLD });
        if has.iter().all(stands) && lacks.iter().all(missing) {
            return Ok(format!("{}{}", has.join(", "), if lacks.is_empty() { "" } else { "; the others are told" }));
        }
        Err(format!("on Linux {kernel}, {has:?} should stand and {lacks:?} be missing: {}", told["walls"]))
    };
    let words = ["--explain=json", "--tls", "off", &format!("{HOST}:9"), "alice", &path("file.bin"), "."];
    Check { job: job("fence", &words, "x"), judge: Box::new(judge) }
}

fn requires_the_fence() -> Check {
    let judge = |outcome: &Outcome, kernel: &str| match fence_of(kernel)?.1.is_empty() {
        true => expect(outcome, 0, "Nothing was connected to").map(|()| "every part stands".to_owned()),
        false => expect(outcome, NO_FENCE, TOO_OLD).map(|()| "refused, as it should be".to_owned()),
    };
    let words = ["--require-fence", "--explain", "--tls", "off", &format!("{HOST}:9"), "alice", &path("file.bin"), "."];
    Check { job: job("required-fence", &words, "x"), judge: Box::new(judge) }
}

fn is_refused(server: &FtpServer) -> Check {
    let words = ["--tls", "off", &address(server), server.user, &path("file.bin"), server.upload_dir()];
    let judge = |outcome: &Outcome, _: &str| {
        expect(outcome, WRONG_PASSWORD, "password").map(|()| format!("exit code {WRONG_PASSWORD}"))
    };
    Check { job: job("wrong-password", &words, "wrong"), judge: Box::new(judge) }
}

/// The bytes arrive, and the fence was up meanwhile.
fn uploads(name: &str, server: FtpServer, file: &Path, options: &[&str]) -> Check {
    let target = ["--verbose", &address(&server), server.user, &path("file.bin"), server.upload_dir()];
    let job = job(name, &[options, &target].concat(), server.password);
    let file = file.to_owned();
    let judge = move |outcome: &Outcome, kernel: &str| {
        expect(outcome, 0, &format!("* fence: {}\n", fence_of(kernel)?.0.join(", ")))?;
        let stored = server.stored_path("file.bin");
        match first_difference(&file, &stored).map_err(|error| format!("cannot compare: {error}"))? {
            None => {}
            Some(offset) => return Err(format!("the file on the server differs from byte {offset} on")),
        }
        // The next kernel sends the file once more.
        fs::remove_file(&stored).map_err(|error| format!("cannot remove {}: {error}", stored.display()))?;
        Ok(format!("{SIZE} bytes, the same on the server"))
    };
    Check { job, judge: Box::new(judge) }
}

/// Starts a server. Returns `None` if it is missing, unless CI=true.
fn start(kind: Kind, options: Options) -> Result<Option<FtpServer>, String> {
    match kind.try_start(options) {
        Ok(server) => Ok(Some(server)),
        Err(why) if ci::is_set() => Err(why),
        Err(why) => {
            println!("SKIPPED, {kind:?}: {why}");
            Ok(None)
        }
    }
}

fn job(name: &str, arguments: &[&str], password: &str) -> Job {
    let words = [&[&*path("ftp-uploader")], arguments].concat().into_iter().map(str::to_owned).collect();
    Job { name: name.to_owned(), words, environment: vec![("FTP_PASSWORD", password.to_owned())], limit: LIMIT }
}

fn address(server: &FtpServer) -> String {
    format!("{HOST}:{}", server.addr.port())
}

/// Returns the path of a file in the machine.
pub(super) fn path(name: &str) -> String {
    format!("{FOLDER}/{name}")
}

/// Checks the exit code, and that the program has said `word`.
fn expect(outcome: &Outcome, code: i32, word: &str) -> Result<(), String> {
    if outcome.code == code && outcome.text.contains(word) {
        return Ok(());
    }
    Err(format!("expected exit code {code} and `{word}`, but it ended with {}:\n{}", outcome.code, outcome.text))
}
