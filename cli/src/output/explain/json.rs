//! `--explain=json`. `docs/explain.md` documents the names; they contain the units.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use ftp_uploader::{Confined, DataConnections, GrantedFile, GrantedProxy, Grants, Limits, Tls, Trust};
use serde_json::{Value, json};

use crate::output::explain::{Fence, authority_variables};

/// The whole document, in ASCII.
pub(super) fn text(grants: &Grants, fence: &Fence) -> String {
    ascii(&format!("{:#}\n", json(grants, fence)))
}

fn json(grants: &Grants, fence: &Fence) -> Value {
    let (first, last) = match &grants.data {
        DataConnections::ToServer(ports) => (Some(ports.start()), Some(ports.end())),
        DataConnections::FromServer => (None, None),
    };
    json!({
        "server": grants.server.to_string(),
        "addresses": grants.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "proxy": grants.proxy.as_ref().map(proxy_json),
        "data_connections": {
            "made_by": if first.is_some() { "client" } else { "server" },
            "first_port": first,
            "last_port": last,
        },
        "source_address": grants.source_address.map(|address| address.to_string()),
        "interface": grants.interface,
        "tls": match grants.tls {
            Tls::Off => "off",
            Tls::Implicit => "implicit",
            Tls::Explicit | Tls::UnlessLoopback => "explicit",
        },
        "trust": trust(grants),
        "client_certificate": grants.identity,
        "user": lossy(grants.user),
        "password_may_be_sent_in_clear": grants.password_in_clear,
        "directory": lossy(grants.directory),
        "files": grants.files.iter().map(file_json).collect::<Vec<_>>(),
        "limits": limits_json(&grants.limits),
        "walls": fence.iter().map(|(name, state)| ((*name).to_owned(), wall_json(state))).collect::<Value>(),
    })
}

fn proxy_json(granted: &GrantedProxy) -> Value {
    json!({
        "url": granted.proxy.to_string(),
        "scheme": granted.proxy.scheme(),
        "addresses": granted.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "credentials": granted.credentials,
    })
}

fn trust(grants: &Grants) -> Value {
    match (grants.tls, grants.trust) {
        (Tls::Off, _) => Value::Null,
        (_, Trust::Platform) => match &authority_variables()[..] {
            [] => json!({ "by": "system" }),
            named => json!({ "by": "environment", "variables": named }),
        },
        (_, Trust::Authorities(_)) => json!({ "by": "ca_file" }),
        (_, Trust::Pins(pins)) => {
            json!({ "by": "pins", "pins": pins.iter().map(ToString::to_string).collect::<Vec<_>>() })
        }
        (_, Trust::Anything) => json!({ "by": "nothing" }),
    }
}

fn file_json(file: &GrantedFile) -> Value {
    json!({
        "path": lossy(file.path.as_os_str().as_bytes()),
        "name": lossy(file.name),
        "size_bytes": file.size,
    })
}

fn limits_json(limits: &Limits) -> Value {
    json!({
        "memory_bytes": limits.memory,
        "handles": limits.handles,
        "passed_at_once_bytes": limits.passed,
        "computing_per_call_seconds": limits.computing.as_secs(),
        "computing_per_gib_seconds": limits.computing_per_gib.as_secs(),
        "commands_per_call": limits.commands,
        "received_per_call_bytes": limits.received,
        "data_connections_per_call": limits.data_connections,
        "hashes_per_call": limits.hashes,
        "connecting_seconds": limits.connecting.as_secs(),
        "silence_seconds": limits.silence.as_secs(),
        "whole_run_seconds": limits.whole.map(|time| time.as_secs()),
        "rate_bytes_per_second": limits.rate,
        "new_tries_per_file": limits.retries,
    })
}

fn wall_json(state: &Confined) -> Value {
    match state {
        Confined::Active => json!({ "stands": true, "missing_because": null }),
        Confined::Missing(why) => json!({ "stands": false, "missing_because": why }),
    }
}

/// Replaces bytes that are not UTF-8 with U+FFFD, because JSON has no byte strings.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Escapes all characters outside printable ASCII, because they could control a terminal or be invisible there. They
/// occur only inside strings, where the escape has the same meaning.
fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '\n' | ' '..='~' => ascii.push(character),
            _ => character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(ascii, "\\u{unit:04x}");
            }),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_json_has_the_same_value() {
        let value = json!({ "näme": "\u{1b}[2J \u{202e}日本\u{1f600}\u{7f}\"\\\n" });
        let text = ascii(&format!("{value:#}"));
        assert!(text.is_ascii() && !text.contains('\u{7f}') && !text.contains('\u{1b}'), "{text}");
        assert_eq!(text.parse::<Value>().unwrap(), value);
    }
}
