//! The lines about files whose names are taken on the server, or may be (`--skip-existing`).

use ftp_text::escape::Escaped;

use crate::report::error::Doubt;
use crate::report::summary::AlreadyThere;
use crate::request::context::Context;
use crate::request::setting::Setting;
use crate::words::message::Message;

/// The line about a file that was not sent, because it is there.
pub fn line(directory: &str, file: &AlreadyThere) -> String {
    format!("Skipped {} in {directory}: already there", Escaped(&file.remote))
}

/// It is not known if the file is there.
pub fn unknown(context: &Context, why: Doubt) -> Message {
    let (host, option) = (context.server(), context.name(Setting::SkipExisting));
    let why = match why {
        Doubt::NotListed => "it does not list the directory, and does not tell the size of the file",
        Doubt::Incomplete => "its listing of the directory is incomplete",
        Doubt::Empty => {
            "its listing of the directory shows nothing at all, which some servers send if it must not be read"
        }
        Doubt::Hidden => "its listing of the directory may leave out names that begin with a dot",
        Doubt::Similar => "the directory has a similar name, which may be the same to the server",
    };
    Message::new(
        format!("{host} does not tell if a file with this name is there: {why}"),
        format!("It was not sent; look into the directory, and leave {option} out for the files that are not there"),
    )
}
