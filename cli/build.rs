//! Tells the tests (feature `compiler`) the folder in which `host/build.rs` has built the component and the evil one.

use std::env;

fn main() {
    if let Ok(folder) = env::var("DEP_FTP_UPLOADER_COMPONENT_OUT") {
        println!("cargo::rustc-env=FTP_UPLOADER_COMPONENTS={folder}");
    }
}
