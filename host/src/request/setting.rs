//! The names of settings in messages: as options of the program, and as items of this library. This is the only table of
//! them, so that no message names an option that its reader does not have.

/// The reader of the messages, who changes a setting in this way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wording {
    /// The user of the program: settings are options of the command line, such as `--create-dirs`.
    Program,
    /// The author of a program that uses this library: settings are its items, such as
    /// [`Delivery::create_directories`](crate::Delivery::create_directories).
    #[default]
    Library,
}

/// A setting that messages name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The server's address.
    Host,
    /// The directory on the server.
    Directory,
    /// The local directory of [`Sync`](crate::Sync).
    LocalDirectory,
    /// The password.
    Password,
    /// The account (ACCT).
    Account,
    /// The parameters of SITE commands.
    Site,
    /// TLS after AUTH.
    TlsExplicit,
    /// TLS from the first byte.
    TlsImplicit,
    /// No TLS.
    TlsOff,
    /// Authorities to trust.
    Authorities,
    /// Pins to trust.
    Pin,
    /// The client's certificate.
    Identity,
    /// The limit for each reply.
    Timeout,
    /// The limit for connecting.
    ConnectTimeout,
    /// The limit for the whole run.
    MaxTime,
    /// The local address.
    SourceAddress,
    /// The network interface.
    Interface,
    /// Data connections that the server opens.
    Active,
    /// The proxy.
    Proxy,
    /// The user and the password for the proxy.
    ProxyAuth,
    /// The number of connections.
    Jobs,
    /// Going on with an incomplete upload of an earlier run.
    Resume,
    /// Temporary names.
    Atomic,
    /// Replacing a file that has the name already.
    Replace,
    /// Sending only files that are not there.
    SkipExisting,
    /// The proof that is required.
    Verify,
    /// Making missing directories.
    CreateDirectories,
    /// Uploading a directory with its contents.
    Tree,
    /// Uploading a pipe.
    Stream,
    /// Leaving out parts of directories.
    Exclude,
    /// The number of files that may be removed.
    MaxDelete,
    /// Doing without a lock.
    NoLock,
    /// Only showing what would be done.
    DryRun,
}

impl Setting {
    /// All settings.
    pub const ALL: [Self; 33] = [
        Self::Host,
        Self::Directory,
        Self::LocalDirectory,
        Self::Password,
        Self::Account,
        Self::Site,
        Self::TlsExplicit,
        Self::TlsImplicit,
        Self::TlsOff,
        Self::Authorities,
        Self::Pin,
        Self::Identity,
        Self::Timeout,
        Self::ConnectTimeout,
        Self::MaxTime,
        Self::SourceAddress,
        Self::Interface,
        Self::Active,
        Self::Proxy,
        Self::ProxyAuth,
        Self::Jobs,
        Self::Resume,
        Self::Atomic,
        Self::Replace,
        Self::SkipExisting,
        Self::Verify,
        Self::CreateDirectories,
        Self::Tree,
        Self::Stream,
        Self::Exclude,
        Self::MaxDelete,
        Self::NoLock,
        Self::DryRun,
    ];

    /// Returns the name of the setting for a reader.
    pub fn name(self, wording: Wording) -> &'static str {
        let (option, item) = self.names();
        match wording {
            Wording::Program => option,
            Wording::Library => item,
        }
    }

    /// The option of the program, and the item of the library.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Host => ("HOST", "the server's address"),
            Self::Directory => ("REMOTEDIR", "the remote directory"),
            Self::LocalDirectory => ("LOCALDIR", "the local directory"),
            Self::Password => ("its source (--password-file, --password-fd, --password-stdin)", "Target::password"),
            Self::Account => ("--account", "Target::account"),
            Self::Site => ("--site", "Target::site"),
            Self::TlsExplicit => ("--tls explicit", "Tls::Explicit"),
            Self::TlsImplicit => ("--tls implicit", "Tls::Implicit"),
            Self::TlsOff => ("--tls off", "Tls::Off"),
            Self::Authorities => ("--ca-file", "Trust::Authorities"),
            Self::Pin => ("--pin", "Trust::Pins"),
            Self::Identity => ("--cert and --key", "Security::identity"),
            Self::Timeout => ("--timeout", "Network::timeout"),
            Self::ConnectTimeout => ("--connect-timeout", "Network::connect_timeout"),
            Self::MaxTime => ("--max-time", "Network::max_time"),
            Self::SourceAddress => ("--source-address", "Network::source_address"),
            Self::Interface => ("--interface", "Network::interface"),
            Self::Active => ("--active", "Network::active"),
            Self::Proxy => ("--proxy", "Network::proxy"),
            Self::ProxyAuth => ("FTP_PROXY_AUTH", "Proxy::auth"),
            Self::Jobs => ("--jobs", "Delivery::jobs"),
            Self::Resume => ("--resume", "Delivery::resume"),
            Self::Atomic => ("--atomic", "Delivery::atomic"),
            Self::Replace => ("--replace", "Delivery::replace"),
            Self::SkipExisting => ("--skip-existing", "Delivery::skip_existing"),
            Self::Verify => ("--verify", "Delivery::verify"),
            Self::CreateDirectories => ("--create-dirs", "Delivery::create_directories"),
            Self::Tree => ("-r", "Put::tree"),
            Self::Stream => ("--from-stdin", "Put::stream"),
            Self::Exclude => ("--exclude", "TreeRules"),
            Self::MaxDelete => ("--max-delete", "SyncOptions::max_delete"),
            Self::NoLock => ("--no-lock", "SyncOptions::lock = false"),
            Self::DryRun => ("--dry-run", "SyncOptions::dry_run"),
        }
    }
}
