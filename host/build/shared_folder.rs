//! The folder in which all builds below one target directory build the components, whatever their targets and profiles, so that
//! the crates of the components are compiled once.

use std::path::Path;

/// Returns the target directory among `folders`, which are a folder of a build and its parents, the longest path first.
///
/// Cargo marks a target directory with a file, and also the folder of each `--target` in it.
/// It is the nearest folder with the mark, or the parent of that one if it has the mark, too. A folder farther up is another
/// target directory, in which this one lies.
pub(crate) fn target_dir<'a>(
    mut folders: impl Iterator<Item = &'a Path>,
    is_marked: impl Fn(&Path) -> bool,
) -> Option<&'a Path> {
    let nearest = folders.find(|folder| is_marked(folder))?;
    Some(folders.next().filter(|parent| is_marked(parent)).unwrap_or(nearest))
}

#[cfg(test)]
mod tests {
    use super::target_dir;
    use std::path::Path;

    fn found<'a>(out: &'a str, marked: &[&str]) -> Option<&'a str> {
        target_dir(Path::new(out).ancestors(), |folder| marked.iter().any(|mark| folder == Path::new(mark)))
            .and_then(Path::to_str)
    }

    #[test]
    fn builds_for_all_targets_share_the_folder_above_those_of_the_targets() {
        let marked = ["/t", "/t/aarch64-unknown-linux-musl", "/t/x86_64-pc-windows-gnu"];
        for out in [
            "/t/debug/build/ftp-uploader-lib-1/out",
            "/t/aarch64-unknown-linux-musl/foreign/build/ftp-uploader-lib-1/out",
            "/t/x86_64-pc-windows-gnu/release/build/ftp-uploader-lib-1/out",
        ] {
            assert_eq!(found(out, &marked), Some("/t"), "{out}");
        }
    }

    #[test]
    fn a_target_directory_inside_another_one_is_not_shared_with_it() {
        let marked = ["/t", "/t/twice/target", "/t/twice/target/x86_64-unknown-linux-musl"];
        let out = "/t/twice/target/x86_64-unknown-linux-musl/release/build/x/out";
        assert_eq!(found(out, &marked), Some("/t/twice/target"));
        assert_eq!(found("/t/twice/target/release/build/x/out", &marked), Some("/t/twice/target"));
    }

    #[test]
    fn without_a_mark_there_is_no_shared_folder() {
        assert_eq!(found("/t/debug/build/x/out", &[]), None);
        assert_eq!(found("/t/debug/build/x/out", &["/t"]), Some("/t"));
    }
}
