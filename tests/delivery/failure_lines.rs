//! The reported reason for a failure is the last one, together with an earlier one if the last one does not explain the
//! result. A message says that bytes are on the server only if the program has asked the server for them.

use crate::support::runs::run_in_turn;
use crate::support::script::Script;
use crate::support::upload::Upload;

#[test]
fn a_refusal_after_a_cut_is_told_together_with_the_cut() {
    for answer in ["553 No overwriting", "552 Quota", "550 No"] {
        let refused = Script::ready().tell_size("big.bin", 1 << 20).passive().expect("STOR big.bin").reply(answer);
        let run = run_in_turn([cut("big.bin"), refused], big("3"));
        run.outcome.fails(8).retried(1).says(&answer[..3]).says(&answer[4..]);
        run.outcome.says("An earlier try had failed: ").says("while sending the file").says("partial file may remain");
    }
}

#[test]
fn a_temporary_refusal_after_a_cut_is_reported_too() {
    let refused = || {
        let asked = Script::ready().tell_size("big.bin", 1 << 20).passive().expect("STOR big.bin");
        asked.reply("450 Locked").goodbye()
    };
    let run = run_in_turn([cut("big.bin"), refused(), refused()], big("2"));
    run.outcome.fails(8).retried(2).says("Locked").says("An earlier try had failed: ");
}

#[test]
fn an_error_that_a_later_try_repaired_does_not_decide_the_exit_code() {
    let broken = Script::ready().can_rename("big.bin").passive().store(TEMPORARY).receive(1 << 20).reset_data().close();
    let again = Script::ready().lacks(TEMPORARY).take(TEMPORARY).tell_size(TEMPORARY, SIZE as u64);
    let unnamed = again.refuse_name(TEMPORARY, "big.bin", "553 Exists").tell_size(TEMPORARY, SIZE as u64);
    let run = run_in_turn([broken, unnamed.tell_size(TEMPORARY, SIZE as u64)], big("3").options(["--atomic"]));
    run.outcome.fails(7).retried(1).says("Exists").says("An earlier try had failed: ").never_says("partial");
    run.outcome.says(&format!("{SIZE} bytes of it are on the server as .big.bin."));
}

#[test]
fn a_doubt_that_is_never_settled_is_told_with_its_reason() {
    let aborted = || Script::taken_hello().reply("426 Connection broke");
    // The control connection is still open, so the server is asked at once. 550 may mean that it hides the file.
    aborted().lacks("hello.txt").run_hello().outcome.fails(10).says("Connection broke").says("may be whole");
    let run = aborted().tell_size("hello.txt", 4).run_hello();
    run.outcome.fails(10).says("Connection broke").says("it has 4").never_says("may be whole");
    let gone = [aborted().goodbye(), Script::new().close()];
    let run = run_in_turn(gone, Upload::of_hello().retries("1"));
    run.outcome.fails(10).says("Connection broke").says("may be whole");
}

#[test]
fn the_same_reason_is_told_once() {
    let full = || Script::ready().lacks("hello.txt").passive().expect("STOR hello.txt").reply("450 Locked");
    let again = Script::ready().passive().expect("STOR hello.txt").reply("450 Locked");
    let run = run_in_turn([full().goodbye(), again], Upload::of_hello().retries("1"));
    run.outcome.fails(7).never_says("An earlier try").says("Locked");
}

#[test]
fn a_temporary_file_is_named_with_the_size_that_the_server_reports() {
    let given_up = || Script::ready().can_rename("hello.txt").take("{temp:hello.txt}").tell_size("{temp:hello.txt}", 6);
    let refused = || given_up().refuse_name("{temp:hello.txt}", "hello.txt", "553 Exists");
    let temporary = "{temp:hello.txt}";
    let atomic = || Upload::of_hello().options(["--atomic"]);
    let run = refused().tell_size(temporary, 6).tell_size(temporary, 4).run(atomic());
    run.outcome.fails(7).says("4 bytes of it are on the server as .hello.txt.");
    // The last query finds no file.
    let run = refused().tell_size(temporary, 6).lacks(temporary).run(atomic());
    run.outcome.fails(7).never_says("bytes of it are").never_says(".part");
    let run = refused().tell_size(temporary, 6).expect(&format!("SIZE {temporary}")).close().run(atomic());
    run.outcome.fails(7).says("It, or a part of it, may be on the server as .hello.txt.").never_says("bytes of it");
}

/// A part of the file has arrived, and both connections are lost.
fn cut(name: &str) -> Script {
    Script::ready().lacks(name).passive().store(name).receive(1 << 20).reset_data().close()
}

fn big(times: &str) -> Upload {
    Upload::of("big.bin", &vec![7; SIZE]).retries(times).timeout("2")
}

const TEMPORARY: &str = "{temp:big.bin}";
const SIZE: usize = 24 << 20;
