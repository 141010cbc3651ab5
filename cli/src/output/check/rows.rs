//! The rows of the table: a name, and a value for people.

use ftp_uploader::{
    CertificateTrust, CheckReport, Clock, Connections, Escaped, FileFindings, Finding, Remaining, Resuming, Tls,
    TlsFindings, utc, words,
};

use crate::output::check::{Checked, told};

/// One row. A row without a name continues the one above.
pub(super) type Row = (&'static str, String);

/// The difference of two clocks, in milliseconds, beyond which it may be that of two time zones.
const QUARTER: i64 = 15 * 60 * 1000;

/// Returns all rows.
pub(super) fn all(checked: &Checked<'_>, report: &CheckReport) -> Vec<Row> {
    let mut rows = vec![("Server", server(checked, report))];
    rows.extend(several("Greeting", report.greeting.iter().map(ToString::to_string)));
    rows.extend(tls(&report.tls, checked.now));
    rows.extend(row("Login", &report.login, |()| "yes".to_owned()));
    rows.extend(row("Directory", &report.directory, |()| format!("yes: {}", Escaped(checked.directory))));
    let features: Vec<_> = report.features.iter().map(ToString::to_string).collect();
    if !features.is_empty() {
        rows.push(("Extensions", features.join("; ")));
    }
    rows.extend(row("Data connection", &report.data, |data| {
        let resumed = report.tls.data.as_ref().map(|tls| match tls.resumed {
            true => format!("; {}, session resumed", tls.version),
            false => format!("; {}, session not resumed", tls.version),
        });
        format!("yes: {}{}", data.command, resumed.unwrap_or_default())
    }));
    rows.extend(row("Listing", &report.listing, |listing| {
        let command = if listing.by_mlsd { "MLSD" } else { "LIST" };
        format!("yes: {command}; {}", count(listing.entries, "entry", "entries"))
    }));
    rows.extend(row("Flights", &report.flights, |()| "yes: commands sent at once are answered in order".to_owned()));
    match report.read_only {
        true => rows.push(("Writing", "not checked (--read-only)".to_owned())),
        false => rows.extend(file(&report.file)),
    }
    rows.extend(connections(&report.connections));
    rows
}

fn server(checked: &Checked<'_>, report: &CheckReport) -> String {
    let host = Escaped(checked.host.as_bytes());
    report.address.map_or_else(|| host.to_string(), |address| format!("{host}, {address}"))
}

fn tls(tls: &TlsFindings, now: u64) -> Vec<Row> {
    let mut rows = vec![("TLS", protection(tls))];
    rows.extend(row("  TLS 1.3", &tls.tls_1_3, |()| "yes".to_owned()));
    rows.extend(row("  TLS 1.2", &tls.tls_1_2, |()| "yes".to_owned()));
    let trust = match &tls.trust {
        CertificateTrust::Unknown => None,
        CertificateTrust::Trusted => Some("trusted"),
        CertificateTrust::Unchecked => Some("not checked (--insecure)"),
        CertificateTrust::Refused(_) => Some("NOT TRUSTED; the password was not sent"),
    };
    rows.extend(trust.map(|trust| ("Certificate", trust.to_owned())));
    if let Some(certificate) = &tls.certificate {
        let escaped = |text: &str| Escaped(text.as_bytes()).to_string();
        let names: Vec<_> = certificate.names.iter().map(|name| escaped(name)).collect();
        let date = |seconds| utc(seconds).unwrap_or_else(|| "after the year 9999".to_owned());
        let days = certificate.days_left(now);
        let left = if days < 0 { "EXPIRED".to_owned() } else { count_days(days) };
        let self_signed = if certificate.self_signed { " (self-signed)" } else { "" };
        rows.extend([
            ("  for", if names.is_empty() { "no name".to_owned() } else { names.join(", ") }),
            ("  subject", escaped(&certificate.subject)),
            ("  issuer", escaped(&certificate.issuer) + self_signed),
            ("  valid from", date(certificate.not_before)),
            ("  valid until", format!("{} ({left})", date(certificate.not_after))),
            ("  key", escaped(&certificate.key)),
            ("  pin", certificate.pin.map_or_else(|| "none: the key is too short".to_owned(), |pin| pin.to_string())),
        ]);
    }
    rows
}

fn protection(tls: &TlsFindings) -> String {
    let offered = if tls.is_offered { "; the server offers TLS" } else { "" };
    match (tls.used, &tls.control) {
        (Some(Tls::Off), _) => format!("not used: everything is sent in clear text{offered}"),
        (_, Some(control)) => {
            let how = if tls.used == Some(Tls::Implicit) { "implicit" } else { "explicit (AUTH TLS)" };
            format!("{how}: {}, {}", control.version, Escaped(control.cipher_suite.as_bytes()))
        }
        (Some(Tls::Explicit | Tls::Implicit | Tls::UnlessLoopback), None) => format!("not established{offered}"),
        (None, None) => "none".to_owned(),
    }
}

fn file(file: &FileFindings) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(row("Writing", &file.store, |()| "yes: a temporary file was stored".to_owned()));
    rows.extend(row("  resuming", &file.resume, |by| match by {
        Resuming::Rest => "yes: REST".to_owned(),
        Resuming::Append => "yes: APPE, at the end of a file".to_owned(),
    }));
    rows.extend(row("  size", &file.size, |()| "yes: SIZE".to_owned()));
    rows.extend(row("  hash", &file.hash, |algorithm| format!("yes: {}", words::algorithm_name(*algorithm))));
    rows.extend(row("  renaming", &file.rename, |()| "yes".to_owned()));
    rows.extend(row("  setting times", &file.set_time, |command| format!("yes: {command}")));
    rows.extend(row("  removing", &file.remove, |()| "yes: nothing is left".to_owned()));
    rows.extend(file.remains.iter().map(|remains| {
        let state = match remains.state {
            Remaining::Removed => "was removed",
            Remaining::Seen(_) => "REMAINS",
            Remaining::Unknown => "MAY REMAIN",
        };
        ("", format!("{} {state}; remove it", Escaped(&remains.name)))
    }));
    rows.extend(row("Clock", &file.time, clock));
    rows
}

/// Servers tell whole seconds, so that the difference is known up to one second.
fn clock(clock: &Clock) -> String {
    let Clock { command, earliest, latest, .. } = *clock;
    let middle = earliest / 2 + latest / 2;
    let (length, way) = (middle.unsigned_abs(), if middle < 0 { "behind" } else { "ahead" });
    let precision = format!("{command}, which tells whole seconds");
    if clock.may_agree() {
        return format!(
            "as here, within {} ({precision})",
            duration(latest.unsigned_abs().max(earliest.unsigned_abs()))
        );
    }
    let zone = (length + 2000) % QUARTER.unsigned_abs() < 4000 && length > 4000;
    let zone = if zone { "; it may tell local time instead of UTC" } else { "" };
    format!("{} {way} ({precision}{zone})", duration(length))
}

/// A length of time in whole seconds, rounded up.
fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds.div_ceil(1000);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, seconds) => format!("{hours} h {minutes} min {seconds} s"),
    }
}

fn connections(connections: &Connections) -> Vec<Row> {
    let Connections { open, tried, refused, .. } = connections;
    match (open, refused) {
        (0, _) => Vec::new(),
        (open, None) => vec![("Connections", format!("{open} at the same time; no more were tried (--jobs {tried})"))],
        (open, Some(problem)) => {
            vec![("Connections", format!("{open} at the same time, of {tried}; the next: {}", told(problem)))]
        }
    }
}

/// A finding as a row; none if it was not asked.
fn row<T>(name: &'static str, finding: &Finding<T>, works: impl FnOnce(&T) -> String) -> Option<Row> {
    match finding {
        Finding::Unasked => None,
        Finding::Works(details) => Some((name, works(details))),
        Finding::Missing => Some((name, "no: the server does not have it".to_owned())),
        Finding::Fails(problem) => Some((name, format!("NO: {}", told(problem)))),
    }
}

fn several(name: &'static str, lines: impl Iterator<Item = String>) -> Vec<Row> {
    lines.enumerate().map(|(at, line)| (if at == 0 { name } else { "" }, line)).collect()
}

fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

fn count_days(days: i64) -> String {
    count(usize::try_from(days).unwrap_or(usize::MAX), "day left", "days left")
}
