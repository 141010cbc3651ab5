//! The last line of `sync`.

use ftp_plan::rules::Compared;

use crate::report::summary::UploadReport;
use crate::report::sync::SyncReport;
use crate::request::context::Context;
use crate::request::setting::Setting;

use super::super::quantity;
use super::notes;
use super::problem::files;

/// The line for `report`; `None` if no plan was made.
pub fn of(context: &Context, report: &UploadReport) -> Option<String> {
    let sync = report.sync.as_ref()?;
    let compared = match sync.plan.compared {
        Compared::Time => "by time and size",
        Compared::Size => "by size",
        Compared::Hash => "by size and hash",
        Compared::Manifest => "by the manifest",
        Compared::Nothing => "not compared",
    };
    let unchanged = sync.plan.unchanged;
    let removed = count(sync.removed.len()) + count(sync.removed_directories.len());
    let failed = count(report.failures.len());
    if sync.dry_run {
        return Some(format!("Dry run: nothing was changed; {} unchanged ({compared})", files(unchanged)));
    }
    if report.stored.is_empty() && removed == 0 && failed == 0 && sync.made.is_empty() && report.untried.is_empty() {
        let are = if unchanged == 1 { "is" } else { "are" };
        return Some(format!(
            "Nothing to do: {} {are} unchanged ({compared}){}",
            files(unchanged),
            kept(context, sync)
        ));
    }
    let bytes = report.stored.iter().map(|file| file.size).sum();
    let mut line = format!(
        "{}: {} stored, {} removed, {} unchanged ({compared}), {} in {}",
        if report.is_complete() { "Synchronised" } else { "Not synchronised" },
        quantity::grouped(count(report.stored.len())),
        quantity::grouped(removed),
        quantity::grouped(unchanged),
        quantity::bytes(bytes),
        quantity::elapsed(report.time),
    );
    let others =
        [(failed, "failed"), (count(report.untried.len()), "not tried"), (count(report.skipped.len()), "skipped")];
    for (number, what) in others.into_iter().filter(|(number, _)| *number > 0) {
        line += &format!("; {} {what}", quantity::grouped(number));
    }
    Some(line + &kept(context, sync))
}

/// The words about entries that the local directory does not have, and that stay.
fn kept(context: &Context, sync: &SyncReport) -> String {
    let option = context.name(Setting::DryRun);
    match notes::kept_entries(sync) {
        0 => String::new(),
        1 => format!("; 1 other stays ({option} says which and why)"),
        kept => format!("; {} others stay ({option} says which and why)", quantity::grouped(kept)),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
