//! A local file that changes while it is sent: the size at opening is what counts.
//!
//! The scripted server stops reading in the middle, so that the change comes in mid-transfer. Next:
//! `command_line.rs`, for files that cannot be sent at all.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;

use crate::meeting::Meeting;
use crate::script::Script;
use crate::upload::{BIG, Upload};

#[test]
fn a_file_that_shrinks_while_it_is_sent_is_exit_3() {
    for size in [0, 1 << 20, BIG - 1] {
        let upload = Upload::of_big_file();
        let path = upload.path("big.bin");
        let cut = move || OpenOptions::new().write(true).open(path).and_then(|file| file.set_len(size)).expect("a cut");
        let script = Script::storing("big.bin").receive(1 << 20).meanwhile(cut).receive_all().reply("426 Cut");
        let met = script.meet(upload);
        met.outcome.fails(3).says("big.bin").mentions(&["partial"]).mentions(&["shrank", "shorter", "smaller", "cut"]);
        met.visit.was_cut();
    }
}

#[test]
fn a_file_that_grows_while_it_is_sent_is_stored_as_it_was_and_that_is_said() {
    let upload = Upload::of_big_file();
    let path = upload.path("big.bin");
    let grow =
        move || OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"more")).expect("more");
    let met = changed(upload, grow);
    met.outcome.mentions(&["changed", "grew"]);
    met.visit.stored(&vec![0; BIG as usize]);
}

#[test]
fn a_file_that_changes_while_it_is_sent_is_stored_and_that_is_said() {
    let upload = Upload::of_big_file();
    let path = upload.path("big.bin");
    let change = move || {
        OpenOptions::new().write(true).open(path).and_then(|file| file.write_all_at(b"!", 0)).expect("a change")
    };
    changed(upload, change).outcome.mentions(&["changed"]);
}

#[test]
fn a_file_that_does_not_change_is_not_said_to_change() {
    changed(Upload::of_big_file(), || ()).outcome.never_says("changed");
}

#[test]
fn a_file_that_is_deleted_or_replaced_while_it_is_sent_is_stored_as_it_was() {
    let upload = Upload::of_big_file();
    let path = upload.path("big.bin");
    let delete = move || std::fs::remove_file(path).expect("a deletion");
    changed(upload, delete).visit.stored(&vec![0; BIG as usize]);

    let upload = Upload::of_big_file();
    let (path, other) = (upload.path("big.bin"), upload.path("other"));
    let replace = move || {
        let made = File::create(&other).and_then(|mut file| file.write_all(b"other"));
        made.and_then(|()| std::fs::rename(other, path)).expect("a replacement");
    };
    changed(upload, replace).visit.stored(&vec![0; BIG as usize]);
}

#[test]
fn all_files_are_opened_before_anything_is_sent() {
    let upload = Upload::of("one", b"1").and("two", b"2");
    let path = upload.path("two");
    let script = Script::new().meanwhile(move || std::fs::remove_file(path).expect("a deletion"));
    let script = script.reply("220 Now").expect("USER alice").reply("230 In").expect("CWD inbox").reply("250 Done");
    let script = script.binary().take("one").tell_size("one", 1).take("two").tell_size("two", 1);
    let met = script.goodbye().meet(upload);
    met.outcome.exits(0);
    met.visit.stored_all(&[b"1", b"2"]);
}

/// Stores a file that changes in the middle.
#[track_caller]
fn changed(upload: Upload, change: impl FnOnce() + Send + 'static) -> Meeting {
    let script = Script::storing("big.bin").receive(1 << 20).meanwhile(change).receive_all().reply("226 Stored");
    let met = script.tell_size("big.bin", BIG).goodbye().meet(upload);
    met.outcome.exits(0).says("size confirmed by the server");
    met
}
