//! The parts of events: names, errors, failures and stored files, as JSON.

use std::path::Path;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use ftp_uploader::{Context, Escaped, Failure, Remaining, Remains, StoredFile, UploadError, words};
use serde_json::{Map, Value, json};

/// The fields of an event.
pub type Fields = Map<String, Value>;

/// Adds a name under `key`: escaped, as everywhere in the output. If that is not the name itself, its bytes follow in
/// base64 under `key_base64`.
pub fn add_name(fields: &mut Fields, key: &str, name: &[u8]) {
    let shown = Escaped(name).to_string();
    if shown.as_bytes() != name {
        fields.insert(format!("{key}_base64"), Base64::encode_string(name).into());
    }
    fields.insert(key.to_owned(), shown.into());
}

/// Adds the path of a local file, or null.
pub fn add_path(fields: &mut Fields, path: Option<&Path>) {
    match path {
        Some(path) => add_name(fields, "path", path.as_os_str().as_encoded_bytes()),
        None => drop(fields.insert("path".to_owned(), Value::Null)),
    }
}

/// The fields of an object.
pub fn fields(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Fields::new(),
    }
}

/// A time in seconds, to the microsecond.
pub fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

/// An error: its stable words, the server's reply, and the message for people.
pub fn error(context: &Context, error: &UploadError) -> Value {
    let (code, text) = match error.reply() {
        Some((code, text)) => (Some(code), Some(text.to_string())),
        None => (None, None),
    };
    json!({
        "kind": error.kind(),
        "cause": error.cause(),
        "reason": error.reason(),
        "step": error.step().map(|step| step.kind()),
        "connection": error.connection().map(|connection| connection.kind()),
        "reply_code": code,
        "reply_text": text,
        "message": words::short(context, error),
    })
}

/// A failure: the error, and the files that it leaves on the server.
pub fn failure(context: &Context, failure: &Failure) -> Fields {
    let mut event = fields(json!({
        "error": error(context, &failure.error),
        "earlier": failure.earlier.as_ref().map(|earlier| error(context, earlier)),
        "partial": failure.partial_file_may_remain(),
        "remains": failure.remains.iter().map(remains).collect::<Vec<_>>(),
        "message": words::line(context, failure),
    }));
    add_path(&mut event, failure.file.as_deref());
    event
}

fn remains(remains: &Remains) -> Value {
    let bytes = match remains.state {
        Remaining::Seen(bytes) => Some(bytes),
        Remaining::Removed | Remaining::Unknown => None,
    };
    let mut entry = fields(json!({ "content": remains.of.kind(), "state": remains.state.kind(), "size_bytes": bytes }));
    add_name(&mut entry, "remote", &remains.name);
    entry.into()
}

/// A stored or staged file.
pub fn stored(stored: &StoredFile) -> Fields {
    let mut event = fields(json!({
        "size_bytes": stored.size,
        "sent_bytes": stored.sent,
        "resumed_at_byte": stored.resumed_at,
        "seconds": seconds(stored.time),
        "verified": stored.verified.kind(),
    }));
    add_path(&mut event, Some(&stored.file));
    add_name(&mut event, "remote", &stored.remote);
    if let Some(name) = &stored.stored_as {
        add_name(&mut event, "stored_as", name);
    }
    if let Some(name) = &stored.staged_as {
        add_name(&mut event, "staged_as", name);
    }
    event
}
