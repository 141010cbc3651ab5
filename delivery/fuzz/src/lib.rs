//! Runs the whole delivery against random servers, networks and other clients: the state machine of `ftp-delivery` with
//! the guest's own conversation, byte by byte, on a server in memory.
//!
//! This is one level below the model in `../tests`: there an action ends in one of its possible results, here single
//! replies and bytes go wrong. The invariants that must hold at every moment:
//!
//! 1. With `atomic`, the final name has either the complete old file or the complete new one (`simulation.rs`).
//! 2. A success is reported only if the server has the bytes that were sent, or if it replied 226 and nothing
//!    contradicts that (`judge.rs`).
//! 3. A file that may be complete is not overwritten (`transfer.rs`).
//! 4. Every report about the files on the server is the result of a query (`judge.rs`).
//!
//! The limits: the server may send a negative reply to a command that it has carried out, but its positive replies to
//! RNTO and DELE are true, and so are the sizes, times and hashes that it returns, except for a size that is out of
//! date for half a second. It does not reply 550 to SIZE for a visible file. Only a hash distinguishes another client's
//! file with our name and length from ours. If another client changes the bytes between our query and the resumed
//! transfer, the resulting file is not counted as our error (`world::Excuse`). If no size is returned, a server that
//! refuses RNTO, then carries it out and refuses it once more, is not detected. STOU, TLS and active mode are not
//! simulated.
//!
//! `DELIVERY_FUZZ_SHOW=1` prints the dialogues.

mod control;
mod data;
mod driver;
mod judge;
mod knowledge;
mod script;
mod server;
mod simulation;
mod transfer;
mod translate;
mod world;

use std::rc::Rc;
use std::sync::OnceLock;

use driver::PutFile;
use ftp_delivery::{Rules, Verify};
use script::Script;
use simulation::Simulation;
use world::World;

/// Runs the delivery that `data` describes, to its end.
///
/// # Panics
/// If an invariant does not hold.
pub fn delivery(data: &[u8]) {
    let script = Script::new(data);
    let tries = [3, 0, 1, 2][script.choice(4)];
    let rules = rules(&script, tries);
    let world = World::new(&script);
    let run = Rc::new(Simulation::new(script, rules, world));
    run.note(|| format!("{rules:?}\n{:?} ours {:?}", run.world.borrow().kind, run.world.borrow().ours));
    loop {
        let mut file = PutFile::new(&run, tries);
        if let Some(end) = file.deliver() {
            return run.judge(&file.state, end);
        }
        drop(file);
        run.note(|| "-- killed".to_owned());
        run.forgets_all();
    }
}

fn rules(script: &Script, tries: usize) -> Rules {
    let atomic = script.yes();
    Rules {
        atomic,
        replace: script.yes() && atomic,
        resume: script.yes(),
        unique: false,
        stream: script.choice(6) == 1,
        retried: tries > 0,
        odd_name: script.choice(4) == 1,
        verify: [Verify::Best, Verify::Best, Verify::Size, Verify::Nothing, Verify::Hash][script.choice(5)],
    }
}

/// Returns true if the dialogues must be printed.
fn is_shown() -> bool {
    static SHOWN: OnceLock<bool> = OnceLock::new();
    *SHOWN.get_or_init(|| std::env::var_os("DELIVERY_FUZZ_SHOW").is_some())
}

/// Returns the input for `seed`. The same seed gives the same input.
pub fn random_input(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let length = 40 + next() % 260;
    (0..length).map(|_| (next() >> 32) as u8).collect()
}
