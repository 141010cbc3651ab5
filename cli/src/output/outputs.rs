//! The outputs of a run: lines for people on standard error, and with `--json` events for programs on standard output.
//! Then standard error has only the lines about failures, unless `--verbose` asks for all others, too.

use ftp_uploader::{Confinement, Event, Observer, Prepared, UploadReport, words};

use crate::output::explain::Format;
use crate::output::human::Display;
use crate::output::ndjson::{self, Events, Weight};
use crate::output::{dry_run, explain};
use crate::settings::{Settings, Verbosity};

/// The outputs of a run.
pub struct Outputs {
    lines: Option<Display>,
    events: Option<Events>,
}

impl Observer for Outputs {
    fn event(&self, event: &Event<'_>) {
        self.lines.iter().for_each(|lines| lines.event(event));
        self.events.iter().for_each(|events| events.event(event));
    }
}

impl Outputs {
    /// The outputs that `settings` ask for.
    pub fn new(settings: &Settings) -> Self {
        let has_lines = !ndjson::is_open() || settings.verbosity == Verbosity::Verbose;
        Self {
            lines: has_lines.then(|| Display::new(settings)),
            events: ndjson::is_open().then(|| Events::new(settings.context.clone())),
        }
    }

    /// Writes the lines to be read before the run.
    pub fn warn(&self, warnings: &[String]) {
        for warning in warnings {
            self.lines.iter().for_each(|lines| lines.warn(warning));
            self.events.iter().for_each(|events| events.warn("warning", warning.clone()));
        }
    }

    /// Removes the lines of progress, until the next event: a password may be asked for.
    pub fn suspend(&self) {
        self.lines.iter().for_each(Display::suspend);
    }

    /// Calls `act` while no progress is shown, because `act` uses the terminal itself.
    pub fn pause<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.lines {
            Some(lines) => lines.pause(act),
            None => act(),
        }
    }

    /// Shows the parts of the fence.
    pub fn confined(&self, confinement: &Confinement) {
        self.lines.iter().for_each(|lines| lines.confined(confinement));
    }

    /// Prints the rights of a run: with `--json` as an event, whatever the format is.
    pub fn explain(&self, format: Format, prepared: &Prepared<'_>, confinement: &Confinement) {
        match &self.events {
            Some(_) => {
                let grants = explain::value(&prepared.grants(), confinement);
                ndjson::emit("explain", &serde_json::json!({ "grants": grants }), Weight::Lasting);
            }
            None => explain::explain(format, &prepared.grants(), confinement),
        }
    }

    /// Writes what is known only at the end of a run. A dry run is printed as events, or in this format.
    pub fn finish(&self, dry_run: Option<Format>, report: &UploadReport) {
        if let Some(lines) = &self.lines {
            words::skipped::notes(&report.skipped).iter().for_each(|note| lines.warn(note));
        }
        if let (Some(format), Some(sync), None) = (dry_run, &report.sync, &self.events) {
            dry_run::print(format, sync);
        }
        self.lines.iter().for_each(|lines| lines.finish(report));
        self.events.iter().for_each(|events| events.finish(report));
    }

    /// Writes the failures of a run that has ended before it began to connect. Standard error has its lines later.
    pub fn add_failures(&self, report: &UploadReport) {
        self.events.iter().for_each(|events| events.add_failures(report));
    }
}
