//! Random deliveries, and every input that the fuzzer has kept.

use std::fs;
use std::path::Path;

use ftp_delivery_fuzz::{delivery, random_input};

/// `DELIVERY_FUZZ_FILE=x DELIVERY_FUZZ_SHOW=1` plays an input that the fuzzer has found.
#[test]
fn the_input_of_a_file_holds() {
    if let Some(path) = std::env::var_os("DELIVERY_FUZZ_FILE") {
        delivery(&fs::read(path).unwrap());
    }
}

/// `DELIVERY_FUZZ_RUNS=1000000` runs more inputs, `DELIVERY_FUZZ_SEED` sets the first seed.
#[test]
fn no_server_breaks_an_invariant() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let first = number("DELIVERY_FUZZ_SEED").unwrap_or(0);
    for seed in first..first + number("DELIVERY_FUZZ_RUNS").unwrap_or(20_000) {
        let input = random_input(seed);
        if let Err(panic) = std::panic::catch_unwind(|| delivery(&input)) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn every_kept_input_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/delivery");
    let tried = fs::read_dir(folder).unwrap().map(|input| delivery(&fs::read(input.unwrap().path()).unwrap()));
    assert!(tried.count() > 0);
}
