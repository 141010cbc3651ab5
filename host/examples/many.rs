//! Uploads several files with one bar for all of them: `many HOST USERNAME LOCALFILE... REMOTEDIR`, with the password on
//! standard input.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use ftp_uploader::{Event, Observer, Password, Request, UploadReport, Uploader};

/// The columns of the bar.
const WIDTH: u64 = 30;

/// Draws one bar for all files. The files are sent at the same time, so that the events of different files interleave.
#[derive(Default)]
struct Bar(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    files: u64,
    bytes: u64,
    stored: u64,
    /// The bytes sent of each file that has begun.
    sent: Vec<(PathBuf, u64)>,
}

impl Observer for Bar {
    fn event(&self, event: &Event<'_>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Planned { files, bytes, .. } => (counts.files, counts.bytes) = (*files, *bytes),
            Event::Sent { file, sent, .. } => match counts.sent.iter_mut().find(|(path, _)| path == file) {
                // After a retry the number may be smaller than before.
                Some((_, so_far)) => *so_far = *sent,
                None => counts.sent.push((file.to_path_buf(), *sent)),
            },
            Event::Stored(_) => counts.stored += 1,
            _ => return,
        }
        let _ = write!(io::stderr(), "\r{}", counts.line());
    }
}

impl Counts {
    fn line(&self) -> String {
        let sent: u64 = self.sent.iter().map(|(_, sent)| sent).sum();
        let full = (u128::from(sent) * u128::from(WIDTH)).checked_div(u128::from(self.bytes)).unwrap_or(0);
        let bar: String = (0..u128::from(WIDTH)).map(|column| if column < full { '#' } else { '-' }).collect();
        format!("[{bar}] {sent} of {} bytes, {} of {} files", self.bytes, self.stored, self.files)
    }
}

fn main() -> ExitCode {
    match upload() {
        Ok(report) => {
            eprintln!();
            println!("{report}");
            if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        // `{}` shows the likely cause and advice, too; a `main` that returns the error would show its fields.
        Err(error) => {
            eprintln!("many: {error}");
            ExitCode::FAILURE
        }
    }
}

fn upload() -> Result<UploadReport, Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [host, user, files @ .., directory] = &words[..] else {
        return Err("usage: many HOST USERNAME LOCALFILE... REMOTEDIR".into());
    };
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    let request = Request::new(host.parse()?, user.as_str(), directory.as_str())?.password(password);
    let request = files.iter().try_fold(request, Request::file)?;
    Ok(Uploader::new()?.upload(&request, Arc::new(Bar::default())))
}
