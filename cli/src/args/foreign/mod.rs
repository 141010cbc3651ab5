//! Options of other programs that people type here: the answer names the option of this program for the same thing.
//!
//! Only the option itself is repeated, never its value: the value of `-u` or `--password` contains a password.

mod table;

use clap::Command;

use table::TABLE;

/// The command line that begins an option of `sync` in an answer, between backticks.
const OF_SYNC: &str = "ftp-uploader sync ";

/// One or more options of other programs that mean the same.
struct Foreign {
    /// All spellings.
    names: &'static [&'static str],
    /// The programs that have it.
    programs: &'static str,
    /// The answer for an upload. Options between backticks belong to the command that is named there.
    upload: &'static str,
    /// The answer for `sync`, if it is another one.
    sync: Option<&'static str>,
}

impl Foreign {
    /// The answer for `command`, if that command has every option in it.
    fn answer(&self, command: &Command) -> Option<&'static str> {
        let answer = match self.sync {
            Some(answer) if command.get_name() == "ftp-uploader-sync" => answer,
            Some(_) | None => self.upload,
        };
        own_options(answer).all(|option| has_option(command, option)).then_some(answer)
    }
}

/// Returns the answer to `typed`, such as `-k` or `--cacert`, if it is an option of another program, and not of
/// `command`.
pub(super) fn answer(typed: &str, command: &Command) -> Option<String> {
    let foreign = TABLE.iter().find(|foreign| foreign.names.contains(&typed))?;
    let answer = foreign.answer(command)?;
    Some(format!("there is no option '{typed}' ({}): {answer}", foreign.programs))
}

/// Returns true if `command` has this option, such as `-q` or `--quiet`, and shows it.
pub(super) fn has_option(command: &Command, option: &str) -> bool {
    command.get_arguments().filter(|argument| !argument.is_hide_set()).any(|argument| {
        let long = argument.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long));
        long || argument.get_short().is_some_and(|short| option == format!("-{short}"))
    })
}

/// The options in an answer that belong to the command which gives it.
fn own_options(answer: &str) -> impl Iterator<Item = &str> {
    answer.split('`').filter(|part| !part.starts_with(OF_SYNC)).flat_map(options)
}

/// The options in a text: its words that begin with a dash.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let words = text.split(move |letter: char| !is_part(letter));
    words.filter(|word| word.len() > 1 && word.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{sync, upload_parser};

    fn all_answers() -> impl Iterator<Item = (&'static str, &'static str)> {
        TABLE
            .iter()
            .flat_map(|foreign| [foreign.upload].into_iter().chain(foreign.sync).map(|text| (foreign.names[0], text)))
    }

    #[test]
    fn every_option_in_an_answer_exists_in_the_command_that_gives_it() {
        let (upload, sync) = (upload_parser(), sync::command());
        for foreign in TABLE {
            for command in [&upload, &sync] {
                let name = (foreign.names[0], command.get_name());
                assert!(foreign.answer(command).is_some(), "{name:?}: an option in the answer does not exist");
            }
        }
    }

    #[test]
    fn every_option_of_sync_in_an_answer_exists_there() {
        let sync = sync::command();
        let mut count = 0;
        for (name, answer) in all_answers() {
            for option in answer.split('`').filter(|part| part.starts_with(OF_SYNC)).flat_map(options) {
                assert!(has_option(&sync, option), "{name}: {option}");
                count += 1;
            }
        }
        assert!(count > 2, "answers name options of sync");
    }

    #[test]
    fn no_option_of_ours_is_in_the_table_and_none_is_there_twice() {
        let (upload, sync) = (upload_parser(), sync::command());
        let names: Vec<_> = TABLE.iter().flat_map(|foreign| foreign.names).collect();
        for (index, name) in names.iter().enumerate() {
            assert!(!names[..index].contains(name), "{name} is there twice");
            assert!(!(has_option(&upload, name) && has_option(&sync, name)), "{name} is an option of ours");
        }
    }

    #[test]
    fn an_answer_is_one_part_of_a_sentence_without_a_stop_at_its_end() {
        for (name, answer) in all_answers() {
            assert!(!answer.ends_with('.') && !answer.contains('\n') && answer.len() < 220, "{name}: {answer}");
            assert_eq!(answer.matches('`').count() % 2, 0, "{name}: {answer}");
        }
    }

    #[test]
    fn options_are_found_in_a_sentence() {
        assert_eq!(options("--jobs N, -r (or --tls=off); a-b - c").collect::<Vec<_>>(), ["--jobs", "-r", "--tls"]);
        assert_eq!(own_options("use `ftp-uploader sync --dry-run`, or --explain").collect::<Vec<_>>(), ["--explain"]);
    }

    #[test]
    fn options_of_other_programs_are_answered_and_others_are_not() {
        let upload = upload_parser();
        assert!(answer("--cacert", &upload).unwrap().contains("--ca-file"));
        assert!(answer("-k", &upload).unwrap().contains("--insecure"));
        assert_eq!(answer("--verbos", &upload), None);
    }
}
