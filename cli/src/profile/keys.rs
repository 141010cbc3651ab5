//! The keys of a profile: those of a login, and the long names of options. An option is a key only if it is listed here;
//! a test claims that every option is listed as one or as none.

use clap::Command;
use ftp_uploader::Escaped;

use crate::profile::definition::{Commands, option};
use crate::profile::sections::{Section, Sections, Setting};

/// The keys of a profile that are no options: the words in front of the files, and the directory behind them.
pub const OF_A_PROFILE: [&str; 3] = ["host", "user", "directory"];

/// The options that are keys.
pub const OPTIONS: &[&str] = &[
    "account",
    "active",
    "atomic",
    "ca-file",
    "cert",
    "chmod",
    "compare",
    "connect-timeout",
    "create-dirs",
    "delete",
    "exclude",
    "exclude-from",
    "fail-fast",
    "include",
    "insecure",
    "interface",
    "jobs",
    "json",
    "key",
    "keyring",
    "last",
    "limit-rate",
    "links",
    "manifest",
    "max-delete",
    "max-time",
    "netrc",
    "netrc-file",
    "no-lock",
    "no-preserve-time",
    "password-file",
    "pin",
    "preserve-time",
    "proxy",
    "quiet",
    "read-only",
    "recursive",
    "replace",
    "require-fence",
    "resume",
    "retries",
    "retry-connrefused",
    "retry-delay",
    "retry-max-time",
    "site",
    "skip-existing",
    "source-address",
    "timeout",
    "timestamps",
    "tls",
    "trust-manifest",
    "unique",
    "verbose",
    "verify",
];

/// The options that are no keys: they are about one run, or about this file.
pub const NO_KEYS: &[&str] = &[
    "as",
    "component",
    "config",
    "dry-run",
    "explain",
    "files-from",
    "from-stdin",
    "help",
    "null",
    "password-fd",
    "password-stdin",
    "profile",
    "remember-pin",
    "show-settings",
    "target-directory",
    "version",
];

/// The keys under which somebody may write a password.
const PASSWORDS: [&str; 6] = ["password", "passwd", "pass", "secret", "ftp-password", "proxy-auth"];

/// The similarity from which on a name is suggested, from 0 to 1.
const SIMILAR: f64 = 0.7;

impl Sections {
    /// Checks the keys of all sections.
    ///
    /// # Errors
    /// The line and the reason, for users, without the path.
    pub fn check_keys(&self, commands: &Commands) -> Result<(), String> {
        check_section(&self.defaults, commands, &[])?;
        self.profiles.values().try_for_each(|profile| check_section(profile, commands, &OF_A_PROFILE))
    }
}

fn check_section(section: &Section, commands: &Commands, more: &[&str]) -> Result<(), String> {
    let of_all = commands.of_all();
    section.settings.iter().try_for_each(|setting| check(setting, &of_all, &commands.sync, more))?;
    section.sync.iter().try_for_each(|setting| check(setting, &[&commands.sync], &commands.sync, &[]))
}

fn check(setting: &Setting, of: &[&Command], sync: &Command, more: &[&str]) -> Result<(), String> {
    let key = setting.key.as_str();
    let exists = |key: &str| OPTIONS.contains(&key) && of.iter().any(|command| option(command, key).is_some());
    if more.contains(&key) || exists(key) {
        return Ok(());
    }
    let shown = Escaped(key.as_bytes());
    let why = if PASSWORDS.contains(&key.replace('_', "-").to_lowercase().as_str()) {
        format!("{shown}: no password is read from this file; use password-file or netrc, or set FTP_PASSWORD")
    } else if OF_A_PROFILE.contains(&key) {
        format!("{shown} is a key of [profile.NAME] alone")
    } else if key == "target-directory" {
        format!("{shown} is no key; use directory")
    } else if NO_KEYS.contains(&key) {
        format!("{shown} is an option for one run, and no key")
    } else if OPTIONS.contains(&key) && option(sync, key).is_some() {
        format!("{shown} is an option of sync alone; write it below [profile.NAME.sync] or [defaults.sync]")
    } else {
        let known = OPTIONS.iter().chain(more).copied().filter(|name| more.contains(name) || exists(name));
        format!("there is no key {shown}{}", suggestion(key, known))
    };
    Err(format!("line {}: {why}", setting.line))
}

/// Returns "; did you mean NAME?" for the name that is most similar, or nothing if none is similar.
pub fn suggestion<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> String {
    let plain = typed.replace('_', "-").to_lowercase();
    let rated = names.map(|name| (strsim::jaro_winkler(&plain, &name.to_lowercase()), name));
    let best = rated.filter(|(similarity, _)| *similarity > SIMILAR).max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, name)| format!("; did you mean {}?", Escaped(name.as_bytes()))).unwrap_or_default()
}
