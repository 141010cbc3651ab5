//! `--timestamps`: each line on standard error begins with the time in UTC.

use crate::support::outcome::Outcome;
use crate::support::quirky_server::QuirkyServer;
use crate::support::run::IdleServer;
use crate::support::script::Script;
use crate::support::upload::Upload;

/// An upload of `hello.txt` whose lines have times.
fn timed() -> Upload {
    Upload::of_hello().options(["--timestamps"])
}

#[test]
fn each_line_of_an_upload_has_its_time() {
    for options in [&["--timestamps"][..], &["--timestamps", "--verbose"]] {
        let script = Script::ready().take("hello.txt").and_all_is_well();
        let run = script.run(Upload::of_hello().options(options));
        run.outcome.exits(0);
        let lines = without_times(&run.outcome);
        assert!(lines.iter().any(|line| line.starts_with("Stored hello.txt in inbox: 6 bytes in ")), "{lines:#?}");
        assert!(lines.contains(&"Sent 6 of 6 bytes (100.0%)"), "{lines:#?}");
    }
}

#[test]
fn the_lines_about_failures_have_their_times() {
    let run = Script::logged_in().expect("CWD inbox").reply("550 No inbox").run(timed());
    run.outcome.exits(7);
    assert!(without_times(&run.outcome).last().is_some_and(|line| line.starts_with("ftp-uploader: ")));
    let run = Script::ready().passive().expect("STOR one").reply("553 No").take("two").tell_size("two", 1).goodbye();
    let run = run.run(Upload::of("one", b"1").and("two", b"2").options(["--timestamps", "-q"]));
    run.outcome.exits(7);
    let lines = without_times(&run.outcome);
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines.iter().all(|line| line.starts_with("ftp-uploader: ")), "{lines:#?}");
}

#[test]
fn a_mistake_in_the_command_line_has_its_time_too() {
    let outcome = IdleServer::listen().fails_before_connecting(timed().options(["--bad"]));
    outcome.exits(2);
    assert!(without_times(&outcome)[0].starts_with("ftp-uploader: "));
}

#[test]
fn the_times_of_many_lines_ascend() {
    let files = crate::support::many_files::ManyFiles::new(40, 100);
    let server = QuirkyServer::start([]);
    let outcome = crate::support::many_files::run_to(&server, files.upload("4").options(["--timestamps"]));
    outcome.exits(0);
    assert_eq!(without_times(&outcome).len(), 41);
    let times: Vec<_> = outcome.stderr.lines().map(|line| &line[..24]).collect();
    assert!(times.is_sorted(), "{times:#?}");
}

/// Returns the lines on standard error without their times, which each of them must have.
fn without_times(outcome: &Outcome) -> Vec<&str> {
    outcome.stderr.lines().map(|line| after_time(line).unwrap_or_else(|| panic!("no time: {line}"))).collect()
}

/// Returns the text after `2026-11-28T02:10:33.123Z `.
fn after_time(line: &str) -> Option<&str> {
    const FORM: &str = "dddd-dd-ddTdd:dd:dd.dddZ ";
    let (time, rest) = line.split_at_checked(FORM.len())?;
    let fits = |(byte, form): (u8, u8)| if form == b'd' { byte.is_ascii_digit() } else { byte == form };
    time.bytes().zip(FORM.bytes()).all(fits).then_some(rest)
}
