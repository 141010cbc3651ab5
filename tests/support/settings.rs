//! Runs of the program with a file of settings: profiles and defaults. Each run has a folder for settings of its own.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::support::outcome::Outcome;
use crate::support::program::Program;
use crate::support::run::{IdleServer, Run};
use crate::support::script::Script;
use crate::support::scripted_server::ScriptedServer;
use crate::support::upload::{HELLO, PASSWORD};

/// The path of the file below the folder for settings.
pub(crate) const FILE: &str = "ftp-uploader/config.toml";

/// A program whose folder is the folder for settings, too, with this file and a local file.
pub(crate) fn with_settings(text: &str) -> Program {
    let program = without_settings().environment("FTP_PASSWORD", PASSWORD);
    write(&program.path(FILE), text, 0o600);
    program
}

/// A program whose folder for settings is empty.
pub(crate) fn without_settings() -> Program {
    let program = Program::new().with_file("hello.txt", HELLO);
    fs::create_dir(program.path("ftp-uploader")).expect("a folder");
    let folder = program.path("");
    program.environment("XDG_CONFIG_HOME", folder)
}

/// Writes a file with this mode.
pub(crate) fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).expect("a file");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
}

/// A profile `p` for alice and the directory `inbox` on this server, with more settings.
pub(crate) fn profile(address: SocketAddr, more: &str) -> String {
    format!("[profile.p]\nhost = '{address}'\nuser = 'alice'\ndirectory = 'inbox'\nretries = 0\njobs = 1\n{more}\n")
}

/// A server that stores `hello.txt`.
pub(crate) fn stores_hello() -> Script {
    Script::ready().take("hello.txt").and_all_is_well()
}

/// Runs the program against a scripted server, whose address the settings get.
pub(crate) fn run(script: Script, settings: impl Fn(SocketAddr) -> String, arguments: &[&str]) -> Run {
    let server = ScriptedServer::start(script);
    let program = with_settings(&settings(server.address()));
    let arguments = arguments.iter().map(|word| word.replace("{host}", &server.address().to_string()));
    let program = program.arguments(arguments.collect::<Vec<_>>()).start();
    Run::end(program, server)
}

/// Claims that the program ends with exit code 2 before it connects to the host of its profile.
#[track_caller]
pub(crate) fn refused(change: impl FnOnce(Program) -> Program, more: &str, arguments: &[&str]) -> Outcome {
    let server = IdleServer::listen();
    let program = with_settings(&profile(server.address(), more)).arguments(arguments);
    server.refuses_program(2, change(program))
}
