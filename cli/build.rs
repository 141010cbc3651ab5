//! Passes the directory in which `host/build.rs` has built the components to the tests (feature `compiler`).

use std::env;

fn main() {
    if let Ok(folder) = env::var("DEP_FTP_UPLOADER_COMPONENT_OUT") {
        println!("cargo::rustc-env=FTP_UPLOADER_COMPONENTS={folder}");
    }
}
