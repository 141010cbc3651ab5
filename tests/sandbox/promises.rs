//! The real component imports only our capabilities, and neither the password nor a byte of the file is ever in its
//! memory.
//!
//! `tests/secrets/memory.rs` makes the same claim about the whole program for every source of the password. The other
//! files here test components that try to break out.

use std::sync::{Arc, Mutex};

use ftp_uploader::{Event, Observer, Password, Put, Request, Target, Uploader};
use test_servers::Kind;
use wasmparser::{Parser, Payload};

use crate::support::process_memory::of_guests;
use crate::support::secret_search::count;

/// The content of the file, repeated. It occurs in no memory that has not held the file.
const MARK: &[u8] = b"\xd1\x07file\xf3bytes";

/// The component that is embedded in the program.
const COMPONENT: &[u8] = include_bytes!(concat!(env!("FTP_UPLOADER_COMPONENTS"), "/component.wasm"));

/// The functions that the component imports: all of them are methods of handles.
const FUNCTIONS: [&str; 28] = [
    "[method]control-connection.listen-data",
    "[method]control-connection.open-data",
    "[method]control-connection.open-listing",
    "[method]control-connection.pending",
    "[method]control-connection.receive",
    "[method]control-connection.secure",
    "[method]control-connection.send",
    "[method]control-connection.send-password",
    "[method]data-connection.finish",
    "[method]data-connection.secure",
    "[method]data-connection.shutdown",
    "[method]data-connection.splice",
    "[method]data-listener.accept",
    "[method]data-listener.accept-listing",
    "[method]data-listener.endpoint",
    "[method]listing-connection.receive",
    "[method]listing-connection.secure",
    "[method]progress.entered",
    "[method]progress.noticed",
    "[method]source-file.digest",
    "[method]source-file.prepare-digest",
    "[resource-drop]control-connection",
    "[resource-drop]data-connection",
    "[resource-drop]data-listener",
    "[resource-drop]listing-connection",
    "[resource-drop]progress",
    "[resource-drop]secret",
    "[resource-drop]source-file",
];

#[test]
fn the_component_imports_one_interface_and_nothing_else() {
    let mut imports = Vec::new();
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        match payload.unwrap() {
            // Imports of nested modules and components are resolved inside the component.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 0 => {
                imports.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            _ => {}
        }
    }
    assert_eq!(imports, ["ftp-uploader:upload/capabilities@0.2.0"]);
}

#[test]
fn the_component_calls_these_functions_and_no_others() {
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(COMPONENT) {
        if let Payload::ImportSection(section) = payload.unwrap() {
            let imports = section.into_imports().map(|import| import.unwrap());
            let ours = imports.filter(|import| import.module == "ftp-uploader:upload/capabilities@0.2.0");
            functions.extend(ours.map(|import| import.name.to_owned()));
        }
    }
    functions.sort();
    assert_eq!(functions, FUNCTIONS);
}

#[test]
fn neither_the_password_nor_the_files_bytes_are_ever_in_the_guests_memory() {
    let server = Kind::Libunftp.start().expect("the server in this process is never missing");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("name-for-the-guest-to-know");
    std::fs::write(&file, MARK.repeat(100_000)).unwrap();
    let password = Password::new(server.password.as_bytes().to_vec()).unwrap();
    let target = Target::new(server.addr.to_string().parse().unwrap(), server.user).unwrap().password(password);
    let request = Request::of(target, Put::into_directory(server.upload_dir()).unwrap().file(&file).unwrap());

    let photographer = Arc::new(Photographer::default());
    Uploader::new().unwrap().upload(&request, photographer.clone()).into_result().unwrap();
    let memories = photographer.0.lock().unwrap();
    let seen = |bytes: &[u8]| memories.iter().any(|memory| count(memory, bytes) > 0);
    // The search must find data that the guest does have. Otherwise it would look into the wrong memory or too late.
    assert!(seen(server.user.as_bytes()) && seen(b"name-for-the-guest-to-know"), "{} pictures", memories.len());
    assert!(!seen(server.password.as_bytes()), "the password was in the guest's memory");
    assert!(!seen(&MARK[..8]), "bytes of the file were in the guest's memory");
    assert_eq!(server.stored("name-for-the-guest-to-know"), MARK.repeat(100_000));
}

/// Copies the memory of every guest at each step and after each move of data. Freed memory is soon overwritten, so one
/// look at the end would miss it.
#[derive(Default)]
struct Photographer(Mutex<Vec<Vec<u8>>>);

impl Observer for Photographer {
    fn event(&self, event: &Event<'_>) {
        if let Event::StepEntered(_) | Event::Sent { .. } = event {
            self.0.lock().unwrap().extend(of_guests("self"));
        }
    }
}
