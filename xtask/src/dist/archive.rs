//! Archives that depend on nothing but the names, modes and bytes of their files: tar with fixed owners and times, gzip
//! without a name and a time, and zip.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;
use flate2::{Compression, GzBuilder};
use rawzip::time::UtcDateTime;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use tar::{Builder, EntryType, Header};

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The path in the archive, without a slash at its start.
    pub(super) path: String,
    /// The bits of `chmod`.
    pub(super) mode: u32,
    pub(super) bytes: Vec<u8>,
}

impl Entry {
    /// A file that everybody can read.
    pub(super) fn text(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), mode: 0o644, bytes: bytes.into() }
    }

    /// A program.
    pub(super) fn program(path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.to_owned(), mode: 0o755, bytes: bytes.into() }
    }
}

/// Returns a compressed tar of the files below `prefix`, with their folders. `time` is the time of all files, in seconds
/// since 1970.
pub(super) fn tar_gz(prefix: &str, entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    let mut builder = Builder::new(Vec::new());
    let mut sorted: Vec<_> = entries.iter().map(|entry| (format!("{prefix}{}", entry.path), entry)).collect();
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut made: Vec<String> = Vec::new();
    for (path, entry) in sorted {
        for (end, _) in path.match_indices('/') {
            let folder = path.split_at(end + 1).0;
            if !made.iter().any(|other| other == folder) {
                builder.append_data(&mut header(EntryType::Directory, 0o755, 0, time), folder, io::empty())?;
                made.push(folder.to_owned());
            }
        }
        let mut header = header(EntryType::Regular, entry.mode, entry.bytes.len(), time);
        builder.append_data(&mut header, &path, &entry.bytes[..])?;
    }
    gzip(&builder.into_inner()?)
}

/// Returns a zip of the files below `prefix`, as Windows unpacks it.
pub(super) fn zip(prefix: &str, entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    let time = UtcDateTime::from_unix(i64::try_from(time).map_err(io::Error::other)?);
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for entry in sorted {
        let path = format!("{prefix}{}", entry.path);
        let file = archive.new_file(&path).compression_method(CompressionMethod::DEFLATE).last_modified(time);
        let (mut file, checks) = file.unix_permissions(entry.mode).start().map_err(io::Error::other)?;
        let mut data = checks.wrap(DeflateEncoder::new(&mut file, Compression::best()));
        data.write_all(&entry.bytes)?;
        let (encoder, sums) = data.finish().map_err(io::Error::other)?;
        encoder.finish()?;
        file.finish(sums).map_err(io::Error::other)?;
    }
    archive.finish().map_err(io::Error::other)
}

/// Compresses without the name and the time of a file.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    // 255 is "unknown" for the operating system.
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn header(kind: EntryType, mode: u32, size: usize, time: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    header
}

#[cfg(test)]
mod tests {
    use super::{Entry, tar_gz, zip};
    use std::process::{Command, Stdio};

    fn entries() -> Vec<Entry> {
        vec![Entry::text("b/two", "2"), Entry::program("a", "#!"), Entry::text("b/one", "1")]
    }

    #[test]
    fn the_same_files_give_the_same_archive_in_whatever_order_they_are_named() {
        let mut other_order = entries();
        other_order.reverse();
        let packed = |entries: &[Entry], time| tar_gz("x/", entries, time).unwrap();
        assert_eq!(packed(&entries(), 7), packed(&other_order, 7));
        assert_ne!(packed(&entries(), 7), packed(&entries(), 8));
    }

    #[test]
    fn python_unpacks_names_modes_times_and_bytes_of_a_zip_in_order() {
        let packed = zip("x/", &entries(), 1_700_000_000).unwrap();
        let mut other_order = entries();
        other_order.reverse();
        assert_eq!(packed, zip("x/", &other_order, 1_700_000_000).unwrap());
        assert_ne!(packed, zip("x/", &entries(), 1_700_000_100).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.zip");
        std::fs::write(&file, packed).unwrap();
        let list = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); z.testzip()\n\
                    for i in z.infolist(): print(i.filename, oct(i.external_attr >> 16 & 0o777), i.date_time, z.read(i))";
        let list = Command::new("python3").args(["-c", list]).arg(&file).stderr(Stdio::inherit()).output().unwrap();
        let expected = "x/a 0o755 (2023, 11, 14, 22, 13, 20) b'#!'\n\
                        x/b/one 0o644 (2023, 11, 14, 22, 13, 20) b'1'\n\
                        x/b/two 0o644 (2023, 11, 14, 22, 13, 20) b'2'\n";
        assert_eq!(String::from_utf8(list.stdout).unwrap(), expected);
    }

    #[test]
    fn tar_unpacks_names_modes_and_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.tgz");
        std::fs::write(&file, tar_gz("x/", &entries(), 1_700_000_000).unwrap()).unwrap();
        let list = Command::new("tar").args(["--utc", "-tvzf"]).arg(&file).stderr(Stdio::inherit()).output().unwrap();
        let list = String::from_utf8(list.stdout).unwrap();
        let rows: Vec<_> = list.lines().map(|row| row.split_whitespace().collect::<Vec<_>>()).collect();
        let modes_and_names: Vec<_> = rows.iter().map(|row| (row[0], row[1], row[5])).collect();
        let expected = [
            ("drwxr-xr-x", "0/0", "x/"),
            ("-rwxr-xr-x", "0/0", "x/a"),
            ("drwxr-xr-x", "0/0", "x/b/"),
            ("-rw-r--r--", "0/0", "x/b/one"),
            ("-rw-r--r--", "0/0", "x/b/two"),
        ];
        assert_eq!(modes_and_names, expected);
        assert!(rows.iter().all(|row| row[3] == "2023-11-14"), "{list}");
    }
}
