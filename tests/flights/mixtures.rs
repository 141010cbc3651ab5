//! Random mixtures of faults: with retries, every file is stored and reported once, over any number of connections.

use std::time::Duration;

use fastrand::Rng;

use crate::support::many_files::{ManyFiles, run_to};
use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::quirk::{Order, Quirk, REFUSALS, Turn};
use crate::support::random::seed;

/// The number of mixtures in one run of the tests.
const MIXTURES: u64 = 6;

#[test]
fn mixtures_of_faults_cost_no_file() {
    let first = seed();
    println!("FTP_UPLOADER_SEED={first}");
    (0..MIXTURES).for_each(|number| is_survived(&mut Rng::with_seed(first + number)));
}

fn is_survived(random: &mut Rng) {
    let mut quirks: Vec<Quirk> = faults(random).into_iter().filter(|_| random.u8(0..4) == 0).collect();
    // Sizes that are told under the names of other files hide that a byte is lost, and nothing shows that exchange.
    let exchanges = |quirk: &Quirk| matches!(quirk, Quirk::ReordersReplies(Order::FirstTwoExchanged));
    if quirks.iter().any(exchanges) {
        quirks.retain(|quirk| !matches!(quirk, Quirk::LosesLastByte(..)));
    }
    let jobs = random.usize(1..6).to_string();
    let server = QuirkyServer::start(quirks.clone());
    let files = ManyFiles::new(random.usize(1..30), 1000);
    let there_before = random.bool();
    if there_before {
        files.0.keys().for_each(|name| server.place_file(&format!("/inbox/{name}"), b"old"));
    }
    let outcome = run_to(&server, files.upload(&jobs).timeout("1").retries("8"));
    println!("{:?} {jobs} jobs, {} files, {quirks:?}", outcome.took, files.0.len());
    outcome.claim(outcome.code == 0, &format!("success in spite of {quirks:?}; files before: {there_before}"));
    files.are_stored(&server, &outcome);
}

/// Returns one fault of each kind that a run can survive.
fn faults(random: &mut Rng) -> Vec<Quirk> {
    // Where only one command is out, a late stray reply to a question is taken for that of the next one.
    let too_many = Turn::Only("STOR", random.usize(1..20));
    let too_few = Turn::Only(["SIZE", "MDTM", "EPSV"][random.usize(0..3)], random.usize(2..12));
    vec![
        Quirk::LateReplies(Duration::from_millis(random.u64(0..8))),
        Quirk::MergedReplies,
        Quirk::SplitReplies,
        Quirk::DropsAllButFirst,
        Quirk::ClosesOnFlight,
        Quirk::ReordersReplies(if random.bool() { Order::Reversed } else { Order::FirstTwoExchanged }),
        Quirk::OneReplyTooMany(too_many, "226 Transfer complete", Duration::from_millis(random.u64(0..20))),
        Quirk::OneReplyTooFew(too_few),
        Quirk::WantsDataConnectionFirst("425 Can't open data connection"),
        Quirk::AbortsAtCommand,
        Quirk::AtMostSessions(random.usize(2..4), REFUSALS[random.usize(0..REFUSALS.len())]),
        Quirk::ClosesAfterTransfers(random.usize(2..9)),
        Quirk::LosesLastByte("/inbox/f003", 1),
        Quirk::SlowReading(Duration::from_millis(random.u64(0..5))),
    ]
}
