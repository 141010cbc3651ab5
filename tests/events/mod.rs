//! `--json`: the events on standard output, and their schema; `--timestamps`.

mod failures;
mod hostile;
mod library;
mod many_files;
mod prompts;
mod readers;
mod synchronising;
mod timestamps;
mod uploads;
