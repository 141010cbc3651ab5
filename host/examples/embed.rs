//! Uploads one file with the library: `embed HOST USERNAME LOCALFILE REMOTEDIR`, with the password on standard input.

use std::env;
use std::error::Error;
use std::io;
use std::sync::Arc;

use ftp_uploader::{Event, Observer, Password, Put, Request, Target, Uploader};

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
    let target = Target::new(host.parse()?, user)?.password(password);
    let request = Request::new(target, Put::into_directory(directory)?.file(file)?);
    for stored in Uploader::new()?.upload(&request, Arc::new(Percent)).into_result()? {
        println!("stored {} bytes, verified: {:?}", stored.sent, stored.verified);
    }
    Ok(())
}
