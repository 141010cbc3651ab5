//! The reason that is told is the one that was seen last, together with an earlier one that it hides; and nothing is said to
//! lie on the server that was not looked at.
//!
//! Next: `replacing.rs`.

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::Upload;

#[test]
fn a_refusal_after_a_cut_is_told_together_with_the_cut() {
    for answer in ["553 No overwriting", "552 Quota", "550 No"] {
        let refused = Script::ready().tell_size("big.bin", 1 << 20).passive().expect("STOR big.bin").reply(answer);
        let met = run_in_turn([cut("big.bin"), refused], big("3"));
        met.outcome.fails(8).retried(1).says(&answer[..3]).says(&answer[4..]);
        met.outcome.says("An earlier try had failed: ").says("while sending the file").says("partial file may remain");
    }
}

#[test]
fn a_refusal_for_now_after_a_cut_is_told_too() {
    let refused = || {
        let asked = Script::ready().tell_size("big.bin", 1 << 20).passive().expect("STOR big.bin");
        asked.reply("450 Locked").goodbye()
    };
    let met = run_in_turn([cut("big.bin"), refused(), refused()], big("2"));
    met.outcome.fails(8).retried(2).says("Locked").says("An earlier try had failed: ");
}

#[test]
fn an_error_of_a_try_that_was_made_up_for_does_not_decide_the_exit_code() {
    let broken = Script::ready().can_rename("big.bin").passive().store(TEMPORARY).receive(1 << 20).reset_data().close();
    let again = Script::ready().lacks(TEMPORARY).take(TEMPORARY).tell_size(TEMPORARY, SIZE as u64);
    let unnamed = again.refuse_name(TEMPORARY, "big.bin", "553 Exists").tell_size(TEMPORARY, SIZE as u64);
    let met = run_in_turn([broken, unnamed.tell_size(TEMPORARY, SIZE as u64)], big("3").options(["--atomic"]));
    met.outcome.fails(7).retried(1).says("Exists").says("An earlier try had failed: ").never_says("partial");
    met.outcome.says(&format!("{SIZE} bytes of it are on the server as .big.bin."));
}

#[test]
fn a_doubt_that_is_never_settled_is_told_with_its_reason() {
    let aborted = || Script::taken_hello().reply("426 Connection broke");
    // On a line that lives the server is asked at once; 550 may mean that it hides the file.
    aborted().lacks("hello.txt").run_hello().outcome.fails(10).says("Connection broke").says("may be whole");
    let met = aborted().tell_size("hello.txt", 4).run_hello();
    met.outcome.fails(10).says("Connection broke").says("it has 4").never_says("may be whole");
    let gone = [aborted().goodbye(), Script::new().close()];
    let met = run_in_turn(gone, Upload::of_hello().retries("1"));
    met.outcome.fails(10).says("Connection broke").says("may be whole");
}

#[test]
fn the_same_reason_is_told_once() {
    let full = || Script::ready().lacks("hello.txt").passive().expect("STOR hello.txt").reply("450 Locked");
    let again = Script::ready().passive().expect("STOR hello.txt").reply("450 Locked");
    let met = run_in_turn([full().goodbye(), again], Upload::of_hello().retries("1"));
    met.outcome.fails(7).never_says("An earlier try").says("Locked");
}

#[test]
fn a_temporary_file_is_named_with_what_the_server_says_of_it() {
    let given_up = || Script::ready().can_rename("hello.txt").take("{temp:hello.txt}").tell_size("{temp:hello.txt}", 6);
    let refused = || given_up().refuse_name("{temp:hello.txt}", "hello.txt", "553 Exists");
    let temporary = "{temp:hello.txt}";
    let atomic = || Upload::of_hello().options(["--atomic"]);
    let met = refused().tell_size(temporary, 6).tell_size(temporary, 4).run(atomic());
    met.outcome.fails(7).says("4 bytes of it are on the server as .hello.txt.");
    // The last look finds nothing.
    let met = refused().tell_size(temporary, 6).lacks(temporary).run(atomic());
    met.outcome.fails(7).never_says("bytes of it are").never_says(".part");
    let met = refused().tell_size(temporary, 6).expect(&format!("SIZE {temporary}")).close().run(atomic());
    met.outcome.fails(7).says("A partial file may remain on the server as .hello.txt.").never_says("bytes of it");
}

/// Part of the file arrived, and both lines broke.
fn cut(name: &str) -> Script {
    Script::ready().lacks(name).passive().store(name).receive(1 << 20).reset_data().close()
}

fn big(times: &str) -> Upload {
    Upload::of("big.bin", &vec![7; SIZE]).retries(times).timeout("2")
}

const TEMPORARY: &str = "{temp:big.bin}";
const SIZE: usize = 24 << 20;
