//! `--explain` prints every capability that a run would be granted, connects to nobody and asks for no password.

use std::os::unix::ffi::OsStrExt;

use serde_json::{Value, json};
use test_servers::certificates::Authority;

use crate::support::outcome::Outcome;
use crate::support::run::IdleServer;
use crate::support::upload::Upload;

#[test]
fn everything_that_is_lent_is_told_and_nothing_is_sent() {
    let server = IdleServer::listen();
    let address = server.address();
    let outcome = explained(&server, "text", Upload::of_hello().and("other", b"123"));
    for told in [
        &format!("  server     {address}\n"),
        &format!("  address    {address}\n"),
        "  data       connections to the same address, ports 1024 to 65535\n",
        "  tls        none\n",
        "  password   of alice: MAY BE SENT IN CLEAR; once for each login, by the host\n",
        "  file       hello.txt, 6 bytes, to be stored as hello.txt in inbox\n",
        "  file       other, 3 bytes, to be stored as other in inbox\n",
        "  limit      4194304 bytes of memory, 32 handles\n",
        "  limit      5 s to connect, 5 s of silence, 0 new tries per file\n",
        "Nothing was connected to, and nothing was sent.\n",
    ] {
        outcome.claim(outcome.stdout.contains(told), &format!("`{told}` on standard output"));
    }
    // There is one line for each wall, whether this kernel supports it or not.
    let walls = outcome.stdout.lines().filter(|line| line.starts_with("  wall ") || line.starts_with("  no wall "));
    outcome.claim(walls.count() == 5, "five walls");
}

#[test]
fn the_format_for_people_needs_not_be_named_and_quiet_does_not_silence_it() {
    let server = IdleServer::listen();
    let named = explained(&server, "text", Upload::of_hello()).stdout;
    let outcome = run(Upload::of_hello().options(["--explain", "--quiet"]), server.address().to_string());
    outcome.claim(outcome.stdout == named, &named);
}

#[test]
fn json_says_the_same_to_programs() {
    let server = IdleServer::listen();
    let address = server.address().to_string();
    let told = json_of(&server, Upload::of_hello());
    assert_eq!(told["server"], json!(address));
    assert_eq!(told["addresses"], json!([address]));
    assert_eq!(told["data_connections"], json!({ "made_by": "client", "first_port": 1024, "last_port": 65535 }));
    assert_eq!((&told["tls"], &told["trust"]), (&json!("off"), &Value::Null));
    assert_eq!(told["user"], json!("alice"));
    assert_eq!(told["password_may_be_sent_in_clear"], json!(true));
    assert_eq!(told["files"], json!([{ "path": "hello.txt", "name": "hello.txt", "size_bytes": 6 }]));
    assert_eq!(told["limits"]["memory_bytes"], json!(4 << 20));
    assert_eq!(told["limits"]["whole_run_seconds"], Value::Null);
    for wall in ["files", "ports", "processes", "system_calls", "memory"] {
        let wall = &told["walls"][wall];
        assert_eq!(wall["stands"] == json!(true), wall["missing_because"].is_null(), "{told:#}");
    }
}

#[test]
fn every_option_that_changes_what_is_lent_changes_what_is_told() {
    let server = IdleServer::listen();
    let options = ["--active", "--source-address", "127.0.0.3", "--interface", "lo", "--max-time", "77"];
    let more = ["--limit-rate", "2k", "--tls", "implicit", "--insecure"];
    let told = json_of(&server, Upload::of_hello().timeout("7").retries("4").options(options).options(more));
    assert_eq!(told["data_connections"], json!({ "made_by": "server", "first_port": null, "last_port": null }));
    assert_eq!((&told["source_address"], &told["interface"]), (&json!("127.0.0.3"), &json!("lo")));
    assert_eq!((&told["tls"], &told["trust"]), (&json!("implicit"), &json!({ "by": "nothing" })));
    assert_eq!(told["password_may_be_sent_in_clear"], json!(false));
    let limits = &told["limits"];
    assert_eq!((&limits["silence_seconds"], &limits["connecting_seconds"]), (&json!(7), &json!(7)));
    assert_eq!((&limits["whole_run_seconds"], &limits["rate_bytes_per_second"]), (&json!(77), &json!(2048)));
    assert_eq!(limits["new_tries_per_file"], json!(4));
    let from_stdin = Upload::of_nothing().options(["--from-stdin", "stream"]);
    assert_eq!(
        json_of(&server, from_stdin)["files"],
        json!([{ "path": "stream", "name": "stream", "size_bytes": null }])
    );
}

#[test]
fn a_proxy_is_told_of_without_its_credentials() {
    let (server, proxy) = (IdleServer::listen(), IdleServer::listen());
    let (address, at) = (server.address().to_string(), proxy.address().to_string());
    let through = |scheme: &str| Upload::of_hello().options(["--tls", "off", "--proxy", &format!("{scheme}://{at}")]);
    let lent = |upload: Upload| upload.program(|program| program.environment("FTP_PROXY_AUTH", "bob:hush"));
    for (scheme, credentials) in [("socks5", false), ("socks5h", true), ("http", true)] {
        let upload = || if credentials { lent(through(scheme)) } else { through(scheme) };
        let outcome = explained(&server, "json", upload());
        outcome.never_says("hush").claim(!outcome.stdout.contains("hush"), "no credentials");
        let told: Value = outcome.stdout.parse().unwrap();
        let url = format!("{scheme}://{at}");
        let expected = json!({ "url": url, "scheme": scheme, "addresses": [at], "credentials": credentials });
        assert_eq!(told["proxy"], expected);
        assert_eq!(told["addresses"], json!([address]));
        let people = explained(&server, "text", upload());
        let auth = if credentials { "FTP_PROXY_AUTH is sent to it in clear" } else { "no credentials are sent to it" };
        let line = format!("  proxy      {url} at {at}; all connections go through it; {auth}\n");
        people.claim(people.stdout.contains(&line) && !people.stdout.contains("hush"), &line);
    }
    assert!(!proxy.was_contacted());
    assert_eq!(json_of(&server, Upload::of_hello())["proxy"], Value::Null);
}

#[test]
fn a_name_that_a_proxy_resolves_is_not_looked_up() {
    let proxy = IdleServer::listen();
    let behind = |scheme: &str, format: &str| {
        let url = format!("{scheme}://{}", proxy.address());
        Upload::of_hello().options(["--tls", "off", "--proxy", &url, format])
    };
    let outcome = run(behind("socks5h", "--explain"), "behind.invalid".to_owned());
    outcome.claim(outcome.stdout.contains("  address    resolved by the proxy\n"), "no address");
    let outcome = run(behind("http", "--explain=json"), "behind.invalid".to_owned());
    assert_eq!(outcome.stdout.parse::<Value>().unwrap()["addresses"], json!([]));
    behind("socks5", "--explain").at("behind.invalid").run().fails(4).says("cannot find behind.invalid");
    assert!(!proxy.was_contacted());
}

#[test]
fn the_trust_of_a_run_is_told() {
    let server = IdleServer::listen();
    let authority = Authority::new();
    let pin = "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let pinned = explained(&server, "text", Upload::of_hello().options(["--pin", pin]));
    pinned.claim(pinned.stdout.contains(&format!("required, after AUTH TLS; the server's key must be {pin}")), pin);
    pinned.claim(pinned.stdout.contains("of alice: is sent only inside TLS"), "a password that is protected");
    let told = json_of(&server, Upload::of_hello().options(["--pin", pin]));
    assert_eq!(told["trust"], json!({ "by": "pins", "pins": [pin] }));
    assert_eq!(json_of(&server, Upload::of_hello().trusting(&authority))["trust"], json!({ "by": "ca_file" }));
    let platform = Upload::of_hello().with_local("platform.pem", authority.pem()).options(["--tls", "explicit"]);
    let platform = platform.program(|program| program.environment("SSL_CERT_FILE", "platform.pem"));
    let told = &json_of(&server, platform)["trust"];
    assert_eq!(*told, json!({ "by": "environment", "variables": ["SSL_CERT_FILE"] }));
}

#[test]
fn hostile_names_are_harmless_in_both_formats() {
    let server = IdleServer::listen();
    let name = std::ffi::OsStr::from_bytes("ev\u{1b}[2Jil\u{202e}\u{9b}\"".as_bytes());
    // No command can carry a control byte, so control bytes can only be in the local path.
    let upload = || {
        let upload = Upload::of_nothing().user("al\u{202e}ice");
        std::fs::create_dir(upload.path(".").join(name)).unwrap();
        std::fs::write(upload.path(".").join(name).join("file"), "x").unwrap();
        upload.argument_file(std::path::Path::new(name).join("file"))
    };
    // `Program::run` checks the output for raw control characters.
    let text = explained(&server, "text", upload()).stdout;
    assert!(text.contains("\\u{1b}[2Jil\\u{202e}") && text.contains("of al\\u{202e}ice"), "{text}");
    let told = json_of(&server, upload());
    assert_eq!(told["files"][0]["path"], json!(format!("{}/file", name.to_str().unwrap())));
    assert_eq!(told["user"], json!("al\u{202e}ice"));
}

#[test]
fn an_error_that_prevents_a_run_prevents_its_explanation() {
    let explain = |upload: Upload| upload.options(["--explain"]);
    IdleServer::listen().refuses(3, explain(Upload::of_nothing().argument_file("missing")));
    explain(Upload::of_hello()).at("nowhere.invalid").run().fails(4);
    let empty = Upload::of_hello().with_local("none.pem", b"").options(["--tls", "explicit"]);
    IdleServer::listen().refuses(5, explain(empty.program(|program| program.environment("SSL_CERT_FILE", "none.pem"))));
    IdleServer::listen().refuses(2, Upload::of_hello().options(["--explain=xml"]));
}

#[test]
fn every_name_in_the_json_is_documented() {
    let documentation = include_str!("../../docs/explain.md");
    let options =
        ["--tls", "explicit", "--pin", &format!("sha256:{}", "00".repeat(32)), "--proxy", "http://127.0.0.1:1"];
    let told = json_of(&IdleServer::listen(), Upload::of_hello().options(options));
    assert!(told["proxy"]["url"].is_string(), "{told:#}");
    let mut names = Vec::new();
    collect_names(&told, &mut names);
    assert!(names.len() > 40, "{names:?}");
    for name in names {
        assert!(documentation.contains(&format!("`{name}`")), "docs/explain.md does not have `{name}`");
    }
}

fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            names.push(name.clone());
            collect_names(value, names);
        }),
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, names)),
        _ => {}
    }
}

fn json_of(server: &IdleServer, upload: Upload) -> Value {
    let outcome = explained(server, "json", upload);
    outcome.stdout.parse().unwrap_or_else(|error| panic!("{error}: {}", outcome.stdout))
}

/// Explains an upload to `server` without a password, and claims that nothing connected to the server.
fn explained(server: &IdleServer, format: &str, upload: Upload) -> Outcome {
    let outcome = run(upload.options([format!("--explain={format}")]), server.address().to_string());
    outcome.claim(!server.was_contacted(), "no connection to the server");
    outcome
}

fn run(upload: Upload, host: String) -> Outcome {
    let outcome = upload.without_password().at(host).without_terminal().run();
    outcome.exits(0).claim(outcome.stderr.is_empty(), "nothing on standard error");
    outcome
}
