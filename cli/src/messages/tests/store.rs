//! The ends of a delivery after its bytes were sent: doubt, proof, renaming; interruption, the time limit, and bugs.

use ftp_uploader::{Algorithm, Cause, Doubt, UploadError};

use super::{CAUSES, STEPS, Table, context, text, with};

#[test]
fn outcomes_in_doubt() {
    let mut table = Table::default();
    table.error("unknown", &context(), UploadError::Unknown);
    for completed in [false, true] {
        for cause in CAUSES {
            let error = UploadError::Unconfirmed { cause, completed, hashing: false };
            table.error((cause, completed), &context(), error);
        }
    }
    let error = UploadError::Unconfirmed { cause: Cause::TimedOut, completed: true, hashing: true };
    table.error("while hashing", &context(), error);
    insta::assert_snapshot!(table.0);
}

#[test]
fn files_that_may_be_there() {
    let mut table = Table::default();
    for why in [Doubt::NotListed, Doubt::Incomplete, Doubt::Empty, Doubt::Hidden, Doubt::Similar] {
        table.error(why, &context(), UploadError::MayExist { why });
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn files_that_differ_or_are_not_proved() {
    let mut table = Table::default();
    table.error("missing", &context(), UploadError::Missing);
    table.error("mismatch", &context(), UploadError::Mismatch { sent: 6, stored: 4 });
    for algorithm in [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5, Algorithm::Crc32] {
        table.error(algorithm, &context(), UploadError::Corrupt { algorithm });
    }
    table.error("unverified", &context(), UploadError::Unverified);
    insta::assert_snapshot!(table.0);
}

#[test]
fn files_that_are_not_renamed() {
    let mut table = Table::default();
    table.error("cannot rename", &context(), UploadError::CannotRename);
    for replace in [false, true] {
        let context = with(|context| (context.atomic, context.replace) = (true, replace));
        for (forbidden, old_is_aside) in [(false, false), (true, false), (false, true), (true, true)] {
            let error = UploadError::NotRenamed { forbidden, old_is_aside, code: 553, text: text("Exists") };
            table.error(("--replace", replace, forbidden, old_is_aside), &context, error);
        }
    }
    let error = UploadError::TemporaryRefused { name: b".report.csv.1.part".to_vec(), code: 553, text: text("No") };
    table.error("temporary name", &context(), error);
    let error = UploadError::NotMade { path: b"site/css".to_vec(), code: 550, text: text("Exists") };
    table.error("directory", &context(), error);
    insta::assert_snapshot!(table.0);
}

#[test]
fn interruptions_time_limits_and_bugs() {
    let mut table = Table::default();
    table.error("interrupted", &context(), UploadError::Interrupted { step: None });
    table.error("out of time", &context(), UploadError::OutOfTime { step: None });
    for step in STEPS {
        table.error(("interrupted", step), &context(), UploadError::Interrupted { step: Some(step) });
        table.error(("out of time", step), &context(), UploadError::OutOfTime { step: Some(step) });
    }
    table.error("bug", &context(), UploadError::Fault("the component trapped".to_owned()));
    table.cli("bug before the run", None, UploadError::Fault("no eventfd".to_owned()).into());
    insta::assert_snapshot!(table.0);
}
