//! Uploads files and prints each event as one JSON object a line: `json_events HOST USERNAME LOCALFILE... REMOTEDIR`, with
//! the password on standard input. A model for programs that pass events on, to a log or to a page.

use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use ftp_uploader::{Escaped, Event, Observer, Password, Request, Uploader};
use serde_json::{Value, json};

/// Prints a line for each event. `println!` locks standard output, so that lines of different files do not mix.
struct Lines;

impl Observer for Lines {
    fn event(&self, event: &Event<'_>) {
        if let Some(object) = object(event) {
            println!("{object}");
        }
    }
}

/// The object for an event; `None` for events that are of no interest here.
fn object(event: &Event<'_>) -> Option<Value> {
    Some(match event {
        Event::Planned { files, bytes, .. } => json!({ "event": "planned", "files": files, "bytes": bytes }),
        Event::FileStarted { file, size, .. } => {
            json!({ "event": "started", "file": file.display().to_string(), "size": size })
        }
        Event::Sent { file, sent, .. } => json!({ "event": "sent", "file": file.display().to_string(), "sent": sent }),
        Event::Retrying { error, pause, count, .. } => {
            json!({ "event": "retrying", "try": count, "in_seconds": pause.as_secs_f64(), "because": format!("{error:#}") })
        }
        Event::Stored(stored) => json!({
            "event": "stored",
            // The name is bytes; escaped, it is text in every case.
            "name": Escaped(&stored.remote).to_string(),
            "size": stored.size,
            "verified": format!("{:?}", stored.verified),
        }),
        Event::Failed(failure) => json!({ "event": "failed", "because": failure.to_string() }),
        _ => return None,
    })
}

fn main() -> ExitCode {
    match upload() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{}", json!({ "event": "failed", "because": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

fn upload() -> Result<bool, Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [host, user, files @ .., directory] = &words[..] else {
        return Err("usage: json_events HOST USERNAME LOCALFILE... REMOTEDIR".into());
    };
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    let request = Request::new(host.parse()?, user.as_str(), directory.as_str())?.password(password);
    let request = files.iter().try_fold(request, Request::file)?;
    let report = Uploader::new()?.upload(&request, Arc::new(Lines));
    println!("{}", json!({ "event": "ended", "complete": report.is_complete(), "lines": report.lines() }));
    Ok(report.is_complete())
}
