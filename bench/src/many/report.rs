//! The output of `bench many`: lines during the measurement, and at the end `many-table.md`, `many-summary.md`,
//! `many-plot.svg` and the raw figures, `many-raw.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::clients::Client;
use super::contest::Measured;
use super::figures::{Figures, best_peer, figures};
use super::plot;
use crate::report::machine;

const RAW: &str = "many-raw.json";

/// The lines of a README between which the summary is put.
const BEGIN: &str = "<!-- bench many: begin -->\n";
const END: &str = "<!-- bench many: end -->\n";

const TABLE: &str = "\
| job | client | time | files/s | CPU | round trips a file | time / ours |
| --- | --- | --- | --- | --- | --- | --- |
";

const SUMMARY: &str = "\
| job | time | files/s | CPU | round trips a file | the fastest other client | time / ours | its round trips a file |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

const REFUSALS: &str = "\
| two sessions allowed | client | refused logins | time |
| --- | --- | --- | --- |
";

/// All measurements, and the machine and versions that they depend on.
#[derive(Serialize, Deserialize)]
pub(super) struct Report {
    machine: BTreeMap<String, String>,
    versions: Vec<String>,
    measured: Vec<Measured>,
}

impl Report {
    pub(super) fn new(measured: Vec<Measured>, versions: Vec<String>, program: &Path) -> Self {
        Self { machine: machine(program), versions, measured }
    }

    /// Reads an earlier report from the raw figures in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let json = fs::read(folder.join(RAW)).map_err(|error| format!("{RAW}: {error}"))?;
        serde_json::from_slice(&json).map_err(|error| format!("{RAW}: {error}"))
    }

    /// Writes the four files into `folder`, and the summary into its README.md if that has a place for it.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let json = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let (table, summary, plot) = (self.table(), self.summary(), plot::draw(&self.measured));
        let files = [(RAW, &json), ("many-table.md", &table), ("many-summary.md", &summary), ("many-plot.svg", &plot)];
        for (name, content) in files {
            fs::write(folder.join(name), format!("{}\n", content.trim_end()))
                .map_err(|error| format!("{name}: {error}"))?;
        }
        let readme = folder.join("README.md");
        let text = fs::read_to_string(&readme).ok().and_then(|text| insert(&text, &summary));
        text.map_or(Ok(()), |text| fs::write(readme, text)).map_err(|error| format!("README.md: {error}"))?;
        println!("written: many-table.md, many-summary.md, many-plot.svg and {RAW} in {}", folder.display());
        Ok(())
    }

    /// Formats one line for each row: our figures, and the fastest other client.
    fn summary(&self) -> String {
        let mut text = String::from(SUMMARY);
        for row in self.measured.iter().filter(|row| !row.limited) {
            let figures = figures(row);
            let Some(ours) = figures.iter().find(|one| one.client == Client::Ours.name()) else { continue };
            let cells = [time(ours.wall), number(ours.files_per_second), cpu(ours), round_trips(ours)].join(" | ");
            let peer = best_peer(&figures).map_or_else(Default::default, |peer| {
                [peer.client.clone(), format!("**{}**", ratio(peer)), round_trips(peer)]
            });
            // Writing into a String cannot fail, here and below.
            let _ = writeln!(text, "| {} | {cells} | {} |", row.row, peer.join(" | "));
        }
        text + &self.refusals()
    }

    fn table(&self) -> String {
        let mut text = String::from(TABLE);
        for row in self.measured.iter().filter(|row| !row.limited) {
            for one in figures(row) {
                let _ = writeln!(text, "| {} | {} | {} |", row.row, one.client, cells(&one).join(" | "));
            }
            for (client, failure) in failures(row) {
                let _ = writeln!(text, "| {} | {client} | {} | | | | |", row.row, failure.replace('|', "/"));
            }
        }
        let machine = self.machine.iter().map(|(property, value)| format!("{property}: {value}"));
        let facts: Vec<_> = machine.chain(self.versions.iter().cloned()).collect();
        text + &self.refusals() + "\n" + &facts.join("; ") + ".\n"
    }

    fn refusals(&self) -> String {
        let rows: Vec<_> = self.measured.iter().filter(|row| row.limited).collect();
        let mut text = if rows.is_empty() { String::new() } else { format!("\n{REFUSALS}") };
        for row in rows {
            for entry in &row.entries {
                let refusals: Vec<_> = entry.refusals.iter().map(ToString::to_string).collect();
                let wall = entry.runs.first().map(|run| time(run.wall));
                let end = wall.or(entry.failure.clone()).unwrap_or_default().replace('|', "/");
                let _ = writeln!(text, "| {} | {} | {} | {end} |", row.row, entry.client, refusals.join(", "));
            }
        }
        text
    }
}

/// Formats one row, with a line for each client.
pub(super) fn lines(row: &Measured) -> String {
    let mut text = String::new();
    for one in figures(row) {
        let _ = writeln!(text, "  {:27}{}", one.client, cells(&one).map(|cell| format!("{cell:>10}")).concat());
    }
    for (client, failure) in failures(row) {
        let _ = writeln!(text, "  {client:27} FAILED or left out: {failure}");
    }
    for entry in row.entries.iter().filter(|_| row.limited) {
        let _ = writeln!(text, "  {:27} refused logins: {:?}", entry.client, entry.refusals);
    }
    text
}

fn failures(row: &Measured) -> impl Iterator<Item = (&str, &str)> {
    row.entries.iter().filter_map(|entry| Some((entry.client.as_str(), entry.failure.as_deref()?)))
}

fn cells(one: &Figures) -> [String; 5] {
    [time(one.wall), number(one.files_per_second), cpu(one), round_trips(one), ratio(one)]
}

fn time(seconds: f64) -> String {
    format!("{seconds:.3} s")
}

fn cpu(one: &Figures) -> String {
    format!("{:.3} s", one.cpu)
}

fn number(files_per_second: f64) -> String {
    let digits = if files_per_second < 100.0 { 1 } else { 0 };
    format!("{files_per_second:.digits$}")
}

fn round_trips(one: &Figures) -> String {
    one.round_trips.map_or_else(String::new, |number| format!("{number:.2}"))
}

fn ratio(one: &Figures) -> String {
    one.to_ours.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
}

/// Returns `text` with the plot and the summary between its two marks, or `None` if it has no marks.
fn insert(text: &str, summary: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let plot = "![Files a second, by client](many-plot.svg)";
    Some(format!("{before}{BEGIN}\n{plot}\n\n{}\n\n{END}{after}", summary.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::insert;

    #[test]
    fn the_summary_replaces_the_text_between_the_marks() {
        let text = "a\n<!-- bench many: begin -->\nold\n<!-- bench many: end -->\nb\n";
        let once = insert(text, "| new |\n").expect("marks");
        assert!(once.starts_with("a\n<!-- bench many: begin -->\n\n![") && once.ends_with("end -->\nb\n"), "{once}");
        assert!(once.contains("\n\n| new |\n\n") && !once.contains("old"), "{once}");
        assert_eq!(insert(&once, "| new |\n").as_ref(), Some(&once));
        assert_eq!(insert("no marks", "| new |"), None);
    }
}
