//! `--dry-run`: the operations of the plan on standard output, as text for people or as JSON.

use ftp_uploader::words::sync::{notes, operations};
use ftp_uploader::{Escaped, SyncReport};
use serde_json::{Value, json};

use crate::output::document;
use crate::output::explain::Format;

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// Prints the plan.
pub fn print(format: Format, report: &SyncReport) {
    let text = match format {
        Format::Text => text(report),
        Format::Json => format!("{:#}\n", json(report)),
    };
    document::print(text.as_bytes());
}

fn text(report: &SyncReport) -> String {
    let operations = operations::of(&report.plan);
    let lines = operations.iter().map(|operation| {
        let (name, path, reason) = (operation.name, Escaped(operation.path.as_bytes()), &operation.reason);
        format!("{name} {path} ({reason})\n")
    });
    lines.chain(notes::of_whole_plan(report).into_iter().map(|note| note + "\n")).collect()
}

fn json(report: &SyncReport) -> Value {
    let operation = |operation: &operations::Operation<'_>| {
        json!({
            "operation": operation.name,
            "path": Escaped(operation.path.as_bytes()).to_string(),
            "reason": operation.reason,
        })
    };
    json!({
        "schema": SCHEMA,
        "operations": operations::of(&report.plan).iter().map(operation).collect::<Vec<_>>(),
        "notes": notes::of_whole_plan(report),
        "unchanged": report.plan.unchanged,
    })
}
