//! The part of `--explain` about `sync` and `check`, and about an upload that asks first: what may be received, stored, renamed and
//! removed.

use ftp_uploader::{Delete, Escaped, Grants, Switch};
use serde_json::{Value, json};

/// The rows of the text, each with its name.
pub(super) fn rows(grants: &Grants) -> Vec<(&'static str, String)> {
    if let Some(check) = &grants.check {
        return rows_of_check(check.read_only);
    }
    let Some(changes) = &grants.sync else {
        let listings = "listings, and no file".to_owned();
        return if grants.asks_first { vec![("receive", listings)] } else { Vec::new() };
    };
    let directory = Escaped(grants.directory);
    let received = match changes.manifest {
        Some(manifest) => format!("listings, and the file {} in {directory}", Escaped(manifest)),
        None => "listings, and no file".to_owned(),
    };
    let mut rows = vec![("receive", received)];
    if changes.dry_run {
        rows.push(("change", "nothing (--dry-run)".to_owned()));
        return rows;
    }
    rows.push(("store", stored(changes.switch).to_owned()));
    rows.push(("remove", removed(changes.delete, &directory.to_string())));
    rows
}

fn rows_of_check(read_only: bool) -> Vec<(&'static str, String)> {
    let change = match read_only {
        true => "nothing (--read-only)",
        false => "one temporary file, .ftp-uploader.<16 hex digits>.part: stored, renamed, and removed",
    };
    vec![("receive", "listings, and no file".to_owned()), ("change", change.to_owned())]
}

fn stored(switch: Switch) -> &'static str {
    match switch {
        Switch::AllAtTheEnd => {
            "files of the directory above, as .NAME.<16 hex digits>.part; all get their own names at the end"
        }
        Switch::EachWhenComplete => {
            "files of the directory above, as .NAME.<16 hex digits>.part; each gets its own name when it is complete"
        }
        _ => "files of the directory above, under their own names",
    }
}

fn removed(delete: Delete, directory: &str) -> String {
    let generated = "files under generated names, and the lock";
    match delete {
        Delete::Nothing => format!("only {generated}"),
        Delete::Own => {
            format!(
                "{generated}; files that the manifest names, unless they were changed; directories that become empty"
            )
        }
        Delete::Extra => format!(
            "{generated}; everything in {directory} that is neither in the directory above nor excluded, but never \
             through a link; directories that become empty"
        ),
    }
}

/// The value for JSON about `check`; `null` if the run is none.
pub(super) fn json_of_check(grants: &Grants) -> Value {
    grants.check.as_ref().map_or(Value::Null, |check| json!({ "changes": !check.read_only }))
}

/// The value for JSON; `null` if the run is not a `sync`.
pub(super) fn json(grants: &Grants) -> Value {
    let Some(changes) = &grants.sync else { return Value::Null };
    json!({
        "receives": changes.manifest.map(|path| String::from_utf8_lossy(path).into_owned()),
        "changes": !changes.dry_run,
        "temporary_names": match changes.switch {
            Switch::AllAtTheEnd => "all",
            Switch::EachWhenComplete => "per-file",
            _ => "off",
        },
        "removes": match changes.delete {
            Delete::Nothing => "nothing",
            Delete::Own => "own",
            Delete::Extra => "extra",
        },
    })
}
