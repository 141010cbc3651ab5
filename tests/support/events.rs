//! Reads the events of `--json`, and checks each of them with the schema in `docs/`.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::support::outcome::Outcome;
use crate::support::upload::PASSWORD;

/// The events of one run.
pub(crate) struct Events(pub(crate) Vec<Value>);

impl Events {
    /// Reads lines, each of which must be an event that the schema allows.
    pub(crate) fn read(text: &str) -> Self {
        let events = text.lines().map(|line| {
            let event: Value = line.parse().unwrap_or_else(|error| panic!("no JSON, {error}: {line}"));
            let errors: Vec<_> = strict().iter_errors(&event).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?} in {line}");
            event
        });
        Self(events.collect())
    }

    /// The names of the events, in their order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.iter().map(|event| event["event"].as_str().expect("a name")).collect()
    }

    /// The events of this name.
    pub(crate) fn named(&self, name: &str) -> Vec<&Value> {
        self.0.iter().filter(|event| event["event"] == name).collect()
    }

    /// The only event of this name.
    pub(crate) fn only(&self, name: &str) -> &Value {
        let [event] = self.named(name)[..] else { panic!("not one {name} among {:#?}", self.0) };
        event
    }

    /// The phases, in their order.
    pub(crate) fn phases(&self) -> Vec<&str> {
        self.named("phase").into_iter().map(|event| event["phase"].as_str().expect("a phase")).collect()
    }

    /// The summary, which is the last event and the only one of its name.
    pub(crate) fn summary(&self) -> &Value {
        assert_eq!(self.names().last(), Some(&"summary"), "{:#?}", self.0);
        self.only("summary")
    }
}

impl Outcome {
    /// Claims that the program ended with this code, and that standard output has nothing but events, of which the last
    /// one has the same code. Returns the events.
    pub(crate) fn events(&self, code: i32) -> Events {
        self.exits(code).passes_general_checks();
        self.claim(self.stdout.is_ascii() && !self.stdout.contains(PASSWORD), "ASCII without the password");
        let events = Events::read(&self.stdout);
        self.claim(events.summary()["exit_code"] == code, "the exit code in the summary");
        let others = self.stderr.lines().filter(|line| !line.starts_with("ftp-uploader: ")).count();
        let is_verbose = self.command.contains("--verbose") || self.command.contains("\"-v\"");
        self.claim(is_verbose || others == 0, "only lines about failures on standard error");
        events
    }
}

/// The schema, without its permission for later versions to add fields.
fn strict() -> &'static Validator {
    static STRICT: OnceLock<Validator> = OnceLock::new();
    STRICT.get_or_init(|| {
        let mut schema: Value = include_str!("../../docs/events.schema.json").parse().expect("JSON");
        jsonschema::meta::validate(&schema).expect("a JSON schema");
        close(&mut schema);
        jsonschema::validator_for(&schema).expect("a JSON schema")
    })
}

/// Forbids all properties that are not named, in each object of the schema.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_strict_schema_finds_unknown_fields_and_words() {
    let good = serde_json::json!({
        "schema": 1, "event": "removed", "time": "2026-11-28T02:10:33.123Z", "remote": "a", "directory": false
    });
    assert!(strict().is_valid(&good));
    for (field, value) in
        [("more", Value::from(1)), ("event", "gone".into()), ("time", "now".into()), ("directory", 1.into())]
    {
        let mut bad = good.clone();
        bad[field] = value;
        assert!(!strict().is_valid(&bad), "{bad}");
    }
}
