//! A server's files: its configuration, its log, and the root directory of its only user.
//!
//! This file also determines the owner of the uploads. If the tests run as root, as in CI, the owner must be another
//! user, because no directory is read-only for root.

use std::{
    ffi::OsStr,
    fs::{self, Permissions},
    io,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::{getegid, geteuid};
use tempfile::TempDir;

/// The directory to upload to, as seen after login.
pub(super) const UPLOAD_DIR: &str = "inbox";
/// The directory in which nothing can be stored.
pub(super) const READ_ONLY_DIR: &str = "read-only";

/// The file name of the server's log.
pub(super) const LOG: &str = "log";

/// A file system in memory, on every Linux.
const MEMORY: &str = "/dev/shm";

/// The folder of one server, which is removed on drop.
pub(super) struct Home {
    folder: TempDir,
    root: PathBuf,
    /// The owner of the uploads.
    pub(super) owner: Owner,
}

/// A user of this machine.
pub(super) struct Owner {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) user: String,
    pub(super) group: String,
    /// True if the tests run as root, so that the server must switch to this user.
    pub(super) by_root: bool,
}

impl Home {
    pub(super) fn new() -> Self {
        Self::of(tempfile::tempdir())
    }

    pub(super) fn in_memory() -> Self {
        Self::of(tempfile::tempdir_in(MEMORY))
    }

    fn of(folder: io::Result<TempDir>) -> Self {
        let folder = folder.expect("a temporary folder");
        let home = Self { root: folder.path().join("root"), folder, owner: Owner::find() };
        // tempfile lets only us enter the folder, but the owner of the uploads must be able to.
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).expect("chmod of the server's folder");
        home.make_dir(&home.root, 0o755);
        home.make_dir(&home.root.join(READ_ONLY_DIR), 0o555);
        home.make_upload_dir(OsStr::new(UPLOAD_DIR));
        home
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of the log, for servers that would log elsewhere.
    pub(super) fn log(&self) -> PathBuf {
        self.path().join(LOG)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes a file beside the root that only we can read, which some servers require for passwords.
    pub(super) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, content).expect("write to the server's folder");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("chmod of a server's file");
        path
    }

    /// Makes an empty directory beside the root, in which the owner cannot write.
    pub(super) fn make_empty_dir(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        self.make_dir(&path, 0o555);
        path
    }

    pub(super) fn make_upload_dir(&self, name: &OsStr) -> PathBuf {
        let path = self.root.join(name);
        self.make_dir(&path, 0o755);
        self.give_to_owner(&path);
        path
    }

    /// Changes the owner of a file that the server must write, or that only the owner may read.
    pub(super) fn give_to_owner(&self, path: &Path) {
        if self.owner.by_root {
            chown(path, Some(self.owner.uid), Some(self.owner.gid)).expect("chown for the owner of the uploads");
        }
    }

    fn make_dir(&self, path: &Path, mode: u32) {
        fs::create_dir(path).expect("a new directory in the server's folder");
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("chmod of a new directory");
    }
}

impl Owner {
    fn find() -> Self {
        if geteuid().is_root() {
            // On every Debian system, `daemon` has these numbers. Unlike `nobody` it has an existing home directory,
            // which vsftpd enters.
            let (user, group) = ("daemon".to_owned(), "daemon".to_owned());
            return Self { uid: 1, gid: 1, user, group, by_root: true };
        }
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        Self { uid, gid, user: own_name("-un"), group: own_name("-gn"), by_root: false }
    }
}

fn own_name(option: &str) -> String {
    let output = Command::new("id").arg(option).output().expect("id runs");
    String::from_utf8(output.stdout).expect("a name in UTF-8").trim().to_owned()
}
