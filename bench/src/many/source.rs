//! The files that the clients upload: 10 KiB of random bytes each, in one folder or in a tree.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The size of each file, in bytes.
pub(super) const SIZE: u64 = 10 * 1024;

/// The number of files, and of the folders that share them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) files: usize,
    /// 0: the files are beside each other.
    pub(super) folders: usize,
}

/// A folder with the files of a job.
pub(super) struct Source {
    pub(super) folder: PathBuf,
    /// The paths of the files, relative to the folder.
    pub(super) files: Vec<PathBuf>,
    pub(super) is_tree: bool,
}

impl Source {
    /// Creates the files in a new folder below `place`, unless an earlier row has created them.
    pub(super) fn create(place: &Path, shape: Shape) -> io::Result<Self> {
        let folder = place.join(format!("source-{}-{}", shape.files, shape.folders));
        let files = (0..shape.files).map(|number| path(number, shape.folders)).collect();
        let source = Self { folder, files, is_tree: shape.folders > 0 };
        if !source.folder.exists() {
            source.fill()?;
        }
        Ok(source)
    }

    fn fill(&self) -> io::Result<()> {
        let mut random = File::open("/dev/urandom")?;
        for file in &self.files {
            let path = self.folder.join(file);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            io::copy(&mut (&mut random).take(SIZE), &mut File::create(path)?)?;
        }
        Ok(())
    }
}

fn path(number: usize, folders: usize) -> PathBuf {
    let name = format!("file-{number:04}");
    match number.checked_rem(folders) {
        None => name.into(),
        Some(folder) => Path::new(&format!("folder-{folder:02}")).join(name),
    }
}
