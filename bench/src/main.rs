//! Compares ftp-uploader with other clients, on loopback: `bench --help`. `cargo xtask bench` builds and starts it.
//!
//! This file parses the command line. The rows are in `rows.rs`, their execution in `contest.rs`, and the table and the
//! plot in `report.rs` and `plot.rs`. The cost of the sandbox alone is measured by `sandbox/`.

mod bare;
mod clients;
mod contest;
mod link;
mod many;
mod measure;
mod network;
mod order;
mod plot;
mod report;
mod rows;
mod sandbox;
mod sink;
mod statistics;
mod sync;
mod systems;
mod version;

use std::ffi::OsString;
use std::fs;
use std::process::ExitCode;

use contest::{Arena, Measured};
use order::Order;
use report::Report;
use rows::ROWS;

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("bench: {what}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<OsString>) -> Result<(), String> {
    match arguments.first().and_then(|first| first.to_str()) {
        Some(measure::CHILD) => measure::child(arguments.into_iter().skip(1)),
        Some(bare::CHILD) => bare::child(arguments.into_iter().skip(1).collect()),
        Some(network::CHILD) => {
            network::set_up(arguments.get(1).and_then(|rules| rules.to_str()).unwrap_or_default())?;
            match arguments.get(2).and_then(|mode| mode.to_str()) {
                Some(link::check::CHILD) => link::check::print(),
                Some(many::MODE) => many::measure(&Order::parse(&arguments[3..])?),
                Some(sync::MODE) => sync::measure(&Order::parse(&arguments[3..])?),
                _ => measure_here(&parse(&arguments[2..])?),
            }
        }
        Some(many::MODE) => many::run(&arguments),
        Some(sync::MODE) => sync::run(&arguments),
        Some(many::bare::CHILD) => many::bare::child(&arguments[1..]),
        Some(sandbox::weigh::CHILD) => sandbox::weigh::child(&arguments[1..]),
        Some(systems::MODE) => systems::run(&Order::parse(&arguments[1..])?),
        Some("sandbox") => {
            let order = Order::parse(&arguments[1..])?;
            let component = order.component.ok_or("--component is missing; cargo xtask bench sandbox passes it")?;
            sandbox::run(&component, &order.out)
        }
        // Writes table and plot again, from existing figures.
        Some("report") => {
            let order = Order::parse(&arguments[1..])?;
            Report::read(&order.out)?.write(&order.out)
        }
        Some("sink") => {
            let order = Order::parse(&arguments[1..])?;
            let arena = Arena::new(&order.ours, &order.target).map_err(|error| error.to_string())?;
            arena.serve().map_err(|error| error.to_string())
        }
        _ => measure_everywhere(&arguments),
    }
}

/// Measures under reno, and under the machine's own congestion control.
fn measure_everywhere(arguments: &[OsString]) -> Result<(), String> {
    let order = parse(arguments)?;
    fs::create_dir_all(&order.out).map_err(|error| error.to_string())?;
    let mut measured = Vec::new();
    network::run_within("reno", arguments)?;
    measured.append(&mut read(&order)?);
    if network::congestion_control() != "reno" {
        measure_here(&order)?;
        measured.append(&mut read(&order)?);
    }
    fs::remove_file(order.part()).map_err(|error| error.to_string())?;
    Report::new(measured, &order.ours).write(&order.out)
}

/// Measures in the present network namespace.
fn measure_here(order: &Order) -> Result<(), String> {
    let rules = network::congestion_control();
    let arena = Arena::new(&order.ours, &order.target).map_err(|error| error.to_string())?;
    let mut measured = Vec::new();
    for row in ROWS.iter().filter(|row| order.only.is_empty() || order.only.iter().any(|name| name == row.name)) {
        println!("{rules}: {}", row.name);
        let done = arena.hold(row, order.rounds, &rules)?;
        print!("{}", report::lines(&done));
        measured.push(done);
    }
    let json = serde_json::to_string(&measured).map_err(|error| error.to_string())?;
    fs::write(order.part(), json).map_err(|error| error.to_string())
}

fn read(order: &Order) -> Result<Vec<Measured>, String> {
    let json = fs::read(order.part()).map_err(|error| error.to_string())?;
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

/// Parses the options, of which the rows must exist.
fn parse(arguments: &[OsString]) -> Result<Order, String> {
    let order = Order::parse(arguments)?;
    match order.only.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        Some(unknown) => Err(format!(
            "there is no row {unknown:?}; there are {:?}",
            ROWS.iter().map(|row| row.name).collect::<Vec<_>>()
        )),
        None => Ok(order),
    }
}
