//! The delaying link of `bench many`, in a network namespace of its own.

#![allow(clippy::expect_used, reason = "a panic is a failed test")]

use std::path::Path;
use std::process::Command;

use test_servers::skips::skipped;

/// The bounds are generous, because the tests of other packages may load the machine.
const SHORTEST: f64 = 0.95;
const LONGEST: f64 = 2.0;

#[test]
fn a_connect_and_a_reply_over_the_link_each_take_one_round_trip() {
    let unshare = Command::new("unshare").args(["--net", "true"]).status();
    if !unshare.is_ok_and(|status| status.success()) || !Path::new("/dev/net/tun").exists() {
        return skipped("the link needs /dev/net/tun, unshare(1) and the right to make network namespaces");
    }
    let mut command = Command::new("unshare");
    let output = command.args(["--net", env!("CARGO_BIN_EXE_bench"), "within", "reno", "link"]).output();
    let output = output.expect("unshare runs");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Vec<f64>> = text.lines().map(numbers).collect();
    assert_eq!(lines.len(), 3, "{text}{errors}");
    for line in lines {
        let [expected, connect, reply] = line[..] else { panic!("three numbers in {text}") };
        for time in [connect, reply] {
            assert!((expected * SHORTEST..expected * LONGEST).contains(&time), "{text}");
        }
    }
}

fn numbers(line: &str) -> Vec<f64> {
    line.split(' ').map(|number| number.parse().expect("a number")).collect()
}
