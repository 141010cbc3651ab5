//! One attack: the program run with the evil component, against a server that plays along, and what must hold of each.
//!
//! The program lives on and says in one line what happened; it takes no more memory, and no more time, than is stated
//! here; and the server got what the test says and not a byte more. Next: `computing.rs`.

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

/// The component, as `host/build.rs` has built it.
const EVIL: &str = concat!(env!("FTP_UPLOADER_COMPONENTS"), "/evil.wasm");

/// The most memory that the program may ever take, in bytes. Most of it goes into compiling the component, which only a
/// program for tests does.
const MEMORY: u64 = 48 << 20;

/// The most time that an attack may take, on a busy machine. The longest computes for its five seconds.
pub(crate) const TIME: Duration = Duration::from_secs(30);

/// The file to which each attack adds its line of the table.
const TABLE: &str = "FTP_UPLOADER_SANDBOX_TABLE";

/// An attack in the making.
pub(crate) struct Attack {
    name: &'static str,
    wall: &'static str,
    host: &'static str,
    component: PathBuf,
    upload: Upload,
}

/// An attack that is over.
pub(crate) struct Repelled {
    name: &'static str,
    wall: &'static str,
    /// The most memory that the program had, in bytes.
    peak: u64,
    /// Both sides of the story.
    pub(crate) met: Run,
}

impl Attack {
    /// By the component that does what `name` says, on what should stop it.
    pub(crate) fn new(name: &'static str, wall: &'static str) -> Self {
        Self { name, wall, host: "127.0.0.1", component: EVIL.into(), upload: Upload::of_hello().user(name) }
    }

    /// The same, where the component is told of a port that is open for its data connection.
    pub(crate) fn on(name: &'static str, wall: &'static str, port: &TcpListener) -> Self {
        let number = port.local_addr().expect("a bound port").port();
        Self::new(name, wall).with(|upload| upload.user(format!("{name} {number}")))
    }

    /// With the upload changed.
    pub(crate) fn with(mut self, change: impl FnOnce(Upload) -> Upload) -> Self {
        self.upload = change(self.upload);
        self
    }

    /// Where the user requires this kind of TLS.
    pub(crate) fn with_tls(mut self, kind: &str) -> Self {
        self.host = "localhost";
        self.with(|upload| upload.options(["--tls", kind]))
    }

    /// By a component that never comes back from here, whatever it is called for.
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

    /// Runs it to its end.
    pub(crate) fn meets(self, script: Script) -> Repelled {
        self.meets_while(script, |_| {})
    }

    /// Runs it until the script says that it has begun, and then presses Ctrl-C.
    pub(crate) fn interrupted(self, script: Script, begun: &Receiver<()>) -> Repelled {
        self.with(|upload| upload.program(|program| program.signals("--default-signal"))).meets_while(
            script,
            |program| {
                begun.recv_timeout(TIME).expect("the script comes to its middle");
                // The component has to be loaded; until then there is nothing to interrupt but waits.
                thread::sleep(Duration::from_millis(500));
                program.signal(Signal::INT);
            },
        )
    }

    fn meets_while(self, script: Script, act: impl FnOnce(&Running)) -> Repelled {
        let server = ScriptedServer::start(script);
        let host = format!("{}:{}", self.host, server.address().port());
        let component = ["--component".as_ref(), self.component.as_os_str()];
        let program = self.upload.options(component).at(host).start();
        let watch = Watch::start(program.id());
        act(&program);
        let met = Run::end(program, server);
        Repelled { name: self.name, wall: self.wall, peak: watch.end(), met }
    }
}

impl Repelled {
    /// The program ended with this code and one line that says this.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, words: &str) -> &Self {
        self.met.outcome.fails(code).says(words);
        self.holds()
    }

    /// The program stored the file, and said this.
    #[track_caller]
    pub(crate) fn succeeds(&self, words: &str) -> &Self {
        let outcome = &self.met.outcome;
        outcome.exits(0).says(words).claim(outcome.stdout.is_empty(), "nothing on standard output");
        self.holds()
    }

    /// The server was sent these lines and no others.
    #[track_caller]
    pub(crate) fn server_heard(&self, lines: &[&str]) -> &Self {
        let heard = self.met.server_log.commands.iter().map(|line| line.escape_ascii().to_string());
        let same = heard.eq(lines.iter().map(|line| format!("{line}\\r\\n")));
        self.met.server_log.claim(same, &format!("the lines {lines:?}"));
        self
    }

    /// The server was sent these bytes of files, over so many connections.
    #[track_caller]
    pub(crate) fn server_stored(&self, files: &[&[u8]]) -> &Self {
        let same = self.met.server_log.files.iter().map(|file| &file.bytes[..]).eq(files.iter().copied());
        self.met.server_log.claim(same, &format!("the bytes {files:?}"));
        self
    }

    /// Holds for every attack; the line of the table is written only then.
    #[track_caller]
    fn holds(&self) -> &Self {
        self.met.outcome.within(TIME);
        let taken = self.peak >> 20;
        self.met.outcome.claim(self.peak > 0, "memory that can be measured");
        self.met.outcome.claim(self.peak < MEMORY, &format!("less memory than {taken} MiB"));
        write_row(self.name, self.wall, &self.met.outcome, self.peak);
        self
    }
}

/// Adds a line to the table, if anyone wants it.
pub(crate) fn write_row(name: &str, wall: &str, outcome: &Outcome, peak: u64) {
    let Some(path) = std::env::var_os(TABLE) else { return };
    let last = outcome.stderr.lines().last().unwrap_or_default();
    let line = last.trim_start_matches("ftp-uploader: ").trim_end_matches(" This is a bug; please report it.");
    // What the component was told, where it reports that; else what the program says.
    let told = line.split_once("(599 \"").and_then(|(_, told)| told.split_once("\")"));
    let said: String = told.map_or(line, |(told, _)| told).chars().take(160).collect();
    let peak = if peak == 0 { "not measured".to_owned() } else { (peak >> 20).to_string() };
    let (code, seconds) = (outcome.code, outcome.took.as_secs_f64());
    let row = format!("{name}\t{wall}\t{code}\t{seconds:.1}\t{peak}\t{said}\n");
    let mut table = OpenOptions::new().append(true).create(true).open(path).expect("a place for the table");
    table.write_all(row.as_bytes()).expect("a line of the table");
}

/// A port for a data connection, which the test has open.
pub(crate) fn port() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").expect("a loopback port")
}
