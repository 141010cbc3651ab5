//! The state of a local file when it was opened: compared with its state after it was sent, and with its content, so
//! that a file that was written to in between is not reported as stored.
//!
//! Only a regular file has a state. The bytes of a stream come once, and cannot change afterwards.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};

/// What the system said about a file when it was opened.
pub(crate) struct FileState(Metadata);

impl FileState {
    pub(crate) fn new(opened: Metadata) -> Self {
        Self(opened)
    }

    /// The size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.0.len()
    }

    /// The time of last modification, in seconds since 1970, and the nanoseconds within that second.
    pub(crate) fn modified(&self) -> (i64, i64) {
        (self.0.mtime(), self.0.mtime_nsec())
    }

    /// What tells this version of a file from others: device, inode, size, and the times of change and of modification (seconds
    /// and nanoseconds).
    pub(crate) fn identity(&self) -> [i64; 7] {
        let state = &self.0;
        [
            state.dev().cast_signed(),
            state.ino().cast_signed(),
            state.len().cast_signed(),
            state.ctime(),
            state.ctime_nsec(),
            state.mtime(),
            state.mtime_nsec(),
        ]
    }

    /// Whether the size is that of the content. The kernel makes the files of /proc and /sys while they are read, and
    /// some FUSE file systems do likewise: they report 0 bytes, or one page, whatever the content is. Such files take no
    /// blocks on a disk; of all others, nothing is read here.
    pub(crate) fn tells_its_size(&self, file: &File) -> io::Result<bool> {
        if self.size() > 0 && self.0.blocks() > 0 {
            return Ok(true);
        }
        let last = self.size().checked_sub(1);
        match has_byte_at(file, last.unwrap_or_default()) {
            // There may be a byte later, as in /proc/kmsg, which is opened without waiting.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            found => Ok(found? == last.is_some()),
        }
    }

    /// Whether `file`, which had this state, may hold other bytes now. When in doubt, it does.
    pub(crate) fn has_changed(&self, file: &File) -> bool {
        let Ok(now) = file.metadata() else { return true };
        let content = |state: &Metadata| (state.len(), state.mtime(), state.mtime_nsec());
        content(&now) != content(&self.0) || self.has_other_change(&now) || self.has_grown(file)
    }

    /// Programs that write to a file can set its time of modification back (cp -p, rsync --times), but not the time of
    /// its last change of any kind. That time also changes with the owner, the permissions and the number of names: a
    /// file that is deleted or replaced while it is sent keeps its content.
    fn has_other_change(&self, now: &Metadata) -> bool {
        let changed = |state: &Metadata| (state.ctime(), state.ctime_nsec());
        let inode = |state: &Metadata| (state.mode(), state.uid(), state.gid(), state.nlink());
        changed(now) != changed(&self.0) && inode(now) == inode(&self.0)
    }

    /// Some file systems (NFS, FUSE) report a size that is out of date.
    fn has_grown(&self, file: &File) -> bool {
        has_byte_at(file, self.size()).unwrap_or_default()
    }
}

fn has_byte_at(file: &File, offset: u64) -> io::Result<bool> {
    Ok(file.read_at(&mut [0], offset)? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, OpenOptions, Permissions};
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::thread;
    use std::time::Duration;

    /// Whether a file that holds `0123456789` counts as changed after `change`.
    fn has_changed_after(change: impl FnOnce(&Path)) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"0123456789").unwrap();
        let file = File::open(&path).unwrap();
        let state = FileState::new(file.metadata().unwrap());
        // Longer than one tick of the clock of file systems.
        thread::sleep(Duration::from_millis(20));
        change(&path);
        state.has_changed(&file)
    }

    fn open(path: &Path) -> File {
        OpenOptions::new().write(true).open(path).unwrap()
    }

    #[test]
    fn a_file_that_is_left_alone_has_not_changed() {
        assert!(!has_changed_after(|_| ()));
        assert!(!has_changed_after(|path| drop(fs::read(path).unwrap())));
    }

    #[test]
    fn other_bytes_are_a_change_also_when_the_time_of_modification_is_set_back() {
        assert!(has_changed_after(|path| open(path).write_all(b"!").unwrap()));
        assert!(has_changed_after(|path| {
            let before = fs::metadata(path).unwrap().modified().unwrap();
            let mut file = open(path);
            file.write_all(b"!").unwrap();
            file.set_modified(before).unwrap();
        }));
    }

    #[test]
    fn a_longer_or_shorter_file_has_changed() {
        assert!(has_changed_after(|path| open(path).set_len(11).unwrap()));
        assert!(has_changed_after(|path| open(path).set_len(9).unwrap()));
    }

    #[test]
    fn a_byte_behind_the_end_is_a_change_whatever_the_system_says_about_the_size() {
        let file = File::open("/proc/self/stat").unwrap();
        let state = FileState::new(file.metadata().unwrap());
        assert!(state.size() == 0 && state.has_grown(&file));
    }

    #[test]
    fn names_and_permissions_are_no_content() {
        assert!(!has_changed_after(|path| fs::remove_file(path).unwrap()));
        assert!(!has_changed_after(|path| fs::hard_link(path, path.with_file_name("other")).unwrap()));
        assert!(!has_changed_after(|path| fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap()));
    }

    #[test]
    fn a_file_that_is_made_while_it_is_read_does_not_tell_its_size() {
        let tells = |path: &Path| {
            let file = File::open(path).unwrap();
            FileState::new(file.metadata().unwrap()).tells_its_size(&file).unwrap()
        };
        assert!(!tells(Path::new("/proc/self/stat")));
        // One page long, it says.
        let page = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
        assert!(!page.exists() || !tells(page));
        let folder = tempfile::tempdir().unwrap();
        for (name, content, size) in [("empty", &b""[..], 0), ("full", b"x", 1), ("sparse", b"", 1 << 20)] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            open(&path).set_len(size).unwrap();
            assert!(tells(&path), "{name}");
        }
    }
}
