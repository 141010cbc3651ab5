//! A command line together with the options of its profile.

use std::ffi::OsString;
use std::iter;

use clap::{ArgMatches, Command, Error};

use super::{Args, Invocation, Known, commands, defaults};
use crate::profile::{Facts, Profile, Surroundings, Unread, built, shown};

/// The reason why a command line is not carried out.
pub(super) enum Mistake {
    /// The command line, or the question for a help text; and the end of the line about it.
    Line(Error, String),
    /// Something beside it, with the line about it.
    Other(String),
}

impl From<Error> for Mistake {
    fn from(error: Error) -> Self {
        Self::Line(error, String::new())
    }
}

/// The options of a command line and of its profile.
pub(super) struct Profiled {
    /// All options.
    pub(super) matches: ArgMatches,
    command: Command,
    profile: Profile,
}

impl Profiled {
    /// Parses the words `typed` behind the name of the program, and the options of the profile that they name.
    ///
    /// # Errors
    /// If a word is no option, the options contradict each other, or the file with the profiles cannot be used.
    pub(super) fn parse(
        parser: &Command,
        typed: &[OsString],
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Mistake> {
        let command = built(parser.clone());
        let profile = Profile::read(&commands(), &command, typed, surroundings).map_err(|unread| match unread {
            // The whole definition describes a mistake better than the relaxed one that profiles are read with.
            Unread::Typed(error) => parse(parser, iter::empty(), typed).err().unwrap_or(error).into(),
            Unread::File(line) => Mistake::Other(line),
        })?;
        let matches = parse(parser, profile.words(), typed).map_err(|error| Mistake::Line(error, profile.remark()))?;
        Ok(Self { matches, command, profile })
    }

    /// Returns the run that `args`, which were read from the options, describe.
    ///
    /// # Errors
    /// With `--show-settings`, if a typed word can be no place.
    pub(super) fn invocation(self, args: Args, surroundings: &Surroundings<'_>) -> Result<Invocation, Mistake> {
        let (known, profile_file) = (known(&self.profile), self.profile.file.clone());
        let args = Args { known, profile_file, ..args };
        if !args.profile.show_settings {
            return Ok(Invocation::Run(args.into()));
        }
        let facts = facts(&args, surroundings).map_err(Mistake::Other)?;
        Ok(Invocation::Settings(shown(&self.command, &self.matches, &self.profile, &facts)))
    }
}

fn parse<'a>(
    parser: &Command,
    of_profile: impl Iterator<Item = &'a OsString>,
    typed: &'a [OsString],
) -> Result<ArgMatches, Error> {
    let name = iter::once(OsString::from("ftp-uploader"));
    parser.clone().try_get_matches_from(name.chain(of_profile.chain(typed).cloned()))
}

/// The places that a profile names.
fn known(profile: &Profile) -> Known {
    Known {
        host: profile.host.clone(),
        user: profile.user.clone(),
        directory: profile.directory.clone(),
        has_profile: profile.name.is_some(),
        target_directory: None,
    }
}

/// The settings that are no options. Without typed words, the places need not be complete.
///
/// # Errors
/// A line for the user, if a typed word can be no place.
fn facts(args: &Args, surroundings: &Surroundings<'_>) -> Result<Facts, String> {
    let (host, user, directory) = match args.places() {
        Ok(places) => (Some(places.host), Some(places.user), Some(places.directory)),
        Err(_) if args.words.is_empty() => {
            let directory = args.files.target_directory.clone().or_else(|| args.known.directory.clone());
            (args.known.host.clone(), args.known.user.clone(), directory)
        }
        Err(line) => return Err(line),
    };
    let defaults = defaults().into_iter().map(|(id, default)| (id, default.to_string())).collect();
    Ok(Facts { host, user, directory, has_proxy_auth: (surroundings.has_secret)("FTP_PROXY_AUTH"), defaults })
}
