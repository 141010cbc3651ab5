//! The metadata of a local file when it was opened. It is compared with the metadata after the file was sent, and with
//! the content, so that a file that was written to meanwhile is not reported as stored.
//!
//! Only regular files have such a state. The bytes of a stream are read once, and cannot change afterwards.

use std::fs::File;
use std::io;

use crate::platform::file::{Status, read_at};

/// The metadata of a file when it was opened.
pub(crate) struct FileState(Status);

impl FileState {
    pub(crate) fn new(opened: Status) -> Self {
        Self(opened)
    }

    /// Returns the size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.0.size()
    }

    /// Returns the time of last modification, in seconds since 1970, and the nanoseconds within that second.
    pub(crate) fn modified(&self) -> (i64, i64) {
        self.0.modified()
    }

    /// Returns the device and the inode.
    pub(crate) fn inode(&self) -> (u64, u64) {
        self.0.inode()
    }

    /// Returns numbers that identify this version of the file: device, inode, size, and the times of change and of
    /// modification (seconds and nanoseconds).
    pub(crate) fn identity(&self) -> [i64; 7] {
        let ((device, inode), changed, modified) = (self.0.inode(), self.0.changed(), self.0.modified());
        [
            device.cast_signed(),
            inode.cast_signed(),
            self.0.size().cast_signed(),
            changed.0,
            changed.1,
            modified.0,
            modified.1,
        ]
    }

    /// Returns true if the reported size is the size of the content. The kernel generates the content of files in /proc
    /// and /sys when they are read, and so do some FUSE file systems: they report 0 bytes, or one page, as the size.
    /// Such files occupy no blocks on a disk; only files without blocks are read here.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(crate) fn has_reliable_size(&self, file: &File) -> io::Result<bool> {
        if self.size() > 0 && self.0.has_blocks() {
            return Ok(true);
        }
        let last = self.size().checked_sub(1);
        match has_byte_at(file, last.unwrap_or_default()) {
            // A byte may follow later, as in /proc/kmsg, because the file was opened with O_NONBLOCK.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            found => Ok(found? == last.is_some()),
        }
    }

    /// Returns true if the content of `file` may have changed since this state, or if that cannot be determined.
    pub(crate) fn has_changed(&self, file: &File) -> bool {
        let Ok(now) = Status::of(file) else { return true };
        let content = |state: &Status| (state.size(), state.modified());
        content(&now) != content(&self.0) || self.has_other_change(&now) || self.has_grown(file)
    }

    /// Returns true if the change time differs, and not because of a change of owner, permissions or number of links.
    ///
    /// Programs that write to a file can set its modification time back (cp -p, rsync --times), but not its change
    /// time. The change time also changes with the owner, the permissions and the number of links, for example if the
    /// file is deleted or replaced while it is sent; its content stays the same.
    fn has_other_change(&self, now: &Status) -> bool {
        now.changed() != self.0.changed() && now.ownership() == self.0.ownership()
    }

    /// Returns true if there is a byte after the reported end: some file systems (NFS, FUSE) report an outdated size.
    fn has_grown(&self, file: &File) -> bool {
        has_byte_at(file, self.size()).unwrap_or_default()
    }
}

/// Returns true if `file` has a byte at `offset`.
fn has_byte_at(file: &File, offset: u64) -> io::Result<bool> {
    Ok(read_at(file, &mut [0], offset)? > 0)
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

    /// Returns true if a file with the content `0123456789` counts as changed after `change`.
    fn has_changed_after(change: impl FnOnce(&Path)) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, b"0123456789").unwrap();
        let file = File::open(&path).unwrap();
        let state = FileState::new(Status::of(&file).unwrap());
        // Longer than the resolution of file times.
        thread::sleep(Duration::from_millis(20));
        change(&path);
        state.has_changed(&file)
    }

    fn open(path: &Path) -> File {
        OpenOptions::new().write(true).open(path).unwrap()
    }

    #[test]
    fn a_file_that_is_not_written_to_has_not_changed() {
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
    fn a_byte_after_the_reported_end_is_a_change() {
        let file = File::open("/proc/self/stat").unwrap();
        let state = FileState::new(Status::of(&file).unwrap());
        assert!(state.size() == 0 && state.has_grown(&file));
    }

    #[test]
    fn a_change_of_names_or_permissions_does_not_count() {
        assert!(!has_changed_after(|path| fs::remove_file(path).unwrap()));
        assert!(!has_changed_after(|path| fs::hard_link(path, path.with_file_name("other")).unwrap()));
        assert!(!has_changed_after(|path| fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap()));
    }

    #[test]
    fn the_size_of_generated_content_is_not_reliable() {
        let is_reliable = |path: &Path| {
            let file = File::open(path).unwrap();
            FileState::new(Status::of(&file).unwrap()).has_reliable_size(&file).unwrap()
        };
        assert!(!is_reliable(Path::new("/proc/self/stat")));
        // It reports the size of one page.
        let page = Path::new("/sys/kernel/mm/transparent_hugepage/enabled");
        assert!(!page.exists() || !is_reliable(page));
        let folder = tempfile::tempdir().unwrap();
        for (name, content, size) in [("empty", &b""[..], 0), ("full", b"x", 1), ("sparse", b"", 1 << 20)] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            open(&path).set_len(size).unwrap();
            assert!(is_reliable(&path), "{name}");
        }
    }
}
