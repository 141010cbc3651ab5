//! The options for programs that read the output.

use std::ffi::OsStr;

use crate::output::{ndjson, stderr};

/// The options under the heading Output.
#[derive(clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write events as JSON to standard output, one object a line; docs/events.md describes them. Standard error then has
    /// only the lines about failures, unless --verbose is given. The documents of --explain and --dry-run become events,
    /// too
    #[arg(long)]
    pub json: bool,

    /// Begin each line on standard error with the time, in UTC
    #[arg(long)]
    pub timestamps: bool,
}

impl OutputArgs {
    /// Sets up the outputs of the process. `has_events` is true for a command whose JSON is a stream of events.
    pub fn apply(&self, has_events: bool) {
        if self.json && has_events {
            ndjson::open();
        }
        if self.timestamps {
            stderr::add_times();
        }
    }

    /// Reads these options from words that the parser may refuse, so that the line about the mistake has the form that
    /// the user wants.
    pub fn in_words<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Self {
        let mut found = Self { json: false, timestamps: false };
        for word in words {
            match word.as_ref().as_encoded_bytes() {
                b"--" => break,
                b"--json" => found.json = true,
                b"--timestamps" => found.timestamps = true,
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_are_found_before_two_dashes() {
        let found = |words: &[&str]| {
            let OutputArgs { json, timestamps } = OutputArgs::in_words(words);
            (json, timestamps)
        };
        assert_eq!(found(&["--jso", "x"]), (false, false));
        assert_eq!(found(&["--bad", "--json", "x"]), (true, false));
        assert_eq!(found(&["--timestamps", "--", "--json"]), (false, true));
    }
}
