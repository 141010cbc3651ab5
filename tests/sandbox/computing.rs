//! Components that never return, or that use too much memory.

use std::sync::mpsc::channel;
use std::time::Duration;

use super::attack::{Attack, AttackResult, port};
use crate::support::script::Script;
use crate::support::upload::HELLO;

const TIME: &str = "5 s of computing for each call";
const MEMORY: &str = "4 MiB of memory";

#[test]
fn a_component_that_computes_for_ever_is_stopped() {
    out_of_time(Attack::new("endless loop", TIME));
}

#[test]
fn a_component_that_calls_for_ever_what_need_not_be_waited_for_is_stopped() {
    out_of_time(Attack::new("progress without end", TIME));
    out_of_time(Attack::new("asking without end", TIME));
    out_of_time(Attack::new("denied calls without end", TIME));
    out_of_time(Attack::new("bad lines without end", TIME));
    let result = Attack::new("reading a closed connection without end", TIME).run(Script::new().close());
    result.fails(1, "the component computed for more than 5 s");
}

#[test]
fn a_component_that_computes_for_ever_is_no_match_for_an_interrupt_or_the_users_deadline() {
    let (reached, wait) = channel();
    let attack = Attack::new("an endless loop, interrupted", "Ctrl-C");
    let script = Script::greeted().tell(reached).silence();
    let result = attack.interrupted(script, &wait);
    result.fails(130, "interrupted");
    result.run.outcome.within(Duration::from_secs(4));
    let attack = Attack::new("an endless loop, interrupted", "--max-time");
    let result = attack.with(|upload| upload.options(["--max-time", "1"])).run(Script::greeted().silence());
    result.fails(4, "--max-time");
    result.run.outcome.within(Duration::from_secs(4));
}

#[test]
fn a_component_that_never_ends_a_session_is_stopped() {
    out_of_time(Attack::new("endless destructor", TIME));
}

#[test]
fn a_component_that_never_lets_a_call_begin_is_stopped() {
    out_of_time(Attack::new("endless start function", TIME).endless_in("started"));
    out_of_time(Attack::new("endless allocation", TIME).endless_in("realloc"));
}

#[test]
fn a_component_that_never_says_goodbye_does_not_undo_what_is_stored() {
    let data = port();
    let attack = Attack::on("endless goodbye", TIME, &data);
    let result = attack.run(Script::new().take_on(data));
    result.succeeds("Stored hello.txt in inbox: 6 bytes").server_stored(&[HELLO]);
    result.run.outcome.not_before(Duration::from_secs(5));
}

#[test]
fn a_component_that_crashes_is_one_line_and_no_more() {
    let trap = Attack::new("trap", "a trap is an error").run(Script::greeted().silence());
    trap.fails(1, "the component crashed: ").server_heard(&[]);
    let recursion = Attack::new("endless recursion", "1 MiB of stack, in its own memory").run(Script::greeted());
    recursion.fails(1, "the component crashed: ").server_heard(&[]);
}

#[test]
fn a_component_that_takes_all_memory_is_stopped_at_its_limit() {
    for name in ["hoarding memory", "growing memory at once"] {
        Attack::new(name, MEMORY).run(Script::greeted().silence()).fails(1, "memory").server_heard(&[]);
    }
}

#[test]
fn a_component_that_passes_too_much_to_the_host_is_stopped() {
    let result = Attack::new("a line of a megabyte", "64 KiB for each call").run(Script::greeted().silence());
    result.fails(1, "fuel").server_heard(&[]);
}

#[track_caller]
fn out_of_time(attack: Attack) -> AttackResult {
    let result = attack.run(Script::greeted().silence());
    result.fails(1, "the component computed for more than 5 s").server_heard(&[]);
    result.run.outcome.not_before(Duration::from_secs(5));
    result
}
