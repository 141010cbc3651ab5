//! Lines to print before an upload: protection that the user gives up, and input that may surprise.

use std::io::{self, IsTerminal};

use ftp_uploader::Escaped;

use crate::args::Args;
use crate::context::Context;
use crate::output::similar_names;

/// The lines for `args`. They are printed with `--quiet`, too.
pub fn of(args: &Args, context: &Context) -> Vec<String> {
    let mut lines = Vec::new();
    if args.from_stdin.is_some() && io::stdin().is_terminal() {
        lines.push("Note: standard input is a terminal; type what is to be stored, and end it with Ctrl-D.".to_owned());
    }
    lines.extend(similar_names::of(args).into_iter().map(|(one, other)| {
        let (one, other) = (Escaped(one), Escaped(other));
        format!(
            "Note: {one} and {other} differ only in capital letters; a server that does not tell them apart (Windows) \
             keeps only the second."
        )
    }));
    if args.tls.insecure {
        lines.push(format!(
            "Warning: --insecure: nobody checks that the server is {}. Anyone on the way can pose as it, and learn the \
             password; --pin is as easy, and safe.",
            Escaped(context.host.as_bytes())
        ));
    }
    lines
}
