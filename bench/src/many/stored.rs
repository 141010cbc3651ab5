//! Compares the files that a server has stored with their source. A client that loses a file is not fast.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::source::Source;

/// Returns an error unless `folder` holds exactly the files of `source`, with the same bytes. Some clients put a tree
/// into a folder with the name of its own.
pub(super) fn compare(source: &Source, folder: &Path) -> Result<(), String> {
    let own = source.folder.file_name().map_or_else(|| folder.to_owned(), |name| folder.join(name));
    let folder = if own.is_dir() { own } else { folder.to_owned() };
    for file in &source.files {
        let sent = fs::read(source.folder.join(file)).map_err(|error| error.to_string())?;
        match fs::read(folder.join(file)) {
            Ok(stored) if stored == sent => {}
            Ok(stored) => return Err(format!("{} has {} bytes or other ones", file.display(), stored.len())),
            Err(error) => return Err(format!("{} was not stored: {error}", file.display())),
        }
    }
    let stored = count(folder).map_err(|error| error.to_string())?;
    let more = || format!("{stored} files were stored instead of {}", source.files.len());
    (stored == source.files.len()).then_some(()).ok_or_else(more)
}

/// Returns the number of files below a folder.
fn count(folder: PathBuf) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() { count(entry.path())? } else { 1 };
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::super::source::Shape;
    use super::*;

    /// A source of four files in two folders, and a copy of it.
    fn copied() -> (tempfile::TempDir, Source, PathBuf) {
        let place = tempfile::tempdir().expect("a folder");
        let source = Source::create(place.path(), Shape { files: 4, folders: 2 }).expect("files");
        let copy = place.path().join("stored");
        for file in &source.files {
            let path = copy.join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::copy(source.folder.join(file), path).expect("a copy");
        }
        (place, source, copy)
    }

    #[test]
    fn a_copy_is_accepted_also_in_a_folder_of_its_own() {
        let (place, source, copy) = copied();
        assert_eq!(compare(&source, &copy), Ok(()));
        let outer = place.path().join("outer");
        fs::create_dir(&outer).expect("a folder");
        fs::rename(copy, outer.join(source.folder.file_name().expect("a name"))).expect("a move");
        assert_eq!(compare(&source, &outer), Ok(()));
    }

    #[test]
    fn a_missing_a_changed_and_an_additional_file_are_found() {
        let (_place, source, copy) = copied();
        let file = copy.join(&source.files[3]);
        let good = fs::read(&file).expect("a file");
        fs::remove_file(&file).expect("a removal");
        assert!(compare(&source, &copy).is_err_and(|error| error.contains("was not stored")));
        fs::write(&file, &good[1..]).expect("a file");
        assert!(compare(&source, &copy).is_err_and(|error| error.contains("has 10239 bytes")));
        fs::write(&file, good).expect("a file");
        fs::write(copy.join("more"), "").expect("a file");
        assert!(compare(&source, &copy).is_err_and(|error| error.contains("5 files")));
    }
}
