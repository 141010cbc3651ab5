//! The options for delivery: retries, temporary names, proof, directories and attributes.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::time::Duration;

use clap::ValueEnum;

use crate::args::values::{fraction, octal, positive, seconds, whole_number};

/// The options under the heading Delivery. `None` is the default of [`ftp_uploader::Delivery`].
#[derive(clap::Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// Send up to this many files at the same time, each over a connection of its own. Fewer are used if the files are
    /// not worth them or the server accepts no more. 1 keeps the order of the command line
    #[arg(short, long, value_name = "N", value_parser = positive)]
    pub jobs: Option<NonZeroUsize>,

    /// Stop after the first file that cannot be stored, instead of sending the others
    #[arg(long)]
    pub fail_fast: bool,

    /// Try again up to this many times after an error that may pass: lost connections, 4xx replies
    #[arg(long, value_name = "N", value_parser = whole_number::<u32>)]
    pub retries: Option<u32>,

    /// Try again also if the first connection is refused or the server's name does not exist, instead of giving up at once
    #[arg(long)]
    pub retry_connrefused: bool,

    /// Begin no new try after this time, in seconds, from the start of the run [default: no limit]
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    pub retry_max_time: Option<Duration>,

    /// Wait this long before the first new try, in seconds. Later waits are longer
    #[arg(long, value_name = "SECS", value_parser = fraction)]
    pub retry_delay: Option<Duration>,

    /// Continue an upload that an earlier run left incomplete, if the bytes on the server are the beginning of the
    /// file: a hash from the server must prove it, or with --atomic the temporary name
    #[arg(long, conflicts_with = "unique")]
    pub resume: bool,

    /// Store each file under a temporary name, and rename it when it is complete
    #[arg(long, conflicts_with = "unique")]
    pub atomic: bool,

    /// With --atomic, move an existing file aside if the server does not rename over it, and remove it after the rename
    #[arg(long, requires = "atomic")]
    pub replace: bool,

    /// Let the server choose a name that is not taken (STOU)
    #[arg(long)]
    pub unique: bool,

    /// Send no file whose name is taken on the server. If the server does not tell, the file is not sent either, and the
    /// run fails. Contents are not compared, so that an incomplete file counts as one that is there; --atomic leaves none
    #[arg(long, conflicts_with = "unique")]
    pub skip_existing: bool,

    /// Require this proof of the stored file [default: the hash if the server offers one, else the size if it tells it]
    #[arg(long, value_enum, value_name = "PROOF")]
    pub verify: Option<Proof>,

    /// Send SITE with this text after each login, before REMOTEDIR is entered, such as "NAMEFMT 1" for IBM i or
    /// "RECFM=FB LRECL=80" for z/OS. The option can be repeated
    #[arg(long, value_name = "TEXT")]
    pub site: Vec<OsString>,

    /// Create REMOTEDIR and its parents if they do not exist
    #[arg(long)]
    pub create_dirs: bool,

    /// Set the time of last modification on the server to that of the local file, from 1970 to 9999. Standard input has
    /// none
    #[arg(long)]
    pub preserve_time: bool,

    /// Set these permissions on the server, such as 644
    #[arg(long, value_name = "OCTAL", value_parser = octal)]
    pub chmod: Option<u16>,
}

/// The values of `--verify`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Proof {
    /// Require that the hash on the server equals the local one; fail if the server offers no hash
    Hash,
    /// Require that the size on the server is the number of bytes sent; fail if the server does not tell it
    Size,
    /// Accept the server's final reply alone
    Off,
}
