//! The messages for problems that only `sync` has.

use ftp_plan::Refusal;
use ftp_plan::operations::ConflictKind;
use ftp_text::escape::Escaped;

use crate::report::server_text::ServerText;
use crate::report::sync::SyncProblem;
use crate::request::context::Context;
use crate::request::setting::Setting;

use super::super::message::Message;
use super::super::quantity;
use super::notes::time;

/// The message for `problem`.
pub fn message(context: &Context, problem: &SyncProblem) -> Message {
    match problem {
        SyncProblem::Refused(refusal) => refused(context, refusal),
        SyncProblem::Locked { owner, since } => locked(context, owner, *since),
        SyncProblem::NoLock { code, text } => no_lock(context, *code, text),
        SyncProblem::CutShort => Message::new(
            "the server was lost while files got their names or were removed: some changes are made, and others are not",
            "Run it again: it compares, and continues",
        ),
        SyncProblem::NotRemembered => Message::new(
            "all changes were made, and the server was lost before the manifest was written",
            "Run it again: it compares, and writes the manifest",
        ),
        SyncProblem::LockRemains => Message::new(
            format!("the lock .ftp-uploader.lock may still be in {}", context.name(Setting::Directory)),
            "The next run from the same machine and directory takes it over; others do after six hours, or remove that \
             directory on the server",
        ),
        SyncProblem::Obstructed(ConflictKind::FileForDirectory) => Message::new(
            "a file is on the server where this directory belongs",
            "It was not stored by an earlier run, so it stays; nothing below it was sent; rename one of them",
        ),
        SyncProblem::Obstructed(ConflictKind::DirectoryForFile) => Message::new(
            "a directory is on the server where this file belongs",
            "It was not made by an earlier run or is not empty, so it stays; the file was not sent; rename one of them",
        ),
        SyncProblem::NotRemoved { code, text } => Message::new(
            format!("the server refused to remove it ({code} \"{text}\")"),
            "Everything was stored before; remove it by hand, or let this user remove files",
        ),
    }
}

fn no_lock(context: &Context, code: u16, text: &ServerText) -> Message {
    Message::new(
        format!(
            "the lock .ftp-uploader.lock cannot be made in {} ({code} \"{text}\")",
            context.name(Setting::Directory)
        ),
        format!(
            "This run removes files or keeps a manifest, which another run must not do at the same time; nothing was changed; \
             use {} if no other run can happen",
            context.name(Setting::NoLock)
        ),
    )
}

fn refused(context: &Context, refusal: &Refusal) -> Message {
    let (local, remote) = (context.name(Setting::LocalDirectory), context.name(Setting::Directory));
    let limit = context.name(Setting::MaxDelete);
    let nothing = "Nothing was changed";
    match refusal {
        Refusal::EmptySource { removed } => Message::new(
            format!("{local} has no files, and {} would be removed from the server", files(*removed)),
            format!("{nothing}; a build may have failed; add {limit} {removed} if this is meant"),
        ),
        Refusal::MostRemoved { removed, there } => Message::new(
            format!("{} of the {} on the server would be removed", quantity::grouped(*removed), files(*there)),
            format!("{nothing}; check {local} and {remote}; add {limit} {removed} if this is meant"),
        ),
        Refusal::TooManyRemoved { removed, permitted } => Message::new(
            format!("{} would be removed, and {limit} permits {permitted}", files(*removed)),
            format!("{nothing}; look at them with {}", context.name(Setting::DryRun)),
        ),
        Refusal::CaseCollision { first, second, pairs } => Message::new(
            format!(
                "{} and {} are one name on this server, which does not distinguish capital letters ({pairs} such {})",
                Escaped(first.as_bytes()),
                Escaped(second.as_bytes()),
                if *pairs == 1 { "pair" } else { "pairs" }
            ),
            format!("{nothing}; rename one of each pair"),
        ),
    }
}

fn locked(context: &Context, owner: &[u8], since: Option<u64>) -> Message {
    if owner.is_empty() {
        return Message::new(
            format!(
                "{} has the lock .ftp-uploader.lock, and the server does not show whose it is",
                context.name(Setting::Directory)
            ),
            format!(
                "Nothing was changed; if no other run is at work, remove that directory on the server; {} takes no lock",
                context.name(Setting::NoLock)
            ),
        );
    }
    let who = Escaped(owner.split(|&byte| byte == b'.').next().unwrap_or(owner));
    let since = since.map(|since| format!(" since {} (time of the server)", time(since))).unwrap_or_default();
    Message::new(
        format!("the run of {who} holds the lock .ftp-uploader.lock in {}{since}", context.name(Setting::Directory)),
        "Nothing was changed; wait for its end; if it has died, remove that directory on the server",
    )
}

/// A number of files in words.
pub(super) fn files(number: u64) -> String {
    if number == 1 { "1 file".to_owned() } else { format!("{} files", quantity::grouped(number)) }
}
