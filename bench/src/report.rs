//! The output of the figures: a line for each client during the measurement, and at the end `table.md`, `summary.md`,
//! `plot.svg` and the raw figures, `raw.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::clients::Client;
use crate::contest::Measured;
use crate::measure::Run;
use crate::plot;
use crate::statistics::{median, median_ratio};

/// The head of the summary. The figures of the other clients are times in relation to curl's.
const SUMMARY: &str = "\
| job | network | time | CPU | peak memory | CPU/curl | time/curl | lftp | ncftpput | ftplib | bare loop |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

/// All measurements, and the machine and versions that they depend on.
#[derive(Serialize, Deserialize)]
pub(crate) struct Report {
    machine: BTreeMap<String, String>,
    versions: Vec<String>,
    measured: Vec<Measured>,
}

/// The medians of one client in one row.
pub(crate) struct Figures {
    pub(crate) client: String,
    /// In seconds.
    pub(crate) wall: f64,
    /// In seconds.
    pub(crate) cpu: f64,
    /// In bytes.
    pub(crate) peak: f64,
    /// The median of the ratios to curl's time in the same round.
    pub(crate) wall_to_curl: f64,
    /// The same for processor time.
    pub(crate) cpu_to_curl: f64,
}

const GIB: f64 = (1_u64 << 30) as f64;
const MIB: f64 = (1_u64 << 20) as f64;

/// Returns the medians of every client.
pub(crate) fn figures(measured: &Measured) -> Vec<Figures> {
    let of = |runs: &[Run], what: fn(&Run) -> f64| runs.iter().map(what).collect::<Vec<_>>();
    let curl = measured.runs.iter().find(|(client, _)| client == "curl").map_or(&[][..], |(_, runs)| runs);
    let ratio = |runs: &[Run], what: fn(&Run) -> f64| median_ratio(&of(runs, what), &of(curl, what));
    let each = |(client, runs): &(String, Vec<Run>)| Figures {
        client: client.clone(),
        wall: median(of(runs, |run| run.wall)),
        cpu: median(of(runs, |run| run.cpu)),
        peak: median(of(runs, |run| run.peak as f64)),
        wall_to_curl: ratio(runs, |run| run.wall),
        cpu_to_curl: ratio(runs, |run| run.cpu),
    };
    measured.runs.iter().map(each).collect()
}

/// Formats one row, with a line for each client.
pub(crate) fn lines(measured: &Measured) -> String {
    let mut text = String::new();
    for figures in figures(measured) {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  {:16} {}", figures.client, cells(&figures, measured.bytes).join("  "));
    }
    text
}

/// Formats time, speed, processor time, memory, and the two ratios.
fn cells(figures: &Figures, bytes: u64) -> Vec<String> {
    let bytes = bytes as f64;
    let large = bytes >= GIB;
    let wall = if large { format!("{:.3} s", figures.wall) } else { format!("{:.1} ms", figures.wall * 1e3) };
    let speed = if large { format!("{:.0} MB/s", bytes / figures.wall / 1e6) } else { String::new() };
    let cpu =
        if large { format!("{:.3} s/GiB", figures.cpu / bytes * GIB) } else { format!("{:.1} ms", figures.cpu * 1e3) };
    let peak = format!("{:.1} MiB", figures.peak / MIB);
    vec![wall, speed, cpu, peak, format!("{:.2}", figures.wall_to_curl), format!("{:.2}", figures.cpu_to_curl)]
}

impl Report {
    /// Creates a report, with the properties of this machine and of the `program`.
    pub(crate) fn new(measured: Vec<Measured>, program: &Path) -> Self {
        use Client::{Curl, Lftp, Ncftpput, Ours, Python};
        let versions = [Ours, Curl, Lftp, Ncftpput, Python].iter().filter_map(|client| client.version(program));
        Self { machine: machine(program), versions: versions.collect(), measured }
    }

    /// Reads an earlier report from the raw figures in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self, String> {
        let json = fs::read(folder.join("raw.json")).map_err(|error| format!("raw.json: {error}"))?;
        serde_json::from_slice(&json).map_err(|error| format!("raw.json: {error}"))
    }

    /// Writes the four files into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let json = serde_json::to_string_pretty(self).map_err(|error| error.to_string())?;
        let (table, summary, plot) = (self.table(), self.summary(), plot::draw(&self.measured));
        let files = [("raw.json", json), ("table.md", table), ("summary.md", summary), ("plot.svg", plot)];
        for (name, content) in files {
            fs::write(folder.join(name), content + "\n").map_err(|error| format!("{name}: {error}"))?;
        }
        println!("written: table.md, summary.md, plot.svg and raw.json in {}", folder.display());
        Ok(())
    }

    /// Formats one line for each row: the figures of ftp-uploader, and the time of every client in relation to curl's.
    fn summary(&self) -> String {
        let mut summary = String::from(SUMMARY);
        for measured in &self.measured {
            let figures = figures(measured);
            let Some(ours) = figures.iter().find(|one| one.client == Client::Ours.name()) else { continue };
            let cells = cells(ours, measured.bytes);
            let time = |client: Client| {
                let found = figures.iter().find(|one| one.client == client.name());
                found.map_or_else(String::new, |one| format!("{:.2}", one.wall_to_curl))
            };
            let others = [Client::Lftp, Client::Ncftpput, Client::Python].map(time).join(" | ");
            let bare = if measured.row.contains("TLS") { Client::BareTls } else { Client::BareSendfile };
            let (row, rules) = (&measured.row, &measured.congestion_control);
            // Writing into a String cannot fail, here and below.
            let _ = writeln!(
                summary,
                "| {row} | {rules} | {} | {} | {} | {} | **{}** | {others} | {} |",
                cells[0],
                cells[2],
                cells[3],
                cells[5],
                cells[4],
                time(bare)
            );
        }
        summary
    }

    fn table(&self) -> String {
        let mut table = String::from(
            "| job | network | client | time | speed | CPU | peak memory | time/curl | CPU/curl |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for measured in &self.measured {
            for figures in figures(measured) {
                let cells = cells(&figures, measured.bytes).join(" | ");
                let (row, rules) = (&measured.row, &measured.congestion_control);
                let _ = writeln!(table, "| {row} | {rules} | {} | {cells} |", figures.client);
            }
        }
        let machine = self.machine.iter().map(|(what, value)| format!("{what}: {value}"));
        let facts: Vec<_> = machine.chain(self.versions.iter().cloned()).collect();
        table + "\n" + &facts.join("; ") + ".\n"
    }
}

/// Returns the properties of the machine that the figures depend on, as Linux reports them.
pub(crate) fn machine(program: &Path) -> BTreeMap<String, String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let kernel = Command::new("uname").arg("-r").output().map(|output| output.stdout).unwrap_or_default();
    let size = fs::metadata(program).map_or(0, |found| found.len());
    let facts = [
        ("processor", model.trim_start_matches([' ', '\t', ':']).to_owned()),
        ("cores", std::thread::available_parallelism().map_or(0, usize::from).to_string()),
        ("kernel", String::from_utf8_lossy(&kernel).trim().to_owned()),
        ("program", format!("{:.1} MiB", size as f64 / MIB)),
    ];
    facts.into_iter().map(|(what, value)| (what.to_owned(), value)).collect()
}
