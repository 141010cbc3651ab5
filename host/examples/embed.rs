//! An upload from someone else's program: `embed HOST USERNAME LOCALFILE REMOTEDIR`, with the password on standard
//! input. Needs no more than the library: `default-features = false` leaves the command line's crates out.

use std::env;
use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;

use ftp_uploader::{Password, Progress, Request, Uploader};

/// Hears how the upload is getting on.
struct Percent;

impl Progress for Percent {
    fn sent(&self, file: &Path, sent: u64, size: Option<u64>) {
        let size = size.unwrap_or(sent);
        println!("{}: {}%", file.display(), u128::from(sent) * 100 / u128::from(size));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let [host, user, file, directory] = env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "usage")?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let password = Password::new(line.trim_end().as_bytes().to_vec())?;

    // TLS, unless HOST is this machine or says ftp://.
    let request = Request::new(host.parse()?, user, directory)?.password(password).file(file)?;
    for receipt in Uploader::new()?.upload(&request, Arc::new(Percent))? {
        println!("stored {} bytes, verified: {:?}", receipt.sent, receipt.verified);
    }
    Ok(())
}
