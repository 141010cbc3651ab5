//! Local files that change while they are sent: the stored file may mix old and new content, so the upload must fail.
//!
//! The scripted server stops reading in the middle of the transfer, and the test changes the file then.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use crate::support::run::{IdleServer, Run};
use crate::support::script::Script;
use crate::support::upload::{BIG, Upload};

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_exit_3() {
    for size in [0, 1 << 20, BIG - 1] {
        let upload = Upload::of_big_file();
        let path = upload.path("big.bin");
        let cut = move || OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(size)).expect("a cut");
        let script = Script::storing("big.bin").receive(1 << 20).meanwhile(cut).receive_all().reply("426 Cut");
        let run = script.run(upload);
        run.outcome.fails(3).says("big.bin").mentions(&["partial"]).mentions(&["shrank", "shorter", "smaller", "cut"]);
        run.server_log.was_cut();
    }
}

#[test]
fn a_file_that_grows_or_changes_while_it_is_sent_is_exit_3_and_what_is_stored_is_said_to_be_a_mixture() {
    let changes: [fn(&Path); 3] = [
        |path| OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"more")).expect("more"),
        |path| overwrite(path),
        // As `cp -p` and `rsync --times` do: they set the modification time back.
        |path| {
            let before = std::fs::metadata(path).and_then(|file| file.modified()).expect("a time");
            overwrite(path);
            OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| file.set_modified(before))
                .expect("a time set back");
        },
    ];
    for change in changes {
        for options in [&[][..], &["--quiet"]] {
            let run = storing_while(change, Upload::of_big_file().options(options));
            run.outcome.fails(3).says("big.bin changed while it was sent").says("may mix old and new");
            run.outcome.never_says("Stored").never_says("partial file");
            run.server_log.stored(&vec![0; BIG as usize]);
        }
    }
}

#[test]
fn a_file_that_changes_while_it_is_sent_never_gets_its_name_with_atomic() {
    let upload = Upload::of_big_file().options(["--atomic"]);
    let path = upload.path("big.bin");
    let temporary = "{temp:big.bin}";
    let script = Script::ready().can_rename("big.bin").passive().store(temporary).receive(1 << 20);
    let script = script.meanwhile(move || overwrite(&path)).receive_all().reply("226 Stored");
    let run = script.tell_size(temporary, BIG).delete(temporary).goodbye().run(upload);
    run.outcome.fails(3).says("changed while it was sent").says("did not get the file's name").says("removed again");
    assert!(!run.server_log.commands.iter().any(|line| line.starts_with(b"RNTO")));
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_sent_again_and_does_not_stop_the_next() {
    let upload = Upload::of("one", b"111").and("two", b"22").retries("3");
    let path = upload.path("one");
    let script = Script::ready().lacks("one").passive().store("one").meanwhile(move || overwrite(&path)).receive_all();
    let script = script.reply("226 Stored").tell_size("one", 3).lacks("two").take("two").tell_size("two", 2).goodbye();
    let run = script.run(upload);
    run.outcome.exits(3).says("one changed").says("Stored two in inbox").never_says("Stored one").retried(0);
    run.outcome.says("1 of 2 files stored");
}

#[test]
fn a_file_whose_size_is_not_that_of_its_content_is_exit_3_and_from_stdin_is_advised() {
    for path in ["/proc/cpuinfo", "/proc/self/status", "/sys/kernel/mm/transparent_hugepage/enabled"] {
        if Path::new(path).exists() {
            let upload = Upload::of_nothing().argument_file(path);
            IdleServer::listen().refuses(3, upload).says("its size is not known").says("--from-stdin");
        }
    }
}

#[test]
fn a_file_that_does_not_change_is_not_said_to_change() {
    unchanged(|_| (), Upload::of_big_file());
}

#[test]
fn a_file_that_is_deleted_or_replaced_while_it_is_sent_is_stored_as_it_was() {
    unchanged(|path| std::fs::remove_file(path).expect("a deletion"), Upload::of_big_file());
    let replace = |path: &Path| {
        let other = path.with_file_name("other");
        let made = File::create(&other).and_then(|mut file| file.write_all(b"other"));
        made.and_then(|()| std::fs::rename(other, path)).expect("a replacement");
    };
    unchanged(replace, Upload::of_big_file());
}

#[test]
fn permissions_and_other_names_that_change_meanwhile_are_no_change_of_the_file() {
    let permit = |path: &Path| std::fs::set_permissions(path, Permissions::from_mode(0o600)).expect("permissions");
    unchanged(permit, Upload::of_big_file());
    unchanged(|path| std::fs::hard_link(path, path.with_file_name("link")).expect("a link"), Upload::of_big_file());
}

#[test]
fn all_files_are_opened_before_anything_is_sent() {
    let upload = Upload::of("one", b"1").and("two", b"2");
    let path = upload.path("two");
    let script = Script::new().meanwhile(move || std::fs::remove_file(path).expect("a deletion"));
    let script = script.reply("220 Now").expect("USER alice").reply("230 In").expect("CWD inbox").reply("250 Done");
    let script = script.binary().take("one").tell_size("one", 1).take("two").tell_size("two", 1);
    let run = script.goodbye().run(upload);
    run.outcome.exits(0);
    run.server_log.stored_all(&[b"1", b"2"]);
}

/// Stores `big.bin`, and calls `change` in the middle of the transfer.
fn storing_while(change: impl FnOnce(&Path) + Send + 'static, upload: Upload) -> Run {
    let path = upload.path("big.bin");
    let script = Script::storing("big.bin").receive(1 << 20).meanwhile(move || change(&path)).receive_all();
    script.reply("226 Stored").tell_size("big.bin", BIG).goodbye().run(upload)
}

/// Claims that the upload succeeds, since `change` does not alter the content of `big.bin`.
#[track_caller]
fn unchanged(change: impl FnOnce(&Path) + Send + 'static, upload: Upload) {
    let run = storing_while(change, upload);
    run.outcome.succeeds().says("size confirmed by the server").never_says("changed");
    run.server_log.stored(&vec![0; BIG as usize]);
}

/// Overwrites the first byte, which is already sent by then.
fn overwrite(path: &Path) {
    OpenOptions::new().write(true).open(path).and_then(|file| file.write_all_at(b"!", 0)).expect("a change");
}
