//! The tests under wine. The name of each says the behaviour.

use std::fs;
use std::io::{self, Write};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use test_servers::DemoServer;

use super::lab::{DIRECTORY, Lab};
use super::wine::{Ended, Wine};
use super::{console, events, surrogates};

/// A test: its name, and the function.
type Case = (&'static str, fn(&Lab, &Wine) -> Result<(), String>);

pub(super) const ALL: &[Case] = &[
    ("a file is stored in clear", a_file_is_stored_in_clear),
    ("a file is stored inside TLS, and an unknown certificate is refused", inside_tls),
    ("several files are stored, also by paths with backslashes and letters of other scripts", several_files),
    ("a server that connects to this machine gets the file", active_mode),
    ("a wrong password ends with its exit code", a_wrong_password),
    ("a file that does not exist, and a directory, are named in one line", files_that_cannot_be_sent),
    ("an upload that broke is continued", an_upload_is_continued),
    ("a pipe is stored to its end", a_pipe_is_stored),
    ("a directory is stored with its contents", a_directory_is_stored),
    ("sync stores, changes and removes", sync_makes_equal),
    ("the password can be read from standard input", a_password_from_standard_input),
    ("the password can be typed at the prompt", console::a_password_is_typed),
    ("Ctrl-Z and Ctrl-D end the prompt", console::keys_that_end_the_input),
    ("Ctrl-C ends the prompt with its exit code", console::ctrl_c_at_the_prompt),
    ("the prompt shows letters of other scripts", console::letters_of_other_scripts),
    ("a bar is drawn on a console without TERM", console::a_bar_without_term),
    ("half of a surrogate pair in a word is refused in one line", surrogates::refused_on_the_command_line),
    ("half of a surrogate pair in a variable is refused in one line", surrogates::refused_in_variables),
    ("help and settings say that rights to files are not checked", unchecked_rights),
    ("an option without meaning is refused in one line", options_without_meaning),
    ("the missing fence is shown, and can be required", the_missing_fence),
    ("Ctrl-C ends an upload with its exit code", events::ctrl_c),
    ("the end of window, session and system ends an upload with its exit code", events::the_end_of_the_console),
    ("the end of the window ends sync, which gives its lock back", events::the_end_of_the_window_in_sync),
];

pub(super) fn text(error: io::Error) -> String {
    error.to_string()
}

/// Runs the program, and compares the exit code.
pub(super) fn expect<E: ToString>(code: i32, ended: Result<Ended, E>) -> Result<Ended, String> {
    let ended = ended.map_err(|error| error.to_string())?;
    if ended.code == Some(code) { Ok(ended) } else { Err(format!("not exit code {code}: {ended:?}")) }
}

/// Checks that there is one line, with all `words`, and without the full stop of a text of Windows inside.
pub(super) fn one_line(ended: &Ended, words: &[&str]) -> Result<(), String> {
    let is_one = ended.errors.trim_end().lines().count() == 1 && !ended.errors.contains("..");
    if is_one && words.iter().all(|word| ended.errors.contains(word)) {
        return Ok(());
    }
    Err(format!("not one line with {words:?}: {}", ended.errors))
}

pub(super) fn local(lab: &Lab, name: &str) -> String {
    Wine::path(&lab.local.join(name))
}

/// Uploads in clear with these options.
fn upload(lab: &Lab, wine: &Wine, options: &[&str], files: &[&str]) -> io::Result<Ended> {
    let (host, paths) = (lab.host(), files.iter().map(|file| local(lab, file)).collect::<Vec<_>>());
    let mut line = [options, &[&host, DemoServer::USER]].concat();
    line.extend(paths.iter().map(String::as_str));
    line.push(DIRECTORY);
    wine.run(&lab.clear.password, &line)
}

fn a_file_is_stored_in_clear(lab: &Lab, wine: &Wine) -> Result<(), String> {
    expect(0, upload(lab, wine, &[], &["large.bin"]))?;
    lab.arrived("large.bin", "large.bin")
}

fn inside_tls(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let host = format!("localhost:{}", lab.protected.port);
    let (file, certificate) = (local(lab, "large.bin"), Wine::path(&lab.certificate));
    let line = ["--tls", "explicit", &host, DemoServer::USER, &file, DIRECTORY];
    expect(5, wine.run(&lab.protected.password, &line))?;
    let line = [&["--ca-file", &certificate][..], &line].concat();
    expect(0, wine.run(&lab.protected.password, &line))?;
    lab.arrived("large.bin", "large.bin")
}

fn several_files(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let files = ["large.bin", "small.txt", "grün 日本.txt"];
    expect(0, upload(lab, wine, &["--atomic"], &files))?;
    files.iter().try_for_each(|file| lab.arrived(file, file))
}

fn active_mode(lab: &Lab, wine: &Wine) -> Result<(), String> {
    expect(0, upload(lab, wine, &["--active"], &["large.bin"]))?;
    lab.arrived("large.bin", "large.bin")
}

fn a_wrong_password(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let ended = expect(6, wine.run("wrong", &[&host, DemoServer::USER, &file, DIRECTORY]))?;
    one_line(&ended, &["530"])
}

fn files_that_cannot_be_sent(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let ended = expect(3, upload(lab, wine, &[], &["no.txt"]))?;
    one_line(&ended, &["no.txt", "check the path"])?;
    let ended = expect(3, upload(lab, wine, &[], &["site"]))?;
    one_line(&ended, &["is a directory"])
}

fn an_upload_is_continued(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let whole = fs::read(lab.local.join("large.bin")).map_err(text)?;
    fs::write(lab.stored.join("large.bin"), &whole[..1 << 20]).map_err(text)?;
    let ended = expect(0, upload(lab, wine, &["--resume"], &["large.bin"]))?;
    lab.arrived("large.bin", "large.bin")?;
    if ended.errors.contains("resum") { Ok(()) } else { Err(format!("it was not continued: {}", ended.errors)) }
}

fn a_pipe_is_stored(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let host = lab.host();
    let line = ["--from-stdin", "piped.bin", &host, DemoServer::USER, DIRECTORY];
    let mut running = wine.start(&lab.clear.password, &line, Stdio::piped()).map_err(text)?;
    let bytes = fs::read(lab.local.join("large.bin")).map_err(text)?;
    let mut pipe = running.child.stdin.take().ok_or("no pipe")?;
    // The writer pauses, so that the program has to wait for it.
    let halves = bytes.split_at(bytes.len() / 2);
    pipe.write_all(halves.0).map_err(text)?;
    thread::sleep(Duration::from_millis(500));
    pipe.write_all(halves.1).map_err(text)?;
    drop(pipe);
    expect(0, running.wait())?;
    lab.arrived("large.bin", "piped.bin")
}

fn a_directory_is_stored(lab: &Lab, wine: &Wine) -> Result<(), String> {
    expect(0, upload(lab, wine, &["-r", "--exclude", "*.tmp"], &["site"]))?;
    for file in ["site/index.html", "site/css/a.css", "site/css/deep/b.css"] {
        lab.arrived(file, file)?;
    }
    if lab.stored.join("site/skipped.tmp").exists() {
        return Err("a file that a rule excludes was stored".to_owned());
    }
    fs::remove_dir_all(lab.stored.join("site")).map_err(text)
}

fn sync_makes_equal(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, site, remote) = (lab.host(), local(lab, "site"), format!("{DIRECTORY}/site"));
    let line = ["sync", "--create-dirs", "--delete", "extra", &host, DemoServer::USER, &site, &remote];
    expect(0, wine.run(&lab.clear.password, &line))?;
    fs::write(lab.stored.join("site/extra.html"), "extra").map_err(text)?;
    fs::write(lab.local.join("site/index.html"), "<p>another</p>\n").map_err(text)?;
    expect(0, wine.run(&lab.clear.password, &line))?;
    if lab.stored.join("site/extra.html").exists() {
        return Err("the extra file stays".to_owned());
    }
    for file in ["site/index.html", "site/css/a.css", "site/css/deep/b.css"] {
        lab.arrived(file, file)?;
    }
    fs::remove_dir_all(lab.stored.join("site")).map_err(text)
}

fn a_password_from_standard_input(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let (host, file) = (lab.host(), local(lab, "small.txt"));
    let line = ["--password-stdin", &host, DemoServer::USER, &file, DIRECTORY];
    let mut running = wine.start("", &line, Stdio::piped()).map_err(text)?;
    let mut pipe = running.child.stdin.take().ok_or("no pipe")?;
    pipe.write_all(format!("{}\r\n", lab.clear.password).as_bytes()).map_err(text)?;
    drop(pipe);
    expect(0, running.wait())?;
    lab.arrived("small.txt", "small.txt")
}

fn unchecked_rights(_: &Lab, wine: &Wine) -> Result<(), String> {
    for (option, words) in [("--help", "are not checked"), ("--show-settings", "file-rights")] {
        let ended = expect(0, wine.run("", &[option]))?;
        if !ended.output.contains(words) {
            return Err(format!("{option} does not say so: {}", ended.output));
        }
    }
    Ok(())
}

fn options_without_meaning(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let ended = expect(2, upload(lab, wine, &["--password-fd", "3"], &["small.txt"]))?;
    one_line(&ended, &["--password-fd", "no meaning on Windows", "Nothing was sent"])
}

fn the_missing_fence(lab: &Lab, wine: &Wine) -> Result<(), String> {
    let ended = expect(0, upload(lab, wine, &["--explain"], &["small.txt"]))?;
    let missing = ended.output.matches("supported on Linux only").count();
    if missing != 5 {
        return Err(format!("{missing} parts are shown as missing, not 5: {}", ended.output));
    }
    let ended = expect(2, upload(lab, wine, &["--require-fence"], &["small.txt"]))?;
    one_line(&ended, &["a part of the fence is missing"])
}
