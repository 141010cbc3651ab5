//! Files of pseudo-random bytes to upload, and their comparison with the uploaded copy.
//!
//! The bytes look random, so that no layer can compress or skip them. They are not secret.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const CHUNK: usize = 1 << 20;

/// Writes a new file of `size` pseudo-random bytes, the same bytes each time.
///
/// # Errors
///
/// If the file exists, or cannot be written.
pub fn write_pseudo_random(path: &Path, size: u64) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(CHUNK, File::create_new(path)?);
    let mut state = SEED;
    for _ in 0..size / 8 {
        state = xorshift(state);
        file.write_all(&state.to_le_bytes())?;
    }
    let tail = usize::try_from(size % 8).unwrap_or_default();
    file.write_all(&xorshift(state).to_le_bytes()[..tail])?;
    file.flush()
}

/// Returns the offset of the first difference of two files; `None` if they are equal. If one file is the beginning of
/// the other, the offset is its length.
///
/// # Errors
///
/// If a file cannot be read.
pub fn first_difference(one: &Path, other: &Path) -> io::Result<Option<u64>> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (Vec::with_capacity(CHUNK), Vec::with_capacity(CHUNK));
    let mut offset = 0;
    loop {
        read_chunk(&mut one, &mut left)?;
        read_chunk(&mut other, &mut right)?;
        if left != right {
            let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
            return Ok(Some(offset + same as u64));
        }
        if left.is_empty() {
            return Ok(None);
        }
        offset += left.len() as u64;
    }
}

/// Fills the chunk, or reads the rest of the file if it is shorter.
fn read_chunk(file: &mut File, chunk: &mut Vec<u8>) -> io::Result<usize> {
    chunk.clear();
    file.take(CHUNK as u64).read_to_end(chunk)
}

/// Marsaglia's xorshift64, which has a period of 2^64 - 1.
fn xorshift(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, first_difference, write_pseudo_random};
    use std::fs;
    use std::io;

    #[test]
    fn a_file_has_the_size_asked_for_and_many_different_bytes() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        write_pseudo_random(&path, 100_003)?;
        let bytes = fs::read(&path)?;
        assert_eq!(bytes.len(), 100_003);
        for value in 0..=u8::MAX {
            let count = bytes.iter().filter(|&&byte| byte == value).count();
            assert!((250..550).contains(&count), "{count} bytes are {value}");
        }
        Ok(())
    }

    #[test]
    fn the_first_difference_is_found_in_any_chunk_and_at_the_end() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        let bytes = vec![7; CHUNK + 10];
        fs::write(&one, &bytes)?;
        fs::write(&other, &bytes)?;
        assert_eq!(first_difference(&one, &other)?, None);
        for place in [0, CHUNK - 1, CHUNK, CHUNK + 9] {
            let mut changed = bytes.clone();
            changed[place] = 8;
            fs::write(&other, changed)?;
            assert_eq!(first_difference(&one, &other)?, Some(place as u64));
        }
        fs::write(&other, &bytes[..CHUNK])?;
        assert_eq!(first_difference(&one, &other)?, Some(CHUNK as u64));
        Ok(())
    }
}
