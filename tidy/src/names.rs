//! The names of the files that git tracks. A checkout fails on macOS for a name that is no text, and on Windows for more.

use std::env;
use std::path::Path;
use std::process::Command;

/// The printable characters that no file of Windows may have in its name. Git has `/` between the parts of a path.
const NOT_ON_WINDOWS: &[u8] = b"<>:\"\\|?*";

/// One line for each tracked file that has not a plain name. Without git, or outside of a checkout, there is none.
pub(crate) fn violations() -> Vec<String> {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| "tidy".into());
    let root = Path::new(&package).join("..");
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    listed.ok().filter(|listed| listed.status.success()).map(|listed| of_list(&listed.stdout)).unwrap_or_default()
}

/// Checks the output of `git ls-files -z`: paths with a NUL behind each.
fn of_list(paths: &[u8]) -> Vec<String> {
    let paths = paths.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let odd = paths.filter(|path| !path.split(|byte| *byte == b'/').all(is_plain));
    odd.map(|path| {
        format!(
            "`{}`: a name may have only printable ASCII, no space or dot at its end, and none of <>:\"\\|?*",
            path.escape_ascii()
        )
    })
    .collect()
}

/// Returns true for the name of a file or a folder that every system takes.
fn is_plain(name: &[u8]) -> bool {
    let printable = name.iter().all(|byte| (b' '..=b'~').contains(byte) && !NOT_ON_WINDOWS.contains(byte));
    printable && !name.starts_with(b" ") && !name.ends_with(b" ") && !name.ends_with(b".")
}

#[cfg(test)]
mod tests {
    use super::of_list;

    #[test]
    fn names_of_printable_ascii_are_taken() {
        assert!(of_list(b"a.rs\0.github/x y.yml\0fuzz/corpus/0a~_-+(1)\0").is_empty());
        assert!(of_list(b"").is_empty());
    }

    #[test]
    fn other_names_of_files_and_of_folders_are_refused() {
        for path in
            [&b"\x7f\x03"[..], b"a/\xc3\xa4.rs", b"a\nb", b" a", b"a ", b"a /b", b"a/ b", b"a.", b"c:d", b"a/\\b"]
        {
            let paths = [b"src/main.rs\0", path, b"\0"].concat();
            assert_eq!(of_list(&paths).len(), 1, "{}", path.escape_ascii());
        }
        assert!(of_list(b"a/\x01\0")[0].starts_with("`a/\\x01`: "));
    }
}
