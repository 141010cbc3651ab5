//! The project's own commands: each check that the README or CI mentions is one command.
//!
//! This file parses the command line; each command is a module. The commands need only Rust: they install missing
//! tools, with a time limit, or print how to install them.

mod aarch64;
#[cfg(test)]
mod action_yml;
mod bench;
mod compiled_once;
mod demo;
mod demo_sync;
mod demo_tour;
mod dependencies;
#[cfg(test)]
mod deployment_examples;
mod dist;
mod filters;
mod fleet;
mod foreign;
mod ftp_servers;
mod fuzz;
mod miri;
mod package;
mod peak_memory;
mod platforms;
mod portable;
mod sandbox;
mod second_try;
#[cfg(test)]
mod security_page;
mod shells;
mod skips;
mod static_test;
mod test;
mod windows;
mod wit_docs;

use std::process::ExitCode;

use xtask::{components, target_dir, wasm_target};

const USAGE: &str = "\
Usage: cargo xtask NAME

  set-up          install the wasm32-wasip2 target, and unpack the FTP servers for the tests below target/
  demo            build the program, upload 256 MiB to a temporary FTP server on loopback, and compare the bytes
  demo sync       deploy a site of 300 files to such a server, change it, and deploy it again, with two failures in
                  between; compare the trees after each step
  demo tour       run docs/tour.sh, a few typical commands, against such a server; it asks for a password once
  test            run all checks: style, docs, tests, and the commands below except test portable, test static,
                  test aarch64, bench, components, dist and wit-docs. CI runs this command
  test platforms  upload with the components on other platforms, and print a table
  test portable   check that library and program compile for macOS and Windows, and run the tests of the delivery on
                  Linux without the calls that only Linux has
  test windows    build the program for Windows, run it under wine, and compare the uploaded bytes
  test systems    what `cargo xtask test` runs of the next four: clippy for macOS, the cases under wine, a few tests with
                  the static program, and the checks for aarch64 in qemu, also on a kernel; all programs are not
                  optimised
  test sandbox    run only the attacks on the sandbox, and print a table of the results
  test static [FILTER...]
                  run the tests of the behaviour with a static program (musl)
  test aarch64 [PROGRAM]
                  run the static program for aarch64 in qemu's user mode: start, limits, fence, uploads; without
                  PROGRAM, it is built
  test aarch64 --system [--short] [PROGRAM]
                  run it, and attacks on the fence, on four kernels of Debian in a virtual machine of qemu; with
                  --short, on one of them, with a program that is not optimised
  bench [many | sync | systems | sandbox | sink] [--only ROW] [--rounds N] [--out DIR]
                  compare the program with other clients, on loopback; with `many`, with many small files, also over
                  a delaying link (needs root; --only takes the beginning of a name, --server another server); with
                  `sync`, a tree that is made equal, also over that link (the same); with `systems`, the static program
                  beside the usual one; with `sandbox`, measure the cost
                  of the sandbox alone (needs valgrind); with `sink`, only start the servers. The tables are in
                  target/bench/
  fleet           check the manifests in fleet/
  fuzz --seconds N [TARGET...]
                  run the fuzzers in fuzz/ for N seconds each; inputs of earlier runs are used again
  miri            run the tests of the guest's unsafe code in Miri, if there is a nightly toolchain
  dependencies    check licences, sources and known weaknesses of all dependencies, with deny.toml
  components      build ftp-uploader.wasm and ftp-uploader-cli.wasm for other platforms, in target/components/
  package         pack the crates for crates.io, with the component inside, in target/package/; build them without the
                  WebAssembly target, and upload a file with the result
  dist [--twice] [TARGET...]
                  build the static programs that are handed out, with all that belongs to them, in target/dist/; with
                  --twice, once more in another folder, and compare the bytes
  wit-docs        render wit/ as docs/wit.md, and record its shape and version in docs/wit.lock
  help            print this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match outcome_of(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(why)) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
        None => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command that `arguments` name. Returns `None` if there is no such command.
fn outcome_of(arguments: &[&str]) -> Option<Result<(), String>> {
    Some(match *arguments {
        ["set-up"] => set_up(),
        ["demo"] => demo::run(),
        ["demo", "sync"] => demo_sync::run(),
        ["demo", "tour"] => demo_tour::run(),
        ["test"] => test::run(),
        ["test", "platforms"] => platforms::run(),
        ["test", "portable"] => portable::run(),
        ["test", "systems"] => foreign::run(),
        ["test", "sandbox"] => sandbox::run(),
        ["test", "static", ref filters @ ..] => static_test::run(filters),
        ["test", "aarch64", ref arguments @ ..] => return aarch64::run(arguments),
        ["test", "windows"] => windows::run(),
        ["bench", ref arguments @ ..] => bench::run(arguments),
        ["components"] => components::run(),
        ["dist", ref arguments @ ..] => dist::run(arguments),
        ["fuzz", ref arguments @ ..] => fuzz::run(arguments),
        ["miri"] => miri::run(),
        ["dependencies"] => dependencies::run(),
        ["fleet"] => fleet::run(),
        ["package"] => package::run(),
        ["wit-docs"] => wit_docs::run(),
        ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => return None,
    })
}

/// Runs `cargo xtask set-up`. A missing server is not an error, because only its tests are skipped.
fn set_up() -> Result<(), String> {
    wasm_target::set_up()?;
    ftp_servers::set_up(&target_dir::target_dir()?);
    Ok(())
}
