//! `bench systems`: the static program beside the usual one of the same machine. Both run in turn, and the figures of the
//! table in the README are ratios within a round.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::clients::Client;
use crate::contest::Arena;
use crate::measure::{self, LONGEST_RUN, Run};
use crate::order::Order;
use crate::rows::{Files, Place, Row, Server};
use crate::statistics::{median, median_ratio};

/// The first argument of this mode.
pub(crate) const MODE: &str = "systems";

/// The table's file in the folder for results.
const TABLE: &str = "systems.md";

const HEAD: &str = "\
| job | CPU of the usual program | CPU of the static one / usual | time of the static one / usual |
| --- | --- | --- | --- |
";

/// The runs of both programs, if no other number is asked for.
const ROUNDS: usize = 15;

const UPLOADS: [Row; 2] = [upload("100 MiB", false), upload("100 MiB, TLS", true)];

const fn upload(name: &'static str, tls: bool) -> Row {
    let files = Files { count: 1, size: 100 << 20, place: Place::Memory };
    Row { name, server: Server::Sink, tls, files, clients: &[Client::Ours], rounds: ROUNDS }
}

/// Measures the program and the one beside it, prints the table, and writes it into the folder for results.
///
/// # Errors
/// If one of the two programs is missing, or fails.
pub(crate) fn run(order: &Order) -> Result<(), String> {
    let beside = order.beside.as_deref().ok_or("--beside is missing; cargo xtask bench systems passes it")?;
    let arena = Arena::new(&order.ours, &order.target).map_err(|error| error.to_string())?;
    let programs = [order.ours.as_path(), beside];
    let rounds = order.rounds.min(ROUNDS);
    let mut table = format!("{}{HEAD}", sizes(programs)?);
    for (name, arguments) in [("`--version`", &["--version"][..]), ("`--explain`", &EXPLAIN)] {
        let command = |program: &Path| {
            let mut command = Command::new(program);
            command.args(arguments).env("FTP_PASSWORD", "x");
            Ok(command)
        };
        table += &row(name, programs, rounds, command)?;
    }
    for upload in &UPLOADS {
        let (job, _server) = arena.prepare(upload).map_err(|error| format!("{}: {error}", upload.name))?;
        table += &row(upload.name, programs, rounds, |program| Client::Ours.command(&job, program))?;
    }
    print!("{table}");
    fs::create_dir_all(&order.out).map_err(|error| error.to_string())?;
    fs::write(order.out.join(TABLE), table).map_err(|error| error.to_string())
}

/// Loads the component and sets up the fence, but connects to nothing.
const EXPLAIN: [&str; 5] = ["--explain", "127.0.0.1:1", "alice", "/etc/hostname", "."];

/// Returns a line with the sizes of both programs.
fn sizes(programs: [&Path; 2]) -> Result<String, String> {
    let [usual, fixed] = programs.map(|program| fs::metadata(program).map(|data| data.len()));
    let (usual, fixed) = (usual.map_err(|error| error.to_string())?, fixed.map_err(|error| error.to_string())?);
    let ratio = fixed as f64 / usual as f64;
    Ok(format!("Size: {usual} bytes, the static one {fixed} bytes, {ratio:.2} of it.\n\n"))
}

/// Runs both programs in turn, each first in every other round, and returns the row. The first round is a warm-up.
fn row(
    name: &str,
    programs: [&Path; 2],
    rounds: usize,
    command: impl Fn(&Path) -> Result<Command, String>,
) -> Result<String, String> {
    let mut runs = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        for turn in 0..programs.len() {
            let which = (round + turn) % programs.len();
            let run = measure::run(&command(programs[which])?, LONGEST_RUN).map_err(|why| format!("{name}: {why}"))?;
            runs[which].extend((round > 0).then_some(run));
        }
    }
    Ok(line(name, &runs))
}

fn line(name: &str, [usual, fixed]: &[Vec<Run>; 2]) -> String {
    let ratio = |figure: fn(&Run) -> f64| {
        let figures = |runs: &[Run]| runs.iter().map(figure).collect::<Vec<_>>();
        median_ratio(&figures(fixed), &figures(usual))
    };
    let milliseconds = 1e3 * median(usual.iter().map(|run| run.cpu));
    let (cpu, wall) = (ratio(|run| run.cpu), ratio(|run| run.wall));
    format!("| {name} | {milliseconds:.1} ms | {cpu:.2} | {wall:.2} |\n")
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::measure::Run;

    #[test]
    fn a_row_has_the_medians_of_the_ratios_of_each_round() {
        let runs = |figures: [f64; 3]| figures.map(|figure| Run { wall: figure * 2.0, cpu: figure, peak: 0 }).to_vec();
        let both = [runs([0.01, 0.02, 0.08]), runs([0.005, 0.01, 0.08])];
        assert_eq!(line("x", &both), "| x | 20.0 ms | 0.50 | 0.50 |\n");
    }
}
