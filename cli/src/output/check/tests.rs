use ftp_uploader::{Advice, CheckReport};

use crate::output::check::{Checked, command, table};

fn checked<'a>(options: &'a [String], failures: &'a [String], report: &'a CheckReport) -> Checked<'a> {
    Checked {
        host: "h.example",
        user: b"alice smith",
        directory: b"it's [here]",
        options,
        report: Some(report),
        failures,
        code: 0,
        now: 0,
    }
}

#[test]
fn the_recommended_command_line_is_quoted_for_a_shell() {
    let options = ["--tls off".to_owned()];
    let report = CheckReport::default();
    let line = command::line(&checked(&options, &[], &report), &[Advice::Jobs(2), Advice::Atomic]);
    let words = "ftp-uploader --tls off --jobs 2 --atomic h.example 'alice smith' LOCALFILE... 'it'\\''s [here]'";
    assert_eq!(line.as_deref(), Some(words));
    assert_eq!(command::line(&checked(&options, &[], &report), &[]), None);
}

#[test]
fn an_advice_takes_the_place_of_the_option_that_it_contradicts() {
    let report = CheckReport::default();
    let options = ["--tls off", "--insecure", "--timeout 5"].map(str::to_owned);
    let pin = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".parse().unwrap();
    let line = command::line(&checked(&options, &[], &report), &[Advice::Pin(pin), Advice::UseTls]).unwrap();
    assert!(line.starts_with(&format!("ftp-uploader --timeout 5 --pin {pin} --tls explicit h.example ")), "{line}");
}

#[test]
fn the_rows_of_the_table_are_at_most_80_columns_wide_also_with_wide_characters() {
    let mut report = CheckReport::default();
    report.greeting = [b"word ".repeat(60), b"x".repeat(200), "\u{6f22}".repeat(90).into_bytes()]
        .into_iter()
        .map(|line| line[..].into())
        .collect();
    let text = table::text(&checked(&[], &[], &report));
    let widths = text.lines().map(unicode_width::UnicodeWidthStr::width);
    assert_eq!(widths.max(), Some(80), "{text}");
    assert_eq!(text.matches("word").count(), 60, "{text}");
    assert_eq!(text.matches('\u{6f22}').count(), 90, "{text}");
}

#[test]
fn the_verdict_is_the_last_line() {
    let mut report = CheckReport::default();
    let last = |failures: &[String], report: &CheckReport| {
        let text = table::text(&checked(&[], failures, report));
        text.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(last(&[], &report), "Uploads into it's [here] on h.example work.");
    assert!(last(&["no".to_owned()], &report).contains("do not work"));
    report.read_only = true;
    assert!(last(&[], &report).ends_with("writing was not checked."));
}
