//! Profiles: settings that are kept in a file, under a name, instead of on each command line.
//!
//! A profile is turned into options, which are parsed by the same definition as the command line; so no option is
//! described twice. `location.rs` finds the file, `file.rs` reads it, `sections.rs` parses it, `keys.rs` checks the names
//! in it, `words.rs` turns settings into options, `merge.rs` leaves out those that the command line or a variable
//! replaces, and `shown.rs` prints all settings with their origins. `remember.rs` writes a pin into a profile.

mod definition;
mod file;
mod keys;
mod location;
mod merge;
mod remember;
mod sections;
mod shown;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Command, Error};
use ftp_uploader::Escaped;

use crate::platform::folders;

use definition::Ids;
use location::Location;
use merge::{Held, merge};
use sections::{Given, Section, Sections};
use words::Folders;

pub use definition::{Commands, built};
pub use merge::Origin;
pub use remember::PinFile;
pub use shown::{Facts, shown};

/// The variables that replace an option of a profile, each with that option. A variable that replaces `password_file`
/// replaces the other sources of the password, too, because they exclude each other.
const VARIABLES: [(&str, &str); 2] = [("FTP_PASSWORD", "password_file"), ("FTP_ACCOUNT", "account")];

/// The settings of a run from the file, beside those that were typed.
#[derive(Debug, Default)]
pub struct Profile {
    /// The name of the profile, if one was asked for.
    pub name: Option<String>,
    /// The file, if one was read.
    pub file: Option<PathBuf>,
    /// The key `host`.
    pub host: Option<OsString>,
    /// The key `user`.
    pub user: Option<OsString>,
    /// The key `directory`.
    pub directory: Option<OsString>,
    /// `--config`.
    config: Option<OsString>,
    held: Vec<Held>,
    typed: Ids,
    variables: Vec<&'static str>,
}

/// The environment of a run, as far as profiles need it.
pub struct Surroundings<'a> {
    /// Looks up a variable that holds no secret.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// Returns true if the variable with a secret is set, and is not empty.
    pub has_secret: &'a dyn Fn(&str) -> bool,
}

impl Profile {
    /// Reads the file for a run of `command`, whose words after the name of the program are `typed`.
    ///
    /// # Errors
    /// The line to print: the file, the place in it, and the reason.
    pub fn read(
        commands: &Commands,
        command: &Command,
        typed: &[OsString],
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Unread> {
        let profile = Self::typed(command, typed, surroundings.has_secret).map_err(Unread::Typed)?;
        let location = Location::of(profile.config.as_deref(), surroundings.variable);
        profile.filled(commands, command, &location, surroundings).map_err(Unread::File)
    }

    /// The profile before the file is read: the options that are decided without it.
    fn typed(command: &Command, typed: &[OsString], has_secret: &dyn Fn(&str) -> bool) -> Result<Self, Error> {
        let matches = definition::given(command, typed)?;
        let text = |id: &str| matches.get_raw(id).and_then(|mut values| values.next_back()).map(OsStr::to_owned);
        let ids = definition::options(command).map(|(_, option)| option.get_id().as_str());
        let ids = ids.filter(|id| matches.value_source(id) == Some(ValueSource::CommandLine));
        let variables = VARIABLES.into_iter().map(|(name, _)| name).filter(|name| has_secret(name));
        Ok(Self {
            name: text("profile").map(|name| name.to_string_lossy().into_owned()),
            config: text("config"),
            typed: ids.map(str::to_owned).collect(),
            variables: variables.collect(),
            ..Self::default()
        })
    }

    fn filled(
        mut self,
        commands: &Commands,
        command: &Command,
        location: &Location,
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, String> {
        let path = location.path().map(Path::to_owned).unwrap_or_default();
        let unusable = |why: String| {
            format!(
                "cannot use {}: {why}. Nothing was sent; correct the file.",
                Escaped(path.as_os_str().as_encoded_bytes())
            )
        };
        let Some(text) = file::read(location).map_err(unusable)? else { return self.without_file(location) };
        self.file = Some(path.clone());
        let home = (surroundings.variable)(folders::HOME).map(PathBuf::from).filter(|home| home.is_absolute());
        let folders = Folders { file: path.parent().unwrap_or(Path::new("")), home: home.as_deref() };
        self.take(&text, commands, command, folders).map_err(unusable)
    }

    /// Takes the settings from the text of the file.
    ///
    /// # Errors
    /// The reason, for users, without the path.
    fn take(
        mut self,
        text: &str,
        commands: &Commands,
        command: &Command,
        folders: Folders<'_>,
    ) -> Result<Self, String> {
        let sections = Sections::parse(text)?;
        sections.check_keys(commands)?;
        let own = self.name.as_deref().map(|name| profile(&sections.profiles, name)).transpose()?;
        if let Some(section) = own {
            self.login(section)?;
        }
        let layers = [(own, Origin::Profile), (Some(&sections.defaults), Origin::Defaults)];
        let layers = layers.into_iter().filter_map(|(section, origin)| Some((section?, origin)));
        let layers = layers.map(|(section, origin)| held(section, origin, commands, command, folders));
        let weaker = layers.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        self.held = merge(command, &self.stronger(), weaker);
        Ok(self)
    }

    /// The profile if no file was read.
    fn without_file(self, location: &Location) -> Result<Self, String> {
        let Some(name) = &self.name else { return Ok(self) };
        let name = Escaped(name.as_bytes());
        Err(match location.path() {
            Some(path) => {
                let path = Escaped(path.as_os_str().as_encoded_bytes());
                format!("there is no profile {name}, because there is no file {path}. Nothing was sent; create it.")
            }
            None => format!(
                "there is no profile {name}, because no file with profiles is read. Nothing was sent; name one with \
                 --config."
            ),
        })
    }

    fn login(&mut self, section: &Section) -> Result<(), String> {
        for setting in &section.settings {
            let place = match setting.key.as_str() {
                "host" => &mut self.host,
                "user" => &mut self.user,
                "directory" => &mut self.directory,
                _ => continue,
            };
            match &setting.value {
                Given::One(text) => *place = Some(text.into()),
                Given::Switch(_) | Given::Many(_) => {
                    return Err(format!("line {}: {}: it is a text", setting.line, setting.key));
                }
            }
        }
        Ok(())
    }

    /// The options that the command line or a variable decides.
    fn stronger(&self) -> Ids {
        let replaced = VARIABLES.into_iter().filter(|(name, _)| self.variables.contains(name));
        self.typed.iter().cloned().chain(replaced.map(|(_, id)| id.to_owned())).collect()
    }

    /// The options to parse in front of those that were typed.
    pub fn words(&self) -> impl Iterator<Item = &OsString> {
        // The weakest first, as a user would add options to a command line.
        self.held.iter().rev().flat_map(|held| &held.option.words)
    }

    /// The origin of the option `id`, or `None` for the default.
    pub fn origin(&self, id: &str) -> Option<Origin> {
        let replaced = VARIABLES.into_iter().find(|(name, option)| *option == id && self.variables.contains(name));
        match self.held.iter().find(|held| held.option.id == id) {
            _ if self.typed.contains(id) => Some(Origin::CommandLine),
            Some(held) => Some(held.origin),
            None => replaced.map(|(name, _)| Origin::Variable(name)),
        }
    }

    /// The end of a message about options that do not fit together, if some of them are from the file.
    pub fn remark(&self) -> String {
        if self.held.iter().all(|held| held.option.words.is_empty()) {
            return String::new();
        }
        format!(" Options of {} are added to those of the command line.", self.place())
    }

    /// The place of the profile's settings, for messages; without a profile that of the defaults.
    fn place(&self) -> String {
        match &self.name {
            Some(name) => format!("profile {} in {}", Escaped(name.as_bytes()), self.shown_file()),
            None => self.place_of_defaults(),
        }
    }

    fn place_of_defaults(&self) -> String {
        format!("[defaults] in {}", self.shown_file())
    }

    fn shown_file(&self) -> String {
        self.file.as_ref().map(|file| Escaped(file.as_os_str().as_encoded_bytes()).to_string()).unwrap_or_default()
    }
}

/// The reason why the settings of a run cannot be read.
#[derive(Debug)]
pub enum Unread {
    /// The command line is wrong by itself, or asks for help.
    Typed(Error),
    /// The file; with the line to print.
    File(String),
}

/// The section of a profile.
fn profile<'a>(profiles: &'a BTreeMap<String, Section>, name: &str) -> Result<&'a Section, String> {
    profiles.get(name).ok_or_else(|| {
        let suggestion = keys::suggestion(name, profiles.keys().map(String::as_str));
        format!("there is no profile {}{suggestion}", Escaped(name.as_bytes()))
    })
}

/// The settings of a section as options of `command`, the strongest first: those for `sync` alone, if it is that, then
/// those for all commands.
fn held(
    section: &Section,
    origin: Origin,
    commands: &Commands,
    command: &Command,
    folders: Folders<'_>,
) -> Result<Vec<Vec<Held>>, String> {
    let options = |settings: &[sections::Setting], owner: &[&Command]| {
        let mut options = Vec::new();
        for setting in settings {
            let owner = owner.iter().find(|owner| definition::option(owner, &setting.key).is_some());
            let Some(owner) = owner else { continue };
            let option = words::of(setting, owner, command, folders)?;
            options.extend(option.map(|option| Held { option, origin }));
        }
        Ok::<_, String>(options)
    };
    let own = options(&section.sync, &[&commands.sync])?;
    let own = if command.get_name() == commands.sync.get_name() { own } else { Vec::new() };
    Ok(vec![own, options(&section.settings, &commands.of_all())?])
}
