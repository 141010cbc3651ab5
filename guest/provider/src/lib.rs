//! The provider: implements our capabilities on WASI 0.2, for platforms that have nothing but WASI. This file contains
//! the bindings of `wit/` and maps each resource to its type.
//!
//! It is no_std like the guest, so that it imports only the functions that it uses, and none that only std needs.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod calls;
mod control;
mod data;
mod deadlines;
mod dial;
mod directory;
mod listing;
mod password;
mod progress;
mod session_state;
mod socket;
mod source;
mod transcript;

// Linked for its allocator, panic handler and `cabi_realloc`.
#[cfg(target_family = "wasm")]
use ftp_guest_runtime as _;

/// The bindings that wit-bindgen generates from `wit/`.
#[allow(unsafe_code, missing_docs, clippy::undocumented_unsafe_blocks, reason = "generated; documented in wit/")]
mod bindings {
    wit_bindgen::generate!({ world: "ftp-uploader:wasi/provider", path: ["../../wit", "wit"], generate_all });
}

use alloc::string::String;
use bindings::exports::ftp_uploader::upload::capabilities;
use bindings::exports::ftp_uploader::wasi::grants::{
    self, ConnectError, Conversation, FileError, LocalDirectory, Output, PasswordError, Patience, Secret, Server,
    SourceFile, SourceFileBorrow,
};

struct Provider;

impl capabilities::Guest for Provider {
    type ControlConnection = control::Control;
    type DataListener = control::NoListener;
    type DataConnection = data::Data;
    type ListingConnection = listing::Listing;
    type SourceFile = source::Source;
    type Secret = password::Password;
    type Progress = progress::Steps;
}

impl grants::Guest for Provider {
    type Authority = calls::Calls;
    type LocalDirectory = directory::LocalDirectory;
    type Witness = progress::Count;

    fn connect(server: Server, patience: Patience, output: Output) -> Result<Conversation, ConnectError> {
        dial::dial(&server, patience, output)
    }

    fn open_file(path: String) -> Result<SourceFile, FileError> {
        source::Source::open(&path).map(SourceFile::new)
    }

    fn open_directory(path: String) -> Result<LocalDirectory, FileError> {
        directory::LocalDirectory::open(&path).map(LocalDirectory::new)
    }

    fn has_changed(file: SourceFileBorrow<'_>) -> bool {
        file.get::<source::Source>().has_changed()
    }

    fn take_password() -> Result<Secret, PasswordError> {
        password::Password::take().map(Secret::new)
    }
}

/// The code that wit-bindgen generates for the exports.
#[allow(unsafe_code, reason = "generated")]
mod export {
    use super::{Provider, bindings};

    bindings::export!(Provider with_types_in bindings);
}
