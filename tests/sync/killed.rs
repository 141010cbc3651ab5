//! Runs that are killed. At every moment each file under its name is old and whole or new and whole, and the pages name
//! no file that is missing. The next run completes the work and leaves nothing over.
//!
//! The long form, 200 kills at random times, runs by its name: `--ignored killed`. `FTP_UPLOADER_SEED` repeats it.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use rustix::process::Signal;

use crate::support::quirky_server::QuirkyServer;
use crate::support::quirky_server::names::is_temporary;
use crate::support::quirky_server::quirk::Quirk;
use crate::support::random::seed;
use crate::support::sync::killing::{nth, run_and_kill};
use crate::support::sync::{LOCK, LocalTree, MANIFEST, SyncRun};

/// The points of one run at which it is killed in the short form.
const POINTS: usize = 25;

/// The kills in the long form, and at random times in the short one.
const KILLS: usize = 200;
const FEW_KILLS: usize = 10;

/// The longest time before a kill, in microseconds: a run takes about as long.
const LONGEST: u64 = 150_000;

/// The assets of each version.
const ASSETS: usize = 6;

#[test]
fn a_run_that_is_killed_at_any_command_leaves_whole_files_and_the_next_one_completes_it() {
    for atomic in ["all", "per-file"] {
        let (server, local, mut version) = (QuirkyServer::start([]), site(0), 0);
        watch(&server, atomic == "all");
        run(&local, atomic).run(&server).succeeded().mirrored(&local, &server);
        local.become_like(&site(1));
        let whole = run(&local, atomic).run(&server);
        let commands = whole.succeeded().mirrored(&local, &server).record.commands().count();
        for point in 0..POINTS {
            version += 1;
            local.become_like(&site(version + 1));
            let number = 1 + point * commands / POINTS;
            let killed = run_and_kill(&server, run(&local, atomic), nth(number, |_| true));
            killed.claim([0, -9].contains(&killed.code), &format!("a kill at command {number}"));
            is_completed(&server, &local, atomic, &format!("killed at command {number} of {commands}"));
        }
    }
}

#[test]
fn the_temporary_files_of_a_run_without_manifest_are_removed_by_the_next_one_that_has_nothing_to_send() {
    let (server, local) = (QuirkyServer::start([]), LocalTree::new(&[("a", "a")]));
    local.sync().run(&server).succeeded();
    server.place_file("/inbox/.b.0123456789abcdef.part", b"of a run that was killed");
    let run = local.sync().run(&server);
    run.succeeded().mirrored(&local, &server);
    run.claim(run.notes().is_empty(), "no note about another run");
    server.place_file("/inbox/.b.0123456789abcdef.part", b"of a run that was killed");
    let other = local.sync().options(["--no-lock"]).run(&server);
    other.notes_once("1 file under a temporary name stays, because another run may be using it");
}

#[test]
fn a_run_that_is_killed_at_random_times_leaves_whole_files_and_the_next_one_completes_it() {
    kill_at_random(FEW_KILLS);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_killed_runs_leave_whole_files_and_the_next_ones_complete_them() {
    kill_at_random(KILLS);
}

fn kill_at_random(kills: usize) {
    let seed = seed();
    println!("FTP_UPLOADER_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    // Each reply takes a millisecond, so that a run takes about as long as the longest time before a kill.
    let quirks = [Quirk::LateReplies(Duration::from_millis(1)), Quirk::SlowReading(Duration::from_millis(2))];
    let (mut killed, mut version) = (0, 0);
    while killed < kills {
        let atomic = ["all", "per-file"][random.usize(..2)];
        let (server, local) = (QuirkyServer::start(quirks.clone()), site(version));
        watch(&server, atomic == "all");
        run(&local, atomic).run(&server).succeeded().mirrored(&local, &server);
        for _ in 0..10.min(kills - killed) {
            version += 1;
            local.become_like(&site(version));
            let started = run(&local, atomic).start(&server);
            thread::sleep(Duration::from_micros(random.u64(..LONGEST)));
            started.running.signal(Signal::KILL);
            let ended = started.end(&server);
            ended.claim([0, -9].contains(&ended.code), "a kill or an end");
            killed += usize::from(ended.code == -9);
            server.wait_until_idle();
            is_completed(&server, &local, atomic, &format!("{killed} runs killed"));
        }
    }
}

/// Claims that nothing was wrong at any time so far, and that the next run completes the work.
fn is_completed(server: &QuirkyServer, local: &LocalTree, atomic: &str, when: &str) {
    assert!(server.violations().is_empty(), "{when}: {:#?}\n{}", server.violations(), server.record());
    let next = run(local, atomic).run(server);
    next.succeeded().mirrored(local, server);
    next.claim(server.violations().is_empty(), &format!("nothing wrong after {when}: {:#?}", server.violations()));
    let left: Vec<_> = server.files().into_keys().filter(|path| is_temporary(path)).collect();
    next.claim(left.is_empty(), &format!("no temporary file like {left:?}, {when}"));
    next.claim(!server.directories().iter().any(|path| path.contains(LOCK)), &format!("no lock, {when}"));
}

fn run<'a>(local: &'a LocalTree, atomic: &str) -> SyncRun<'a> {
    local.sync().options(["--delete", "own", "--max-delete", "50", "--atomic", atomic]).jobs("2")
}

/// Returns the site in this version: two pages that name assets which other versions do not have, and a file that
/// changes. The directory of the assets is renamed each time.
fn site(version: usize) -> LocalTree {
    let local = LocalTree::new(&[("logo.png", "logo"), ("static/never-changes", "same")]);
    for number in 0..ASSETS {
        local.write(&asset(version, number), asset_text(version, number));
    }
    for page in ["index.html", "about/index.html"] {
        local.write(page, format!("version {version} of {page}"));
    }
    ["data.json", "large.txt"].iter().for_each(|path| local.write(path, site_text(version, path).expect("a text")));
    local
}

fn asset(version: usize, number: usize) -> String {
    format!("assets-{version}/app.{number}.js")
}

fn asset_text(version: usize, number: usize) -> String {
    format!("asset {number} of version {version};").repeat(10)
}

/// Checks each state of the server from now on. With `pages`, the pages must not name assets that are missing.
fn watch(server: &QuirkyServer, pages: bool) {
    server.set_invariant(move |files| {
        for (path, bytes) in files {
            is_whole(path, bytes)?;
        }
        if pages {
            ["index.html", "about/index.html"].iter().try_for_each(|page| has_assets(files, page))
        } else {
            Ok(())
        }
    });
}

/// Returns an error unless the file is one of its versions as a whole.
fn is_whole(path: &str, bytes: &[u8]) -> Result<(), String> {
    let path = path.strip_prefix("/inbox/").ok_or_else(|| format!("{path} is outside"))?;
    if is_temporary(path) || path == MANIFEST || path.starts_with(LOCK) {
        return Ok(());
    }
    let text = std::str::from_utf8(bytes).map_err(|_| format!("{path} is not text"))?;
    let wanted = match number_after(text, "version ").or(number_after(text, "\"version\": ")) {
        Some(version) => site_text(version, path),
        None => [("logo.png", "logo"), ("static/never-changes", "same")]
            .iter()
            .find(|(name, _)| *name == path)
            .map(|(_, text)| (*text).to_owned()),
    };
    if wanted.as_deref() == Some(text) {
        Ok(())
    } else {
        Err(format!("{path} is not whole: {} bytes, {:?}", text.len(), &text[..text.len().min(40)]))
    }
}

/// Returns the text of a file that differs between versions.
fn site_text(version: usize, path: &str) -> Option<String> {
    match path {
        "large.txt" => Some(format!("version {version} of a large file;").repeat(4000)),
        "data.json" => Some(format!("{{\"version\": {version}}}").repeat(1 + version % 7)),
        "index.html" | "about/index.html" => Some(format!("version {version} of {path}")),
        path => (0..ASSETS).find(|number| asset(version, *number) == path).map(|number| asset_text(version, number)),
    }
}

/// Returns an error if a page is there and one of its assets is not.
fn has_assets(files: &BTreeMap<String, &[u8]>, page: &str) -> Result<(), String> {
    let Some(bytes) = files.get(&format!("/inbox/{page}")) else { return Ok(()) };
    let text = String::from_utf8_lossy(bytes);
    let version = number_after(&text, "version ").ok_or_else(|| format!("{page} without a version: {text}"))?;
    let missing =
        (0..ASSETS).map(|number| asset(version, number)).find(|path| !files.contains_key(&format!("/inbox/{path}")));
    missing.map_or(Ok(()), |path| Err(format!("{page} names {path}, which is missing")))
}

fn number_after(text: &str, mark: &str) -> Option<usize> {
    let digits = text.split_once(mark)?.1.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[test]
fn the_checks_of_this_file_find_what_is_wrong() {
    let server = QuirkyServer::start([]);
    let local = site(3);
    for (path, node) in local.tree() {
        if let crate::support::sync::Node::File(bytes) = node {
            server.place_file(&format!("/inbox/{path}"), &bytes);
        }
    }
    watch(&server, true);
    assert_eq!(server.violations(), [""; 0]);
    server.place_file("/inbox/assets-3/app.0.js", b"asset 0 of");
    server.clear("/inbox/assets-3/app.1.js");
    server.place_file("/inbox/.data.json.0123456789abcdef.part", b"half");
    let violations = server.violations();
    assert!(violations[0].contains("app.0.js is not whole") && violations.len() > 1, "{violations:?}");
    server.place_file("/inbox/assets-3/app.0.js", asset_text(3, 0).as_bytes());
    watch(&server, true);
    let violations = server.violations();
    assert!(violations[0].contains("index.html names assets-3/app.1.js"), "{violations:?}");
    watch(&server, false);
    assert_eq!(server.violations(), [""; 0]);
}
