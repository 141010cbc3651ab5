//! `--atomic` where the name is taken, or may not be given: no old file is lost, whatever the server refuses and wherever
//! the line breaks.
//!
//! Next: `resuming.rs`.

use crate::support::outcome::Outcome;
use crate::support::run::Run;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_file_in_the_way_is_moved_aside_and_removed_when_the_new_one_has_its_name() {
    for answer in ["553 Exists", "550 Exists", "501 Exists"] {
        let met = replaced(refused_with(taken(), answer)).goodbye().run(replacing());
        met.outcome.succeeds().says("size confirmed").never_says("Note:");
        met.server_log.stored(HELLO);
    }
}

#[test]
fn a_server_that_lets_nobody_rename_loses_nothing() {
    // Pure-FTPd --norename, ProFTPD with DenyAll, vsftpd with cmds_denied=RNFR.
    let held = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).tell_size(TEMPORARY, 6));
    let met = held.tell_size(TEMPORARY, 6).run(replacing().retries("0"));
    is_not_renamed(&met).never_says("use --replace");
}

#[test]
fn an_old_file_is_not_moved_for_a_new_one_that_may_not_be_moved() {
    // Something holds the temporary file, and RNFR was never granted.
    let held = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).tell_size(TEMPORARY, 6));
    is_not_renamed(&held.tell_size(TEMPORARY, 6).run(replacing()));
}

#[test]
fn an_old_file_that_may_not_be_moved_stays_where_it_is() {
    let no_aside = no_rnfr(refused(), "hello.txt").tell_size(TEMPORARY, 6);
    is_not_renamed(&no_aside.run(replacing()));
    // RNTO may be refused and yet done, so that the server is asked.
    let no_name = refused().refuse_name("hello.txt", OLD, "553 No").lacks(OLD).refuse_name("hello.txt", OLD, "553 No");
    is_not_renamed(&no_name.tell_size(TEMPORARY, 6).lacks(OLD).run(replacing()));
}

#[test]
fn an_old_file_gets_its_name_back_when_the_new_one_does_not_get_it() {
    let aside = refused().rename("hello.txt", OLD);
    let again = aside.refuse_name(TEMPORARY, "hello.txt", "553 Still no").tell_size(TEMPORARY, 6);
    let met = again.rename(OLD, "hello.txt").tell_size(TEMPORARY, 6).run(replacing());
    is_not_renamed(&met).never_says("old file");
}

#[test]
fn an_old_file_that_does_not_get_its_name_back_is_named() {
    let aside = refused().rename("hello.txt", OLD);
    let again = aside.refuse_name(TEMPORARY, "hello.txt", "553 Still no").tell_size(TEMPORARY, 6);
    let met = no_rnfr(again, OLD).tell_size(TEMPORARY, 6).tell_size(OLD, 3).run(replacing());
    is_not_renamed(&met)
        .says("moved aside")
        .says("old file with its name is on the server as .hello.txt.")
        .says(".old");
}

#[test]
fn a_name_that_was_refused_and_given_all_the_same_is_seen() {
    let done = |script: Script| script.refuse_name(TEMPORARY, "hello.txt", "553 No").lacks(TEMPORARY);
    let met = done(taken().tell_size("hello.txt", 3)).tell_size("hello.txt", 6).goodbye().run(tried_again());
    deletes_nothing(&met).succeeds().says("size confirmed");

    let hashed = Script::hashing().can_rename("hello.txt").take(TEMPORARY).tell_hash(TEMPORARY, HELLO);
    // Here nobody has told a size, so that 550 to SIZE says nothing.
    let asked = no_rnfr(done(hashed), TEMPORARY).lacks(TEMPORARY).tell_hash("hello.txt", HELLO);
    deletes_nothing(&asked.goodbye().run(replacing())).succeeds().says("SHA-256 confirmed");
}

#[test]
fn a_name_of_which_nothing_is_certain_is_exit_10_and_nothing_is_touched() {
    let refused = |script: Script| script.refuse_name(TEMPORARY, "hello.txt", "553 No").lacks(TEMPORARY);
    // Neither name is there; another size is; one that fits, which may be the old file's; and nobody asked before.
    for (before, after) in [(Some(3), None), (Some(3), Some(5)), (Some(6), Some(6)), (None, Some(6))] {
        let (script, upload) = match before {
            Some(6) => (taken().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER), tried_again()),
            Some(size) => (taken().tell_size("hello.txt", size), tried_again()),
            None => (taken(), replacing()),
        };
        let script = match after {
            Some(size) => refused(script).tell_size("hello.txt", size),
            None => refused(script).lacks("hello.txt"),
        };
        let script = if before == after { script.tell_time("hello.txt", EARLIER) } else { script };
        let met = script.lacks(TEMPORARY).run(upload);
        deletes_nothing(&met).fails(10).says("may be whole").never_says(".part");
    }
}

#[test]
fn a_temporary_name_that_is_not_visible_yet_is_waited_for() {
    let late = no_rnfr(taken(), TEMPORARY).lacks(TEMPORARY);
    let met = late.rename(TEMPORARY, "hello.txt").goodbye().run(replacing());
    deletes_nothing(&met).succeeds();
}

/// A scanner has taken it.
#[test]
fn a_temporary_name_that_is_gone_is_exit_10_and_the_old_file_stays_where_it_is() {
    let gone = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).lacks(TEMPORARY));
    let met = gone.lacks(TEMPORARY).run(replacing());
    deletes_nothing(&met).fails(10).never_says(".part");
    met.server_log.claim(!met.server_log.commands.contains(&b"RNFR hello.txt\r\n".to_vec()), "the old file left alone");
}

#[test]
fn an_old_file_of_the_same_size_is_not_taken_for_the_new_one_when_the_answer_to_rnto_is_lost() {
    let lost = || taken().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).rename_from(TEMPORARY);
    let gone = || no_rnfr(Script::ready(), TEMPORARY).lacks(TEMPORARY).tell_size("hello.txt", 6);
    for (time, code) in [(EARLIER, 10), (LATER, 0)] {
        let asked = gone().tell_time("hello.txt", time);
        let asked = if code == 0 { asked.tell_size("hello.txt", 6) } else { asked.lacks(TEMPORARY) };
        let met = run_in_turn([lost().expect("RNTO hello.txt").close(), asked], tried_again());
        met.outcome.exits(code);
        met.data_connections(1);
    }
    // No time, and no size either.
    let lost = taken().tell_size("hello.txt", 6).no_time("hello.txt").rename_from(TEMPORARY).expect("RNTO hello.txt");
    run_in_turn([lost.close(), gone().lacks(TEMPORARY)], tried_again()).outcome.fails(10);
    let lost = taken().no_size("hello.txt").rename_from(TEMPORARY).expect("RNTO hello.txt");
    let blind = no_rnfr(Script::ready(), TEMPORARY).no_size(TEMPORARY).no_size(TEMPORARY);
    run_in_turn([lost.close(), blind], tried_again()).outcome.fails(10).never_says("removed");
}

#[test]
fn a_hash_tells_whether_the_name_was_given() {
    let lost = || {
        let taken = Script::hashing().can_rename("hello.txt").take(TEMPORARY).tell_hash(TEMPORARY, HELLO);
        let asked = taken.tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER);
        asked.rename_from(TEMPORARY).expect("RNTO hello.txt").close()
    };
    let gone = || no_rnfr(Script::hashing(), TEMPORARY).lacks(TEMPORARY);
    let met = run_in_turn([lost(), gone().tell_hash("hello.txt", HELLO).goodbye()], tried_again());
    met.outcome.succeeds().says("SHA-256 confirmed");
    let met = run_in_turn([lost(), gone().tell_hash("hello.txt", b"jello\n").lacks(TEMPORARY)], tried_again());
    met.outcome.fails(10);
}

#[test]
fn a_line_that_breaks_anywhere_between_the_two_names_loses_neither_file() {
    let before = || taken().tell_size("hello.txt", 3);
    let refused = || refused_with(before(), "553 Exists");
    let aside = || refused().rename("hello.txt", OLD);
    let refused_again = || refused_with(Script::ready(), "553 Exists");
    let given = |script: Script| script.rename(TEMPORARY, "hello.txt").tell_size("hello.txt", 6).delete(OLD).goodbye();
    let seen = || no_rnfr(Script::ready(), TEMPORARY).lacks(TEMPORARY).tell_size_twice("hello.txt", 6).delete(OLD);
    let cuts = [
        (before().rename_from(TEMPORARY).expect("RNTO hello.txt"), replaced(refused_again())),
        (before().refuse_name(TEMPORARY, "hello.txt", "553 Exists").expect(SIZE), replaced(refused_again())),
        (refused().expect("RNFR hello.txt"), replaced(Script::ready())),
        // RNTO was not carried out, or it was.
        (refused().rename_from("hello.txt").expect(ASIDE), replaced(Script::ready())),
        (refused().rename_from("hello.txt").expect(ASIDE), given(no_rnfr(Script::ready(), "hello.txt"))),
        (aside().expect(RNFR), given(Script::ready())),
        (aside().rename_from(TEMPORARY).expect("RNTO hello.txt"), given(Script::ready())),
        (aside().rename_from(TEMPORARY).expect("RNTO hello.txt"), seen().goodbye()),
    ];
    for (number, (cut, again)) in cuts.into_iter().enumerate() {
        let cut = if number % 2 == 0 { cut.close() } else { cut.reset() };
        let met = run_in_turn([cut, again], tried_again());
        met.outcome.succeeds().retried(1).never_says("Note:");
        met.data_connections(1);
    }
}

#[test]
fn a_line_that_breaks_when_all_is_done_but_the_removal_is_told_with_the_name() {
    let placed = || refused().rename("hello.txt", OLD).rename(TEMPORARY, "hello.txt");
    for cut in [placed().expect("SIZE hello.txt"), placed().tell_size("hello.txt", 6).expect(&format!("DELE {OLD}"))] {
        let met = cut.close().run(replacing());
        met.outcome.succeeds().retried(0).says("Note: the old file with the name hello.txt may still be on the server");
        met.outcome.says("Stored hello.txt").says(".old");
    }
}

/// A server that has taken the file under its temporary name.
fn taken() -> Script {
    Script::ready().can_rename("hello.txt").take(TEMPORARY).tell_size(TEMPORARY, 6)
}

/// And does not give it its name.
fn refused() -> Script {
    refused_with(taken(), "553 Exists")
}

fn refused_with(taken: Script, answer: &str) -> Script {
    taken.refuse_name(TEMPORARY, "hello.txt", answer).tell_size(TEMPORARY, 6)
}

/// Renames the old file, then the new one, and only then removes the old one.
fn replaced(refused: Script) -> Script {
    let renamed = refused.rename("hello.txt", OLD).rename(TEMPORARY, "hello.txt");
    renamed.tell_size("hello.txt", 6).delete(OLD)
}

fn no_rnfr(script: Script, name: &str) -> Script {
    script.expect(&format!("RNFR {name}")).reply("550 No")
}

fn replacing() -> Upload {
    Upload::of_hello().options(["--atomic", "--replace"])
}

fn tried_again() -> Upload {
    replacing().retries("1").timeout("2")
}

#[track_caller]
fn is_not_renamed(met: &Run) -> &Outcome {
    let outcome = deletes_nothing(met).fails(7);
    outcome.says("6 bytes of it are on the server as .hello.txt.").says(".part")
}

#[track_caller]
fn deletes_nothing(met: &Run) -> &Outcome {
    met.server_log.claim(!met.server_log.commands.iter().any(|line| line.starts_with(b"DELE ")), "no DELE");
    &met.outcome
}

const TEMPORARY: &str = "{temp:hello.txt}";
const OLD: &str = "{old:hello.txt}";
const SIZE: &str = "SIZE {temp:hello.txt}";
const RNFR: &str = "RNFR {temp:hello.txt}";
const ASIDE: &str = "RNTO {old:hello.txt}";
const EARLIER: &str = "20260101000000";
const LATER: &str = "20260202000000";
