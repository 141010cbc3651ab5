//! Makes a directory on the server hold what a local directory holds: `sync HOST USERNAME LOCALDIR REMOTEDIR`, with the
//! password on standard input. Files that an earlier run has stored and that are gone here are removed there, too.

use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use ftp_uploader::{Delete, MANIFEST, Password, Request, Sync, SyncOptions, Target, UploadReport, Uploader};

fn main() -> ExitCode {
    match synchronise() {
        Ok(report) => {
            report.lines().iter().for_each(|line| println!("{line}"));
            if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("sync: {error}");
            ExitCode::FAILURE
        }
    }
}

fn synchronise() -> Result<UploadReport, Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [host, user, local, directory] = &words[..] else {
        return Err("usage: sync HOST USERNAME LOCALDIR REMOTEDIR".into());
    };
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    let mut options = SyncOptions::default();
    // The manifest on the server lists the files that earlier runs have stored; only those may be removed.
    options.manifest = Some(MANIFEST.into());
    options.delete = Delete::Own;
    let job = Sync::new(local, directory.as_str())?.options(options)?;
    let target = Target::new(host.parse()?, user.as_str())?.password(password);
    Ok(Uploader::new()?.upload(&Request::of(target, job), Arc::new(())))
}
