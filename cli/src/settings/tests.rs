//! An option takes precedence over a variable, and without both the library's default holds.

use std::ffi::OsStr;
use std::time::Duration;

use clap::Parser;
use ftp_uploader::{Delivery, Network, Security, Tls, Trust, Verify};

use super::{account, delivery, network, tls};
use crate::args::Args;

/// The arguments with these options before HOST.
fn args(options: &[&str]) -> Args {
    let line = ["ftp-uploader"].iter().chain(options).chain(&["example.org", "alice", "file", "inbox"]);
    Args::try_parse_from(line).unwrap_or_else(|error| panic!("{error}"))
}

fn security(host: &str, options: &[&str]) -> Result<Security, String> {
    tls::security(&args(options).tls, &host.parse().unwrap()).map_err(|error| format!("{error:?}"))
}

#[test]
fn without_options_every_setting_is_the_default_of_the_library() {
    let args = args(&[]);
    let resolved = network(&args.network, None).unwrap();
    assert_eq!(format!("{resolved:?}"), format!("{:?}", Network::default()));
    assert_eq!(format!("{:?}", delivery(&args.delivery)), format!("{:?}", Delivery::default()));
    let resolved = security("example.org", &[]).unwrap();
    assert!(resolved.tls.is_none() && matches!(resolved.trust, Trust::Platform) && resolved.identity.is_none());
}

#[test]
fn an_option_replaces_the_default_of_the_network() {
    let args = args(&["--timeout", "7", "--connect-timeout", "8", "--max-time", "9", "--limit-rate", "2k", "--active"]);
    let resolved = network(&args.network, None).unwrap();
    assert_eq!((resolved.timeout, resolved.connect_timeout), (Duration::from_secs(7), Duration::from_secs(8)));
    assert_eq!(resolved.max_time, Some(Duration::from_secs(9)));
    assert_eq!(resolved.limit_rate.map(u64::from), Some(2048));
    assert!(resolved.active && resolved.proxy.is_none());
}

#[test]
fn an_option_replaces_the_default_of_delivery() {
    let retries = ["--retries", "0", "--retry-delay", "0.5", "--retry-max-time", "60"];
    let resolved = delivery(&args(&retries).delivery);
    assert_eq!((resolved.retry.limit, resolved.retry.delay), (0, Duration::from_millis(500)));
    assert_eq!(resolved.retry.max_time, Some(Duration::from_secs(60)));
    let resolved = delivery(&args(&["--atomic", "--replace", "--create-dirs", "--chmod", "640"]).delivery);
    assert!(resolved.atomic && resolved.replace && resolved.create_directories && !resolved.resume);
    assert_eq!(resolved.mode, Some(0o640));
    for (typed, proof) in [("hash", Verify::Hash), ("size", Verify::Size), ("off", Verify::Nothing)] {
        assert_eq!(delivery(&args(&["--verify", typed]).delivery).verify, proof);
    }
}

#[test]
fn an_option_selects_tls_unless_the_address_contradicts_it() {
    assert_eq!(security("example.org", &["--tls", "implicit"]).unwrap().tls, Some(Tls::Implicit));
    assert_eq!(security("ftp://example.org", &["--tls", "explicit"]).unwrap().tls, Some(Tls::Explicit));
    assert!(security("ftps://example.org", &["--tls", "off"]).is_err());
    // An option for certificates makes no sense without TLS.
    assert_eq!(security("localhost", &["--insecure"]).unwrap().tls, Some(Tls::Explicit));
    assert!(security("ftp://localhost", &["--insecure"]).is_err());
}

#[test]
fn the_option_for_the_account_takes_precedence_over_the_variable() {
    let option = Some(OsStr::new("sales"));
    assert_eq!(account(option, Some(b"guild")).unwrap(), Some(&b"sales"[..]));
    assert_eq!(account(option, None).unwrap(), Some(&b"sales"[..]));
    assert_eq!(account(None, Some(b"guild")).unwrap(), Some(&b"guild"[..]));
    // An empty variable is like none, but an empty option is passed on, and refused as an argument.
    assert_eq!(account(None, Some(b"")).unwrap(), None);
    assert_eq!(account(Some(OsStr::new("")), Some(b"guild")).unwrap(), Some(&b""[..]));
}

#[test]
fn the_credentials_of_a_proxy_come_from_the_variable_only() {
    let args = args(&["--proxy", "http://proxy:3128"]);
    assert_eq!(
        network(&args.network, None).unwrap().proxy.map(|proxy| proxy.to_string()),
        Some("http://proxy:3128".to_owned())
    );
    let auth = || Some(b"bob:secret".to_vec().into());
    assert!(network(&args.network, auth()).is_ok());
    assert!(network(&args.network, Some(b"bob".to_vec().into())).is_err());
    assert!(
        network(&Args::try_parse_from(["ftp-uploader", "h", "u", "f", "d"]).unwrap().network, auth())
            .unwrap()
            .proxy
            .is_none()
    );
}
