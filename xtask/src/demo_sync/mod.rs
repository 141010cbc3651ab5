//! `cargo xtask demo sync`: a site that is deployed, changed and deployed again, with two failures in between.
//!
//! The server is libunftp in this process, as in `cargo xtask demo`; it cannot set times, so the files are compared by the
//! manifest, as in CI. After each step the trees are compared byte for byte. The first difference, or exit code that was
//! not expected, ends the demo with an error; its files are removed in any case.

mod output;
mod program;
mod scene;
mod site;
mod trees;

use std::path::Path;
use std::time::Instant;

use test_servers::{Kind, Options, PLAIN_PASSWORD};
use xtask::cargo;
use xtask::target_dir;
use xtask::wasm_target;

use program::Run;
use scene::Scene;

/// The options of every deployment. They suit a checkout, whose times are new.
const OPTIONS: [&str; 3] = ["--manifest", "--delete", "own"];

/// A file that somebody else has put on the server, below a directory of the site.
const FOREIGN: &str = "img/upload-of-a-visitor.jpg";

/// The exit codes, as the README lists them. libunftp announces a transfer before it opens the file, so its refusal counts
/// as one in the middle of the transfer.
const STORED: i32 = 0;
const BROKEN: i32 = 8;

/// Runs `cargo xtask demo sync`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let built = cargo::build(&["build", "--release", "-p", "ftp-uploader", "--bin", "ftp-uploader"])?;
    show(&cargo::program(&built, "ftp-uploader")?, &target_dir::target_dir()?)
}

fn show(program: &Path, target: &Path) -> Result<(), String> {
    let start = Instant::now();
    let folder = tempfile::Builder::new().prefix("demo-").tempdir_in(target).map_err(failed("make a folder"))?;
    // The server does not run as root, so that a directory can be read-only for it.
    let options = Options { password: Some(PLAIN_PASSWORD), ..Options::default() };
    let server = Kind::Libunftp.start_with(options).ok_or("the demo failed: there is no server")?;
    let scene = Scene::new(program, folder.path(), &server).map_err(failed("make the site"))?;
    println!("Started an FTP server on {}, with a password in FTP_PASSWORD", server.addr);
    deploy(&scene)?;
    change(&scene)?;
    fail(&scene)?;
    kill(&scene)?;
    deploy_the_change(&scene)?;
    println!("\nEvery comparison was as it must be: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn deploy(scene: &Scene<'_>) -> Result<(), String> {
    title(&format!("1. The site is deployed: {} files", site::FILES));
    scene.sync(&OPTIONS)?.ended_with(STORED)?;
    scene.server_has_the_site(&[])
}

/// Changes the site, and shows the plan without carrying it out.
fn change(scene: &Scene<'_>) -> Result<(), String> {
    title("2. The site is changed; a visitor's file is on the server; the dry run shows the plan");
    site::change(&scene.site).map_err(failed("change the site"))?;
    scene.put_on_the_server(FOREIGN, b"of a visitor").map_err(failed("make a file on the server"))?;
    let before = scene.server()?;
    let run = scene.sync(&[&OPTIONS[..], &["--dry-run"]].concat())?;
    run.ended_with(STORED)?;
    shows_the_plan(&run)?;
    scene.server_is_still(&before)
}

/// Checks that the dry run has named exactly the files that [`site::change`] has changed.
fn shows_the_plan(run: &Run) -> Result<(), String> {
    let planned = [("store ", site::EDITED.len() + site::NEW.len()), ("remove ", site::REMOVED.len())];
    for (operation, number) in planned {
        let found = run.lines_with(operation);
        if found != number {
            return Err(format!("the demo failed: {found} lines begin with {operation}, not {number}"));
        }
    }
    Ok(())
}

/// The server refuses some of the files in the middle of the run.
fn fail(scene: &Scene<'_>) -> Result<(), String> {
    title("3. A directory of the server is read-only, so the deployment fails half way: the old site stays whole");
    let before = scene.server()?;
    scene.set_read_only("img", true).map_err(failed("make a directory read-only"))?;
    let run = scene.sync(&OPTIONS)?;
    scene.set_read_only("img", false).map_err(failed("make a directory writable"))?;
    run.ended_with(BROKEN)?;
    scene.server_is_still(&before)
}

/// The program is killed while it sends the last of the new files.
fn kill(scene: &Scene<'_>) -> Result<(), String> {
    title("4. The program is killed in the middle of a deployment: the old site stays whole");
    let before = scene.server()?;
    scene.sync_until_killed(&OPTIONS)?;
    scene.server_is_still(&before)
}

fn deploy_the_change(scene: &Scene<'_>) -> Result<(), String> {
    title("5. The next deployment takes over the lock and completes; it removes its own old files, and no others");
    scene.sync(&OPTIONS)?.ended_with(STORED)?;
    scene.server_has_the_site(&[FOREIGN])?;
    scene.nothing_is_left_over()?;
    title("6. One more deployment has nothing to do");
    let run = scene.sync(&OPTIONS)?;
    run.ended_with(STORED)?;
    match run.lines_with("Nothing to do: ") {
        1 => scene.server_has_the_site(&[FOREIGN]),
        _ => Err("the demo failed: there was something to do".to_owned()),
    }
}

fn title(text: &str) {
    println!("\n{text}");
}

fn failed(to: &str) -> impl FnOnce(std::io::Error) -> String {
    move |error| format!("the demo failed: cannot {to}: {error}")
}
