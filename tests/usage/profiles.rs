//! Profiles: settings in a file, their precedence, and mistakes in the file.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use test_servers::Kind;

use crate::support::program::Program;
use crate::support::run::Run;
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::settings::{FILE, profile, refused, run, stores_hello, with_settings, without_settings, write};
use crate::support::upload::{HELLO, PASSWORD};

/// Adds a file or a variable of a case to a program.
type Given = fn(Program) -> Program;

#[test]
fn a_profile_names_the_server_the_user_and_the_directory() {
    let run = run(stores_hello(), |server| profile(server, ""), &["--profile", "p", "hello.txt"]);
    run.outcome.succeeds().says("Stored hello.txt in inbox");
    run.server_log.stored(HELLO);
}

#[test]
fn a_real_server_gets_a_file_and_a_directory_by_a_profile() {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    let text = format!(
        "[defaults]\nverify = 'off'\n[profile.real]\nhost = '{}'\nuser = '{}'\ndirectory = '{}'\natomic = true\n\
         [profile.real.sync]\natomic = 'off'\nno-lock = true\n",
        server.addr,
        server.user,
        server.upload_dir()
    );
    let start = || with_settings(&text).environment("FTP_PASSWORD", server.password);
    start().arguments(["--profile", "real", "-v", "hello.txt"]).run().succeeds().says("RNFR");
    assert_eq!(server.stored("hello.txt"), HELLO);
    let synchronised = start();
    fs::create_dir(synchronised.path("site")).expect("a folder");
    let synchronised = synchronised.with_file("site/index.html", b"<html>");
    synchronised.arguments(["sync", "--profile", "real", "-v", "site"]).run().succeeds().never_says("RNFR");
    assert_eq!(server.stored("index.html"), b"<html>");
}

#[test]
fn options_of_the_command_line_take_precedence_over_those_of_the_profile() {
    let more = "site = ['FROM PROFILE']\naccount = 'profile'\nunique = true";
    let script = Script::logged_in().expect("SITE TYPED").reply("200 Fine").expect("CWD inbox").reply("550 No inbox");
    let typed = ["--profile", "p", "--site", "TYPED", "--atomic", "hello.txt"];
    run(script, |server| profile(server, more), &typed).outcome.fails(7);
}

#[test]
fn a_profile_takes_precedence_over_the_defaults_and_these_hold_without_a_profile() {
    let settings = |server| format!("[defaults]\nsite = ['DEFAULT']\n{}", profile(server, "site = ['PROFILE']"));
    let script = |site: &str| {
        let sent = Script::logged_in().expect(&format!("SITE {site}")).reply("200 Fine");
        sent.expect("CWD inbox").reply("550 No inbox")
    };
    run(script("PROFILE"), settings, &["--profile", "p", "hello.txt"]).outcome.fails(7);
    run(script("DEFAULT"), settings, &["--retries", "0", "{host}", "alice", "hello.txt", "inbox"]).outcome.fails(7);
}

#[test]
fn a_variable_takes_precedence_over_a_profile() {
    let server = ScriptedServer::start({
        let asked = Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"));
        asked.reply("332 Account").expect("ACCT from-variable").reply("530 No")
    });
    let program = with_settings(&profile(server.address(), "account = 'from-profile'\npassword-file = 'missing'"));
    let program = program.environment("FTP_ACCOUNT", "from-variable").arguments(["--profile", "p", "hello.txt"]);
    Run::end(program.start(), server).outcome.fails(6).never_says("from-variable").never_says("from-profile");
}

#[test]
fn the_words_of_the_command_line_take_precedence_over_the_directory_of_the_profile() {
    let script = || Script::logged_in().expect("CWD elsewhere").reply("550 No");
    let settings = |server| profile(server, "");
    let typed = ["--profile", "p", "-t", "elsewhere", "hello.txt"];
    run(script(), settings, &typed).outcome.fails(7);
    let no_directory = |server| profile(server, "").replace("directory = 'inbox'\n", "");
    run(script(), no_directory, &["--profile", "p", "hello.txt", "elsewhere"]).outcome.fails(7);
}

#[test]
fn the_file_is_found_by_option_variable_and_usual_place_and_can_be_switched_off() {
    let script = || Script::logged_in().expect("SITE HERE").reply("200 Fine").expect("CWD inbox").reply("550 No");
    let plain = || Script::logged_in().expect("CWD inbox").reply("550 No");
    let given: [(&str, Given, &[&str]); 8] = [
        ("HERE", |program| program, &[]),
        ("HERE", |program| program.environment("HOME", "/nowhere"), &[]),
        ("HERE", |program| program.environment("FTP_UPLOADER_CONFIG", FILE), &["--config", FILE]),
        ("HERE", |program| program.environment("FTP_UPLOADER_CONFIG", FILE), &[]),
        ("HERE", |program| program.environment("FTP_UPLOADER_CONFIG", "none"), &["--config", FILE]),
        ("", |program| program.environment("FTP_UPLOADER_CONFIG", FILE), &["--config", "none"]),
        ("", |program| program.environment("FTP_UPLOADER_CONFIG", "none"), &[]),
        ("", |program| program.environment("FTP_UPLOADER_CONFIG", ""), &[]),
    ];
    for (site, change, options) in given {
        let server = ScriptedServer::start(if site.is_empty() { plain() } else { script() });
        let program = change(with_settings("[defaults]\nsite = ['HERE']\n")).arguments(options);
        let host = server.address().to_string();
        let program = program.arguments(["--retries", "0", "--jobs", "1", &host, "alice", "hello.txt", "inbox"]);
        Run::end(program.start(), server).outcome.fails(7);
    }
}

#[test]
fn the_usual_place_is_below_the_home_if_there_is_no_other() {
    let server = ScriptedServer::start(stores_hello());
    let program = Program::new().with_file("hello.txt", HELLO);
    fs::create_dir_all(program.path(".config/ftp-uploader")).expect("a folder");
    write(&program.path(".config/ftp-uploader/config.toml"), &profile(server.address(), ""), 0o644);
    let home = program.path("");
    let program = program.environment("HOME", home).environment("FTP_PASSWORD", PASSWORD);
    Run::end(program.arguments(["--profile", "p", "hello.txt"]).start(), server).outcome.succeeds();
}

#[test]
fn a_file_that_is_missing_is_a_mistake_only_if_it_was_asked_for() {
    let server = ScriptedServer::start(stores_hello());
    let host = server.address().to_string();
    let program = without_settings().environment("FTP_PASSWORD", PASSWORD);
    Run::end(program.arguments([&host[..], "alice", "hello.txt", "inbox"]).start(), server).outcome.succeeds();
    refused(|program| program, "", &["--config", "missing.toml", "--profile", "p", "hello.txt"]).says("missing.toml");
    let program = without_settings().arguments(["--profile", "p", "hello.txt"]);
    program.run().fails(2).says("no profile p").says(FILE);
    refused(|program| program, "", &["--config", "none", "--profile", "p", "hello.txt"]).says("--config");
}

#[test]
fn a_file_that_other_users_can_change_is_refused() {
    for mode in [0o620, 0o602, 0o666] {
        let open = |program: Program| {
            fs::set_permissions(program.path(FILE), Permissions::from_mode(mode)).expect("a mode");
            program
        };
        refused(open, "", &["--profile", "p", "hello.txt"]).says("other users can change it").says("chmod go-w");
    }
}

#[test]
fn mistakes_in_the_file_are_exit_2_and_name_the_line() {
    let arguments = ["--profile", "p", "hello.txt"];
    refused(|program| program, "josb = 2", &arguments).says("line 7").says("did you mean jobs?").says(FILE);
    refused(|program| program, "timeout = 0", &arguments).says("line 7: timeout");
    refused(|program| program, "tls = 'sometimes'", &arguments).says("explicit, implicit, off").never_says("sometimes");
    refused(|program| program, "[[[", &arguments).says("not TOML");
    refused(|program| program, "explain = true", &arguments).says("for one run");
    refused(|program| program, "", &["--profile", "q", "hello.txt"]).says("no profile q").says(FILE);
    refused(|program| program, "[profile.produce]", &["--profile", "prodcue", "x"]).says("did you mean produce?");
    refused(|program| program, "unique = true\natomic = true", &arguments).says("--atomic").says("profile p in");
}

#[test]
fn a_password_in_the_file_is_refused_and_not_repeated() {
    for key in ["password", "Passwd", "ftp-password"] {
        let outcome = refused(|program| program, &format!("{key} = 'hush-4421'"), &["--profile", "p", "hello.txt"]);
        outcome.says("no password is read from this file").says("password-file").never_tells("hush-4421");
    }
    let outcome = refused(|program| program, "jobs = hush-4421", &["--profile", "p", "hello.txt"]);
    outcome.says("line 7").never_tells("hush-4421");
}
