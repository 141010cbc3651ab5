//! The options that say how hard to try, what may lie on the server meanwhile, and what to make sure of.
//!
//! Next: `host/src/delivery/`, where they are heeded.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use clap::ValueEnum;
use ftp_uploader::{Request, Retry, Verify};

use crate::args::seconds;
use crate::trouble::Trouble;

/// The part of the command line that is about delivery.
#[derive(clap::Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliveryArgs {
    /// How often to try again what may work later: lost connections, 4xx replies
    #[arg(long, value_name = "N", default_value_t = 3)]
    retries: u32,

    /// Begin no new try when everything has taken this long, in seconds
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    retry_max_time: Option<Duration>,

    /// The wait before the first new try, in seconds; later waits are longer
    #[arg(long, value_name = "SECS", default_value = "1", value_parser = fraction)]
    retry_delay: Duration,

    /// Go on where an earlier run was cut off, if its remains are the beginning of the file: as a hash of the server's
    /// proves, or with --atomic as their name says
    #[arg(long, conflicts_with = "unique")]
    resume: bool,

    /// Give a file its name only when it is whole: store it under a temporary one and rename it
    #[arg(long, conflicts_with = "unique")]
    pub atomic: bool,

    /// With --atomic, where the server does not rename over an existing file: move that aside, and remove it at the end
    #[arg(long, requires = "atomic")]
    pub replace: bool,

    /// Let the server choose a name that is not taken (STOU)
    #[arg(long)]
    unique: bool,

    /// What to make sure of [default: a hash if the server has one, else the size if it tells it]
    #[arg(long, value_enum, value_name = "PROOF")]
    verify: Option<Proof>,

    /// Send SITE with this text after each login, before REMOTEDIR is entered: "NAMEFMT 1" for IBM i, "RECFM=FB LRECL=80"
    /// for z/OS. May be given several times
    #[arg(long, value_name = "TEXT")]
    site: Vec<OsString>,

    /// Make REMOTEDIR, and those above it, where they do not exist
    #[arg(long)]
    pub create_dirs: bool,

    /// Give the file on the server the local one's time of last modification, from 1970 to 9999; what comes from standard
    /// input has none
    #[arg(long)]
    preserve_time: bool,

    /// Give the file on the server these permissions, such as 644
    #[arg(long, value_name = "OCTAL", value_parser = octal)]
    chmod: Option<u16>,
}

/// What a server is to prove.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Proof {
    /// Its hash of the file is ours; a server without hashes is not good enough
    Hash,
    /// The file's size; a server that does not tell it is not good enough
    Size,
    /// Nothing but its final reply
    Off,
}

impl DeliveryArgs {
    /// Puts into `request` what these options say.
    ///
    /// # Errors
    /// When no command can carry a text for SITE.
    pub fn apply(&self, request: Request) -> Result<Request, Trouble> {
        let request = self.site.iter().try_fold(request, |request, text| request.site(text.as_bytes()))?;
        let retry = Retry { limit: self.retries, delay: self.retry_delay, max_time: self.retry_max_time };
        let request = request
            .retry(retry)
            .resume(self.resume)
            .atomic(self.atomic)
            .replace(self.replace)
            .unique(self.unique)
            .create_directories(self.create_dirs)
            .preserve_time(self.preserve_time)
            .verify(match self.verify {
                None => Verify::Best,
                Some(Proof::Hash) => Verify::Hash,
                Some(Proof::Size) => Verify::Size,
                Some(Proof::Off) => Verify::Nothing,
            });
        Ok(match self.chmod {
            Some(mode) => request.mode(mode),
            None => request,
        })
    }
}

fn fraction(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.0..=3600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "not a number of seconds from 0 to 3600".to_owned())
}

fn octal(text: &str) -> Result<u16, String> {
    let plain = (3..=4).contains(&text.len()) && text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let mode = u16::from_str_radix(text, 8).ok().filter(|&mode| plain && mode <= 0o777);
    mode.ok_or_else(|| "not permissions from 000 to 777".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_three_octal_digits_with_or_without_a_zero_in_front() {
        assert_eq!(octal("644"), Ok(0o644));
        assert_eq!(octal("0755"), Ok(0o755));
        for text in ["", "6", "64", "888", "1777", "+644", "u+x", "06444"] {
            assert!(octal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_delay_may_be_a_fraction_and_not_endless() {
        assert_eq!(fraction("0.25"), Ok(Duration::from_millis(250)));
        for text in ["", "-1", "NaN", "inf", "3601", "1s"] {
            assert!(fraction(text).is_err(), "{text}");
        }
    }
}
