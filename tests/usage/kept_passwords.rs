//! Passwords that are kept in a `.netrc` file or in the keyring of the desktop.

use crate::support::program::Program;
use crate::support::run::Run;
use crate::support::scripted_server::ScriptedServer;
use crate::support::settings::{profile, refused, stores_hello, with_settings, without_settings, write};
use crate::support::upload::PASSWORD;

/// Adds a file or a variable of a case to a program.
type Given = fn(Program) -> Program;

#[test]
fn a_password_comes_from_the_users_netrc_file_or_another() {
    let entry =
        format!("machine 127.0.0.1 login bob password x\nmachine 127.0.0.1\nlogin alice password \"{PASSWORD}\"\n");
    let ways: [(Given, &[&str]); 3] = [
        (
            |program| {
                let home = program.path("");
                program.environment("HOME", home)
            },
            &["--netrc"],
        ),
        (|program| program.environment("NETRC", "other"), &["--netrc"]),
        (|program| program, &["--netrc-file", "other"]),
    ];
    for (change, options) in ways {
        let server = ScriptedServer::start(stores_hello());
        let program = without_settings();
        [".netrc", "other"].iter().for_each(|name| write(&program.path(name), &entry, 0o600));
        let host = server.address().to_string();
        let program = change(program).arguments(options).arguments([&host, "alice", "hello.txt", "inbox"]);
        Run::end(program.start(), server).outcome.succeeds().never_tells(PASSWORD);
    }
}

#[test]
fn netrc_on_the_command_line_replaces_the_variable_and_in_a_profile_the_variable_replaces_it() {
    let entry = format!("machine 127.0.0.1 login alice password \"{PASSWORD}\"\n");
    let cases = [
        ("wrong", "", &["--netrc-file", "netrc", "--profile", "p", "hello.txt"][..]),
        (PASSWORD, "netrc-file = 'missing'", &["--profile", "p", "hello.txt"]),
    ];
    for (variable, more, arguments) in cases {
        let server = ScriptedServer::start(stores_hello());
        let program = with_settings(&profile(server.address(), more)).environment("FTP_PASSWORD", variable);
        write(&program.path("netrc"), &entry, 0o600);
        Run::end(program.arguments(arguments).start(), server).outcome.succeeds();
    }
}

#[test]
fn a_netrc_file_that_cannot_be_used_is_exit_2_and_nothing_of_it_is_shown() {
    for (text, mode, expected) in [
        ("machine 127.0.0.1 login alice password hush-4421", 0o640, "chmod go-rwx"),
        ("machine 127.0.0.1 login bob password hush-4421", 0o600, "no entry for alice on 127.0.0.1"),
        ("machine 127.0.0.2 login alice password hush-4421", 0o600, "no entry for alice"),
        ("machine 127.0.0.1\nlogin alice hush-4421", 0o600, "line 2"),
        ("machine 127.0.0.1 login alice password \"hush-4421\\n\"", 0o600, "No FTP command can carry"),
    ] {
        let change = |program: Program| {
            write(&program.path("netrc"), text, mode);
            program
        };
        let outcome = refused(change, "", &["--profile", "p", "--netrc-file", "netrc", "hello.txt"]);
        outcome.says(expected).never_tells("hush-4421");
    }
    refused(|program| program, "", &["--profile", "p", "--netrc", "hello.txt"]).says("HOME");
    refused(|program| program, "", &["--profile", "p", "--netrc", "--password-file", "x", "hello.txt"]).says("--netrc");
}

#[test]
#[cfg(not(feature = "keyring"))]
fn a_program_without_a_keyring_says_how_to_build_one_that_has_it() {
    let outcome = refused(|program| program, "", &["--profile", "p", "--keyring", "hello.txt"]);
    outcome.says("--features keyring");
}
