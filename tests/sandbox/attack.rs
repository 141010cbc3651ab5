//! An attack: a run of the program with the evil component against a scripted server, and the claims that must hold for
//! every attack.
//!
//! The program must survive and report the result in one line, within the limits of memory and time below. The server
//! must have received the bytes that the test expects, and no others.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::watch::Watch;
use crate::support::outcome::Outcome;
use crate::support::program::Running;
use crate::support::run::Run;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::Upload;

/// The component, as built by `host/build.rs`.
const EVIL: &str = concat!(env!("FTP_UPLOADER_COMPONENTS"), "/evil.wasm");

/// The limit of the program's memory, in bytes. Most of it is used to compile the component, which only a program built
/// for tests does.
const MEMORY: u64 = 48 << 20;

/// The limit of an attack's duration on a busy machine. The slowest attack computes until its limit of 5 s.
pub(crate) const TIME: Duration = Duration::from_secs(30);

/// The environment variable with the path of the file to which each attack appends its row of the table.
const TABLE: &str = "FTP_UPLOADER_SANDBOX_TABLE";

/// An attack that has not started.
pub(crate) struct Attack {
    name: &'static str,
    wall: &'static str,
    host: &'static str,
    component: PathBuf,
    upload: Upload,
}

/// An attack that has ended.
pub(crate) struct AttackResult {
    name: &'static str,
    wall: &'static str,
    /// The peak of the program's memory, in bytes.
    peak: u64,
    /// The program's outcome and the server's log.
    pub(crate) run: Run,
}

impl Attack {
    /// Creates the attack called `name` of the evil component. `wall` describes the defence that should stop it.
    pub(crate) fn new(name: &'static str, wall: &'static str) -> Self {
        Self { name, wall, host: "127.0.0.1", component: EVIL.into(), upload: Upload::of_hello().user(name) }
    }

    /// Creates an attack whose component is told the number of an open port, to use for its data connection.
    pub(crate) fn on(name: &'static str, wall: &'static str, port: &TcpListener) -> Self {
        let number = port.local_addr().expect("a bound port").port();
        Self::new(name, wall).with(|upload| upload.user(format!("{name} {number}")))
    }

    /// Changes the upload.
    pub(crate) fn with(mut self, change: impl FnOnce(Upload) -> Upload) -> Self {
        self.upload = change(self.upload);
        self
    }

    /// Makes the user require this kind of TLS.
    pub(crate) fn with_tls(mut self, kind: &str) -> Self {
        self.host = "localhost";
        self.with(|upload| upload.options(["--tls", kind]))
    }

    /// Uses a component that never returns from `place`, whichever of its functions is called.
    pub(crate) fn endless_in(mut self, place: &str) -> Self {
        let (before, after) = (&b"endless in this: nothing"[..], format!("endless in this: {place}"));
        let mut wasm = fs::read(EVIL).expect("the evil component");
        let places: Vec<usize> = (0..wasm.len()).filter(|&at| wasm[at..].starts_with(before)).collect();
        assert_eq!((places.len(), before.len()), (1, after.len()), "one place to say so");
        wasm[places[0]..][..after.len()].copy_from_slice(after.as_bytes());
        self.component = self.upload.path("component");
        fs::write(&self.component, wasm).expect("a component");
        self
    }

    /// Runs the attack to its end.
    pub(crate) fn run(self, script: Script) -> AttackResult {
        self.run_while(script, |_| {})
    }

    /// Runs the attack until the script has signalled `begun`, and then interrupts the program with SIGINT.
    pub(crate) fn interrupted(self, script: Script, begun: &Receiver<()>) -> AttackResult {
        self.with(|upload| upload.program(|program| program.signals("--default-signal"))).run_while(script, |program| {
            begun.recv_timeout(TIME).expect("the script comes to its middle");
            // While the component is being loaded, SIGINT can only interrupt waits of the host.
            thread::sleep(Duration::from_millis(500));
            program.signal(Signal::INT);
        })
    }

    fn run_while(self, script: Script, act: impl FnOnce(&Running)) -> AttackResult {
        let server = ScriptedServer::start(script);
        let host = format!("{}:{}", self.host, server.address().port());
        let component = ["--component".as_ref(), self.component.as_os_str()];
        let program = self.upload.options(component).at(host).start();
        let watch = Watch::start(program.id());
        act(&program);
        let run = Run::end(program, server);
        AttackResult { name: self.name, wall: self.wall, peak: watch.end(), run }
    }
}

impl AttackResult {
    /// Claims that the program ended with this exit code and one line that contains `words`.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, words: &str) -> &Self {
        self.run.outcome.fails(code).says(words);
        self.holds()
    }

    /// Claims that the program stored the file and printed `words`.
    #[track_caller]
    pub(crate) fn succeeds(&self, words: &str) -> &Self {
        let outcome = &self.run.outcome;
        outcome.exits(0).says(words).claim(outcome.stdout.is_empty(), "nothing on standard output");
        self.holds()
    }

    /// Claims that the server received these lines and no others.
    #[track_caller]
    pub(crate) fn server_heard(&self, lines: &[&str]) -> &Self {
        let heard = self.run.server_log.commands.iter().map(|line| line.escape_ascii().to_string());
        let same = heard.eq(lines.iter().map(|line| format!("{line}\\r\\n")));
        self.run.server_log.claim(same, &format!("the lines {lines:?}"));
        self
    }

    /// Claims that the server received these files, one over each data connection.
    #[track_caller]
    pub(crate) fn server_stored(&self, files: &[&[u8]]) -> &Self {
        let same = self.run.server_log.files.iter().map(|file| &file.bytes[..]).eq(files.iter().copied());
        self.run.server_log.claim(same, &format!("the bytes {files:?}"));
        self
    }

    /// Claims the limits that hold for every attack. Called last, so that only a successful attack gets a row in the
    /// table.
    #[track_caller]
    fn holds(&self) -> &Self {
        self.run.outcome.within(TIME);
        let taken = self.peak >> 20;
        self.run.outcome.claim(self.peak > 0, "memory that can be measured");
        self.run.outcome.claim(self.peak < MEMORY, &format!("less memory than {taken} MiB"));
        write_row(self.name, self.wall, &self.run.outcome, self.peak);
        self
    }
}

/// Appends a row to the table if its path is set.
pub(crate) fn write_row(name: &str, wall: &str, outcome: &Outcome, peak: u64) {
    let Some(path) = std::env::var_os(TABLE) else { return };
    let last = outcome.stderr.lines().last().unwrap_or_default();
    let line = last.trim_start_matches("ftp-uploader: ").trim_end_matches(" This is a bug; please report it.");
    // Prefer the result that the component reports in its error, if there is one, over the program's message.
    let told = line.split_once("(599 \"").and_then(|(_, told)| told.split_once("\")"));
    let said: String = told.map_or(line, |(told, _)| told).chars().take(160).collect();
    let peak = if peak == 0 { "not measured".to_owned() } else { (peak >> 20).to_string() };
    let (code, seconds) = (outcome.code, outcome.took.as_secs_f64());
    let row = format!("{name}\t{wall}\t{code}\t{seconds:.1}\t{peak}\t{said}\n");
    let mut table = OpenOptions::new().append(true).create(true).open(path).expect("a place for the table");
    table.write_all(row.as_bytes()).expect("a line of the table");
}

/// Opens a port for a data connection.
pub(crate) fn port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a loopback port")
}
