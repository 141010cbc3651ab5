//! `cargo xtask test static [FILTER...]`: the tests of the behaviour, with a static program for this machine's processor
//! (musl), optimised as it is handed out.
//!
//! It is no part of `cargo xtask test`, because it compiles everything once more, which takes some ten minutes of
//! computing time, and runs all tests of `tests/` a second time.

use xtask::cargo;
use xtask::ci;
use xtask::target_dir;
use xtask::wasm_target;

use crate::dist::Target;
use crate::ftp_servers;
use crate::skips;

/// Runs the tests whose names contain one of the filters; without a filter, all.
pub(crate) fn run(filters: &[&str]) -> Result<(), String> {
    wasm_target::set_up()?;
    let target = Target::native().ok_or("there is no static program for this system")?;
    target.set_up()?;
    let folder = target_dir::target_dir()?;
    let servers = ftp_servers::set_up(&folder);
    let missing: Vec<_> = servers.iter().filter(|server| server.outcome.is_err()).map(|server| server.name).collect();
    if !missing.is_empty() && ci::is_set() {
        return Err(format!("missing, and with CI=true nothing is skipped: {}", missing.join(", ")));
    }
    let record = skips::new_record(&folder)?;
    let shown = record.display().to_string();
    let tools = target.tools();
    let mut environment: Vec<_> = tools.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    environment.push((skips::VARIABLE, &shown));
    let features = "ftp-uploader/compiler,ftp-uploader-lib/other-processors";
    let packages = ["test", "--release", "-p", "ftp-uploader", "-p", "ftp-uploader-lib"];
    let options = ["--features", features, "--target", target.triple, "--"];
    cargo::run(&[&packages[..], &options, filters].concat(), &environment)?;
    match skips::summary(&record) {
        Some(skipped) => println!("NOT EVERYTHING WAS CHECKED: {skipped}. All else passed."),
        None => println!("All tests passed with a program for {}.", target.triple),
    }
    Ok(())
}
