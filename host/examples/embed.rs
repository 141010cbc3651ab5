//! Uploads one file with the library: `embed HOST USERNAME LOCALFILE REMOTEDIR`, with the password on standard input.

use std::env;
use std::error::Error;
use std::io;
use std::sync::Arc;

use ftp_uploader::{Event, Observer, Password, Request, Uploader};

/// Prints the progress of each file.
struct Percent;

impl Observer for Percent {
    fn event(&self, event: &Event<'_>) {
        if let Event::Sent { file, sent, size } = event {
            let size = size.unwrap_or(*sent);
            println!("{}: {}%", file.display(), u128::from(*sent) * 100 / u128::from(size));
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let [host, user, file, directory] = env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage")?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    // TLS is required, unless HOST is this machine or begins with ftp://.
    let request = Request::new(host.parse()?, user, directory)?.password(password).file(file)?;
    let report = Uploader::new()?.upload(&request, Arc::new(Percent));
    // The lines say what is stored and how it was verified, or what failed and what to do about it.
    println!("{report}");
    report.into_result().map(drop).map_err(|_| "not everything is stored".into())
}
