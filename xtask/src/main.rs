//! The project's own commands, so that what the README and CI promise is one command each.
//!
//! This file only chooses; each command is a file: [`wasm_target`] (set-up), [`demo`], [`mod@test`], [`platforms`],
//! [`sandbox`], [`mod@bench`], [`fleet`], [`fuzz`], [`miri`], [`dependencies`], [`components`], [`wit_docs`].
//! They need nothing but Rust: what is missing they install, with a time limit, or say how to.

mod bench;
mod demo;
mod dependencies;
mod fleet;
mod ftp_servers;
mod fuzz;
mod miri;
mod peak_memory;
mod platforms;
mod sandbox;
#[cfg(test)]
mod security_page;
mod skips;
mod test;
mod wit_docs;

use std::process::ExitCode;

use xtask::{components, target_dir, wasm_target};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["set-up"] => set_up(),
        ["demo"] => demo::run(),
        ["test"] => test::run(),
        ["test", "platforms"] => platforms::run(),
        ["test", "sandbox"] => sandbox::run(),
        ["bench", ref arguments @ ..] => bench::run(arguments),
        ["components"] => components::run(),
        ["fuzz", ref arguments @ ..] => fuzz::run(arguments),
        ["miri"] => miri::run(),
        ["dependencies"] => dependencies::run(),
        ["fleet"] => fleet::run(),
        ["wit-docs"] => wit_docs::run(),
        ["help" | "-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("xtask: {what}");
            ExitCode::FAILURE
        }
    }
}

/// What is missing among the servers is said by what sets them up; without them only their tests are skipped.
fn set_up() -> Result<(), String> {
    wasm_target::set_up()?;
    ftp_servers::set_up(&target_dir::target_dir()?);
    Ok(())
}

const USAGE: &str = "\
Usage: cargo xtask NAME

  set-up          get what is needed: the wasm32-wasip2 target, and for the tests FTP servers, unpacked below target/
  demo            build, start a throw-away FTP server on loopback, upload 256 MiB to it, compare the bytes
  test            everything that has to hold: style, docs, tests, and what is below save bench, components and wit-docs;
                  what CI runs
  test platforms  upload on other platforms, to a real server, and print a table
  test sandbox    only the attacks on the sandbox, with a table of what came of each
  bench [sandbox | sink] [--only ROW] [--rounds N]
                  measure the program beside other clients, on loopback; with `sandbox`, what the sandbox costs by itself
                  (takes valgrind); with `sink`, only serve. Tables go to target/bench/
  fleet           check the manifests in fleet/
  fuzz --seconds N [TARGET...]
                  run the fuzzers in fuzz/ for N seconds each, with what they have kept so far
  miri            interpret the guest's own unsafe code, where a nightly toolchain is
  dependencies    check licences, sources and known weaknesses of what deny.toml is about
  components      build ftp-uploader.wasm and ftp-uploader-cli.wasm, for other platforms, into target/components/
  wit-docs        render wit/ to docs/wit.md, and record its shape and version in docs/wit.lock
  help            this text
";
