//! The manual page, generated from the parsers, so that it knows every option.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::help::{self, examples::examples};
use super::invocation;
use super::places::JobKind;
use super::plain::plain;
use crate::exit_code;

/// The variables that the program reads.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("FTP_PASSWORD", "The password for the login"),
    ("FTP_ACCOUNT", "The account for a server that asks for one, instead of --account"),
    ("FTP_PROXY_AUTH", "USER:PASSWORD for the proxy"),
    ("FTP_UPLOADER_CONFIG", "The file with profiles; none reads no file"),
    ("XDG_CONFIG_HOME", "The folder of ftp-uploader/config.toml, instead of ~/.config"),
    ("NETRC", "The file that --netrc reads, instead of ~/.netrc"),
    ("SSL_CERT_FILE, SSL_CERT_DIR", "The trusted authorities, instead of those of the system"),
];

/// The manual page, in the language of troff with the macros of man(7).
pub fn manual() -> Vec<u8> {
    let upload = super::upload_parser();
    let commands = invocation::commands().map(|(word, command)| of_command(word, command, &upload));
    [of_upload(&upload), commands.collect(), environment(), exit_status(), all_examples()].concat().into_bytes()
}

/// The sections about the program and an upload.
fn of_upload(upload: &Command) -> String {
    let man = Man::new(upload.clone());
    let head = [Man::render_name_section, Man::render_synopsis_section, Man::render_description_section];
    let head: String =
        head.into_iter().map(|render| without_definition(&rendered(|page| render(&man, page)))).collect();
    let definition = Roff::new().render();
    format!("{definition}{}{head}{}.SH OPTIONS\n{}", title(), arguments(), options(upload, |_| true))
}

/// The first line. The library would leave the empty date out, and with it shift the words that follow.
fn title() -> String {
    format!(".TH FTP\\-UPLOADER 1 \"\" \"ftp\\-uploader {}\" \"User Commands\"\n", env!("CARGO_PKG_VERSION"))
}

/// The words that are no options.
fn arguments() -> String {
    let kinds =
        [JobKind::Upload, JobKind::Sync, JobKind::Check].into_iter().flat_map(help::arguments).collect::<Vec<_>>();
    let is_new = |(index, row): &(usize, &help::Row)| !kinds[..*index].iter().any(|other| other == row);
    let rows = kinds.iter().copied().enumerate().filter(is_new);
    terms("ARGUMENTS", rows.map(|(_, (name, text))| (italic(*name), *text)))
}

/// The section about another command: how it is used, its description, and the options that an upload does not have.
fn of_command(word: &str, mut command: Command, upload: &Command) -> String {
    let usage = command.get_overridden_usage().map(ToString::to_string).unwrap_or_default();
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let mut section = Roff::new();
    section.control("SH", [word.to_uppercase().as_str()]).control("nf", []);
    usage.lines().for_each(|line| {
        section.text([bold(line.trim())]);
    });
    section.control("fi", []).control("PP", []).text([roman(about)]);
    command.build();
    let known = |option: &Arg| shown(upload).any(|other| other.get_id() == option.get_id());
    let own = options(&command, |option| !known(option));
    format!("{}{own}", without_definition(&section.render()))
}

/// The options of `command` that are not hidden and that `filter` takes, each below its heading.
fn options(command: &Command, filter: impl Fn(&Arg) -> bool) -> String {
    let own = shown(command).filter(|option| filter(option)).map(|option| {
        let headings = option.get_help_heading().map(str::to_owned);
        headings.into_iter().fold(plain(option), Arg::help_heading)
    });
    let own = Command::new("options").disable_help_flag(true).args(own);
    let sections = rendered(|page| Man::new(own).render_options_section(page));
    without_definition(&sections).replace(".SH ", ".SS ")
}

/// The options that the help texts of `command` name.
fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|argument| !argument.is_hide_set() && !argument.is_positional())
}

fn environment() -> String {
    terms("ENVIRONMENT", ENVIRONMENT.into_iter().map(|(name, text)| (bold(name), text)))
}

fn exit_status() -> String {
    terms("EXIT STATUS", exit_code::TABLE.into_iter().map(|(code, text)| (bold((code as i32).to_string()), text)))
}

/// A section that explains terms.
fn terms<'a>(heading: &str, terms: impl Iterator<Item = (Inline, &'a str)>) -> String {
    let mut section = Roff::new();
    section.control("SH", [heading]);
    for (term, text) in terms {
        section.control("TP", []).text([term]).text([roman(text)]);
    }
    without_definition(&section.render())
}

/// The examples of all commands, in lines that are not joined.
fn all_examples() -> String {
    let mut section = Roff::new();
    section.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in [JobKind::Upload, JobKind::Sync, JobKind::Check].into_iter().flat_map(examples) {
        section.text([roman(line)]);
    }
    without_definition(&section.control("fi", []).render())
}

/// The text that a function writes.
fn rendered(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A part of the page without the definition of the apostrophe, which begins every text of the library `roff`: the page
/// needs it once.
fn without_definition(part: &str) -> String {
    part.strip_prefix(&Roff::new().render()).unwrap_or(part).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_that_of_the_snapshot() {
        insta::assert_snapshot!("manual", String::from_utf8(manual()).unwrap());
    }

    #[test]
    fn every_option_of_every_command_is_in_the_page() {
        let page = String::from_utf8(manual()).unwrap();
        for (name, command) in invocation::jobs() {
            for option in shown(&command).filter_map(Arg::get_long) {
                let term = format!(r"\fB\-\-{}\fR", option.replace('-', r"\-"));
                assert!(page.contains(&term), "{name}: {option}");
            }
        }
        let hidden = page.contains("component\\fR") || page.contains("atomic\\-upload");
        assert!(!hidden && page.matches(".ds Aq").count() == 2, "{page}");
    }
}
