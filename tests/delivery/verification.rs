//! Verification of a stored file: by the server's hash, by its size, or by the final reply alone; and the reaction to a
//! mismatch.

use md5::Md5;
use sha1::{Digest, Sha1};

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::server_replies::sha256;
use crate::support::upload::{HELLO, Upload};

#[test]
fn every_known_hash_is_asked_for_in_its_own_way() {
    let (sha256, sha1, md5) = (sha256(HELLO), hex(&Sha1::digest(HELLO)), hex(&Md5::digest(HELLO)));
    let crc = format!("{:08X}", crc32fast::hash(HELLO));
    for (feature, command, answer, confirmed) in [
        ("HASH SHA-256*;SHA-1", "HASH", format!("213 SHA-256 0-6 {sha256} hello.txt"), "SHA-256"),
        ("HASH SHA-1*;MD5", "HASH", format!("213 SHA-1 0-6 {sha1} hello.txt"), "SHA-1"),
        ("XSHA256 filename;start;end", "XSHA256", format!("250 {}", sha256.to_uppercase()), "SHA-256"),
        ("XSHA1", "XSHA1", format!("250 {sha1}"), "SHA-1"),
        ("XMD5", "XMD5", format!("250 \"{md5}\""), "MD5"),
        ("XCRC", "XCRC", format!("250 {crc}"), "CRC-32"),
        ("MD5", "MD5", format!("251 hello.txt {md5}"), "MD5"),
    ] {
        let taken = Script::offering(&["SIZE", feature]).take("hello.txt");
        let run = taken.expect(&format!("{command} hello.txt")).reply(&answer).goodbye().run_hello();
        run.outcome.succeeds().says(&format!(", {confirmed} confirmed by the server"));
    }
}

#[test]
fn a_crc_without_its_leading_zeros_is_understood() {
    let short = |number: &u32| crc32fast::hash(number.to_string().as_bytes()) < 1 << 24;
    let content = (0..).find(short).unwrap().to_string();
    let crc = format!("{:X}", crc32fast::hash(content.as_bytes()));
    let size = content.len();
    for (feature, command, answer) in
        [("XCRC", "XCRC", format!("250 {crc}")), ("HASH CRC32*", "HASH", format!("213 CRC32 0-{size} {crc} short.txt"))]
    {
        let taken = Script::offering(&["SIZE", feature]).take("short.txt");
        let script = taken.expect(&format!("{command} short.txt")).reply(&answer).goodbye();
        script.run(Upload::of("short.txt", content.as_bytes())).outcome.succeeds().says("CRC-32 confirmed");
    }
}

#[test]
fn a_better_hash_than_the_one_in_force_is_chosen() {
    for answer in ["200 SHA-256", "501 No"] {
        let taken = Script::offering(&["HASH MD5*;SHA-256"]).take("hello.txt");
        let chosen = taken.expect("OPTS HASH SHA-256").reply(answer);
        chosen.tell_hash("hello.txt", HELLO).goodbye().run_hello().outcome.succeeds().says("SHA-256 confirmed");
    }
}

#[test]
fn a_hash_that_is_refused_or_makes_no_sense_gives_way_to_the_size() {
    for answer in ["550 No", "504 Not that", "213 SHA-256 0-6 1234 hello.txt", "213 six", "450 Later"] {
        let script = Script::hashing().take("hello.txt").expect("HASH hello.txt").reply(answer);
        script.tell_size("hello.txt", 6).goodbye().run_hello().outcome.succeeds().says("size confirmed");
    }
}

#[test]
fn a_wrong_hash_is_tried_once_more_from_the_start() {
    let wrong = Script::hashing().lacks("hello.txt").take("hello.txt").tell_hash("hello.txt", b"jello\n");
    let wrong = wrong.tell_size("hello.txt", 6).tell_hash("hello.txt", b"jello\n").goodbye();
    let right = Script::hashing().take("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([wrong, right], Upload::of_hello().retries("3"));
    run.outcome.succeeds().retried(1).says("SHA-256 confirmed");
    run.stored_last(HELLO);
}

#[test]
fn a_hash_that_is_wrong_after_two_uploads_is_exit_10() {
    let wrong = |script: Script| {
        let asked = script.take("hello.txt").tell_hash("hello.txt", b"jello\n").tell_size("hello.txt", 6);
        asked.tell_hash("hello.txt", b"jello\n")
    };
    let scripts = [wrong(Script::hashing().lacks("hello.txt")), wrong(Script::hashing())];
    let run = run_in_turn(scripts, Upload::of_hello().retries("3"));
    run.outcome.fails(10).retried(1).never_says("Stored");
    wrong(Script::hashing()).run(Upload::of_hello()).outcome.fails(10).retried(0);
}

#[test]
fn a_hash_that_is_right_a_moment_later_is_right() {
    let early = Script::hashing().take("hello.txt").tell_hash("hello.txt", b"hel").tell_size("hello.txt", 6);
    let run = early.tell_hash("hello.txt", HELLO).goodbye().run(Upload::of_hello().retries("3"));
    run.outcome.succeeds().retried(0).says("SHA-256 confirmed");
}

#[test]
fn fewer_bytes_after_a_success_are_not_resumed() {
    // They may not be the first bytes of our file: the server may have converted line ends.
    let short = Script::ready().lacks("hello.txt").take("hello.txt").tell_size_twice("hello.txt", 3).goodbye();
    let anew = Script::ready().take("hello.txt").and_all_is_well();
    let run = run_in_turn([short, anew], Upload::of_hello().retries("3"));
    run.outcome.succeeds().retried(1).never_says("Resuming");
    run.stored_last(HELLO);
}

#[test]
fn a_wrong_hash_of_fewer_bytes_is_told_as_such() {
    let short = Script::hashing().lacks("hello.txt").take("hello.txt").tell_hash("hello.txt", b"hel");
    let short = short.tell_size_twice("hello.txt", 3).goodbye();
    let anew = Script::hashing().take("hello.txt").tell_hash("hello.txt", HELLO).goodbye();
    let run = run_in_turn([short, anew], Upload::of_hello().retries("3"));
    run.outcome.succeeds().retried(1).says("6 bytes were sent, but").says("SHA-256 confirmed");
}

#[test]
fn a_wrong_size_is_tried_once_more_from_the_start() {
    let wrong = |script: Script| script.take("hello.txt").tell_size_twice("hello.txt", 7);
    let first = || wrong(Script::ready().lacks("hello.txt"));
    let right = Script::ready().take("hello.txt").and_all_is_well();
    run_in_turn([first(), right], Upload::of_hello().retries("3")).outcome.succeeds().retried(1);
    let run = run_in_turn([first(), wrong(Script::ready())], Upload::of_hello().retries("3"));
    run.outcome.fails(10).retried(1);
}

#[test]
fn a_hash_may_be_demanded() {
    let demanding = || Upload::of_hello().options(["--verify", "hash"]).retries("3");
    let hashing = Script::hashing().lacks("hello.txt").take("hello.txt");
    hashing.tell_hash("hello.txt", HELLO).goodbye().run(demanding()).outcome.succeeds();
    let run = Script::ready().lacks("hello.txt").take("hello.txt").tell_size("hello.txt", 6).run(demanding());
    run.outcome.fails(10).says("the file was sent").says("--verify").never_says("partial").retried(0);
}

#[test]
fn a_size_may_be_demanded_and_is_all_that_is_asked_for_then() {
    let demanding = || Upload::of_hello().options(["--verify", "size"]).retries("3");
    let run = Script::hashing().lacks("hello.txt").take("hello.txt").and_all_is_well().run(demanding());
    run.outcome.succeeds().says("size confirmed");
    let run = Script::ready().lacks("hello.txt").take("hello.txt").no_size("hello.txt").run(demanding());
    run.outcome.fails(10).says("--verify").retried(0);
}

#[test]
fn nothing_is_asked_when_nothing_is_wanted() {
    let run = Script::hashing().take("hello.txt").goodbye().run(Upload::of_hello().options(["--verify", "off"]));
    run.outcome.succeeds().says(", confirmed by the server");
}

#[test]
fn an_empty_file_has_a_hash_too() {
    let script = Script::hashing().take("empty").tell_hash("empty", b"").goodbye();
    script.run(Upload::of("empty", b"")).outcome.succeeds().says("SHA-256 confirmed");
}

#[test]
fn every_file_of_a_run_is_hashed_for_itself() {
    // The check of the first file goes in a flight, which asks for the size, too.
    let one = Script::hashing().take("one").tell_hash("one", b"1").tell_size("one", 1);
    let script = one.take("two").tell_hash("two", b"22").goodbye();
    script.run(Upload::of("one", b"1").and("two", b"22")).outcome.succeeds();
}

fn hex(hash: &[u8]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
