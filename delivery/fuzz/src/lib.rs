//! Random servers, networks and neighbours against the whole delivery: the state machine of `ftp-delivery` with the guest's
//! own conversation, byte by byte, on a server in memory.
//!
//! One level below the model in `../tests`: there an action ends in one of its ways, here it is replies and bytes that go
//! wrong. What has to hold at every moment:
//!
//! 1. With `atomic`, the final name is old-whole or new-whole (`stage.rs`).
//! 2. A success only if the server holds the bytes sent, or its 226 stands and nothing contradicts it (`judge.rs`).
//! 3. A file that may be whole is not overwritten (`transfer.rs`).
//! 4. Every message about what lies on the server was looked up (`judge.rs`).
//!
//! The limits: the server may say no to anything that it has done, but a yes of its to RNTO and DELE is true, and so are the
//! sizes, times and hashes that it tells, save for a size that lags behind for half a second. It does not answer 550 to SIZE
//! about a file that it shows. A file of a neighbour's that has our name and length is told from ours by a hash only; what is
//! made of bytes that a neighbour has touched between our look and our going on is not our fault (`world::Excuse`). Where no
//! size is told, a server that refuses RNTO, then does it and refuses it once more, is not seen through. STOU, TLS and active
//! mode are not played.
//!
//! `DELIVERY_FUZZ_SHOW=1` shows the dialogues.

mod control;
mod data;
mod driver;
mod judge;
mod knowledge;
mod script;
mod server;
mod stage;
mod transfer;
mod translate;
mod world;

use std::rc::Rc;
use std::sync::OnceLock;

use driver::PutFile;
use ftp_delivery::{Rules, Verify};
use script::Script;
use stage::Stage;
use world::World;

/// Runs the delivery that `data` describes, to its end.
///
/// # Panics
/// If something does not hold that has to.
pub fn delivery(data: &[u8]) {
    let script = Script::new(data);
    let tries = [3, 0, 1, 2][script.choice(4)];
    let rules = rules(&script, tries);
    let world = World::new(&script);
    let stage = Rc::new(Stage::new(script, rules, world));
    stage.note(|| format!("{rules:?}\n{:?} ours {:?}", stage.world.borrow().kind, stage.world.borrow().ours));
    loop {
        let mut file = PutFile::new(&stage, tries);
        if let Some(end) = file.deliver() {
            return stage.judge(&file.state, end);
        }
        drop(file);
        stage.note(|| "-- killed".to_owned());
        stage.forgets_all();
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

/// Whether the dialogues are to be shown.
fn is_shown() -> bool {
    static SHOWN: OnceLock<bool> = OnceLock::new();
    *SHOWN.get_or_init(|| std::env::var_os("DELIVERY_FUZZ_SHOW").is_some())
}

/// An input of the `seed`: the same for the same.
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
