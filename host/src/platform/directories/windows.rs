//! Directories: opens a path beneath a directory so that it cannot lead out of it. Each part of the path is opened as
//! itself, also if it is a link, and is kept open without the right for others to rename or remove it, until the next part
//! is open. So no part can be replaced by a link meanwhile.

#[path = "windows/listing.rs"]
mod listing;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use winapi_util::file::information;

use crate::platform::file::{ALSO_DIRECTORIES, CANNOT_RESOLVE, NOT_SAME_DEVICE, REPARSE_POINT, Status};

pub(crate) use listing::{Kind, Listing, Name, part};

/// FILE_FLAG_OPEN_REPARSE_POINT (CreateFileW): opens a link, and not its target.
const THE_LINK_ITSELF: u32 = 0x0020_0000;

/// FILE_SHARE_READ and FILE_SHARE_WRITE, without FILE_SHARE_DELETE.
const NO_RENAMING: u32 = 1 | 2;

/// An open directory. While it is open, nobody can rename or remove it.
#[derive(Debug)]
pub(crate) struct Directory {
    handle: File,
    /// The path without links, which also may be longer than 260 letters.
    path: PathBuf,
}

/// A path that was opened part by part.
struct Opened {
    file: File,
    /// The directories above it, which stay in their places while this lives.
    above: Vec<File>,
    path: PathBuf,
}

/// Opens the directory `path`, which may be a link.
pub(crate) fn open_root(path: &Path) -> io::Result<Directory> {
    let path = fs::canonicalize(path)?;
    let handle = open_kept(&path)?;
    if !handle.metadata()?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(Directory { handle, path })
}

/// Returns the volume and the number of a directory.
pub(crate) fn inode(directory: &Directory) -> io::Result<(u64, u64)> {
    Ok(Status::of_handle(&directory.handle)?.inode())
}

/// Opens the file `path` beneath `root` for reading. Without `follows`, no part of the path may be a link.
pub(crate) fn open_file(root: &Directory, path: &Path, follows: bool) -> io::Result<File> {
    open(root, path, follows).map(|opened| opened.file)
}

/// Opens the directory `path` beneath `root`, to list it.
pub(crate) fn open_listing(root: &Directory, path: &Path, follows: bool) -> io::Result<Listing> {
    let Opened { file, mut above, path } = open(root, path, follows)?;
    let inode = Status::of_handle(&file)?.inode();
    above.push(file);
    Ok(Listing::new(path, inode, above))
}

/// Returns the kind of the target of the link `path` beneath `root`.
pub(crate) fn kind_of_target(root: &Directory, path: &Path) -> io::Result<Kind> {
    Ok(Kind::of(&open(root, path, true)?.file.metadata()?))
}

fn open(root: &Directory, path: &Path, follows: bool) -> io::Result<Opened> {
    if !follows || path.as_os_str().is_empty() {
        return open_without_links(root, path);
    }
    // If a part becomes a link afterwards, opening the result fails.
    let target = fs::canonicalize(root.path.join(path))?;
    let beneath = target.strip_prefix(&root.path).map_err(|_| outside())?;
    open_without_links(root, beneath)
}

fn open_without_links(root: &Directory, path: &Path) -> io::Result<Opened> {
    let mut opened = Opened { file: root.handle.try_clone()?, above: Vec::new(), path: root.path.clone() };
    for part in path.components() {
        match part {
            Component::Normal(name) => opened.path.push(name),
            Component::CurDir => continue,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
        }
        let file = open_kept(&opened.path)?;
        opened.above.push(std::mem::replace(&mut opened.file, file));
    }
    Ok(opened)
}

/// Opens `path`, which must not be a link. Nobody can rename or remove it while it is open.
fn open_kept(path: &Path) -> io::Result<File> {
    let open = |flags| {
        let mut options = OpenOptions::new();
        options.read(true).share_mode(NO_RENAMING).custom_flags(ALSO_DIRECTORIES | flags).open(path)
    };
    let file = open(THE_LINK_ITSELF)?;
    if file.metadata()?.file_type().is_symlink() {
        return Err(io::Error::from_raw_os_error(CANNOT_RESOLVE));
    }
    // A file that is not a link, and whose content a driver provides, such as one in a cloud.
    if information(&file)?.file_attributes() & REPARSE_POINT != 0 { open(0) } else { Ok(file) }
}

fn outside() -> io::Error {
    io::Error::from_raw_os_error(NOT_SAME_DEVICE)
}
