//! `ftp-uploader-cli.wasm sync`: a directory is deployed to real servers, changed and deployed again. Whatever happens,
//! the server has the old tree or the new one.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use test_servers::{DemoServer, FtpServer, Kind, Options, Setting};

use crate::cutting_relay::CuttingRelay;
use crate::lab::Ended;
use crate::{Lab, Problem};

/// A deployment takes less than a second, unless the machine is busy.
const RUN_LIMIT: Duration = Duration::from_secs(90);

/// The directory with the site, in the folder that the program sees as `/data`.
const SITE: &str = "site";

/// The directories of the site, besides its root.
const DIRECTORIES: [&str; 4] = ["css", "img", "posts", "posts/old"];

/// The files in each directory of the site.
const FILES: usize = 6;

/// The tests of one platform.
pub(crate) struct Deployments<'a> {
    pub(crate) lab: &'a Lab,
    /// Returns the program, with the folder of the lab's files as `/data`.
    pub(crate) command: &'a dyn Fn() -> Command,
}

/// The address, the account and the directory of a server.
struct Target {
    host: String,
    user: &'static str,
    password: String,
    /// REMOTEDIR.
    directory: &'static str,
    /// The local folder that REMOTEDIR is.
    folder: PathBuf,
}

/// The files and directories of a tree, by their paths; directories have no content.
type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

impl Deployments<'_> {
    /// Runs all stories.
    pub(crate) fn are_complete(&self) -> Result<(), Problem> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join(SITE))?;
        let server = DemoServer::start(folder.path())?;
        let host = format!("127.0.0.1:{}", server.port);
        let target = Target {
            host,
            user: DemoServer::USER,
            password: server.password.clone(),
            directory: SITE,
            folder: folder.path().join(SITE),
        };
        self.make_site()?;
        self.a_site_is_deployed_changed_and_deployed_again(&target)?;
        // A server that is missing on this machine is skipped with a message.
        if let Some(server) = Kind::Pyftpdlib.start() {
            self.times_are_compared(&server)?;
            self.a_lost_connection_leaves_the_old_tree(&server)?;
            self.a_failure_leaves_the_old_tree(&server)?;
        }
        if let Some(server) = Kind::Proftpd.start_with(Options::set(&[Setting::NoOverwriting])) {
            self.old_files_are_moved_aside(&server)?;
        }
        if let Some(server) = Kind::Vsftpd.start_with(Options::set(&[Setting::NoRenaming])) {
            self.a_server_that_does_not_rename_is_noticed(&server)?;
        }
        Kind::Vsftpd.start().map_or(Ok(()), |server| self.listings_without_facts_are_understood(&server))
    }

    /// Thirty files in the root and four directories.
    fn make_site(&self) -> Result<(), Problem> {
        for directory in DIRECTORIES.iter().chain(&[""]) {
            fs::create_dir_all(self.local().join(directory))?;
            for number in 0..FILES {
                let content = format!("{directory} {number}\n").repeat(number * 700);
                fs::write(self.local().join(directory).join(format!("{number}.html")), content)?;
            }
        }
        Ok(())
    }

    /// libunftp sets no times, so that files are compared by size.
    fn a_site_is_deployed_changed_and_deployed_again(&self, to: &Target) -> Result<(), Problem> {
        let by_size = ["--compare", "size"];
        let dry = self.run(to, &["--compare", "size", "--dry-run"], SITE)?;
        let stores = dry.stdout.lines().filter(|line| line.starts_with("store ")).count();
        let is_empty = tree(&to.folder)?.is_empty();
        expect(stores == 30 && is_empty, &dry, "a dry run names thirty files, and changes nothing")?;
        self.deploys(to, &by_size, "Synchronised: 30 stored, 0 removed, 0 unchanged")?;
        self.deploys(to, &by_size, "Nothing to do: 30 files are unchanged (by size)")?;
        fs::write(self.local().join("css/1.html"), "changed")?;
        fs::write(self.local().join("css/new file.css"), "new")?;
        self.deploys(to, &by_size, "Synchronised: 2 stored, 0 removed, 29 unchanged")?;
        self.extra_files_are_removed(to)
    }

    fn extra_files_are_removed(&self, to: &Target) -> Result<(), Problem> {
        fs::remove_dir_all(self.local().join("posts/old"))?;
        fs::remove_file(self.local().join("img/3.html"))?;
        fs::create_dir(to.folder.join(".ftp-uploader.lock"))?;
        fs::create_dir(to.folder.join(".ftp-uploader.lock/bob@there.1.2"))?;
        let options = ["--compare", "size", "--delete", "extra"];
        self.refuses(to, &options, "the run of bob@there holds the lock")?;
        fs::remove_dir_all(to.folder.join(".ftp-uploader.lock"))?;
        let few = [&options[..], &["--max-delete", "6"]].concat();
        self.refuses(to, &few, "7 files would be removed, and --max-delete permits 6")?;
        self.deploys(to, &options, "Synchronised: 0 stored, 8 removed, 24 unchanged")
    }

    /// pyftpdlib sets times: a file of the same size is sent again if its time differs, and only then.
    fn times_are_compared(&self, server: &FtpServer) -> Result<(), Problem> {
        let to = Target::of(server, server.upload_dir());
        self.deploys(&to, &[], "Synchronised: 24 stored")?;
        self.deploys(&to, &[], "Nothing to do: 24 files are unchanged (by time and size)")?;
        let file = fs::File::options().append(true).open(self.local().join("css/2.html"))?;
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000))?;
        self.deploys(&to, &["--atomic", "off"], "Synchronised: 1 stored, 0 removed, 23 unchanged")
    }

    /// The program connects again to remove its temporary files and its lock.
    fn a_lost_connection_leaves_the_old_tree(&self, server: &FtpServer) -> Result<(), Problem> {
        let relay = CuttingRelay::start(server.addr, 5)?;
        let to = Target { host: relay.host, ..Target::of(server, server.upload_dir()) };
        self.refuses(&to, &["--compare", "none"], "4 files had arrived under temporary names and were removed again")
    }

    /// One directory of the server takes no files.
    fn a_failure_leaves_the_old_tree(&self, server: &FtpServer) -> Result<(), Problem> {
        server.open_root();
        fs::write(server.root().join("index.html"), "old")?;
        let to = Target::of(server, ".");
        let site = self.local().with_file_name("broken");
        fs::create_dir_all(site.join(server.read_only_dir()))?;
        fs::write(site.join("index.html"), "changed")?;
        fs::write(site.join("a new file"), "new")?;
        fs::write(site.join(server.read_only_dir()).join("refused"), "never there")?;
        let before = tree(&to.folder)?;
        let ended = self.run(&to, &["--compare", "size"], "broken")?;
        let withdrawn = "1 file had arrived under temporary names and were removed again";
        let told = [withdrawn, "Not synchronised: 0 stored"].iter().all(|words| ended.stderr.contains(words));
        expect(told && ended.status.code() == Some(1), &ended, "a refused file fails the run")?;
        expect(before == tree(&to.folder)?, &ended, "the old tree is whole, and nothing else is there")
    }

    /// ProFTPD renames no file over another one here.
    fn old_files_are_moved_aside(&self, server: &FtpServer) -> Result<(), Problem> {
        let to = Target::of(server, server.upload_dir());
        self.deploys(&to, &[], "Synchronised: 24 stored")?;
        self.deploys(&to, &["--compare", "none"], "Synchronised: 24 stored, 0 removed, 0 unchanged")
    }

    fn a_server_that_does_not_rename_is_noticed(&self, server: &FtpServer) -> Result<(), Problem> {
        let to = Target::of(server, server.upload_dir());
        let ended = self.run(&to, &[], SITE)?;
        let has_files = tree(&to.folder)?.values().any(Option::is_some);
        let told =
            ended.stderr.contains("were removed again; the old files are in place") && ended.status.code() == Some(1);
        expect(told && !has_files, &ended, "the server does not rename, and no file is there")?;
        self.deploys(&to, &["--atomic", "off"], "Synchronised: 24 stored, 0 removed, 0 unchanged")
    }

    /// vsftpd has no MLSD, and lists names that begin with a dot only in the working directory.
    fn listings_without_facts_are_understood(&self, server: &FtpServer) -> Result<(), Problem> {
        let to = Target::of(server, server.upload_dir());
        fs::create_dir_all(self.local().join("a directory/.hidden"))?;
        fs::write(self.local().join("a directory/.hidden/.file"), "hidden")?;
        self.deploys(&to, &[], "Synchronised: 25 stored")?;
        self.deploys(&to, &["--delete", "extra"], "Nothing to do: 25 files are unchanged (by time and size)")?;
        fs::remove_dir_all(self.local().join("a directory"))?;
        self.deploys(&to, &["--delete", "extra"], "Synchronised: 0 stored, 3 removed, 24 unchanged")
    }

    /// Deploys; afterwards the trees must be equal, and the last line begins with `line`.
    fn deploys(&self, to: &Target, options: &[&str], line: &str) -> Result<(), Problem> {
        let ended = self.run(to, options, SITE)?;
        let last = ended.stderr.lines().last().unwrap_or_default();
        expect(ended.status.success() && last.starts_with(line), &ended, line)?;
        let stored = ended.stderr.lines().filter(|line| line.starts_with("Stored ")).count();
        let promised = line.split(' ').nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
        expect(stored == promised, &ended, "one line for each stored file")?;
        expect(tree(&self.local())? == tree(&to.folder)?, &ended, "both trees are equal")
    }

    /// Fails unless the run ends with 1 and these words, and the server has the same files as before.
    fn refuses(&self, to: &Target, options: &[&str], words: &str) -> Result<(), Problem> {
        let before = tree(&to.folder)?;
        let ended = self.run(to, options, SITE)?;
        let told = ended.status.code() == Some(1) && ended.stderr.contains(words);
        expect(told && before == tree(&to.folder)?, &ended, words)
    }

    fn run(&self, to: &Target, options: &[&str], site: &str) -> Result<Ended, Problem> {
        let mut command = (self.command)();
        command.arg("sync").args(options).args([&to.host, to.user, &format!("/data/{site}"), to.directory]);
        self.lab.run(command.env("FTP_PASSWORD", &to.password), RUN_LIMIT)
    }

    fn local(&self) -> PathBuf {
        self.lab.source.with_file_name(SITE)
    }
}

impl Target {
    fn of(server: &FtpServer, directory: &'static str) -> Self {
        Self {
            host: server.addr.to_string(),
            user: server.user,
            password: server.password.to_owned(),
            directory,
            folder: server.root().join(directory),
        }
    }
}

/// Returns everything below `folder`.
fn tree(folder: &Path) -> io::Result<Tree> {
    let (mut tree, mut open) = (Tree::new(), vec![folder.to_owned()]);
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let content = if path.is_dir() { None } else { Some(fs::read(&path)?) };
            let below = path.strip_prefix(folder).map_err(io::Error::other)?.to_owned();
            if content.is_none() {
                open.push(path);
            }
            tree.insert(below, content);
        }
    }
    Ok(tree)
}

fn expect(holds: bool, ended: &Ended, expected: &str) -> Result<(), Problem> {
    if holds {
        return Ok(());
    }
    let (status, said, answer) = (ended.status, &ended.stderr, &ended.stdout);
    Err(Problem::Failed(format!("sync: expected: {expected}; {status}, on stdout:\n{answer}\nand on stderr:\n{said}")))
}
