//! The parts that a build consists of, for `--version`: reports of errors should name them.

/// The SHA-256 of the component that this build runs, as 64 hexadecimal digits: of the WebAssembly file, before it is
/// compiled for the machine.
pub const COMPONENT_SHA256: &str = env!("FTP_UPLOADER_COMPONENT_SHA256");

/// The version of wasmtime, the engine that runs the component.
pub const WASMTIME_VERSION: &str = wasmtime_environ::VERSION;
