//! The result as JSON: one object. `docs/check.schema.json` is its schema; the names contain the units.

use ftp_uploader::{
    Certificate, CertificateTrust, CheckReport, Connections, Escaped, FileFindings, Finding, Problem, Remaining,
    Remains, Resuming, Secured, ServerText, Tls, TlsFindings, words,
};
use serde_json::{Map, Value, json};

use crate::output::check::{Checked, command, told};

/// The version of the JSON.
const SCHEMA: u32 = 1;

/// Returns the whole document.
pub(super) fn text(checked: &Checked<'_>) -> String {
    format!("{:#}\n", document(checked))
}

pub(super) fn document(checked: &Checked<'_>) -> Value {
    let advice = checked.report.map(CheckReport::advice).unwrap_or_default();
    json!({
        "schema": SCHEMA,
        "host": checked.host,
        "user": Escaped(checked.user).to_string(),
        "directory": Escaped(checked.directory).to_string(),
        "works": checked.failures.is_empty(),
        "exit_code": checked.code,
        "failures": checked.failures,
        "findings": checked.report.map(findings),
        "recommended": {
            "options": command::options(&advice),
            "command": command::line(checked, &advice),
        },
    })
}

fn findings(report: &CheckReport) -> Value {
    json!({
        "read_only": report.read_only,
        "address": report.address.map(|address| address.to_string()),
        "greeting": texts(&report.greeting),
        "tls": tls(&report.tls),
        "login": nothing_more(&report.login),
        "features": texts(&report.features),
        "directory": nothing_more(&report.directory),
        "data_connection": finding(&report.data, |data| json!({ "command": data.command })),
        "listing": finding(&report.listing, |listing| json!({ "entries": listing.entries, "mlsd": listing.by_mlsd })),
        "flights": nothing_more(&report.flights),
        "file": file(&report.file),
        "connections": connections(&report.connections),
    })
}

fn tls(tls: &TlsFindings) -> Value {
    json!({
        "used": tls.used.map(|used| match used {
            Tls::Off => "off",
            Tls::Implicit => "implicit",
            Tls::Explicit | Tls::UnlessLoopback => "explicit",
        }),
        "offered": tls.is_offered,
        "control": tls.control.as_ref().map(secured),
        "data": tls.data.as_ref().map(secured),
        "tls_1_2": nothing_more(&tls.tls_1_2),
        "tls_1_3": nothing_more(&tls.tls_1_3),
        "trust": match &tls.trust {
            CertificateTrust::Unknown => "unknown",
            CertificateTrust::Trusted => "trusted",
            CertificateTrust::Unchecked => "unchecked",
            CertificateTrust::Refused(_) => "refused",
        },
        "certificate": tls.certificate.as_deref().map(certificate),
    })
}

fn secured(tls: &Secured) -> Value {
    json!({ "version": tls.version, "cipher_suite": tls.cipher_suite, "resumed": tls.resumed })
}

fn certificate(certificate: &Certificate) -> Value {
    let escaped = |text: &String| Escaped(text.as_bytes()).to_string();
    json!({
        "subject": escaped(&certificate.subject),
        "issuer": escaped(&certificate.issuer),
        "self_signed": certificate.self_signed,
        "names": certificate.names.iter().map(escaped).collect::<Vec<_>>(),
        "not_before_seconds": certificate.not_before,
        "not_after_seconds": certificate.not_after,
        "key": certificate.key,
        "pin": certificate.pin.map(|pin| pin.to_string()),
    })
}

fn file(file: &FileFindings) -> Value {
    json!({
        "store": nothing_more(&file.store),
        "resume": finding(&file.resume, |by| json!({
            "command": match by {
                Resuming::Rest => "REST",
                Resuming::Append => "APPE",
            },
        })),
        "size": nothing_more(&file.size),
        "hash": finding(&file.hash, |algorithm| json!({ "algorithm": words::algorithm_name(*algorithm) })),
        "time": finding(&file.time, |clock| json!({
            "command": clock.command,
            "clock_ahead_min_ms": clock.earliest,
            "clock_ahead_max_ms": clock.latest,
        })),
        "set_time": finding(&file.set_time, |command| json!({ "command": command })),
        "rename": nothing_more(&file.rename),
        "remove": nothing_more(&file.remove),
        "remains": file.remains.iter().map(remains).collect::<Vec<_>>(),
    })
}

fn remains(remains: &Remains) -> Value {
    let size = match remains.state {
        Remaining::Seen(bytes) => Some(bytes),
        Remaining::Removed | Remaining::Unknown => None,
    };
    json!({ "name": Escaped(&remains.name).to_string(), "size_bytes": size })
}

fn connections(connections: &Connections) -> Value {
    json!({
        "open": connections.open,
        "tried": connections.tried,
        "refused": connections.refused.as_ref().map(problem),
    })
}

fn nothing_more(found: &Finding<()>) -> Value {
    finding(found, |()| json!({}))
}

/// A finding: `result`, and the details if it works, or the reason if it fails.
fn finding<T>(finding: &Finding<T>, details: impl FnOnce(&T) -> Value) -> Value {
    let (result, more) = match finding {
        Finding::Unasked => ("unasked", Value::Null),
        Finding::Works(value) => ("works", details(value)),
        Finding::Missing => ("missing", Value::Null),
        Finding::Fails(why) => ("fails", json!({ "problem": problem(why) })),
    };
    let mut object = Map::from_iter([("result".to_owned(), Value::from(result))]);
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

fn problem(problem: &Problem) -> Value {
    let (code, text) = match &problem.reply {
        Some((code, text)) => (Some(*code), text.to_string()),
        None => (None, told(problem)),
    };
    json!({ "code": code, "text": text })
}

fn texts(lines: &[ServerText]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}
