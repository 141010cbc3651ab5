//! A profile beside a command line: precedence for every option, the names of keys, and files that are hostile.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, Command};
use proptest::prelude::*;

use super::definition::{check_values, given, option, options};
use super::keys::{NO_KEYS, OPTIONS};
use super::words::Folders;
use super::*;
use crate::args::commands;

/// Values of which each option takes some.
const CANDIDATES: [&str; 14] = [
    "1",
    "2",
    "3",
    "600",
    "644",
    "640",
    "127.0.0.1",
    "127.0.0.2",
    "lo",
    "name",
    "socks5://localhost:1",
    "socks5://localhost:2",
    "sha256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "sha256:AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
];

/// The folders of the tests.
fn folders() -> Folders<'static> {
    Folders { file: Path::new("/etc/ftp-uploader"), home: None }
}

fn read(
    commands: &Commands,
    command: &Command,
    typed: &[&str],
    secrets: &[&str],
    text: &str,
) -> Result<Profile, String> {
    let typed: Vec<OsString> = typed.iter().map(OsString::from).collect();
    let profile =
        Profile::typed(command, &typed, &|name| secrets.contains(&name)).map_err(|error| error.to_string())?;
    profile.take(text, commands, command, folders())
}

/// The values of the option `id` in a run with the words of the profile and the typed ones.
fn value(command: &Command, profile: &Profile, typed: &[&str], id: &str) -> Option<Vec<String>> {
    let words: Vec<_> = profile.words().cloned().chain(typed.iter().map(OsString::from)).collect();
    let matches = given(command, &words).unwrap();
    let is_set = matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    let text = |value: &std::ffi::OsStr| value.to_str().unwrap().to_owned();
    is_set.then(|| matches.get_raw(id).into_iter().flatten().map(text).collect())
}

/// Three values for an option, of which neighbours differ; for a switch there is none.
fn samples(command: &Command, long: &str, option: &Arg) -> Option<[String; 3]> {
    if !option.get_action().takes_values() {
        return None;
    }
    let possible = option.get_possible_values().into_iter().map(|value| value.get_name().to_owned());
    let fits = |value: &String| check_values(command, &[format!("--{long}={value}").into()]).is_ok();
    let found: Vec<_> = possible.chain(CANDIDATES.map(str::to_owned)).filter(fits).collect();
    assert!(found.len() > 1, "no values for --{long}: {found:?}");
    Some([0, 1, 2].map(|at| found[at % found.len()].clone()))
}

/// The places that have the option in one case, from the strongest.
#[derive(Clone, Copy, Debug)]
struct Places {
    typed: bool,
    variable: bool,
    profile: bool,
    defaults: bool,
}

const ALL_PLACES: [Places; 16] = {
    let mut all = [Places { typed: false, variable: false, profile: false, defaults: false }; 16];
    let mut at = 0;
    while at < 16 {
        all[at] = Places { typed: at & 8 != 0, variable: at & 4 != 0, profile: at & 2 != 0, defaults: at & 1 != 0 };
        at += 1;
    }
    all
};

/// The strongest place, and the number of its sample.
fn strongest(places: Places, variable: Option<&str>) -> (Option<Origin>, Option<usize>) {
    match places {
        Places { typed: true, .. } => (Some(Origin::CommandLine), Some(0)),
        Places { variable: true, .. } if let Some(name) = VARIABLES.iter().find(|(name, _)| variable == Some(name)) => {
            (Some(Origin::Variable(name.0)), None)
        }
        Places { profile: true, .. } => (Some(Origin::Profile), Some(1)),
        Places { defaults: true, .. } => (Some(Origin::Defaults), Some(2)),
        Places { .. } => (None, None),
    }
}

/// Claims the precedence for one option, whose variable is `variable`.
fn the_strongest_place_wins(
    commands: &Commands,
    command: &Command,
    (long, defined): (&str, &Arg),
    (places, variable, table): (Places, Option<&str>, &str),
) {
    let samples = samples(command, long, defined);
    let word = samples.as_ref().map_or_else(|| format!("--{long}"), |samples| format!("--{long}={}", samples[0]));
    let typed: &[&str] = if places.typed { &[&word] } else { &[] };
    let line = |there: bool, at: usize| match &samples {
        _ if !there => String::new(),
        None => format!("{long} = true\n"),
        Some(samples) => format!("{long} = '{}'\n", samples[at]),
    };
    let (profile, defaults) = (line(places.profile, 1), line(places.defaults, 2));
    let text = format!("[profile.p{table}]\n{profile}[defaults{table}]\n{defaults}[profile.p.x]\n");
    let text = text.replace("[profile.p.x]\n", if table.is_empty() { "" } else { "[profile.p]\n" });
    let name: &[&str] = &["--profile", "p"];
    let all: Vec<_> = [name, typed].concat();
    let secrets: Vec<_> = variable.into_iter().filter(|_| places.variable).collect();
    let read = read(commands, command, &all, &secrets, &text).unwrap_or_else(|error| panic!("{long}: {error}"));
    let id = defined.get_id().as_str();
    let (origin, at) = strongest(places, variable);
    assert_eq!(read.origin(id), origin, "--{long}, {places:?}");
    let expected = at.map(|at| samples.as_ref().map_or("true".to_owned(), |samples| samples[at].clone()));
    let found = value(command, &read, &all, id).map(|values| values.join(","));
    // A path of the file is relative to the folder of the file.
    let fits = |found: &str, expected: &str| found == expected || found == format!("/etc/ftp-uploader/{expected}");
    let same = match (&found, &expected) {
        (Some(found), Some(expected)) => fits(found, expected),
        (found, expected) => found == expected,
    };
    assert!(same, "--{long}, {places:?}: {found:?} instead of {expected:?}");
}

#[test]
fn for_every_option_the_command_line_replaces_a_variable_and_both_a_profile_and_that_the_defaults() {
    let commands = commands();
    let mut tried = 0;
    for command in commands.of_all().into_iter().chain([&commands.sync]) {
        let keys = options(command).filter(|(long, _)| OPTIONS.contains(long));
        for (long, defined) in keys {
            let id = defined.get_id().as_str();
            let of_file = commands
                .of_all()
                .into_iter()
                .any(|command| option(command, long).is_some_and(|other| other.get_id() == defined.get_id()));
            let variable = VARIABLES.iter().find(|(_, option)| *option == id).map(|(name, _)| *name);
            let table = if of_file { "" } else { ".sync" };
            let places = ALL_PLACES.into_iter().filter(|places| variable.is_some() || !places.variable);
            for places in places {
                the_strongest_place_wins(&commands, command, (long, defined), (places, variable, table));
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "only {tried} cases");
}

#[test]
fn every_option_is_a_key_or_none() {
    let commands = commands();
    for command in commands.of_all().into_iter().chain([&commands.sync]) {
        for (long, _) in options(command) {
            let listed = (OPTIONS.contains(&long), NO_KEYS.contains(&long));
            assert!(
                matches!(listed, (true, false) | (false, true)),
                "--{long} is in both or none of the lists of keys.rs"
            );
        }
    }
    assert!(OPTIONS.is_sorted() && NO_KEYS.is_sorted());
}

#[test]
fn a_variable_with_a_password_replaces_every_source_of_the_password() {
    let commands = commands();
    for source in ["password-file = 'x'", "netrc = true", "netrc-file = 'x'", "keyring = true"] {
        let text = format!("[defaults]\n{source}\njobs = 2\n");
        let with = read(&commands, &commands.upload, &[], &["FTP_PASSWORD"], &text).unwrap();
        assert_eq!(with.words().collect::<Vec<_>>(), ["--jobs=2"], "{source}");
        let without = read(&commands, &commands.upload, &[], &[], &text).unwrap();
        assert_eq!(without.words().count(), 2, "{source}");
    }
}

#[test]
fn a_profile_without_an_option_of_a_command_can_be_used_for_it() {
    let commands = commands();
    let text =
        "[profile.p]\natomic = true\njobs = 2\n[profile.p.sync]\natomic = 'per-file'\ndelete = 'own'\njobs = 3\n";
    let words = |command| {
        let profile = read(&commands, command, &["--profile=p"], &[], text).unwrap();
        let words = profile.words().map(|word| word.to_str().unwrap().to_owned());
        let mut words: Vec<_> = words.collect();
        words.sort();
        words
    };
    assert_eq!(words(&commands.upload), ["--atomic", "--jobs=2"]);
    assert_eq!(words(&commands.sync), ["--atomic=per-file", "--delete=own", "--jobs=3"]);
}

#[test]
fn the_login_of_a_profile_is_read() {
    let commands = commands();
    let text = "[profile.p]\nhost = 'h:21'\nuser = 'u'\ndirectory = 'in box'\n[profile.q]\n";
    let p = read(&commands, &commands.upload, &["--profile", "p"], &[], text).unwrap();
    assert_eq!((p.host, p.user, p.directory), (Some("h:21".into()), Some("u".into()), Some("in box".into())));
    let none = read(&commands, &commands.upload, &[], &[], text).unwrap();
    assert_eq!((none.host, none.user, none.directory), (None, None, None));
}

#[test]
fn paths_are_relative_to_the_folder_of_the_file_and_a_tilde_is_the_home() {
    let commands = commands();
    let folders = Folders { home: Some(Path::new("/home/me")), ..folders() };
    for (written, path) in
        [("ca.pem", "/etc/ftp-uploader/ca.pem"), ("/ca.pem", "/ca.pem"), ("~/ca.pem", "/home/me/ca.pem")]
    {
        let text = format!("[defaults]\nca-file = '{written}'\n");
        let profile = Profile::default().take(&text, &commands, &commands.upload, folders).unwrap();
        assert_eq!(profile.words().collect::<Vec<_>>(), [&format!("--ca-file={path}")[..]]);
    }
}

#[test]
fn mistakes_are_refused_with_their_line_and_the_nearest_name() {
    let commands = commands();
    for (text, expected) in [
        ("[profile.p]\n\njosb = 2", "line 3: there is no key josb; did you mean jobs?"),
        ("[profile.p]\nconnect_timeout = 2", "there is no key connect_timeout; did you mean connect-timeout?"),
        ("[profile.p]\nhots = 'x'", "there is no key hots; did you mean host?"),
        ("[profile.p]\nxyzzy = 'x'", "line 2: there is no key xyzzy"),
        ("[profile.p]\n\"a\\u001b[m\" = 'x'", "there is no key a\\u{1b}[m"),
        ("[defaults]\nhost = 'x'", "line 2: host is a key of [profile.NAME] alone"),
        ("[profile.p]\npassword = 'hunter2'", "line 2: password: no password is read from this file"),
        ("[profile.p]\nPassword = 'hunter2'", "no password is read from this file"),
        ("[profile.p]\nexplain = true", "line 2: explain is an option for one run, and no key"),
        ("[profile.p]\nfrom-stdin = 'x'", "from-stdin is an option for one run"),
        ("[profile.p]\ntarget-directory = 'x'", "target-directory is no key; use directory"),
        (
            "[profile.p]\ndelete = 'own'",
            "line 2: delete is an option of sync alone; write it below [profile.NAME.sync]",
        ),
        ("[profile.p.sync]\nhost = 'x'", "host is a key of [profile.NAME] alone"),
        ("[profile.p.sync]\nunique = true", "there is no key unique"),
        ("[profile.p]\njobs = 'hunter2'", "line 2: jobs: not a whole number"),
        ("[profile.p]\ntls = 'hunter2'", "line 2: tls: it is one of explicit, implicit, off"),
        ("[profile.p]\ntls = true", "line 2: tls: it has a value"),
        ("[profile.p]\ntls = ['off']", "line 2: tls: it has one value"),
        ("[profile.p]\natomic = 'yes'", "line 2: atomic: it is true or false"),
        ("[profile.p]\ntimeout = 0", "line 2: timeout: not a whole number of seconds"),
        ("[profile.p]\npin = ['sha256:x']", "line 2: pin: a pin is"),
        ("[profile.p]\nhost = 1.5\nuser = true", "line 3: user: it is a text"),
        ("[profile.pp]\n", "there is no profile p; did you mean pp?"),
        ("[profile.else]\n", "there is no profile p"),
    ] {
        let error = read(&commands, &commands.upload, &["--profile", "p"], &[], text).map(|_| ()).unwrap_err();
        assert!(error.contains(expected), "{text:?}: {error}");
        assert!(!error.contains("hunter2") && !error.chars().any(char::is_control), "{text:?}: {error}");
    }
}

#[test]
fn keys_of_other_profiles_are_checked_too() {
    let commands = commands();
    let text = "[profile.other]\nnonsense = 1\n";
    assert!(read(&commands, &commands.upload, &[], &[], text).unwrap_err().contains("nonsense"));
}

#[test]
fn a_command_line_that_is_wrong_by_itself_is_reported_as_that() {
    let commands = commands();
    for typed in [&["--nonsense"][..], &["--jobs"], &["--help"]] {
        assert!(read(&commands, &commands.upload, typed, &[], "").is_err(), "{typed:?}");
    }
    // A wrong value is left to the parser of the whole line.
    assert!(read(&commands, &commands.upload, &["--jobs=x", "--atomic", "--unique"], &[], "").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_hostile_file_makes_a_run_panic_or_is_shown_raw(
        text in "(\\[(defaults|profile\\.p|profile|defaults\\.sync)\\]\n|(host|jobs|pin|tls|atomic|site|delete|\"\u{1b}\"|[a-z]{3}) = ('[a\u{1b}]{0,3}'|\"\\\\u[0-9a-f]{4}\"|-?[0-9]{1,19}|true|\\[('x',?){0,3}\\]|\\{a = 1\\})\n){0,8}"
    ) {
        let commands = commands();
        for command in [&commands.upload, &commands.sync] {
            if let Err(line) = read(&commands, command, &["--profile", "p"], &[], &text) {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
