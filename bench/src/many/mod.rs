//! `bench many`: many small files, beside clients that are fast with them: on loopback, to a server that answers late,
//! as a tree, over lines with long round trips, and to a server that refuses connections.
//!
//! The jobs are in `rows.rs`, the command lines in `clients.rs`, and the rounds in `contest.rs`.

pub(crate) mod bare;
mod clients;
mod contest;
mod figures;
mod plot;
mod report;
mod rows;
mod source;
mod stored;

use std::ffi::OsString;
use std::fs;

use crate::link::{self, Link};
use crate::network;
use crate::order::Order;
use contest::Contest;
use report::Report;

pub(crate) use clients::obscured;

/// The first argument of the command line.
pub(crate) const MODE: &str = "many";

/// The second argument, which writes table and plot again, from existing figures.
const REPORT: &str = "report";

/// A file with a setting of Linux: connections do not begin with the figures of earlier ones to the same address.
pub(crate) const FORGET_EARLIER_CONNECTIONS: &str = "/proc/sys/net/ipv4/tcp_no_metrics_save";

/// Measures in a network namespace of its own, or only writes the report.
pub(crate) fn run(arguments: &[OsString]) -> Result<(), String> {
    if arguments.get(1).is_some_and(|word| word == REPORT) {
        let order = Order::parse(&arguments[2..])?;
        return Report::read(&order.out)?.write(&order.out);
    }
    let order = Order::parse(&arguments[1..])?;
    fs::create_dir_all(&order.out).map_err(|error| error.to_string())?;
    network::run_within("reno", arguments)
}

/// Measures in the present network namespace.
pub(crate) fn measure(order: &Order) -> Result<(), String> {
    let rows = rows::chosen(order.server, &order.only)?;
    fs::write(FORGET_EARLIER_CONNECTIONS, "1").map_err(|error| format!("{FORGET_EARLIER_CONNECTIONS}: {error}"))?;
    let link = Link::open().map_err(|error| format!("there is no delaying link (/dev/net/tun): {error}"))?;
    link::check::verify(&link)?;
    let contest = Contest::new(&order.ours, link).map_err(|error| error.to_string())?;
    contest.missing().iter().for_each(|client| println!("{client} is not on this machine, and left out"));
    let mut measured = Vec::new();
    for row in &rows {
        println!("{}", row.name());
        let done = contest.hold(row, order.rounds)?;
        print!("{}", report::lines(&done));
        measured.push(done);
    }
    Report::new(measured, contest.versions(), &order.ours).write(&order.out)
}
