//! Lines to print before an upload: protection that the user turned off, and input that may be a mistake.

use std::io::{self, IsTerminal};

use ftp_uploader::Escaped;

use crate::args::Args;
use crate::context::Context;
use crate::output::similar_names;

/// The lines for `args`. `--quiet` does not suppress them.
pub fn of(args: &Args, context: &Context) -> Vec<String> {
    let mut lines = Vec::new();
    if args.from_stdin.is_some() && io::stdin().is_terminal() {
        lines.push("Note: standard input is a terminal; type the data to store, and end it with Ctrl-D.".to_owned());
    }
    lines.extend(similar_names::of(args).into_iter().map(|(one, other)| {
        let (one, other) = (Escaped(one), Escaped(other));
        format!(
            "Note: {one} and {other} differ only in upper and lower case; a server that treats them as equal (Windows) \
             keeps only the second."
        )
    }));
    if args.tls.insecure {
        lines.push(format!(
            "Warning: --insecure: no certificate is checked, so that nothing proves that the server is {}. An \
             attacker on the network can pose as it, and learn the password; --pin is as easy, and safe.",
            Escaped(context.host.as_bytes())
        ));
    }
    lines
}
