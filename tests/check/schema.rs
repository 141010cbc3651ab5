//! The JSON of a check has the form of its schema, whatever was found.

use serde_json::{Value, json};

use crate::support::check::check;
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Quirk, Refusal};

const SCHEMA: &str = include_str!("../../docs/check.schema.json");

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is a schema")
}

#[test]
fn every_result_has_the_form_of_the_schema() {
    let schema = schema();
    let quirks = [
        vec![],
        vec![Quirk::Refuses("STOR", "550 No")],
        vec![Quirk::Refuses("DELE", "550 No")],
        vec![Quirk::Refuses("RNFR", "502 Unknown"), Quirk::Refuses("MFMT", "550 No"), Quirk::NoMlsd],
        vec![Quirk::AtMostSessions(1, Refusal::Login), Quirk::ClosesOnFlight],
        vec![Quirk::Refuses("CWD", "550 No")],
        vec![Quirk::Refuses("PASS", "530 No")],
    ];
    for quirks in quirks {
        let server = QuirkyServer::start(quirks.clone());
        for options in [&["--jobs", "2"][..], &["--read-only", "--jobs", "1"]] {
            let checked = check(&server, "inbox", options);
            let errors: Vec<_> = schema.iter_errors(checked.document()).map(|error| error.to_string()).collect();
            checked.claim(errors.is_empty(), &format!("the schema, with {quirks:?}: {errors:?}"));
        }
    }
}

#[test]
fn the_schema_refuses_other_forms() {
    let schema = schema();
    let server = QuirkyServer::start([]);
    let checked = check(&server, "inbox", &["--jobs", "1"]);
    let good = checked.document();
    assert!(schema.is_valid(good));
    for (pointer, value) in [
        ("/schema", json!(2)),
        ("/findings/login/result", json!("yes")),
        ("/findings/file/rename/result", json!("fails")),
        ("/findings/tls/used", json!("on")),
        ("/findings/connections/open", json!(-1)),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("a value") = value;
        assert!(!schema.is_valid(&bad), "{pointer}");
    }
}
