//! Inputs that found a fault, those in the corpus, and random ones.

use super::*;
use std::eprintln;
use std::fs;
use std::path::Path;

/// Found by the fuzzer: a reset after the last byte was ignored, because the server could not be asked about the
/// stored file.
#[test]
fn a_name_that_no_command_can_carry_resolves_no_doubt() {
    session(b"000 00 10000 0 00 1\n220\n230\n250\n200\n500\n229 (|||50000|)\n150 FILE: a\x07\n226\n");
}

/// Also found by the fuzzer: the file that has the requested name is not the one that was stored.
#[test]
fn a_name_that_the_server_keeps_to_itself_is_not_asked_about() {
    session(b"000 00 10000 0 00 1\n220\n230\n250\n200\n500\n229 (|||50000|)\n150 Go\n226\n213 5\n");
}

#[test]
fn every_kept_input_holds() {
    type Target = (&'static str, fn(&[u8]));
    let targets: [Target; 2] = [("session", session), ("in-step", in_step)];
    for (name, target) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let tried = fs::read_dir(folder).unwrap().map(|input| target(&fs::read(input.unwrap().path()).unwrap()));
        assert!(tried.count() > 0, "{name}");
    }
}

/// Returns bytes that depend only on `seed` (xorshift64*).
fn random_bytes(seed: u64) -> impl Iterator<Item = u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    core::iter::from_fn(move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        Some((state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8)
    })
}

/// Returns decisions of which most are the usual ones, so that sessions get far.
fn random_input(seed: u64) -> Vec<u8> {
    let mut next = random_bytes(seed);
    let mut decision = || if next.next()? < 200 { Some(b'0') } else { next.next() };
    (0..120).filter_map(|_| decision()).collect()
}

/// Returns a session whose server sends usual replies in a random order, and often in the right one.
fn random_session(seed: u64) -> Vec<u8> {
    const REPLIES: [&str; 16] = [
        "250 Done",
        "226 Sent",
        "150 Go",
        "229 (|||50000|)",
        "213 5",
        "350 To?",
        "550 No",
        "500 What?",
        "257 \"/home\"",
        "200 Ok",
        "426 Cut",
        "425 None",
        "&226 Sent",
        "!",
        "~",
        "250 a&250 b",
    ];
    let random: Vec<u8> = random_bytes(seed).take(120).collect();
    let decisions: Vec<u8> = random[..40].iter().map(|byte| b'0' + byte.saturating_sub(128) % 16).collect();
    // The name of the file to be stored is malformed, and the next call is one of those that receive or change.
    let mut bytes =
        [b"000 00 00003 =00 ", &decisions[..], b"\n220\n230\n250\n200\n211-\n MLST\n MFMT\n211 End\n"].concat();
    for replies in random[40..].chunks(2) {
        let usual: &[&str] = &["229 (|||50000|)", "150 Go", "226 Sent"];
        match replies {
            [..128, _] => bytes.extend(usual.iter().flat_map(|reply| [reply.as_bytes(), b"\n"].concat())),
            _ => {
                let sum: usize = replies.iter().map(|&byte| usize::from(byte)).sum();
                bytes.extend([REPLIES[sum % REPLIES.len()].as_bytes(), b"\n"].concat());
            }
        }
    }
    bytes
}

#[test]
fn no_session_with_random_replies_breaks_the_contract() {
    for seed in 0..5_000 {
        let input = random_session(seed);
        if let Err(panic) = std::panic::catch_unwind(|| session(&input)) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn no_lost_or_repeated_reply_leads_to_a_false_result() {
    for seed in 0..5_000 {
        let input = random_input(seed);
        if let Err(panic) = std::panic::catch_unwind(|| in_step(&input)) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
