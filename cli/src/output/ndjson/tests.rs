//! Events about hostile names and replies, and the lists of the documentation.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use ftp_uploader::{Context, Event, Put, Request, ServerText, Step, Target, UploadError};
use serde_json::{Value, json};

use super::{NAMES, events, line, values};

const SCHEMA: &str = include_str!("../../../../docs/events.schema.json");
const DOCUMENT: &str = include_str!("../../../../docs/events.md");

fn context() -> Context {
    let target = Target::new("ftp.example.org".parse().unwrap(), "alice").unwrap();
    Context::of(&Request::of(target, Put::into_directory("inbox").unwrap()))
}

#[test]
fn the_schema_and_the_documentation_have_all_events() {
    let schema: Value = SCHEMA.parse().unwrap();
    let of_schema: Vec<_> =
        schema["oneOf"].as_array().unwrap().iter().map(|one| one["$ref"].as_str().unwrap()).collect();
    assert_eq!(of_schema, NAMES.map(|name| format!("#/$defs/{name}")));
    let (_, table) = DOCUMENT.split_once("| Event | Meaning").unwrap();
    let rows = table.lines().skip(2).map_while(|row| row.strip_prefix("| `")?.split_once('`'));
    assert_eq!(rows.map(|(name, _)| name).collect::<Vec<_>>(), NAMES);
}

#[test]
fn the_documentation_names_all_fields_of_the_schema() {
    let schema: Value = SCHEMA.parse().unwrap();
    for definition in NAMES.iter().copied().chain(["error"]) {
        for field in schema["$defs"][definition]["properties"].as_object().unwrap().keys() {
            let is_common = ["schema", "event"].contains(&field.as_str()) || field.ends_with("_base64");
            assert!(is_common || DOCUMENT.contains(&format!("`{field}`")), "{definition}.{field} in docs/events.md");
        }
    }
}

#[test]
fn the_fields_of_all_events_come_first() {
    let line = line("removed", &json!({ "directory": true, "a": 1 }));
    assert!(line.starts_with(r#"{"schema":1,"event":"removed","time":"2"#), "{line}");
    assert!(line.ends_with(r#"Z","a":1,"directory":true}"#), "{line}");
    let empty = super::line("untried", &json!({}));
    assert!(empty.ends_with("Z\"}"), "{empty}");
}

#[test]
fn names_and_replies_of_any_bytes_make_lines_of_ascii_that_can_be_parsed() {
    let mut random = fastrand::Rng::with_seed(16);
    let pieces: [&[u8]; 9] = [
        b"\"",
        b"\\",
        b"\r\n",
        b"\x1b[2J",
        b"\xff\xfe",
        "\u{202e}\u{2028}".as_bytes(),
        "日本🚀".as_bytes(),
        b"a",
        b"{}",
    ];
    for _ in 0..2000 {
        let length = random.usize(..12);
        let mut bytes: Vec<_> = (0..length).flat_map(|_| pieces[random.usize(..pieces.len())]).copied().collect();
        bytes.push(random.u8(1..));
        let path = Path::new(OsStr::from_bytes(&bytes));
        let text = ServerText::from(&bytes[..]);
        let error = UploadError::Refused { step: Step::Store, code: 550, text };
        let (pause, file) = (Duration::from_millis(1234), Some(path));
        let retry = Event::Retrying { file, error: &error, pause, count: 1, limit: 3 };
        let (name, fields) = events::Events::new(context().into()).of(&retry, false).unwrap();
        let line = line(name, &fields.into());
        assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{line}");
        let parsed: Value = line.parse().unwrap();
        assert_eq!(name_in(&parsed, "path"), bytes, "{line}");
        assert_eq!(parsed["error"]["reply_code"], 550);
        let shown = ftp_uploader::Escaped(&bytes).to_string();
        assert_eq!(parsed["error"]["reply_text"], shown);
    }
}

/// The bytes of a name: those in base64, if there are any.
fn name_in(event: &Value, key: &str) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    match event[format!("{key}_base64")].as_str() {
        Some(coded) => Base64::decode_vec(coded).unwrap(),
        None => event[key].as_str().unwrap().into(),
    }
}

#[test]
fn a_name_has_its_bytes_only_if_the_text_is_not_the_name() {
    let named = |name: &[u8]| {
        let mut fields = values::Fields::new();
        values::add_name(&mut fields, "remote", name);
        Value::from(fields)
    };
    assert_eq!(named("büro/日本.txt".as_bytes()), json!({ "remote": "büro/日本.txt" }));
    assert_eq!(named(b"\xff\\"), json!({ "remote": "\\xff\\", "remote_base64": "/1w=" }));
}
