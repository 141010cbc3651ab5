//! `cargo run -p tidy`: checks of the source tree itself, which `cargo xtask test` makes, too. It prints the measures, and one line
//! for each violation.
//!
//! It reads text, not syntax trees: rustfmt gives every file the shape that the checks rely on.

mod budgets;
mod imports;
mod names;
mod prose;
mod sources;
mod systems;

use std::process::ExitCode;

fn main() -> ExitCode {
    let sources = match sources::all() {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("tidy: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut violations = imports::violations(&sources);
    violations.extend(budgets::violations(&sources));
    violations.extend(systems::violations(&sources));
    violations.extend(prose::violations(&sources));
    violations.extend(names::violations());
    violations.iter().for_each(|line| eprintln!("tidy: {line}"));
    println!("{}", prose::measure(&sources));
    println!("{}", budgets::measure(&sources));
    if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
