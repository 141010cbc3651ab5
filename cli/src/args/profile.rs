//! The options for profiles, and for passwords that are kept elsewhere.

use std::ffi::OsString;
use std::path::PathBuf;

/// The options under the heading Profiles.
#[derive(clap::Args)]
#[command(next_help_heading = "Profiles")]
pub struct ProfileArgs {
    /// Take HOST, USERNAME, REMOTEDIR and options from [profile.NAME] of the file with profiles. Options of the command
    /// line take precedence
    #[arg(long, value_name = "NAME")]
    pub profile: Option<OsString>,

    /// Read profiles and the options for all runs ([defaults]) from PATH, instead of FTP_UPLOADER_CONFIG or
    /// ~/.config/ftp-uploader/config.toml; none reads no file
    #[arg(long, value_name = "PATH")]
    pub config: Option<OsString>,

    /// Print every setting with its value and its origin, then exit. Secrets are masked, and nothing is sent
    #[arg(long)]
    pub show_settings: bool,

    /// Ask on the terminal whether to trust the key of a certificate that is not trusted, and write its pin into the
    /// profile
    #[arg(long, requires = "profile")]
    pub remember_pin: bool,

    /// Read the password from the entry of HOST and USERNAME in ~/.netrc, or in the file that the variable NETRC names
    #[arg(long, group = "source", help_heading = "Login")]
    pub netrc: bool,

    /// Read the password from the entry of HOST and USERNAME in this file, whose form is that of ~/.netrc
    #[arg(long, value_name = "PATH", group = "source", help_heading = "Login")]
    pub netrc_file: Option<PathBuf>,

    /// Read the password from the keyring of the desktop, if this program was built with it: the entry of the service
    /// ftp-uploader:HOST and of USERNAME
    #[arg(long, group = "source", help_heading = "Login")]
    pub keyring: bool,
}
