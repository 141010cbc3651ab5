//! Local files and standard input that cannot be sent.

use std::io;

use ftp_uploader::{Context, SourceProblem, UploadError};
use rustix::io::Errno;

use super::{Table, context, system, with};

fn problems() -> Vec<(&'static str, SourceProblem)> {
    vec![
        ("not found", SourceProblem::Unreadable(io::ErrorKind::NotFound.into())),
        ("permission denied", SourceProblem::Unreadable(system(Errno::ACCESS))),
        ("too many open files", SourceProblem::Unreadable(system(Errno::MFILE))),
        ("directory", SourceProblem::Directory),
        ("not a file", SourceProblem::NotAFile),
        ("unknown size", SourceProblem::UnknownSize),
        ("replaced", SourceProblem::Replaced),
        ("same name", SourceProblem::SameName { other: "other/report.csv".into() }),
        ("shrank", SourceProblem::Shrank),
        ("changed", SourceProblem::Changed),
        ("failed", SourceProblem::Failed),
    ]
}

fn add(table: &mut Table, context: &Context, file: &str, (label, problem): (&str, SourceProblem)) {
    table.error((label, file), context, UploadError::Source { file: file.into(), problem });
}

#[test]
fn files_that_cannot_be_sent() {
    let mut table = Table::default();
    for problem in problems() {
        add(&mut table, &context(), "data/report.csv", problem);
    }
    let atomic = with(|context| context.atomic = true);
    add(&mut table, &atomic, "data/report.csv", ("changed, --atomic", SourceProblem::Changed));
    for file in ["-", "/dev/fd/63", "new\nline"] {
        for problem in problems().into_iter().filter(|(label, _)| ["not found", "not a file"].contains(label)) {
            add(&mut table, &context(), file, problem);
        }
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn standard_input_that_cannot_be_sent() {
    let mut table = Table::default();
    let context = with(|context| context.stream_name = Some("stream".into()));
    for problem in problems() {
        add(&mut table, &context, "stream", problem);
    }
    insta::assert_snapshot!(table.0);
}
