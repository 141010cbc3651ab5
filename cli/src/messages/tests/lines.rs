//! Lines with more than the error itself: the file, an earlier error, files that remain on the server, and the summary.

use ftp_uploader::{Cause, Connection, Note, Remaining, SourceProblem, Step, UploadError, UploadReport, Whose};

use super::{Table, context, text, with};
use crate::messages::{note, remains};

fn of_file(error: UploadError) -> UploadReport {
    let mut report = UploadReport::from(error);
    report.failures[0].file = Some("data/report.csv".into());
    report
}

fn refused() -> UploadError {
    UploadError::Refused { step: Step::Store, code: 553, text: text("Exists") }
}

fn broken() -> UploadError {
    UploadError::Broken { step: Step::Transfer, connection: Connection::Control, cause: Cause::Reset }
}

#[test]
fn lines_about_a_file() {
    let mut table = Table::default();
    table.report("refused", &context(), of_file(refused()));
    let mut report = of_file(refused());
    (report.failures[0].earlier, report.failures[0].partial) = (Some(broken()), true);
    table.report("refused after a cut", &context(), report);
    let mut report = of_file(UploadError::Unknown);
    report.failures[0].earlier = Some(broken());
    table.report("unknown after a cut", &context(), report);
    let problem = SourceProblem::Changed;
    for error in [UploadError::Source { file: "report.csv".into(), problem }, UploadError::Unverified] {
        let mut report = of_file(error);
        report.failures[0].partial = true;
        table.report("a partial file that is mentioned already", &context(), report);
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn lines_about_several_files() {
    let several = with(|context| context.count = 3);
    let mut table = Table::default();
    let mut report = of_file(refused());
    report.untried = vec!["two\n".into(), "three".into()];
    table.report("not tried", &several, report);
    let mut report = of_file(refused());
    report.failures.extend(of_file(broken()).failures);
    table.report("two failures", &several, report);
    table.report("no file has begun", &several, UploadError::NoTls { code: 502, text: text("AUTH?") }.into());
    insta::assert_snapshot!(table.0);
}

#[test]
fn sentences_about_files_that_remain() {
    let mut rows = String::new();
    for of in [Whose::Ours, Whose::Old] {
        for state in [Remaining::Removed, Remaining::Seen(4), Remaining::Unknown] {
            rows.push_str(&format!("{of:?} {state:?} | {}\n", remains::sentence(b".report.csv.1.part", of, state)));
        }
    }
    insta::assert_snapshot!(rows);
}

#[test]
fn notes() {
    let rows = [
        Note::TimeNotSet(UploadError::Refused { step: Step::Attributes, code: 550, text: text("No") }),
        Note::TimeOutOfRange,
        Note::ModeNotSet(UploadError::Refused { step: Step::Attributes, code: 502, text: text("SITE?") }),
        Note::Utf8Refused,
        Note::OldRemains { name: b".report.csv.1.old".to_vec() },
        Note::HashTooSlow,
    ]
    .map(|note| note::text(&context(), "data/report.csv".as_ref(), &note).unwrap() + "\n");
    insta::assert_snapshot!(rows.concat());
}
