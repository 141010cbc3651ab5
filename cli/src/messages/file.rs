//! Messages for a local file, or standard input, that cannot be sent.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ftp_uploader::{Escaped, SourceProblem};
use rustix::io::Errno;

use crate::context::Context;
use crate::messages::without_code;

/// The problem of `file`, which may be the name for standard input.
pub fn failed(context: &Context, file: &Path, problem: &SourceProblem) -> String {
    if context.stream_name.as_deref() == Some(file.as_os_str()) {
        return standard_input(problem);
    }
    let name = Escaped(file.as_os_str().as_bytes()).to_string();
    match problem {
        SourceProblem::Unreadable(error) => unreadable(file, &name, error),
        SourceProblem::Directory => format!("{name} is a directory. Nothing was sent; name the files in it."),
        SourceProblem::NotAFile if is_descriptor(file) => format!(
            "{name} is not a regular file. Nothing was sent; give a pipe such as <(...) as standard input: --from-stdin \
             NAME < <(...)."
        ),
        SourceProblem::NotAFile => {
            format!("{name} is not a regular file. Nothing was sent; send it with --from-stdin NAME < {name}.")
        }
        SourceProblem::UnknownSize => format!(
            "{name} has more or fewer bytes than the system reports, so that its size is not known. Nothing was sent; \
             send it with --from-stdin NAME < {name}."
        ),
        SourceProblem::Shrank => {
            format!("{name} became shorter while it was sent. Another program writes to it; send it again later.")
        }
        SourceProblem::Changed => changed(context, &name),
        SourceProblem::Failed => {
            format!("{name} could not be read to its end. Its disk may be failing; check it, and send the file again.")
        }
    }
}

fn unreadable(file: &Path, name: &str, error: &io::Error) -> String {
    let missing = error.kind() == io::ErrorKind::NotFound;
    if error.raw_os_error() == Some(Errno::MFILE.raw_os_error()) {
        return format!("cannot open {name}: too many files are open. Nothing was sent; send fewer files at a time.");
    }
    if missing && file.as_os_str() == OsStr::new("-") {
        return "there is no file with the name -. Nothing was sent; to send standard input, use --from-stdin NAME."
            .to_owned();
    }
    if missing && is_descriptor(file) {
        return format!(
            "cannot open {name}: {}. Nothing was sent; give a pipe such as <(...) as standard input: --from-stdin NAME < \
             <(...).",
            without_code(error)
        );
    }
    format!("cannot open {name}: {}. Nothing was sent; check the path and its permissions.", without_code(error))
}

/// Returns true if this is the path of an open descriptor, which shells substitute for `<(...)`.
fn is_descriptor(file: &Path) -> bool {
    ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|folder| file.starts_with(folder))
}

fn changed(context: &Context, name: &str) -> String {
    let outcome = if context.atomic {
        "The temporary file may mix old and new bytes, and did not get the file's name"
    } else {
        "The file on the server may mix old and new bytes"
    };
    format!("{name} changed while it was sent. {outcome}; send it again when no program writes to it.")
}

fn standard_input(problem: &SourceProblem) -> String {
    match problem {
        SourceProblem::Unreadable(error) => {
            format!("cannot read standard input: {}. Nothing was sent; check its redirection.", without_code(error))
        }
        SourceProblem::Directory => {
            "standard input is a directory. Nothing was sent; redirect it to a file or a pipe.".to_owned()
        }
        SourceProblem::NotAFile
        | SourceProblem::UnknownSize
        | SourceProblem::Shrank
        | SourceProblem::Changed
        | SourceProblem::Failed => {
            "standard input could not be read to its end. Its source may have failed; check it, and send it again."
                .to_owned()
        }
    }
}
