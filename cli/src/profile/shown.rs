//! `--show-settings`: every setting with its value and its origin. Secrets are masked.

use std::ffi::OsString;

use clap::{Arg, ArgMatches, Command};
use ftp_uploader::Escaped;

use crate::platform::file_rights::UNCHECKED;
use crate::profile::definition::options;
use crate::profile::keys::NO_KEYS;
use crate::profile::{Origin, Profile};

/// The text that replaces a secret.
const MASK: &str = "****";

/// The text for an option without a value.
const NONE: &str = "-";

/// Settings that are no options.
pub struct Facts {
    /// HOST, if it is known.
    pub host: Option<OsString>,
    /// USERNAME, if it is known.
    pub user: Option<OsString>,
    /// REMOTEDIR, if it is known.
    pub directory: Option<OsString>,
    /// True if `FTP_PROXY_AUTH` is set.
    pub has_proxy_auth: bool,
    /// The library's defaults: the identifier of an option, and its value.
    pub defaults: Vec<(&'static str, String)>,
}

/// A line of the table: the name, the value, the origin.
type Row = [String; 3];

/// Returns the table for a run of `command` with `matches`: one line for each setting.
pub fn shown(command: &Command, matches: &ArgMatches, profile: &Profile, facts: &Facts) -> String {
    let own = |name: &str, value: &Option<OsString>, of_profile: &Option<OsString>| {
        let shown = value.as_ref().map(|value| Escaped(value.as_encoded_bytes()).to_string());
        let origin = match (value, value == of_profile) {
            (None, _) => NONE.to_owned(),
            (Some(_), true) => profile.place(),
            (Some(_), false) => origin(Some(Origin::CommandLine), profile),
        };
        [name.to_owned(), shown.unwrap_or_else(|| NONE.to_owned()), origin]
    };
    let mut rows = vec![
        own("host", &facts.host, &profile.host),
        own("user", &facts.user, &profile.user),
        own("directory", &facts.directory, &profile.directory),
        password(matches, profile),
    ];
    if facts.has_proxy_auth {
        rows.push(["proxy-auth".to_owned(), MASK.to_owned(), "environment variable FTP_PROXY_AUTH".to_owned()]);
    }
    if UNCHECKED.is_some() {
        rows.push(["file-rights".to_owned(), "not checked".to_owned(), "this system".to_owned()]);
    }
    let listed = options(command).filter(|(long, _)| !NO_KEYS.contains(long));
    rows.extend(listed.map(|(long, option)| row(long, option, matches, profile, facts)));
    table(&rows)
}

fn row(long: &str, option: &Arg, matches: &ArgMatches, profile: &Profile, facts: &Facts) -> Row {
    let id = option.get_id().as_str();
    let origin_of = profile.origin(id);
    let value = match &origin_of {
        None => default(option, facts),
        Some(Origin::Variable(_)) => MASK.to_owned(),
        Some(Origin::CommandLine | Origin::Profile | Origin::Defaults) => value(id, option, matches),
    };
    [long.to_owned(), value, origin(origin_of, profile)]
}

fn value(id: &str, option: &Arg, matches: &ArgMatches) -> String {
    if !option.get_action().takes_values() {
        return if matches.get_flag(id) { "yes" } else { "no" }.to_owned();
    }
    let values: Vec<_> =
        matches.get_raw(id).into_iter().flatten().map(|value| masked(id, value.as_encoded_bytes())).collect();
    match (values.is_empty(), matches.contains_id(id)) {
        (false, _) => values.join(", "),
        // An option such as `--manifest`, whose value can be left out.
        (true, true) => "yes".to_owned(),
        (true, false) => "no".to_owned(),
    }
}

/// A value for the screen. The account is a secret; and a URL with `@` has a password in it, and is refused later.
fn masked(id: &str, value: &[u8]) -> String {
    if id == "account" || (id == "proxy" && value.contains(&b'@')) {
        return MASK.to_owned();
    }
    Escaped(value).to_string()
}

fn default(option: &Arg, facts: &Facts) -> String {
    let id = option.get_id().as_str();
    let of_library = facts.defaults.iter().find(|(other, _)| *other == id).map(|(_, value)| value.clone());
    let of_clap = option.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let switch = (!option.get_action().takes_values()).then(|| "no".to_owned());
    of_library.or(switch).or(of_clap).unwrap_or_else(|| NONE.to_owned())
}

fn origin(of: Option<Origin>, profile: &Profile) -> String {
    match of {
        None => "default".to_owned(),
        Some(Origin::CommandLine) => "command line".to_owned(),
        Some(Origin::Variable(name)) => format!("environment variable {name}"),
        Some(Origin::Profile) => profile.place(),
        Some(Origin::Defaults) => profile.place_of_defaults(),
    }
}

/// The source of the password.
fn password(matches: &ArgMatches, profile: &Profile) -> Row {
    let sources = ["password_file", "password_fd", "password_stdin", "netrc", "netrc_file", "keyring"];
    let option = sources.into_iter().find(|id| {
        matches!(profile.origin(id), Some(Origin::CommandLine | Origin::Profile | Origin::Defaults))
            && is_on(matches, id)
    });
    let variable = matches!(profile.origin("password_file"), Some(Origin::Variable(_)));
    let (value, of) = match option {
        Some(id) => (format!("from --{}", id.replace('_', "-")), profile.origin(id)),
        None if variable => (MASK.to_owned(), profile.origin("password_file")),
        None => ("asked for at the terminal".to_owned(), None),
    };
    ["password".to_owned(), value, origin(of, profile)]
}

fn is_on(matches: &ArgMatches, id: &str) -> bool {
    matches.try_get_one::<bool>(id).map_or_else(|_| matches.contains_id(id), |flag| flag.copied().unwrap_or_default())
}

/// Joins the rows, with the columns below each other.
fn table(rows: &[Row]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    // A long value does not move the origins of all others to the right.
    let (names, values) = (width(0), width(1).min(40));
    rows.iter().map(|[name, value, origin]| format!("{name:names$}  {value:values$}  {origin}\n")).collect()
}
