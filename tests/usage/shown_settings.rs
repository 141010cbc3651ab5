//! `--show-settings`: every setting with its origin, and no secret.

use crate::support::run::IdleServer;
use crate::support::settings::{FILE, profile, with_settings, without_settings};
use crate::support::upload::PASSWORD;

#[test]
fn every_setting_is_shown_with_its_origin_and_secrets_are_masked() {
    let server = IdleServer::listen();
    let more = "timeout = 7\naccount = 'hush-4421'\nproxy = 'socks5://bob:hush-4422@127.0.0.1'";
    let settings = format!("[defaults]\nretries = 9\nverbose = true\n{}", profile(server.address(), more));
    let program = with_settings(&settings).environment("FTP_PROXY_AUTH", "bob:hush-4423");
    let typed = ["--profile", "p", "--show-settings", "--timeout", "8", "--site", "A", "--site", "B"];
    let outcome = program.arguments(typed).run();
    outcome.exits(0).claim(!server.was_contacted(), "no connection");
    let line = |name: &str| {
        let mut lines = outcome.stdout.lines().filter(|line| line.split_whitespace().next() == Some(name));
        lines.next().unwrap_or_else(|| panic!("no {name} in\n{}", outcome.stdout)).to_owned()
    };
    let shows = |name: &str, value: &str, origin: &str| {
        let line = line(name);
        assert!(line.contains(&format!(" {value} ")) && line.contains(origin), "{line}");
    };
    let host = server.address().to_string();
    shows("host", &host, "profile p in /");
    shows("user", "alice", FILE);
    shows("directory", "inbox", "profile p");
    shows("timeout", "8", "command line");
    shows("retries", "0", "profile p");
    shows("site", "A, B", "command line");
    shows("verbose", "yes", "[defaults] in /");
    shows("account", "****", "profile p");
    shows("proxy", "****", "profile p");
    shows("proxy-auth", "****", "FTP_PROXY_AUTH");
    shows("password", "****", "environment variable FTP_PASSWORD");
    shows("connect-timeout", "15", "default");
    shows("atomic", "no", "default");
    for secret in ["hush", PASSWORD] {
        outcome.never_tells(secret);
    }
    outcome.claim(outcome.stdout.is_ascii(), "nothing but text");
}

#[test]
fn settings_are_shown_without_a_profile_and_for_each_command() {
    for command in [&[][..], &["sync"], &["check"]] {
        let arguments = [command, &["--show-settings", "--timeout", "9"]].concat();
        let outcome = without_settings().arguments(arguments).run();
        outcome.exits(0).never_says("Enter");
        let line = outcome.stdout.lines().find(|line| line.starts_with("timeout ")).expect("a line").to_owned();
        assert!(line.contains(" 9 ") && line.ends_with("command line"), "{line}");
    }
    let outcome = without_settings().environment("FTP_ACCOUNT", "hush-4421").arguments(["--show-settings"]).run();
    outcome.exits(0).never_tells("hush-4421");
    assert!(outcome.stdout.contains("environment variable FTP_ACCOUNT"), "{}", outcome.stdout);
    // Typed words are places, and are shown as that; a secret among them is not.
    let places = ["--show-settings", "ftp.example.org", "alice", "a", "inbox"];
    let outcome = without_settings().arguments(places).run();
    assert!(outcome.stdout.contains("ftp.example.org"), "{}", outcome.stdout);
    let wrong = ["--show-settings", "ftp://alice:hush-4421@h/x", "a"];
    without_settings().arguments(wrong).run().never_tells("hush-4421");
}
