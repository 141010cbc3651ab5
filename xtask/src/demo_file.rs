//! The file that the demo uploads: making it, and comparing what arrived with it.
//!
//! Its bytes look random, so that no layer can squeeze or skip them; they need not be secret. Next: `demo_server.rs`.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// Writes a new file of `size` pseudo-random bytes.
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

/// Where two files differ first: the offset, which is the shorter one's length if it is a beginning of the other.
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

/// Fills the chunk, unless the file ends first.
fn read_chunk(file: &mut File, chunk: &mut Vec<u8>) -> io::Result<usize> {
    chunk.clear();
    file.take(CHUNK as u64).read_to_end(chunk)
}

/// Marsaglia's xorshift64: every value but 0, each once, before it repeats.
fn xorshift(mut state: u64) -> u64 {
    state ^= state << 13;
    state ^= state >> 7;
    state ^ (state << 17)
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
const CHUNK: usize = 1 << 20;

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
