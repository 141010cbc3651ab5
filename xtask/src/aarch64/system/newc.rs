//! An archive in the format "newc" of cpio, from which the Linux kernel unpacks its first file system (cpio(5)).
//!
//! Each entry has a header of 13 numbers in hexadecimal digits, then its name and its content. Both are padded to
//! multiples of four bytes.

const MAGIC: &str = "070701";

/// The kinds of files, as in `st_mode`.
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// The name of the last entry.
const END: &str = "TRAILER!!!";

/// An archive that is being written.
#[derive(Debug, Default)]
pub(super) struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

impl Archive {
    /// Adds a folder. It has to come before its contents.
    pub(super) fn folder(&mut self, path: &str) -> Result<(), String> {
        self.entry(path, FOLDER | 0o755, [0, 0], &[])
    }

    /// Adds a file that everybody can read and run.
    pub(super) fn file(&mut self, path: &str, content: &[u8]) -> Result<(), String> {
        self.entry(path, FILE | 0o755, [0, 0], content)
    }

    /// Adds a character device with these numbers.
    pub(super) fn device(&mut self, path: &str, numbers: [u32; 2]) -> Result<(), String> {
        self.entry(path, CHARACTER_DEVICE | 0o600, numbers, &[])
    }

    /// Ends the archive, and returns it.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, String> {
        self.entry(END, 0, [0, 0], &[])?;
        Ok(self.bytes)
    }

    fn entry(&mut self, path: &str, mode: u32, [major, minor]: [u32; 2], content: &[u8]) -> Result<(), String> {
        self.entries += 1;
        let size = u32::try_from(content.len()).map_err(|_| format!("{path} is too large for an archive of cpio"))?;
        let name_size = u32::try_from(path.len() + 1).map_err(|_| format!("{path} is too long a name"))?;
        // Inode, mode, user, group, links, time, size, device of the archive (two numbers), device of the entry (two
        // numbers), size of the name with its zero byte, and a sum that this format does not use.
        let numbers = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, major, minor, name_size, 0];
        self.bytes.extend(MAGIC.bytes());
        self.bytes.extend(numbers.iter().flat_map(|number| format!("{number:08X}").into_bytes()));
        self.bytes.extend(path.bytes().chain([0]));
        self.pad();
        self.bytes.extend(content);
        self.pad();
        Ok(())
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::Archive;

    #[test]
    fn an_entry_is_a_header_of_hexadecimal_numbers_a_name_and_the_content() {
        let mut archive = Archive::default();
        archive.file("init", b"hello").unwrap();
        let header = "070701\
                      00000001000081ED0000000000000000\
                      00000001000000000000000500000000\
                      00000000000000000000000000000005\
                      00000000";
        let expected = [header.as_bytes(), b"init\0\0", b"hello\0\0\0"].concat();
        assert_eq!(archive.bytes.escape_ascii().to_string(), expected.escape_ascii().to_string());
    }

    #[test]
    fn folders_and_devices_have_their_kinds_and_the_last_entry_ends_the_archive() {
        let mut archive = Archive::default();
        archive.folder("dev").unwrap();
        archive.device("dev/console", [5, 1]).unwrap();
        let bytes = archive.finish().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains("000041ED") && text.contains("00002180"), "{text}");
        let device = "0000000500000001";
        assert_eq!(text.matches(device).count(), 1, "{text}");
        assert!(text.trim_end_matches('\0').ends_with("TRAILER!!!"), "{text}");
        assert_eq!(bytes.len() % 4, 0);
    }
}
