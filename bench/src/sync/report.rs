//! The output of `bench sync`: lines during the measurement, and at the end the page `sync.md` and the raw figures,
//! `sync-raw.json`. The text of a page that exists is kept around the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::contest::Measured;
use super::figures::{Figures, MIB, figures};
use super::targets::judge;
use crate::report::machine;

const RAW: &str = "sync-raw.json";
const PAGE: &str = "sync.md";

/// The lines of the page between which the tables are put.
const BEGIN: &str = "<!-- bench sync: begin -->\n";
const END: &str = "<!-- bench sync: end -->\n";

const TARGETS: &str = "\
| job | client | target | measured | met |
| --- | --- | --- | --- | --- |
";

const TABLE: &str = "\
| job | client | time | CPU | peak memory | commands | listings | logins | time / ours |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
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

    /// Writes the raw figures and the page into `folder`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), String> {
        let json = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let old = fs::read_to_string(folder.join(PAGE)).unwrap_or_default();
        let new = page(&old, &self.tables());
        for (name, content) in [(RAW, &json), (PAGE, &new)] {
            let content = format!("{}\n", content.trim_end());
            fs::write(folder.join(name), content).map_err(|error| format!("{name}: {error}"))?;
        }
        println!("written: {PAGE} and {RAW} in {}", folder.display());
        Ok(())
    }

    fn tables(&self) -> String {
        let (mut targets, mut table) = (String::from(TARGETS), String::from(TABLE));
        for row in &self.measured {
            let figures = figures(row);
            // Writing into a String cannot fail, here and below.
            for one in judge(row, &figures) {
                let met = if one.is_met { "yes" } else { "**no**" };
                let _ =
                    writeln!(targets, "| {} | {} | {} | {} | {met} |", row.row, one.client, one.target, one.measured);
            }
            for one in &figures {
                let _ = writeln!(table, "| {} | {} | {} |", row.row, one.client, cells(one).join(" | "));
            }
            for (client, failure) in failures(row) {
                let _ = writeln!(table, "| {} | {client} | {} | | | | | | |", row.row, failure.replace('|', "/"));
            }
        }
        let machine = self.machine.iter().map(|(property, value)| format!("{property}: {value}"));
        let facts: Vec<_> = machine.chain(self.versions.iter().cloned()).collect();
        format!("{targets}\n{table}\n{}.\n", facts.join("; "))
    }
}

/// Formats one row, with a line for each client.
pub(super) fn lines(row: &Measured) -> String {
    let (mut text, figures) = (String::new(), figures(row));
    for one in &figures {
        let _ = writeln!(text, "  {:52}{}", one.client, cells(one).map(|cell| format!("{cell:>11}")).concat());
    }
    for (client, failure) in failures(row) {
        let _ = writeln!(text, "  {client:52} FAILED: {failure}");
    }
    for one in judge(row, &figures).iter().filter(|one| !one.is_met) {
        let _ = writeln!(text, "  {:52} MISSED: {}: {}", one.client, one.target, one.measured);
    }
    text
}

fn failures(row: &Measured) -> impl Iterator<Item = (&str, &str)> {
    row.entries.iter().filter_map(|entry| Some((entry.client.as_str(), entry.failure.as_deref()?)))
}

fn cells(one: &Figures) -> [String; 7] {
    let number = |number: Option<usize>| number.map_or_else(String::new, |number| number.to_string());
    [
        format!("{:.3} s", one.wall),
        format!("{:.3} s", one.cpu),
        format!("{:.1} MiB", one.peak as f64 / MIB),
        number(one.commands),
        number(one.listings),
        number(one.logins),
        one.to_ours.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
    ]
}

/// Returns the page `old` with `tables` between its two marks, or a page of these alone.
fn page(old: &str, tables: &str) -> String {
    let split = |text: &str| {
        let (before, rest) = text.split_once(BEGIN)?;
        let (_, after) = rest.split_once(END)?;
        Some((before.to_owned(), after.to_owned()))
    };
    let (before, after) = split(old).unwrap_or_else(|| ("# Speed of sync\n\n".to_owned(), String::new()));
    format!("{before}{BEGIN}{}\n{END}{after}", tables.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::figures::tests::{client, row};
    use super::super::targets::Target;
    use super::*;

    #[test]
    fn the_tables_replace_the_text_between_the_marks() {
        let old = format!("a\n{BEGIN}old\n{END}b\n");
        let new = page(&old, "| new |\n");
        assert_eq!(new, format!("a\n{BEGIN}| new |\n{END}b\n"));
        assert_eq!(page(&new, "| new |\n"), new);
        assert_eq!(page("", "x"), format!("# Speed of sync\n\n{BEGIN}x\n{END}"));
    }

    #[test]
    fn a_missed_target_and_a_failed_client_are_shown() {
        let mut failed = client("rclone sync", &[], 1, &[]);
        failed.failure = Some("it | ended".to_owned());
        let ours = client("ftp-uploader sync", &[1.5], 2, &[("USER", 46)]);
        let measured = vec![row(vec![Target::Commands(45)], vec![ours, failed])];
        let report = Report { machine: BTreeMap::new(), versions: Vec::new(), measured };
        let tables = report.tables();
        assert!(tables.contains("| row | ftp-uploader sync | at most 45 commands | 46 | **no** |\n"), "{tables}");
        assert!(tables.contains("| 1.500 s | 0.150 s | 2.0 MiB | 46 | 0 | 46 | 1.00 |\n"), "{tables}");
        assert!(tables.contains("| row | rclone sync | it / ended | | | | | | |\n"), "{tables}");
    }
}
