//! Lines to print before an upload: protection that the user turned off, and input that may be a mistake.

use std::io::{self, IsTerminal};

use ftp_uploader::{Context, Escaped};

use crate::args::{Args, Places};
use crate::output::similar_names;

/// The lines for a run. `--quiet` does not suppress them.
pub fn of(args: &Args, places: &Places, context: &Context) -> Vec<String> {
    let mut lines = Vec::new();
    if args.from_stdin.is_some() && io::stdin().is_terminal() {
        lines.push("Note: standard input is a terminal; type the data to store, and end it with Ctrl-D.".to_owned());
    }
    if args.password_stdin && io::stdin().is_terminal() {
        lines.push(
            "Note: standard input is a terminal; the password that you type is shown. Without --password-stdin it is \
             asked for and hidden."
                .to_owned(),
        );
    }
    lines.extend(similar_names::of(&places.files, args.stream_name()).into_iter().map(|(one, other)| {
        let (one, other) = (Escaped(one), Escaped(other));
        format!(
            "Note: {one} and {other} differ only in upper and lower case; a server that treats them as equal (Windows) \
             keeps only the second."
        )
    }));
    if context.is_readable_by_others {
        lines.push(format!(
            "Warning: without TLS the password and the files go to {} in clear: everyone on the network between can read \
             them. If the server offers TLS, use ftpes:// or --tls explicit.",
            Escaped(context.host.as_bytes())
        ));
    }
    if args.tls.insecure {
        lines.push(format!(
            "Warning: --insecure: no certificate is checked, so that nothing proves that the server is {}. An \
             attacker on the network can pose as it, and learn the password; --pin is as easy, and safe.",
            Escaped(context.host.as_bytes())
        ));
    }
    lines
}
