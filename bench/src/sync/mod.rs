//! `bench sync`: a directory tree on the server is made equal to a local one, beside lftp's mirror and rclone's sync: with
//! nothing to do, with every file changed, and with a hundred thousand files.
//!
//! The jobs are in `rows.rs`, the command lines in `clients.rs`, the trees in `tree.rs`, and the runs in `contest.rs`.

mod clients;
mod contest;
mod figures;
mod report;
mod rows;
mod targets;
mod tree;

use std::ffi::OsString;
use std::fs;

use crate::link::{self, Link};
use crate::many::FORGET_EARLIER_CONNECTIONS;
use crate::network;
use crate::order::Order;
use contest::Contest;
use report::Report;

/// The first argument of the command line.
pub(crate) const MODE: &str = "sync";

/// The second argument, which writes the page again, from existing figures.
const REPORT: &str = "report";

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
    let rows = rows::chosen(&order.only)?;
    fs::write(FORGET_EARLIER_CONNECTIONS, "1").map_err(|error| format!("{FORGET_EARLIER_CONNECTIONS}: {error}"))?;
    let link = Link::open().map_err(|error| format!("there is no delaying link (/dev/net/tun): {error}"))?;
    link::check::verify(&link)?;
    let contest = Contest::new(&order.ours, order.server, link).map_err(|error| error.to_string())?;
    let mut measured = Vec::new();
    for row in &rows {
        println!("{}", row.name());
        let done = contest.hold(row, order.rounds)?;
        print!("{}", report::lines(&done));
        measured.push(done);
    }
    Report::new(measured, contest.versions(), &order.ours).write(&order.out)
}
