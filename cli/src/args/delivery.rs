//! The options that say how hard to try, what may lie on the server meanwhile, and what to make sure of.
//!
//! Next: `host/src/delivery/`, where they are heeded.

use std::ffi::OsString;
use std::time::Duration;

use clap::ValueEnum;

use crate::args::values::{fraction, octal, seconds};

/// The part of the command line that is about delivery.
#[derive(clap::Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// How often to try again what may work later: lost connections, 4xx replies
    #[arg(long, value_name = "N")]
    pub retries: Option<u32>,

    /// Begin no new try when everything has taken this long, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub retry_max_time: Option<Duration>,

    /// The wait before the first new try, in seconds; later waits are longer
    #[arg(long, value_name = "SECS", value_parser = fraction)]
    pub retry_delay: Option<Duration>,

    /// Go on where an earlier run was cut off, if its remains are the beginning of the file: as a hash of the server's
    /// proves, or with --atomic as their name says
    #[arg(long, conflicts_with = "unique")]
    pub resume: bool,

    /// Give a file its name only when it is whole: store it under a temporary one and rename it
    #[arg(long, conflicts_with = "unique")]
    pub atomic: bool,

    /// With --atomic, where the server does not rename over an existing file: move that aside, and remove it at the end
    #[arg(long, requires = "atomic")]
    pub replace: bool,

    /// Let the server choose a name that is not taken (STOU)
    #[arg(long)]
    pub unique: bool,

    /// What to make sure of [default: a hash if the server has one, else the size if it tells it]
    #[arg(long, value_enum, value_name = "PROOF")]
    pub verify: Option<Proof>,

    /// Send SITE with this text after each login, before REMOTEDIR is entered: "NAMEFMT 1" for IBM i, "RECFM=FB LRECL=80"
    /// for z/OS. May be given several times
    #[arg(long, value_name = "TEXT")]
    pub site: Vec<OsString>,

    /// Make REMOTEDIR, and those above it, where they do not exist
    #[arg(long)]
    pub create_dirs: bool,

    /// Give the file on the server the local one's time of last modification, from 1970 to 9999; what comes from standard
    /// input has none
    #[arg(long)]
    pub preserve_time: bool,

    /// Give the file on the server these permissions, such as 644
    #[arg(long, value_name = "OCTAL", value_parser = octal)]
    pub chmod: Option<u16>,
}

/// What a server is to prove.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Proof {
    /// Its hash of the file is ours; a server without hashes is not good enough
    Hash,
    /// The file's size; a server that does not tell it is not good enough
    Size,
    /// Nothing but its final reply
    Off,
}
