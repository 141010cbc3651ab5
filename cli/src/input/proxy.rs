//! `--proxy`, and the credentials for it, which come from the environment only.
//!
//! Nothing that was typed is shown again before it has parsed: it could hold a password. Words for what a proxy does
//! are in `proxy_message.rs`.

use std::ffi::OsStr;

use ftp_uploader::{NotAProxy, NotProxyAuth, Proxy, ProxyAuth};
use zeroize::{Zeroize, Zeroizing};

use crate::cli_error::CliError;

/// Where the user and the password for a proxy are.
pub const AUTH: &str = "FTP_PROXY_AUTH";

/// The proxy that was typed, with the value of [`AUTH`] if that is set.
///
/// # Errors
/// When it is none, or the credentials are not of their form.
pub fn parse(typed: &OsStr, auth: Option<Zeroizing<Vec<u8>>>) -> Result<Proxy, CliError> {
    let proxy: Proxy = typed.to_string_lossy().parse().map_err(not_a_proxy)?;
    let Some(mut value) = auth else { return Ok(proxy) };
    let text = String::from_utf8(std::mem::take(&mut *value)).map_err(|error| {
        error.into_bytes().zeroize();
        unfit("it is not UTF-8")
    })?;
    ProxyAuth::new(text).and_then(|auth| proxy.auth(auth)).map_err(|why: NotProxyAuth| unfit(&why.to_string()))
}

fn not_a_proxy(why: NotAProxy) -> CliError {
    let advice = match why {
        NotAProxy::UserInfo => "Nothing was sent; leave them out, and set FTP_PROXY_AUTH to USER:PASSWORD",
        _ => "Write it as socks5://HOST:PORT, socks5h://HOST:PORT or http://HOST:PORT",
    };
    CliError::Usage(format!("--proxy is not a proxy: {why}. {advice}."))
}

fn unfit(why: &str) -> CliError {
    CliError::Usage(format!("cannot use {AUTH}: {why}. Nothing was sent; set it to USER:PASSWORD for the proxy."))
}
