//! A component contains no path of the machine that has built it.

use std::env;
use std::path::{Path, PathBuf};

use xtask::target_dir;

/// Returns an error if `wasm` contains one of the folders of this machine.
pub(crate) fn refuse(wasm: &[u8]) -> Result<(), String> {
    let mut folders = vec![target_dir::workspace().to_owned(), target_dir::target_dir()?, target_dir::build_dir()?];
    folders.extend(["HOME", "CARGO_HOME", "RUSTUP_HOME"].into_iter().filter_map(env::var_os).map(PathBuf::from));
    match found(wasm, &folders) {
        None => Ok(()),
        Some(folder) => Err(format!(
            "the component contains the path {}, so that it differs on other machines; \
             add the folder to the flags in host/build/wasm_build.rs",
            folder.display()
        )),
    }
}

/// Returns the first of `folders` that is in `wasm`. `/` alone is a part of every path, and means nothing.
fn found<'a>(wasm: &[u8], folders: &'a [PathBuf]) -> Option<&'a Path> {
    let folders = folders.iter().filter(|folder| folder.parent().is_some());
    folders.map(PathBuf::as_path).find(|folder| {
        let path = folder.as_os_str().as_encoded_bytes();
        wasm.windows(path.len()).any(|window| window == path)
    })
}

#[cfg(test)]
mod tests {
    use super::found;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_folder_of_this_machine_is_found_anywhere_in_the_bytes() {
        let folders = ["/", "/home/alice", "/home/alice/.cargo"].map(PathBuf::from);
        assert_eq!(found(b"\0asm\x0d/ftp-uploader/guest/component/src/lib.rs/cargo", &folders), None);
        assert_eq!(found(b"\0asm\xff/home/alice/.cargo/x", &folders), Some(Path::new("/home/alice")));
        assert_eq!(found(b"/home/alice/.cargo", &folders[2..]), Some(Path::new("/home/alice/.cargo")));
    }
}
