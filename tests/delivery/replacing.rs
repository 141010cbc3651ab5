//! `--atomic` and `--replace` where a file already has the final name, or the server refuses to rename. No old file may
//! be lost, regardless of the command that the server refuses and of the step at which the connection breaks.

use crate::support::outcome::Outcome;
use crate::support::run::Run;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

#[test]
fn a_file_in_the_way_is_moved_aside_and_removed_when_the_new_one_has_its_name() {
    for answer in ["553 Exists", "550 Exists", "501 Exists"] {
        let run = replaced(refused_with(taken(), answer)).goodbye().run(replacing());
        run.outcome.succeeds().says("size confirmed").never_says("Note:");
        run.server_log.stored(HELLO);
    }
}

#[test]
fn a_server_that_lets_nobody_rename_loses_nothing() {
    // Such as Pure-FTPd with --norename, ProFTPD with DenyAll, and vsftpd with cmds_denied=RNFR.
    let held = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).tell_size(TEMPORARY, 6));
    let run = held.tell_size(TEMPORARY, 6).run(replacing().retries("0"));
    is_not_renamed(&run).never_says("use --replace");
}

#[test]
fn an_old_file_is_not_moved_for_a_new_one_that_may_not_be_moved() {
    // Another process holds the temporary file, so the server refuses every RNFR.
    let held = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).tell_size(TEMPORARY, 6));
    is_not_renamed(&held.tell_size(TEMPORARY, 6).run(replacing()));
}

#[test]
fn an_old_file_that_may_not_be_moved_stays_where_it_is() {
    let no_aside = no_rnfr(refused(), "hello.txt").tell_size(TEMPORARY, 6);
    is_not_renamed(&no_aside.run(replacing()));
    // A server may carry out RNTO and still refuse it, so the program asks for the sizes.
    let no_name = refused().refuse_name("hello.txt", OLD, "553 No").lacks(OLD).refuse_name("hello.txt", OLD, "553 No");
    is_not_renamed(&no_name.tell_size(TEMPORARY, 6).lacks(OLD).run(replacing()));
}

#[test]
fn an_old_file_gets_its_name_back_when_the_new_one_does_not_get_it() {
    let aside = refused().rename("hello.txt", OLD);
    let again = aside.refuse_name(TEMPORARY, "hello.txt", "553 Still no").tell_size(TEMPORARY, 6);
    let run = again.rename(OLD, "hello.txt").tell_size(TEMPORARY, 6).run(replacing());
    is_not_renamed(&run).never_says("old file");
}

#[test]
fn an_old_file_that_does_not_get_its_name_back_is_named() {
    let aside = refused().rename("hello.txt", OLD);
    let again = aside.refuse_name(TEMPORARY, "hello.txt", "553 Still no").tell_size(TEMPORARY, 6);
    let run = no_rnfr(again, OLD).tell_size(TEMPORARY, 6).tell_size(OLD, 3).run(replacing());
    is_not_renamed(&run)
        .says("moved aside")
        .says("old file with its name is on the server as .hello.txt.")
        .says(".old");
}

#[test]
fn a_rename_that_was_refused_but_carried_out_is_noticed() {
    let done = |script: Script| script.refuse_name(TEMPORARY, "hello.txt", "553 No").lacks(TEMPORARY);
    let run = done(taken().tell_size("hello.txt", 3)).tell_size("hello.txt", 6).goodbye().run(tried_again());
    deletes_nothing(&run).succeeds().says("size confirmed");

    let hashed = Script::hashing().can_rename("hello.txt").take(TEMPORARY).tell_hash(TEMPORARY, HELLO);
    // This server has never reported a size, so 550 to SIZE does not mean that the file is missing.
    let asked = no_rnfr(done(hashed), TEMPORARY).lacks(TEMPORARY).tell_hash("hello.txt", HELLO);
    deletes_nothing(&asked.goodbye().run(replacing())).succeeds().says("SHA-256 confirmed");
}

#[test]
fn an_uncertain_rename_is_exit_10_and_nothing_is_deleted() {
    let refused = |script: Script| script.refuse_name(TEMPORARY, "hello.txt", "553 No").lacks(TEMPORARY);
    // Neither name exists; the size differs; the size is right but may be that of the old file; the old file's size is
    // unknown.
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
        let run = script.lacks(TEMPORARY).run(upload);
        deletes_nothing(&run).fails(10).says("may be whole").never_says(".part");
    }
}

#[test]
fn a_temporary_name_that_is_not_visible_yet_is_waited_for() {
    let late = no_rnfr(taken(), TEMPORARY).lacks(TEMPORARY);
    let run = late.rename(TEMPORARY, "hello.txt").goodbye().run(replacing());
    deletes_nothing(&run).succeeds();
}

/// For example, a virus scanner has removed the file.
#[test]
fn a_temporary_name_that_is_gone_is_exit_10_and_the_old_file_stays_where_it_is() {
    let gone = (0..4).fold(taken(), |script, _| no_rnfr(script, TEMPORARY).lacks(TEMPORARY));
    let run = gone.lacks(TEMPORARY).run(replacing());
    deletes_nothing(&run).fails(10).never_says(".part");
    run.server_log.claim(!run.server_log.commands.contains(&b"RNFR hello.txt\r\n".to_vec()), "the old file left alone");
}

#[test]
fn an_old_file_of_the_same_size_is_not_taken_for_the_new_one_when_the_answer_to_rnto_is_lost() {
    let lost = || taken().tell_size("hello.txt", 6).tell_time("hello.txt", EARLIER).rename_from(TEMPORARY);
    let gone = || no_rnfr(Script::ready(), TEMPORARY).lacks(TEMPORARY).tell_size("hello.txt", 6);
    for (time, code) in [(EARLIER, 10), (LATER, 0)] {
        let asked = gone().tell_time("hello.txt", time);
        let asked = if code == 0 { asked.tell_size("hello.txt", 6) } else { asked.lacks(TEMPORARY) };
        let run = run_in_turn([lost().expect("RNTO hello.txt").close(), asked], tried_again());
        run.outcome.exits(code);
        run.data_connections(1);
    }
    // The server reports no time, and then neither time nor size.
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
    let run = run_in_turn([lost(), gone().tell_hash("hello.txt", HELLO).goodbye()], tried_again());
    run.outcome.succeeds().says("SHA-256 confirmed");
    let run = run_in_turn([lost(), gone().tell_hash("hello.txt", b"jello\n").lacks(TEMPORARY)], tried_again());
    run.outcome.fails(10);
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
        // The server has not carried out RNTO, or has carried it out.
        (refused().rename_from("hello.txt").expect(ASIDE), replaced(Script::ready())),
        (refused().rename_from("hello.txt").expect(ASIDE), given(no_rnfr(Script::ready(), "hello.txt"))),
        (aside().expect(RNFR), given(Script::ready())),
        (aside().rename_from(TEMPORARY).expect("RNTO hello.txt"), given(Script::ready())),
        (aside().rename_from(TEMPORARY).expect("RNTO hello.txt"), seen().goodbye()),
    ];
    for (number, (cut, again)) in cuts.into_iter().enumerate() {
        let cut = if number % 2 == 0 { cut.close() } else { cut.reset() };
        let run = run_in_turn([cut, again], tried_again());
        run.outcome.succeeds().retried(1).never_says("Note:");
        run.data_connections(1);
    }
}

#[test]
fn a_line_that_breaks_when_all_is_done_but_the_removal_is_told_with_the_name() {
    let placed = || refused().rename("hello.txt", OLD).rename(TEMPORARY, "hello.txt");
    for cut in [placed().expect("SIZE hello.txt"), placed().tell_size("hello.txt", 6).expect(&format!("DELE {OLD}"))] {
        let run = cut.close().run(replacing());
        run.outcome.succeeds().retried(0).says("Note: the old file with the name hello.txt may still be on the server");
        run.outcome.says("Stored hello.txt").says(".old");
    }
}

/// A server that has received the file under its temporary name.
fn taken() -> Script {
    Script::ready().can_rename("hello.txt").take(TEMPORARY).tell_size(TEMPORARY, 6)
}

/// The same server, which then refuses to rename the file.
fn refused() -> Script {
    refused_with(taken(), "553 Exists")
}

fn refused_with(taken: Script, answer: &str) -> Script {
    taken.refuse_name(TEMPORARY, "hello.txt", answer).tell_size(TEMPORARY, 6)
}

/// Renames the old file, then the new one, and finally removes the old one.
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
fn is_not_renamed(run: &Run) -> &Outcome {
    let outcome = deletes_nothing(run).fails(7);
    outcome.says("6 bytes of it are on the server as .hello.txt.").says(".part")
}

#[track_caller]
fn deletes_nothing(run: &Run) -> &Outcome {
    run.server_log.claim(!run.server_log.commands.iter().any(|line| line.starts_with(b"DELE ")), "no DELE");
    &run.outcome
}

const TEMPORARY: &str = "{temp:hello.txt}";
const OLD: &str = "{old:hello.txt}";
const SIZE: &str = "SIZE {temp:hello.txt}";
const RNFR: &str = "RNFR {temp:hello.txt}";
const ASIDE: &str = "RNTO {old:hello.txt}";
const EARLIER: &str = "20260101000000";
const LATER: &str = "20260202000000";
