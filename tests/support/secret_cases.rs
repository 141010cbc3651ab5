//! The table for `tests/secrets/outputs.rs`: every option at least once, and every way in which an upload ends. The
//! servers and proxies repeat the password wherever they can. A test claims that no option is missing.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use test_servers::certificates::{Authority, Identity};

use crate::support::script::{Move, Script};
use crate::support::test_proxy::TestProxy;
use crate::support::tls_run::certified;
use crate::support::tls_server::Tls;
use crate::support::upload::{HELLO, PASSWORD, Upload};

/// The credentials for the proxy. The part after the colon is secret.
pub(crate) const PROXY_AUTH: &str = "alice:open-the-gate";

/// The secret in them.
pub(crate) const PROXY_PASSWORD: &str = "open-the-gate";

/// All cases. `--verbose` is added if there is no `--quiet`. The tests add each source of the password.
pub(crate) const CASES: &[Case] = &[
    case(0, &["--max-time", "60", "--limit-rate", "10m", "--retry-max-time", "60"], all_is_well),
    case(0, &["--source-address", "127.0.0.1", "--interface", "lo", "--tls", "off"], all_is_well),
    case(6, &[], |_| vec![told().reply(&echo(530))]),
    case(6, &[], |_| vec![told().dribble(&echo(530))]),
    case(6, &["--quiet"], |_| vec![told().reply(&echo(530))]),
    case(6, &["--account", "guild"], |_| vec![told().reply(&echo(332)).expect("ACCT guild").reply(&echo(530))]),
    case(0, &["--require-fence", "--explain"], nobody),
    case(7, &["--site", "NAMEFMT 1"], |_| vec![told().reply(&echo(230)).expect("SITE NAMEFMT 1").reply(&echo(501))]),
    // The password is cut off by the end of the connection, and by the limit of a quoted reply.
    case(4, &[], |_| vec![told().send(format!("530 {PASSWORD}")).close()]),
    case(7, &[], |_| vec![entered_but_for(&format!("550 {:x>505} {PASSWORD}", ""))]),
    case(7, &["--create-dirs"], |_| {
        let missing = told().reply(&echo(230)).expect("CWD inbox").reply(&echo(550));
        vec![missing.expect("MKD inbox").reply(&echo(550)).expect("CWD inbox").reply(&echo(550))]
    }),
    case(7, &[], |_| vec![entered().passive().expect("STOR hello.txt").reply(&echo(553))]),
    case(8, &[], |_| vec![entered().passive().store("hello.txt").receive_all().reply(&echo(552))]),
    case(8, &[], |_| vec![entered().passive().store("hello.txt").reset_data().reply(&echo(451))]),
    case(10, &[], |_| vec![entered().passive().store("hello.txt").receive_all().close()]),
    case(9, &[], |_| vec![told().send(format!("{PASSWORD}\r\n")).silence()]),
    case(4, &["--timeout", "1", "--connect-timeout", "1"], |_| vec![told().silence()]),
    case(4, &["--max-time", "1"], |_| vec![told().silence()]),
    case(4, &["--connect-timeout", "1"], nobody),
    case(0, &["--retries", "2", "--retry-delay", "0.05", "--jobs", "2", "--fail-fast"], |_| {
        let whole = told().reply(&echo(230)).enter().lacks("hello.txt").take("hello.txt").and_all_is_well();
        vec![told().reply(&echo(421)).close(), whole]
    }),
    case(4, &["--retries", "3", "--retry-delay", "0.05"], |_| vec![told().reply(&echo(421)).close(), told().close()]),
    case(0, &["--resume"], |_| vec![entered().lacks("hello.txt").take("hello.txt").and_all_is_well()]),
    case(7, &["--atomic", "--replace", "--verify", "size"], atomic),
    case(0, &["--preserve-time", "--chmod", "644", "--verify", "off"], |_| {
        // MDTM, SITE UTIME, SITE CHMOD.
        let refuse = |script: Script| script.then(Move::ExpectAny).reply(&echo(502));
        vec![refuse(refuse(refuse(entered().take("hello.txt"))))]
    }),
    case(
        0,
        &["--recursive", "--exclude", "*.o", "--include", "a.o", "--exclude-from", "/dev/null", "--links", "follow"],
        |_| vec![entered().take("hello.txt").and_all_is_well()],
    ),
    case(4, &["--retry-connrefused"], nobody),
    case(7, &["--skip-existing"], |_| {
        vec![entered().expect("EPSV").reply(&echo(502)).expect("PASV").reply(&echo(502))]
    }),
    case(7, &["--unique"], |_| vec![entered().passive().expect("STOU").reply(&echo(553))]),
    case(0, &["--active"], |_| {
        let stored = entered().active().store_actively("hello.txt").receive_all().reply(&echo(226));
        vec![stored.and_all_is_well()]
    }),
    case(0, &["--from-stdin", "hello.txt"], all_is_well),
    case(0, &["--target-directory", "inbox", "--files-from", "list", "--null", "--as", "hello.txt"], all_is_well),
    case(0, &["--tls", "explicit", "--ca-file", "ca.pem", "--cert", "me.pem", "--key", "me.key"], Fixture::protected),
    case(0, &["--pin", "{pin}"], Fixture::protected),
    case(0, &["--insecure"], Fixture::protected),
    case(0, &["--profile", "p", "--config", "settings.toml"], all_is_well),
    case(2, &["--profile", "p", "--config", "settings.toml", "--remember-pin", "--insecure"], nobody),
    case(0, &["--account", "guild", "--show-settings"], nobody),
    case(5, &["--tls", "explicit"], |fixture| vec![Script::agreed().then(Move::FailToSecure(fixture.tls.clone()))]),
    case(5, &["--tls", "explicit"], |_| vec![Script::greeted().expect("AUTH TLS").reply("534 No")]),
    proxied(0, PROXY_AUTH, &["--tls", "off", "--proxy", "{socks5}"], all_is_well),
    proxied(0, PROXY_AUTH, &["--tls", "off", "--proxy", "{http}"], all_is_well),
    case(0, &["--explain"], nobody),
    proxied(0, PROXY_AUTH, &["--tls", "off", "--proxy", "{http}", "--explain=json"], nobody),
    proxied(4, "alice:open-the-gate!", &["--tls", "off", "--proxy", "{socks5}"], nobody),
    proxied(4, "alice:open-the-gate!", &["--tls", "off", "--proxy", "{http}"], nobody),
    proxied(2, "open-the-gate", &["--tls", "off", "--proxy", "{http}"], nobody),
    proxied(2, PROXY_AUTH, &["--tls", "off", "--proxy", "http://alice:open-the-gate@127.0.0.1"], nobody),
    case(0, &["--json"], all_is_well),
    case(6, &["--json", "--timestamps"], |_| vec![told().reply(&echo(530))]),
    proxied(4, "alice:open-the-gate!", &["--json", "--tls", "off", "--proxy", "{socks5}"], nobody),
];

/// Certificates, TLS settings and a proxy for the cases.
pub(crate) struct Fixture {
    pub(crate) authority: Authority,
    identity: Identity,
    me: Identity,
    tls: Tls,
    proxy: TestProxy,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let (authority, identity) = certified();
        let me = authority.issue_client("me.example");
        let tls = Tls::of(&identity);
        Self { authority, identity, me, tls, proxy: TestProxy::demanding(PROXY_AUTH) }
    }

    /// A server that requires TLS for everything and stores the file.
    fn protected(&self) -> Vec<Script> {
        let script = Script::protected_and_ready(&self.tls).take_protected("hello.txt", &self.tls);
        vec![script.and_all_is_well()]
    }

    /// The same server, but it refuses SITE CHMOD.
    pub(crate) fn protected_but_for_the_mode(&self) -> Script {
        let script = Script::protected_and_ready(&self.tls).take_protected("hello.txt", &self.tls);
        script.tell_size("hello.txt", 6).expect("SITE CHMOD 640 hello.txt").reply("502 SITE?").goodbye()
    }
}

/// A command line, the servers for it, and its exit code.
pub(crate) struct Case {
    pub(crate) options: &'static [&'static str],
    /// The value of `FTP_PROXY_AUTH`, if it is set.
    pub(crate) proxy_auth: Option<&'static str>,
    /// Returns a script for each connection. If there is none, nobody listens.
    pub(crate) scripts: fn(&Fixture) -> Vec<Script>,
    pub(crate) code: i32,
}

impl Case {
    /// Returns the upload without a password.
    pub(crate) fn upload(&self, fixture: &Fixture) -> Upload {
        let streamed = self.options.contains(&"--from-stdin");
        let listed = self.options.contains(&"--files-from");
        let upload = match (streamed, listed) {
            (true, _) => Upload::of_nothing(),
            (false, true) => Upload::of_nothing().without_directory(),
            (false, false) => Upload::of_hello(),
        };
        let upload = upload.with_local("hello.txt", HELLO).with_local("list", "hello.txt\0");
        let upload = upload.with_local("settings.toml", "[profile.p]\njobs = 1\n");
        let upload = upload.with_local("ca.pem", fixture.authority.pem());
        let upload = upload.with_local("me.pem", &fixture.me.certificate_pem).with_local("me.key", &fixture.me.key_pem);
        let usual = [["--timeout", "5"], ["--connect-timeout", "5"], ["--retries", "0"]];
        let usual = usual.into_iter().filter(|[name, _]| !self.options.contains(name)).flatten();
        let upload =
            upload.without_password().without_options().options(usual).options(self.options.iter().map(|option| {
                match *option {
                    "{pin}" => fixture.identity.pin(),
                    "{socks5}" => fixture.proxy.url("socks5"),
                    "{http}" => fixture.proxy.url("http"),
                    option => option.to_owned(),
                }
            }));
        let quiet = self.options.contains(&"--quiet");
        let upload = if quiet { upload } else { upload.options(["--verbose"]) };
        upload.program(|program| {
            // The program refuses settings that others can change, as a umask of 002 would let them.
            let mode = Permissions::from_mode(0o600);
            std::fs::set_permissions(program.path("settings.toml"), mode).expect("a local file");
            let program = if streamed { program.stdin(HELLO) } else { program };
            self.proxy_auth.into_iter().fold(program, |program, auth| program.environment("FTP_PROXY_AUTH", auth))
        })
    }
}

const fn case(code: i32, options: &'static [&'static str], scripts: fn(&Fixture) -> Vec<Script>) -> Case {
    Case { options, proxy_auth: None, scripts, code }
}

const fn proxied(
    code: i32,
    auth: &'static str,
    options: &'static [&'static str],
    scripts: fn(&Fixture) -> Vec<Script>,
) -> Case {
    Case { options, proxy_auth: Some(auth), scripts, code }
}

/// A reply that repeats the password, as some servers do.
fn echo(code: u16) -> String {
    format!("{code} Login PASS {PASSWORD} is what came ({PASSWORD})")
}

/// A server that has received the password.
fn told() -> Script {
    Script::greeted().expect("USER alice").reply("331 Go on").expect(&format!("PASS {PASSWORD}"))
}

/// A server that has repeated the password in its reply to the login.
fn entered() -> Script {
    told().send(format!("230-Welcome\r\n{PASSWORD}\r\n{}\r\n", echo(230))).enter()
}

fn all_is_well(_: &Fixture) -> Vec<Script> {
    vec![entered().passive().store("hello.txt").receive_all().reply(&echo(226)).and_all_is_well()]
}

/// The file is stored under its temporary name and cannot be renamed.
fn atomic(_: &Fixture) -> Vec<Script> {
    let temp = "{temp:hello.txt}";
    let stored = entered().can_rename("hello.txt").take(temp).tell_size(temp, 6);
    let refused = stored.refuse_name(temp, "hello.txt", &echo(553)).tell_size(temp, 6);
    let aside = refused.expect("RNFR hello.txt").reply(&echo(550)).tell_size(temp, 6);
    vec![aside]
}

fn nobody(_: &Fixture) -> Vec<Script> {
    Vec::new()
}

/// A server that has accepted the login, and replies to CWD like this.
fn entered_but_for(reply: &str) -> Script {
    told().reply("230 In").expect("CWD inbox").reply(reply)
}
