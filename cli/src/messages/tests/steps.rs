//! Refusals and violations of the protocol, by step.

use ftp_uploader::{Context, Protocol, Step, UploadError, Violation};

use super::{STEPS, Table, context, text, with};

const VIOLATIONS: [Violation; 7] = [
    Violation::NotAReply,
    Violation::ReplyTooLong,
    Violation::TooManyReplies,
    Violation::UnexpectedReply,
    Violation::EarlySuccess,
    Violation::NoPort,
    Violation::EarlyText,
];

fn refused(table: &mut Table, label: &str, context: &Context, (step, code, reply): (Step, u16, &str)) {
    table.error((label, step, code), context, UploadError::Refused { step, code, text: text(reply) });
}

#[test]
fn refusals_of_every_step() {
    let mut table = Table::default();
    for step in STEPS {
        for code in [550, 421] {
            refused(&mut table, "plain", &context(), (step, code, "No"));
        }
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn refusals_with_a_special_meaning() {
    let mut table = Table::default();
    for refusal in [
        (Step::Greeting, 421, "Too many connections"),
        (Step::Login, 530, "Maximum number of clients reached"),
        (Step::Login, 500, "OOPS: cannot change directory:/home/alice"),
        (Step::DataConnection, 500, "OOPS: no port"),
        (Step::Login, 530, "Login incorrect"),
        (Step::Login, 430, "Login incorrect"),
        (Step::Login, 332, "Account?"),
        (Step::Store, 452, "Disk full"),
        (Step::Store, 552, "Quota exceeded"),
        (Step::Store, 553, "Bad name\u{1b}[31m \"quoted\""),
        (Step::DataConnection, 500, "EPSV?"),
        (Step::DataConnection, 502, "PASV?"),
        (Step::Login, 530, "Please use TLS"),
    ] {
        refused(&mut table, "plain", &context(), refusal);
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn refusals_that_depend_on_options() {
    let mut table = Table::default();
    let atomic = with(|context| context.atomic = true);
    for code in [451, 550, 552, 553] {
        refused(&mut table, "--atomic", &atomic, (Step::Store, code, "No"));
    }
    let active = with(|context| context.active = true);
    refused(&mut table, "--active", &active, (Step::DataConnection, 500, "EPRT?"));
    refused(&mut table, "--active", &active, (Step::DataConnection, 425, "No"));
    let proxied = with(|context| context.behind_proxy = true);
    refused(&mut table, "--proxy", &proxied, (Step::DataConnection, 502, "PASV?"));
    let clear = with(|context| context.may_be_clear = true);
    refused(&mut table, "in clear", &clear, (Step::Login, 530, "Non-anonymous sessions must use encryption"));
    refused(&mut table, "in clear", &clear, (Step::Login, 530, "Login incorrect"));
    let forgotten = with(|context| context.last_is_local_file = true);
    refused(&mut table, "a local file", &forgotten, (Step::Directory, 550, "No such directory"));
    let empty = with(|_| {});
    empty.note_empty_password();
    for code in [530, 430, 503] {
        refused(&mut table, "empty password", &empty, (Step::Login, code, "No"));
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn violations_of_the_protocol() {
    let mut table = Table::default();
    for what in VIOLATIONS {
        table.error(what, &context(), UploadError::Misbehaved { step: Step::Login, what });
    }
    for step in STEPS {
        table.error(step, &context(), UploadError::Misbehaved { step, what: Violation::UnexpectedReply });
    }
    insta::assert_snapshot!(table.0);
}

#[test]
fn servers_of_other_protocols() {
    let mut table = Table::default();
    for protocol in [Protocol::Ssh, Protocol::Http, Protocol::Smtp, Protocol::Pop3, Protocol::Imap, Protocol::Tls] {
        let what = Violation::AnotherProtocol(protocol);
        table.error(protocol, &context(), UploadError::Misbehaved { step: Step::Greeting, what });
    }
    insta::assert_snapshot!(table.0);
}
