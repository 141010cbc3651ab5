//! The two trees of the demo, the site and the server's directory, and the operations on them.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use test_servers::FtpServer;

use crate::demo_sync::failed;
use crate::demo_sync::program::{Run, Running};
use crate::demo_sync::site;
use crate::demo_sync::trees::Tree;

/// The files that ftp-uploader keeps in the server's directory for itself.
const MANIFEST: &str = ".ftp-uploader.manifest";
const LOCK: &str = ".ftp-uploader.lock";

/// The upload rate of the run that is killed: the large file takes two seconds, so it is killed before the end.
const SLOW: &str = "2m";

/// The longest wait for the beginning of the large file on the server, and the interval of the looks.
const BEGIN_LIMIT: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The most differences that an error names.
const NAMED: usize = 10;

/// The most files of ftp-uploader that are shown.
const SHOWN: usize = 5;

/// The program, the site and the server.
pub(super) struct Scene<'a> {
    program: &'a Path,
    folder: &'a Path,
    server: &'a FtpServer,
    /// LOCALDIR.
    pub(super) site: PathBuf,
}

impl<'a> Scene<'a> {
    /// Makes the first version of the site in `folder`.
    pub(super) fn new(program: &'a Path, folder: &'a Path, server: &'a FtpServer) -> io::Result<Self> {
        let site = folder.join("site");
        site::make(&site)?;
        Ok(Self { program, folder, server, site })
    }

    /// Runs `ftp-uploader sync` with these options to its end.
    pub(super) fn sync(&self, options: &[&str]) -> Result<Run, String> {
        self.start(options).and_then(Running::finish).map_err(failed("run the program"))
    }

    /// Runs it until the large file is on its way and other files wait under temporary names, and kills it then.
    pub(super) fn sync_until_killed(&self, options: &[&str]) -> Result<(), String> {
        let mut running =
            self.start(&[options, &["--limit-rate", SLOW]].concat()).map_err(failed("run the program"))?;
        let outcome = self.wait_for_the_middle(&mut running);
        running.kill().map_err(failed("kill the program"))?;
        println!("= killed (SIGKILL)");
        outcome
    }

    fn wait_for_the_middle(&self, running: &mut Running) -> Result<(), String> {
        let deadline = Instant::now() + BEGIN_LIMIT;
        while !self.is_in_the_middle() {
            if running.has_ended().map_err(failed("wait for the program"))? || Instant::now() > deadline {
                return Err("the demo failed: the program was not seen in the middle of its work".to_owned());
            }
            thread::sleep(LOOK_EVERY);
        }
        Ok(())
    }

    /// Returns true if a part of the large file and another new file are on the server. Files come and go meanwhile, so an
    /// error is no answer.
    fn is_in_the_middle(&self) -> bool {
        let has = |directory: &str| {
            let entries = fs::read_dir(self.server.stored_path(directory)).into_iter().flatten().flatten();
            let temporary = entries.filter(|entry| is_temporary(&entry.file_name().to_string_lossy()));
            temporary.filter_map(|entry| entry.metadata().ok()).any(|metadata| metadata.len() > 0)
        };
        has("media") && has("css")
    }

    fn start(&self, options: &[&str]) -> io::Result<Running> {
        let server = self.server.addr.to_string();
        let arguments = [&["sync"], options, &[&server, self.server.user]].concat();
        let mut arguments: Vec<_> = arguments.into_iter().map(OsStr::new).collect();
        arguments.extend([self.site.as_os_str(), OsStr::new(self.server.upload_dir())]);
        Running::start(self.program, &arguments, self.server.password, self.folder)
    }

    /// Writes a file into the server's directory as another client would.
    pub(super) fn put_on_the_server(&self, path: &str, content: &[u8]) -> io::Result<()> {
        println!("+ somebody stores {path} on the server");
        fs::write(self.server.stored_path(path), content)
    }

    /// Permits or forbids to store files in a directory of the server.
    pub(super) fn set_read_only(&self, directory: &str, read_only: bool) -> io::Result<()> {
        println!("+ {directory}/ on the server is {}", if read_only { "read-only" } else { "writable again" });
        let mode = if read_only { 0o555 } else { 0o755 };
        fs::set_permissions(self.server.stored_path(directory), Permissions::from_mode(mode))
    }

    /// Returns the files of the server under their own names, without those that ftp-uploader keeps for itself.
    pub(super) fn server(&self) -> Result<Tree, String> {
        self.whole_server().map(|(site, _)| site)
    }

    fn whole_server(&self) -> Result<(Tree, Tree), String> {
        let tree = Tree::read(&self.server.stored_path("")).map_err(failed("read the server's files"))?;
        Ok(tree.split(is_of_the_program))
    }

    /// Checks that the server has the files that it had before. Directories that were made, and in which nothing has its
    /// name yet, do not count.
    pub(super) fn server_is_still(&self, before: &Tree) -> Result<(), String> {
        let (now, own) = self.whole_server()?;
        let different = before.differences(&now.without_new_directories(before), NAMED);
        judge("the server's files under their own names, before and now", before, &different)?;
        println!("  beside them: {}", some_of(&own.paths()));
        Ok(())
    }

    /// Checks that the server has the files of the site, and these others, and nothing else.
    pub(super) fn server_has_the_site(&self, others: &[&str]) -> Result<(), String> {
        let site = Tree::read(&self.site).map_err(failed("read the site"))?;
        let (now, apart) = self.server()?.split(|path| others.contains(&path));
        judge("the site and the server", &site, &site.differences(&now, NAMED))?;
        if apart.paths() != others {
            return Err(format!("the demo failed: {} is not on the server", others.join(", ")));
        }
        if !others.is_empty() {
            println!("  kept: {}", others.join(", "));
        }
        Ok(())
    }

    /// Checks that ftp-uploader has left nothing but the manifest.
    pub(super) fn nothing_is_left_over(&self) -> Result<(), String> {
        let (_, own) = self.whole_server()?;
        match own.paths()[..] {
            [MANIFEST] => Ok(()),
            ref left => Err(format!("the demo failed: left on the server: {}", left.join(", "))),
        }
    }
}

fn judge(of: &str, wanted: &Tree, differences: &[String]) -> Result<(), String> {
    if !differences.is_empty() {
        return Err(format!("the demo failed: {of} differ: {}", differences.join(", ")));
    }
    let (files, directories) = (wanted.files(), wanted.directories());
    println!("= compared {of}: {files} files in {directories} directories are the same, byte for byte");
    Ok(())
}

/// Returns the first paths, and the number of the others.
fn some_of(paths: &[&str]) -> String {
    let (named, others) = paths.split_at(paths.len().min(SHOWN));
    match others.len() {
        0 => named.join(", "),
        number => format!("{} and {number} more", named.join(", ")),
    }
}

/// Returns true for the manifest, the lock, and files under temporary names.
fn is_of_the_program(path: &str) -> bool {
    path == MANIFEST || path.starts_with(LOCK) || is_temporary(path.rsplit('/').next().unwrap_or(path))
}

/// Returns true for `.NAME.HEX.part`.
fn is_temporary(name: &str) -> bool {
    let stem = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part"));
    let hex = stem.and_then(|stem| stem.rsplit_once('.')).map(|(_, hex)| hex);
    hex.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::{is_of_the_program, is_temporary, some_of};

    #[test]
    fn only_files_of_the_program_are_left_out_of_the_comparison() {
        for own in [".ftp-uploader.manifest", ".ftp-uploader.lock/a@b.1.2", "css/.a.css.c6513ef452db2b6b.part"] {
            assert!(is_of_the_program(own), "{own}");
        }
        for other in ["a.part", ".a.part", ".a.zzzzzzzzzzzzzzzz.part", "css/.ftp-uploader.manifest", "index.html"] {
            assert!(!is_of_the_program(other), "{other}");
        }
        assert!(!is_temporary("css/.a.c6513ef452db2b6b"));
    }

    #[test]
    fn a_long_list_of_paths_is_cut() {
        assert_eq!(some_of(&["a", "b"]), "a, b");
        assert_eq!(some_of(&["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d, e and 2 more");
    }
}
