//! Components that import more than the host provides, and files that are no component: both are refused before the
//! program connects.

use super::attack::write_row;
use crate::support::run::IdleServer;
use crate::support::upload::Upload;

/// The interface in `wit/world.wit`.
const OURS: &str = "ftp-uploader:upload/capabilities@0.2.0";

#[test]
fn a_component_that_imports_more_than_is_lent_is_refused_by_the_name_of_it() {
    let function = r#"(export "x" (func))"#;
    let sockets = format!(r#"(import "wasi:sockets/tcp@0.2.0" (instance {function}))"#);
    refused("WASI sockets", &component(&sockets), "wasi:sockets/tcp@0.2.0");
    let files = format!(r#"(import "wasi:filesystem/types@0.2.0" (instance {function}))"#);
    refused("WASI files", &component(&files), "wasi:filesystem/types@0.2.0");
    refused(
        "an unknown interface",
        &component(&format!(r#"(import "evil:door/open" (instance {function}))"#)),
        "evil:door/open",
    );
    refused("a function of nobody's", &component(r#"(import "read-any-file" (func))"#), "read-any-file");
    let method = format!(r#"(import "{OURS}" (instance (export "peek" (func))))"#);
    refused("a function that our interface does not have", &component(&method), "peek");
    let other = format!(r#"(import "{OURS}" (instance (export "secret" (func))))"#);
    refused("a function in place of a handle", &component(&other), "secret");
    let newer = r#"(import "ftp-uploader:upload/capabilities@9.0.0" (instance (export "x" (func))))"#;
    refused("another version of our interface", &component(newer), "capabilities@9.0.0");
}

#[test]
fn a_component_that_does_not_export_what_is_called_is_refused() {
    refused("a component that exports nothing", &component(""), "upload");
}

#[test]
fn a_file_that_is_no_component_is_refused() {
    let evil = std::fs::read(concat!(env!("FTP_UPLOADER_COMPONENTS"), "/evil.wasm")).expect("the evil component");
    refused("an empty file", b"", "");
    refused("a file of text", b"\x1b[2J\r\nNot WebAssembly\n", "");
    refused("half a component", &evil[..evil.len() / 2], "");
    refused("a core module", &wat::parse_str("(module)").expect("a module"), "component");
    refused("machine code", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0", "");
}

#[test]
fn a_component_that_cannot_be_read_is_exit_2() {
    let upload = Upload::of_hello().options(["--component", "missing.wasm"]);
    IdleServer::listen().refuses(2, upload).says("missing.wasm");
}

/// Compiles a component from the text between its outer parentheses.
fn component(text: &str) -> Vec<u8> {
    wat::parse_str(format!("(component {text})")).expect("a component")
}

/// Claims that the program refuses the component with one line that contains `named`, and without connecting to the
/// server.
#[track_caller]
fn refused(name: &str, wasm: &[u8], named: &str) {
    let upload = Upload::of_hello().program(|program| program.with_file("component", wasm));
    let outcome = IdleServer::listen().refuses(1, upload.options(["--component", "component"]));
    outcome.says("internal error: ").says(named);
    write_row(name, "refused when it is loaded", &outcome, 0);
}
