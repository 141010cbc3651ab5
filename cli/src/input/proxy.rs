//! `--proxy`, and its credentials, which come only from the environment. Errors never repeat the typed text: it may
//! contain a password.

use std::ffi::OsStr;

use ftp_uploader::{NotAProxy, NotProxyAuth, Proxy, ProxyAuth};
use zeroize::{Zeroize, Zeroizing};

use crate::cli_error::CliError;

/// The variable with the user and the password for the proxy.
pub const AUTH: &str = "FTP_PROXY_AUTH";

/// Parses the typed URL of a proxy, and adds the credentials from [`AUTH`] if it is set.
///
/// # Errors
/// If the URL is not that of a proxy, or the credentials are malformed.
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
