//! `--explain`: the rights that this run would lend, as text for people or as JSON. All values come from the grants
//! that the run itself would use, and from the fence, which is installed before this output.

mod json;
#[cfg(test)]
mod tests;

use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;

use clap::ValueEnum;
use ftp_uploader::{
    Confined, Confinement, DataConnections, Escaped, GrantedFile, GrantedProxy, Grants, Limits, Tls, Trust,
};

/// The parts of the fence, with their names.
pub(super) type Fence<'a> = [(&'static str, &'a Confined)];

/// The values of `--explain`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Print text for people
    Text,
    /// Print JSON for programs
    Json,
}

/// Prints the rights and the fence on standard output. Errors of writing are ignored: the output is closed then, and
/// nothing was sent.
pub fn explain(format: Format, grants: &Grants, confinement: &Confinement) {
    let text = match format {
        Format::Text => text(grants, &confinement.named()),
        Format::Json => json::text(grants, &confinement.named()),
    };
    let _ = io::stdout().write_all(text.as_bytes());
}

/// The effect of a part of the fence.
fn wall(name: &str) -> &'static str {
    match name {
        "files" => "no file can be opened, created or removed (Landlock)",
        "ports" => "no TCP port can be listened on unless it was granted (Landlock)",
        "processes" => "no other process can be signalled (Landlock)",
        "system_calls" => "only the system calls that an upload needs; no program can be run (seccomp)",
        _ => "no core dump is written, and no other process can read the memory",
    }
}

fn text(grants: &Grants, fence: &Fence) -> String {
    let mut text = String::from("This run would lend to the component that speaks FTP:\n");
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<10} {value}");
    };
    row("server", grants.server.to_string());
    for address in grants.addresses {
        row("address", address.to_string());
    }
    if grants.addresses.is_empty() {
        row("address", "resolved by the proxy".to_owned());
    }
    if let Some(granted) = &grants.proxy {
        row("proxy", proxy(granted));
    }
    row("data", data(grants));
    row("tls", tls(grants));
    row("password", password(grants));
    for file in &grants.files {
        row("file", granted_file(file, grants.directory));
    }
    for limit in limits(&grants.limits) {
        row("limit", limit);
    }
    text.push_str("The fence around the process when it connects:\n");
    for (name, state) in fence {
        let _ = match state {
            Confined::Active => writeln!(text, "  {:<10} {}", "wall", wall(name)),
            Confined::Missing(why) => writeln!(text, "  {:<10} {name}: {}", "no wall", Escaped(why.as_bytes())),
        };
    }
    text.push_str("Nothing was connected to, and nothing was sent.\n");
    text
}

fn proxy(granted: &GrantedProxy) -> String {
    let auth =
        if granted.credentials { "FTP_PROXY_AUTH is sent to it in clear" } else { "no credentials are sent to it" };
    let at: Vec<_> = granted.addresses.iter().map(ToString::to_string).collect();
    let proxy = granted.proxy.to_string();
    format!("{} at {}; all connections go through it; {auth}", Escaped(proxy.as_bytes()), at.join(", "))
}

fn data(grants: &Grants) -> String {
    let mut data = match &grants.data {
        DataConnections::ToServer(ports) => {
            format!("connections to the same address, ports {} to {}", ports.start(), ports.end())
        }
        DataConnections::FromServer => {
            "connections from the same address, to a port that the system chooses".to_owned()
        }
    };
    if let Some(source) = grants.source_address {
        let _ = write!(data, "; all from {source}");
    }
    if let Some(interface) = grants.interface {
        let _ = write!(data, "; all through {}", Escaped(interface.as_bytes()));
    }
    data
}

fn tls(grants: &Grants) -> String {
    let how = match grants.tls {
        Tls::Off => return "none".to_owned(),
        Tls::Implicit => "required, from the first byte",
        Tls::Explicit | Tls::UnlessLoopback => "required, after AUTH TLS",
    };
    let host = Escaped(grants.server.host().as_bytes());
    let trusted = match grants.trust {
        Trust::Platform => match &authority_variables()[..] {
            [] => format!("the certificate must be for {host}, from the system's authorities"),
            named => format!("the certificate must be for {host}, from the authorities of {}", named.join(" and ")),
        },
        Trust::Authorities(_) => format!("the certificate must be for {host}, from the authorities of --ca-file"),
        Trust::Pins(pins) => {
            let pins: Vec<_> = pins.iter().map(ToString::to_string).collect();
            format!("the server's key must be {}", pins.join(" or "))
        }
        Trust::Anything => "every certificate is accepted".to_owned(),
    };
    let ours = if grants.identity { "; the client certificate is sent" } else { "" };
    format!("{how}; {trusted}{ours}")
}

/// The variables that are set and replace the system's authorities (rustls-native-certs; OpenSSL and curl use the same
/// ones).
pub(super) fn authority_variables() -> Vec<&'static str> {
    let supported = cfg!(all(unix, not(target_vendor = "apple")));
    ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter(|name| supported && env::var_os(name).is_some()).collect()
}

fn password(grants: &Grants) -> String {
    let how = if grants.password_in_clear { "MAY BE SENT IN CLEAR" } else { "is sent only inside TLS" };
    format!("of {}: {how}; once for each login, by the host", Escaped(grants.user))
}

fn granted_file(file: &GrantedFile, directory: &[u8]) -> String {
    let path = Escaped(file.path.as_os_str().as_bytes());
    let (name, directory) = (Escaped(file.name), Escaped(directory));
    match file.size {
        Some(size) => format!("{path}, {size} bytes, to be stored as {name} in {directory}"),
        None => format!("standard input, to be stored as {name} in {directory}"),
    }
}

fn limits(limits: &Limits) -> Vec<String> {
    let mut lines = vec![
        format!("{} bytes of memory, {} handles", limits.memory, limits.handles),
        format!(
            "{} s of compute time per call, and {} s for each GiB moved",
            limits.computing.as_secs(),
            limits.computing_per_gib.as_secs()
        ),
        format!(
            "{} commands, {} bytes received and {} data connections per call, {} bytes passed at once",
            limits.commands, limits.received, limits.data_connections, limits.passed
        ),
        format!("{} hashes of the file per call", limits.hashes),
        format!(
            "{} s to connect, {} s of silence, {} new tries per file",
            limits.connecting.as_secs(),
            limits.silence.as_secs(),
            limits.retries
        ),
    ];
    lines.extend(limits.whole.map(|time| format!("{} s for the whole run", time.as_secs())));
    lines.extend(limits.rate.map(|rate| format!("{rate} bytes sent per second")));
    lines
}
