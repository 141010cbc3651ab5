//! Settings by which a server's administrator forbids, limits or adds functions, as hosting companies do.
//!
//! The file of each server maps them to its configuration, and panics if the server does not have the setting.

/// One setting of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// RNFR is refused (550), even if the file does not exist. vsftpd, ProFTPD, Pure-FTPd.
    NoRenaming,
    /// Storing or renaming over an existing file is refused (550). ProFTPD.
    NoOverwriting,
    /// DELE is refused (550). vsftpd, ProFTPD, Pure-FTPd.
    NoDeleting,
    /// CWD is refused (550). ProFTPD.
    NoDirectoryChanges,
    /// SIZE is refused (550), even if the file exists. vsftpd.
    NoSizes,
    /// A drop box: files can be stored and renamed, but not read. SIZE is refused, too (550). ProFTPD.
    NoReading,
    /// Names that begin with a dot are refused (553). Pure-FTPd.
    NoDotFiles,
    /// HASH and similar commands are supported, and REST before STOR is allowed. ProFTPD.
    Hashes,
    /// A file has a hidden name during its transfer, and gets its own name afterwards. ProFTPD.
    HiddenStores,
    /// If the name exists already, a file is stored as NAME.1, NAME.2 and so on. The reply 226 does not say so.
    /// Pure-FTPd.
    StoresAside,
    /// The limit is 2 MiB: for each file with ProFTPD, for all files together with Pure-FTPd (552 in mid-transfer).
    /// Pure-FTPd stores its accounting in the root, which needs [`super::FtpServer::open_root`].
    Quota,
    /// One session at a time. vsftpd and Pure-FTPd refuse another one by the greeting 421, ProFTPD by 530 as the reply
    /// to PASS.
    OneClient,
    /// One session at a time for each user. The text of the reply differs from that of [`Self::OneClient`]. ProFTPD.
    OneClientPerUser,
    /// Two sessions at a time for each user, refused like those of [`Self::OneClientPerUser`]. ProFTPD.
    TwoClientsPerUser,
    /// One session at a time for each client address, refused by the greeting 530. ProFTPD.
    OneConnectionPerAddress,
    /// The user's home directory is missing, so the reply to the right password is 500 OOPS. vsftpd.
    NoHome,
    /// Only one port for data connections, the first of [`super::FtpServer::passive_ports`]. vsftpd.
    OnePassivePort,
    /// A transfer waits 2 s for its data connection, instead of 60 s. vsftpd, which locks the file during that time.
    ShortAccept,
    /// Nothing is logged. vsftpd, which otherwise logs each connection with TLS.
    NoLog,
    /// Two sessions at a time, refused like those of [`Self::OneClient`]. vsftpd.
    TwoClients,
    /// It listens behind the benchmark's link ([`super::NEAR_END`]). vsftpd, ProFTPD, Pure-FTPd.
    BehindLink,
    /// A listing ends after 15 entries, and the reply 226 says so. Pure-FTPd.
    TruncatedListings,
    /// Every file is stored whole, but this is the final reply. pyftpdlib.
    FinalReply(&'static str),
}
