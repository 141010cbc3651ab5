//! Tests with the events of the console that end a program.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use test_servers::DemoServer;

use super::cases::{expect, local, text};
use super::lab::{DIRECTORY, Lab, SIZE};
use super::wine::{Event, Running, Wine};

/// The longest time until an event has ended a program.
const INTERRUPT_LIMIT: Duration = Duration::from_secs(10);

/// The upload is slow enough for an event to come before its end.
const SLOWLY: [&str; 2] = ["--limit-rate", "100k"];

pub(super) fn ctrl_c(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "large.bin"));
    let line = [&SLOWLY[..], &[&host, DemoServer::USER, &file, DIRECTORY]].concat();
    let running = wine.start(&lab.clear.password, &line, Stdio::null()).map_err(text)?;
    let stored = lab.stored.join("large.bin");
    wait_until(|| fs::metadata(&stored).is_ok_and(|metadata| metadata.len() > 0))?;
    // Wine makes the event of Ctrl-C out of the signal.
    interrupt(&running)?;
    let pressed = Instant::now();
    expect(130, running.wait())?;
    if pressed.elapsed() > INTERRUPT_LIMIT {
        return Err(format!("it took {:?}", pressed.elapsed()));
    }
    let length = fs::metadata(&stored).map_or(0, |metadata| metadata.len());
    if length >= SIZE {
        return Err("the whole file was stored".to_owned());
    }
    fs::remove_file(stored).map_err(text)
}

/// The end of the window, of the session and of the system while a file is sent: the run tells its end, as after Ctrl-C.
pub(super) fn the_end_of_the_console(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "large.bin"));
    let line = [&SLOWLY[..], &["--atomic", &host, DemoServer::USER, &file, DIRECTORY]].concat();
    [Event::Close, Event::LogOff, Event::ShutDown]
        .iter()
        .try_for_each(|event| end_while_sending(lab, wine, *event, &line))
}

/// The end of the window during `sync`, which holds a lock on the server.
pub(super) fn the_end_of_the_window_in_sync(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, folder) = (lab.host(), local(lab, ""));
    let line = [&["sync"], &SLOWLY[..], &[&host, DemoServer::USER, &folder, DIRECTORY]].concat();
    end_while_sending(lab, wine, Event::Close, &line)
}

/// Ends a run while it sends a large file under a temporary name.
fn end_while_sending(lab: &Lab, wine: &Wine, event: Event, line: &[&str]) -> Result<(), String> {
    let mut running = wine.start_until(event, &lab.clear.password, line).map_err(text)?;
    let is_sent = |path: &PathBuf| path.display().to_string().ends_with(".part");
    wait_until(|| stored(lab).iter().any(is_sent))?;
    drop(running.child.stdin.take());
    let ended = running.wait();
    let left = stored(lab);
    for path in &left {
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(text)?;
    }
    let ended = expect(130, ended).map_err(|why| format!("{event:?}: {why}; these stay: {left:?}"))?;
    if !ended.errors.contains("interrupted") || left.iter().any(|path| path.ends_with(".ftp-uploader.lock")) {
        return Err(format!("{event:?}: the run did not end by itself: {left:?}, {}", ended.errors));
    }
    Ok(())
}

/// The entries of the folder on the servers.
fn stored(lab: &Lab) -> Vec<PathBuf> {
    fs::read_dir(&lab.stored).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn wait_until(is_reached: impl Fn() -> bool) -> Result<(), String> {
    let began = Instant::now();
    while !is_reached() {
        if began.elapsed() > INTERRUPT_LIMIT {
            return Err("nothing arrived".to_owned());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn interrupt(running: &Running) -> Result<(), String> {
    let sent = Command::new("kill").args(["-INT", &running.child.id().to_string()]).status();
    sent.map_err(text).map(drop)
}
