//! What `--proxy` can be, what it cannot be, and that no password in it is ever shown.
//!
//! What a proxy then does is `proxy.rs`.

use crate::support::run::IdleServer;
use crate::support::upload::Upload;

#[test]
fn what_is_no_proxy_is_a_usage_error() {
    for (url, why) in [
        ("127.0.0.1:1080", "scheme"),
        ("https://proxy:3128", "scheme"),
        ("socks4://proxy", "scheme"),
        ("socks5://", "no host name"),
        ("http://proxy:port", "not a port"),
        ("http://proxy/path", "host and port"),
        ("", "scheme"),
    ] {
        let upload = Upload::of_hello().options(["--proxy", url]);
        IdleServer::listen().refuses(2, upload).says("--proxy is not a proxy: ").says(why);
    }
}

#[test]
fn a_password_in_the_address_is_refused_and_not_shown() {
    for url in
        ["socks5://alice:hush@proxy:1", "http://alice:hush@proxy", "alice:hush@proxy", "x://hush@", "http://hush@h/"]
    {
        let upload = Upload::of_hello().options(["--verbose", "--proxy", url]);
        let outcome = IdleServer::listen().refuses(2, upload);
        outcome.says("FTP_PROXY_AUTH").never_says("hush").never_says("alice");
    }
    // As another argument of it, or twice: clap's own complaints show nothing either.
    for options in
        [["--proxy", "socks5://a:hush@h", "--active"], ["--proxy", "socks5://a:hush@h", "--proxy=http://a:hush@h"]]
    {
        IdleServer::listen().refuses(2, Upload::of_hello().options(options)).never_says("hush");
    }
}

#[test]
fn credentials_of_another_form_are_refused_and_not_shown() {
    for (scheme, auth, why) in [
        ("http", "hush", "not USER:PASSWORD"),
        ("http", ":hush", "no user"),
        ("socks5", "hush:", "no password"),
        ("http", "hush:a\nb", "control"),
        ("http", "", "not USER:PASSWORD"),
    ] {
        let upload = Upload::of_hello().options(["--proxy", &format!("{scheme}://127.0.0.1:1")]);
        let upload = upload.program(|program| program.environment("FTP_PROXY_AUTH", auth));
        IdleServer::listen().refuses(2, upload).says("FTP_PROXY_AUTH").says(why).never_says("hush");
    }
}

#[test]
fn no_server_can_connect_to_us_through_a_proxy() {
    let upload = Upload::of_hello().options(["--active", "--proxy", "socks5://127.0.0.1:1"]);
    IdleServer::listen().refuses(2, upload).says("--active").says("--proxy");
}

#[test]
fn a_proxy_in_the_environment_is_none_of_ours() {
    let script = crate::support::script::Script::ready().take("hello.txt").and_all_is_well();
    let upload = ["ALL_PROXY", "all_proxy", "FTP_PROXY", "ftp_proxy", "HTTPS_PROXY"]
        .iter()
        .fold(Upload::of_hello(), |upload, name| {
            upload.program(|program| program.environment(name, "socks5://127.0.0.1:1"))
        });
    script.run(upload).outcome.succeeds();
}
