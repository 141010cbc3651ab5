//! A server's process with all processes that it forks. None of them outlives the test, even if the test is killed.
//!
//! They are children of a shell that waits for the end of its standard input. It ends when the [`ServerProcess`] is
//! dropped or the test process is killed. Then the shell kills its descendants and its process group.

use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use super::{
    Running,
    home::{Home, LOG},
};

/// A running server. Dropping it kills all its processes.
pub(super) struct ServerProcess {
    keeper: Child,
    command: Command,
    log: PathBuf,
}

impl ServerProcess {
    /// Starts `command` (only its program, arguments and environment are used). Its output goes to a file in `home`.
    /// `largest_file` limits the size of files, in bytes.
    pub(super) fn start(command: &Command, home: &Home, largest_file: Option<u64>) -> Self {
        let log = home.write(LOG, "");
        let output = File::options().append(true).open(&log).expect("open the server's log");
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(KEEPER).arg(largest_file.map_or("unlimited".to_owned(), blocks));
        keeper.arg(command.get_program()).args(command.get_args());
        keeper.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        keeper.current_dir(home.path()).process_group(0).stdin(Stdio::piped());
        keeper.stdout(output.try_clone().expect("share the server's log")).stderr(output);
        Self { keeper: keeper.spawn().expect("start sh"), command: keeper, log }
    }

    /// Kills all processes, and waits for their end.
    fn end(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Running for ServerProcess {
    fn ended(&mut self) -> bool {
        self.keeper.try_wait().expect("wait for sh").is_some()
    }

    fn restart(&mut self) {
        self.end();
        self.keeper = self.command.spawn().expect("start sh");
    }

    fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.end();
    }
}

/// Converts bytes to the blocks of 512 bytes that `ulimit -f` expects.
fn blocks(bytes: u64) -> String {
    (bytes / 512).to_string()
}

/// `$0` is the limit of file sizes. Because SIGXFSZ is ignored, a write beyond the limit fails as on a full disk, and
/// the server can report the error to the client. If the server ends by itself, the shell ends, too, so that
/// [`Running::ended`] returns true. Killing the process group is not enough: vsftpd's sessions leave it, but they are
/// still descendants.
const KEEPER: &str = r#"
end() {
    for child in $(cat /proc/"$1"/task/*/children); do end "$child"; done
    kill -KILL "$1"
}
trap '' XFSZ
ulimit -f "$0"
( "$@" </dev/null; kill -TERM $$ ) &
read -r _
trap '' TERM
end $! 2>/dev/null
kill -KILL 0
"#;
