//! Turns settings into options: `tls = "explicit"` becomes `--tls=explicit`. Values are checked here, so that an error
//! names the line of the file.

use std::error::Error as _;
use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command, Error, ValueHint};
use ftp_uploader::Escaped;

use crate::profile::definition::{check_values, option};
use crate::profile::sections::{Given, Setting};

/// A setting as words of a command line.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionWords {
    /// The identifier of the option.
    pub id: String,
    /// The words; none for a switch that is off.
    pub words: Vec<OsString>,
}

/// The folders that paths in a file are relative to. The working folder differs from run to run.
#[derive(Clone, Copy)]
pub struct Folders<'a> {
    /// The folder of the file.
    pub file: &'a Path,
    /// The user's home, for `~/`.
    pub home: Option<&'a Path>,
}

/// Returns the words for a setting whose key is an option of `owner`, or `None` if `command` does not have this option.
///
/// # Errors
/// The line and the reason, for users, without the path and the value.
pub fn of(
    setting: &Setting,
    owner: &Command,
    command: &Command,
    folders: Folders<'_>,
) -> Result<Option<OptionWords>, String> {
    let at = |why: &str| format!("line {}: {}: {why}", setting.line, Escaped(setting.key.as_bytes()));
    let Some(defined) = option(owner, &setting.key) else { return Ok(None) };
    let words = words(defined, &setting.key, &setting.value, folders).map_err(at)?;
    check_values(owner, &words).map_err(|error| at(&reason(&error)))?;
    // `--atomic` of `sync` is another option than that of an upload.
    let same = option(command, &setting.key).is_some_and(|other| other.get_id() == defined.get_id());
    Ok(same.then(|| OptionWords { id: defined.get_id().to_string(), words }))
}

fn words(option: &Arg, key: &str, value: &Given, folders: Folders<'_>) -> Result<Vec<OsString>, &'static str> {
    let with = |text: &String| {
        let mut word = OsString::from(format!("--{key}="));
        word.push(if is_path(option) { path(text, folders) } else { text.into() });
        word
    };
    let takes_none = !option.get_action().takes_values();
    let needs_none = takes_none || option.get_num_args().is_some_and(|count| count.min_values() == 0);
    match value {
        Given::Switch(true) if needs_none => Ok(vec![format!("--{key}").into()]),
        Given::Switch(false) if needs_none => Ok(Vec::new()),
        Given::Switch(_) => Err("it has a value, and is not just true or false"),
        Given::One(_) | Given::Many(_) if takes_none => Err("it is true or false"),
        Given::One(text) => Ok(vec![with(text)]),
        Given::Many(texts) if matches!(option.get_action(), ArgAction::Append) => Ok(texts.iter().map(with).collect()),
        Given::Many(_) => Err("it has one value, and not a list"),
    }
}

fn is_path(option: &Arg) -> bool {
    matches!(option.get_value_hint(), ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath)
}

fn path(text: &str, folders: Folders<'_>) -> OsString {
    match (text.strip_prefix("~/"), folders.home) {
        (Some(rest), Some(home)) => home.join(rest).into(),
        // An empty path is refused by its option.
        (_, _) if text.is_empty() => OsString::new(),
        (_, _) => folders.file.join(text).into(),
    }
}

/// The reason why clap refuses a value, without the value.
fn reason(error: &Error) -> String {
    match (error.kind(), error.get(ContextKind::ValidValue)) {
        (ErrorKind::InvalidValue, Some(ContextValue::Strings(values))) if !values.is_empty() => {
            format!("it is one of {}", values.join(", "))
        }
        _ => error.source().map_or_else(|| "its value does not fit".to_owned(), ToString::to_string),
    }
}
