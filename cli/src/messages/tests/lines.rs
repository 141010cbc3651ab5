//! Lines with more than the error itself: the file, an earlier error, files that remain on the server, and the summary.

use ftp_uploader::words::{note, skipped};
use ftp_uploader::{
    Cause, Connection, NotAnArgument, Note, SkipReason, Skipped, SourceProblem, StartOver, Step, UploadError,
    UploadReport,
};
use rustix::io::Errno;

use super::{Table, context, system, text};

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
    let several = context();
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
fn lines_about_skipped_files() {
    let mut table = Table::default();
    let reasons = [
        SkipReason::Link,
        SkipReason::OutsideTree,
        SkipReason::BrokenLink,
        SkipReason::Loop,
        SkipReason::TooManyPaths,
        SkipReason::NotAFile,
        SkipReason::Name(NotAnArgument::ControlByte(b'\n')),
        SkipReason::PathTooLong,
        SkipReason::Unreadable(system(Errno::ACCESS)),
        SkipReason::Vanished,
        SkipReason::UnknownSize,
    ];
    let mut several = UploadReport::default();
    several.skipped = reasons.into_iter().map(|why| Skipped::new("site/odd\n\u{1b}name", why)).collect();
    let notes = skipped::notes(&several.skipped);
    table.0.push_str(&(notes.join("\n") + "\n"));
    table.report("nothing failed", &context(), several);
    let mut failed = of_file(refused());
    failed.skipped = vec![Skipped::new("site/link", SkipReason::Link)];
    table.report("something failed, too", &context(), failed);
    insta::assert_snapshot!(table.0);
    let many: Vec<_> = (0..1005).map(|number| Skipped::new(number.to_string(), SkipReason::Link)).collect();
    assert_eq!(skipped::notes(&many).len(), 1001);
    assert_eq!(skipped::notes(&many)[1000], "Note: 5 more were skipped.");
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
        Note::StartsOver(StartOver::SizeUnknown),
        Note::StartsOver(StartOver::TooLarge { there: 9 }),
        Note::StartsOver(StartOver::Different { there: 4 }),
        Note::StartsOver(StartOver::NotProved { there: 4 }),
        Note::StartsOver(StartOver::Refused),
    ]
    .map(|note| note::text(&context(), "data/report.csv".as_ref(), &note) + "\n");
    insta::assert_snapshot!(rows.concat());
}
