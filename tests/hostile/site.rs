//! `--site`: SITE commands whose text the user writes.

use crate::support::run::IdleServer;
use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::{HELLO, Upload};

fn two() -> Upload {
    Upload::of_hello().options(["--site", "NAMEFMT 1", "--site", "RECFM=FB LRECL=80"])
}

/// A server that accepts both commands.
fn told(script: Script) -> Script {
    let script = script.expect("SITE NAMEFMT 1").reply("200 Now using naming format \"1\"");
    script.expect("SITE RECFM=FB LRECL=80").reply("202 SITE not necessary; you may proceed").enter()
}

#[test]
fn the_texts_are_sent_in_order_after_the_login_and_before_the_directory() {
    let run = told(Script::logged_in()).take("hello.txt").and_all_is_well().run(two());
    run.outcome.succeeds();
    run.server_log.stored(HELLO);
}

#[test]
fn they_are_sent_at_every_login() {
    let lost = told(Script::logged_in()).expect("SIZE hello.txt").close();
    let again = told(Script::logged_in()).lacks("hello.txt").take("hello.txt").and_all_is_well();
    run_in_turn([lost, again], two().retries("1")).outcome.succeeds().retried(1);
}

#[test]
fn a_text_that_is_refused_is_exit_7_with_the_words_of_the_server() {
    let script = Script::logged_in().expect("SITE NAMEFMT 1").reply("501 Unknown extension in database file name");
    let run = script.run(two());
    run.outcome.fails(7).says("Unknown extension").says("--site");
    run.server_log.last_command("SITE NAMEFMT 1");
}

#[test]
fn a_text_cannot_start_a_command_of_its_own() {
    for text in ["NAMEFMT 1\r\nDELE x", "a\nb", "", "\u{7f}"] {
        IdleServer::listen().refuses(2, Upload::of_hello().options(["--site", text])).mentions(&["SITE"]);
    }
}
