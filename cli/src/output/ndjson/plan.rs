//! The events about the plan of `sync`: its numbers in every run, and each operation in a dry run.

use ftp_uploader::SyncReport;
use ftp_uploader::ftp_plan::operations::{Clear, Plan};
use ftp_uploader::ftp_plan::rules::Compared;
use ftp_uploader::words::sync::{notes, operations};
use serde_json::{Value, json};

use crate::output::ndjson::values::{Fields, add_name, fields};

/// The numbers of operations of `plan`.
pub fn numbers(plan: &Plan) -> Value {
    let cleared_files = plan.clear.iter().filter(|clear| matches!(clear, Clear::File(_))).count();
    json!({
        "compared": compared(plan.compared),
        "make_directories": plan.make.len(),
        "store": plan.store.len(),
        "store_bytes": plan.store.iter().map(|file| file.size).fold(0, u64::saturating_add),
        "remove": cleared_files + plan.remove.len() + plan.leftovers.len(),
        "remove_directories": plan.clear.len() - cleared_files + plan.remove_directories.len(),
        "unchanged": plan.unchanged,
    })
}

/// The operations of a dry run, in their order.
pub fn operations(report: &SyncReport) -> Vec<Fields> {
    let operation = |operation: operations::Operation<'_>| {
        let mut event = fields(json!({ "operation": operation.name, "reason": operation.reason }));
        add_name(&mut event, "remote", operation.path.as_bytes());
        event
    };
    operations::of(&report.plan).into_iter().map(operation).collect()
}

/// The notes of a run, each with its kind.
pub fn notes(report: &SyncReport) -> Vec<(&'static str, String)> {
    let of_plan: Vec<_> =
        if report.dry_run { notes::of_whole_plan(report) } else { notes::of_changed_plan(report).collect() };
    let of_course = report.notes.iter().map(|note| (note.kind(), notes::of_course(note)));
    of_course.chain(of_plan.into_iter().map(|message| ("plan", message))).collect()
}

/// The word for a comparison.
pub fn compared(compared: Compared) -> &'static str {
    match compared {
        Compared::Time => "time",
        Compared::Size => "size",
        Compared::Hash => "hash",
        Compared::Manifest => "manifest",
        Compared::Nothing => "nothing",
    }
}
