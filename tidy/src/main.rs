//! `cargo run -p tidy`: checks of the source tree itself, which `cargo xtask test` makes, too. It prints the measures, and one line
//! for each violation.
//!
//! It reads text, not syntax trees: rustfmt gives every file the shape that the checks rely on.

mod budgets;
mod imports;
mod prose;
mod sources;

use std::process::ExitCode;

use sources::Source;

fn main() -> ExitCode {
    let sources = match sources::all() {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("tidy: {error}");
            return ExitCode::FAILURE;
        }
    };
    let checks: [fn(&[Source]) -> Vec<String>; 3] = [imports::violations, budgets::violations, prose::violations];
    let violations: Vec<_> = checks.iter().flat_map(|check| check(&sources)).collect();
    violations.iter().for_each(|line| eprintln!("tidy: {line}"));
    println!("{}", prose::measure(&sources));
    println!("{}", budgets::measure(&sources));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
