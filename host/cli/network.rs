//! The options that say how the network is used: for how long, how fast, which way, and who connects for the data.

use std::ffi::OsString;
use std::net::IpAddr;
use std::num::NonZeroU64;
use std::time::Duration;

use ftp_uploader::Request;

use crate::args::seconds;
use crate::environment;
use crate::proxy;
use crate::trouble::Trouble;

/// The part of the command line that is about the network.
#[derive(clap::Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// How long all of it may take, new tries included, in seconds [default: as long as it takes]. Reading a local file
    /// that its file system does not give (a network drive that is gone) cannot be stopped
    #[arg(long, value_name = "SECS", value_parser = seconds)]
    max_time: Option<Duration>,

    /// Send no more than so many bytes of the files in a second; with k, m or g behind it, times 1024 once, twice or
    /// thrice
    #[arg(long, value_name = "BYTES", value_parser = rate)]
    limit_rate: Option<NonZeroU64>,

    /// Let the server connect to this machine for the data (EPRT, PORT), for servers that cannot be connected to
    #[arg(long, conflicts_with = "proxy")]
    pub active: bool,

    /// Connect through this proxy, data connections too: socks5://HOST:PORT (the name of the server is resolved here),
    /// socks5h://HOST:PORT or http://HOST:PORT (by the proxy). The port is 1080 unless you give one. A user and a
    /// password for it are taken from FTP_PROXY_AUTH, as USER:PASSWORD
    #[arg(long, value_name = "URL")]
    pub proxy: Option<OsString>,

    /// Connect from this address of this machine
    #[arg(long, value_name = "IP")]
    source_address: Option<IpAddr>,

    /// Connect through this network interface (Linux)
    #[arg(long, value_name = "NAME", value_parser = interface)]
    interface: Option<String>,
}

impl NetworkArgs {
    /// Puts into `request` what these options say.
    ///
    /// # Errors
    /// When the proxy is none.
    pub fn apply(&self, request: Request) -> Result<Request, Trouble> {
        let mut request = request.active(self.active);
        if let Some(time) = self.max_time {
            request = request.max_time(time);
        }
        if let Some(rate) = self.limit_rate {
            request = request.limit_rate(rate);
        }
        if let Some(source) = self.source_address {
            request = request.source_address(source);
        }
        if let Some(name) = &self.interface {
            request = request.interface(name);
        }
        // Taken also where there is no proxy: nobody else is to find it in the environment of this process.
        let auth = environment::take(proxy::AUTH);
        if let Some(typed) = &self.proxy {
            request = request.proxy(proxy::parse(typed, auth)?);
        }
        Ok(request)
    }
}

/// As curl and lftp have it: `500k` is 512000.
fn rate(text: &str) -> Result<NonZeroU64, String> {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let times = match &text[number.len()..] {
        "" => Some(1),
        "k" | "K" => Some(1 << 10),
        "m" | "M" => Some(1 << 20),
        "g" | "G" => Some(1 << 30),
        _ => None,
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let bytes =
        number.parse().ok().filter(|_| digits).zip(times).and_then(|(count, times)| u64::checked_mul(count, times));
    bytes.and_then(NonZeroU64::new).ok_or_else(|| "not a number of bytes such as 500000, 500k, 2m or 1g".to_owned())
}

/// What Linux takes for the name of an interface (IFNAMSIZ).
fn interface(text: &str) -> Result<String, String> {
    let fits = (1..16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
    fits.then(|| text.to_owned()).ok_or_else(|| "not the name of a network interface".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_with_or_without_a_unit() {
        let bytes = |text| rate(text).map(NonZeroU64::get).ok();
        assert_eq!(
            [bytes("1"), bytes("500k"), bytes("2M"), bytes("1g")],
            [Some(1), Some(512_000), Some(2 << 20), Some(1 << 30)]
        );
        for text in ["", "0", "0k", "k", "-1", "+1", "1.5m", "1kb", "1 k", "1t", "99999999999g", "1kk"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn the_name_of_an_interface_is_one() {
        assert!(["lo", "eth0.100", "wg-home", "br_1"].iter().all(|name| interface(name).is_ok()));
        assert!(["", "a name", "../x", "sixteen-or-more0", "e\u{1b}"].iter().all(|name| interface(name).is_err()));
    }
}
