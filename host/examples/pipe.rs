//! Uploads the output of a command without a file in between: `pipe HOST USERNAME NAME REMOTEDIR COMMAND [ARGUMENT...]`,
//! with the password on standard input. If the command fails, nothing gets NAME on the server.

use std::env;
use std::error::Error;
use std::io::{self, PipeWriter};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::thread;

use ftp_uploader::{CancelToken, Delivery, Password, Put, Request, Target, UploadReport, Uploader};

fn main() -> ExitCode {
    match upload() {
        Ok(report) => {
            println!("{report}");
            if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("pipe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn upload() -> Result<UploadReport, Box<dyn Error>> {
    let words: Vec<_> = env::args().skip(1).collect();
    let [host, user, name, directory, program, arguments @ ..] = &words[..] else {
        return Err("usage: pipe HOST USERNAME NAME REMOTEDIR COMMAND [ARGUMENT...]".into());
    };
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    let (reader, writer) = io::pipe()?;
    let token = CancelToken::new()?;
    let mut delivery = Delivery::default();
    // The end of a pipe does not tell if its writer has finished or died. With a temporary name, a run that is cancelled
    // before the end leaves nothing under NAME.
    delivery.atomic = true;
    let job = Put::into_directory(directory.as_str())?.stream(reader, name.as_str())?;
    let target = Target::new(host.parse()?, user.as_str())?.password(password);
    let request = Request::of(target, job).delivery(delivery).cancelled_by(&token);
    let uploader = Uploader::new()?;

    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(writer.try_clone()?);
    thread::scope(|scope| {
        let runner = scope.spawn(|| run(command, writer, &token));
        let report = uploader.upload(&request, Arc::new(()));
        // The library has closed its end of the pipe only with `request`, so that a command that still writes would wait.
        drop(request);
        match runner.join() {
            Ok(Ok(())) => Ok(report),
            Ok(Err(error)) => Err(format!("{program} failed: {error}. {report}").into()),
            Err(_) => Err("the thread that runs the command has panicked".into()),
        }
    })
}

/// Runs the command. The upload does not see the end of the pipe before `writer` is dropped, so that it is cancelled before
/// it can take the output of a failed command for complete.
fn run(mut command: Command, writer: PipeWriter, token: &CancelToken) -> Result<(), String> {
    let status = command.status();
    // It has its own copy of the pipe.
    drop(command);
    match status {
        Ok(status) if status.success() => {
            drop(writer);
            Ok(())
        }
        Ok(status) => {
            token.cancel();
            Err(status.to_string())
        }
        Err(error) => {
            token.cancel();
            Err(error.to_string())
        }
    }
}
