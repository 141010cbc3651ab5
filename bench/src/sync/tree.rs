//! The trees of files: the local one, its copy on the server before a run, and the comparison of both after a run.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::rows::Before;

/// The time of last modification of the local files, in seconds since 1970: in January 2024. Whole seconds, because no
/// server tells fractions of them.
const MODIFIED: u64 = 1_704_888_000;

/// The age of the older files, in seconds.
const DAY: u64 = 24 * 60 * 60;

/// The file that ftp-uploader adds.
const MANIFEST: &str = ".ftp-uploader.manifest";

/// The number and the size of files, and the number of directories that share them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) files: usize,
    pub(super) directories: usize,
    /// Of each file, in bytes.
    pub(super) size: u64,
}

/// A local directory with the files of a job.
pub(super) struct Tree {
    pub(super) folder: PathBuf,
    shape: Shape,
}

impl Tree {
    /// Creates the files in a new folder below `place`, unless an earlier row has created them.
    pub(super) fn create(place: &Path, shape: Shape) -> io::Result<Self> {
        let folder = place.join(format!("local-{}-{}", shape.files, shape.directories));
        let tree = Self { folder, shape };
        if tree.folder.exists() {
            return Ok(tree);
        }
        let mut random = File::open("/dev/urandom")?;
        let mut bytes = Vec::new();
        fs::create_dir(&tree.folder)?;
        tree.make_directories(&tree.folder)?;
        for file in tree.files() {
            bytes.clear();
            (&mut random).take(shape.size).read_to_end(&mut bytes)?;
            write(&tree.folder.join(file), &bytes, MODIFIED)?;
        }
        Ok(tree)
    }

    /// Fills the server's directory `folder`, and gives the files to its owner.
    pub(super) fn prepare(&self, folder: &Path, before: Before) -> io::Result<()> {
        let (flip, modified) = match before {
            Before::Empty => return Ok(()),
            Before::Same => (0, MODIFIED),
            Before::Older => (0xff, MODIFIED - DAY),
        };
        let owner = fs::metadata(folder)?;
        let give = |path: &Path| chown(path, Some(owner.uid()), Some(owner.gid()));
        self.make_directories(folder)?;
        self.directories().try_for_each(|directory| give(&folder.join(directory)))?;
        for file in self.files() {
            let mut bytes = fs::read(self.folder.join(&file))?;
            bytes.iter_mut().for_each(|byte| *byte ^= flip);
            let path = folder.join(file);
            write(&path, &bytes, modified)?;
            give(&path)?;
        }
        Ok(())
    }

    /// Returns an error unless the server's directory `folder` holds exactly these files, and perhaps the manifest.
    pub(super) fn compare(&self, folder: &Path) -> Result<(), String> {
        for file in self.files() {
            let local = fs::read(self.folder.join(&file)).map_err(|error| error.to_string())?;
            match fs::read(folder.join(&file)) {
                Ok(remote) if remote == local => {}
                Ok(_) => return Err(format!("{} has other bytes", file.display())),
                Err(error) => return Err(format!("{}: {error}", file.display())),
            }
        }
        let stored = count(folder).map_err(|error| error.to_string())?;
        let more = || format!("there are {stored} files instead of {}", self.shape.files);
        (stored == self.shape.files).then_some(()).ok_or_else(more)
    }

    fn make_directories(&self, folder: &Path) -> io::Result<()> {
        self.directories().try_for_each(|directory| fs::create_dir(folder.join(directory)))
    }

    fn directories(&self) -> impl Iterator<Item = String> {
        (0..self.shape.directories).map(directory)
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> {
        let Shape { files, directories, .. } = self.shape;
        (0..files).map(move |number| Path::new(&directory(number % directories)).join(format!("file-{number:06}")))
    }
}

fn directory(number: usize) -> String {
    format!("directory-{number:03}")
}

fn write(path: &Path, bytes: &[u8], modified: u64) -> io::Result<()> {
    fs::write(path, bytes)?;
    File::options().write(true).open(path)?.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(modified))
}

/// Returns the number of files below a folder, without the manifest.
fn count(folder: &Path) -> io::Result<usize> {
    let mut files = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files += match entry.file_type()?.is_dir() {
            true => count(&entry.path())?,
            false => usize::from(entry.file_name() != MANIFEST),
        };
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A local tree of four files in two directories, and the server's directory.
    fn prepared(before: Before) -> (tempfile::TempDir, Tree, PathBuf) {
        let place = tempfile::tempdir().expect("a folder");
        let tree = Tree::create(place.path(), Shape { files: 4, directories: 2, size: 10 }).expect("files");
        let remote = place.path().join("remote");
        fs::create_dir(&remote).expect("a folder");
        tree.prepare(&remote, before).expect("a copy");
        (place, tree, remote)
    }

    #[test]
    fn a_copy_is_accepted_also_with_the_manifest_beside_it() {
        let (_place, tree, remote) = prepared(Before::Same);
        assert_eq!(tree.compare(&remote), Ok(()));
        fs::write(remote.join(MANIFEST), "").expect("a file");
        assert_eq!(tree.compare(&remote), Ok(()));
        fs::write(remote.join("more"), "").expect("a file");
        assert!(tree.compare(&remote).is_err_and(|error| error.contains("5 files")));
    }

    #[test]
    fn older_files_have_the_same_sizes_and_other_bytes_and_times() {
        let (_place, tree, remote) = prepared(Before::Older);
        assert!(tree.compare(&remote).is_err_and(|error| error.contains("other bytes")));
        let about = |folder: &Path| {
            let found = fs::metadata(folder.join("directory-001/file-000003")).expect("a file");
            (found.len(), found.mtime().cast_unsigned())
        };
        assert_eq!((about(&tree.folder), about(&remote)), ((10, MODIFIED), (10, MODIFIED - DAY)));
    }

    #[test]
    fn an_empty_directory_lacks_files() {
        let (_place, tree, remote) = prepared(Before::Empty);
        assert!(tree.compare(&remote).is_err());
    }
}
