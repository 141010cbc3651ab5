//! The options that name local files, and their place and name on the server.

use std::ffi::OsString;
use std::path::PathBuf;

/// The options under the heading Files.
#[derive(clap::Args)]
#[command(next_help_heading = "Files")]
pub struct FilesArgs {
    /// Store the files in REMOTEDIR on the server. All words after USERNAME are then local files, as xargs writes them
    #[arg(short, long, value_name = "REMOTEDIR")]
    pub target_directory: Option<OsString>,

    /// Also upload the files whose paths PATH lists, one in each line; - is standard input. The words of the command
    /// line then need no LOCALFILE
    #[arg(long, value_name = "PATH")]
    pub files_from: Option<PathBuf>,

    /// Read paths that end with NUL instead of a line end, as find -print0 writes them
    #[arg(short = '0', long, requires = "files_from")]
    pub null: bool,

    /// Store the file, of which there is only one, as NAME
    #[arg(id = "as", long = "as", value_name = "NAME", conflicts_with = "unique")]
    pub as_name: Option<OsString>,
}
