//! Settings by which a server's administrator forbids, limits or adds something, seen at hosting companies.
//!
//! How a server calls a setting is said in the server's own file; one that a server does not have fails the test.

/// One setting of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// RNFR is refused (550), for files that exist as for others. vsftpd, ProFTPD, Pure-FTPd.
    NoRenaming,
    /// No file is renamed or stored over another (550). ProFTPD.
    NoOverwriting,
    /// DELE is refused (550). vsftpd, ProFTPD, Pure-FTPd.
    NoDeleting,
    /// CWD is refused (550). ProFTPD.
    NoDirectoryChanges,
    /// SIZE is refused (550), for files that exist as for others. vsftpd.
    NoSizes,
    /// A drop box: files can be stored and renamed, but neither read nor asked about; SIZE is refused (550). ProFTPD.
    NoReading,
    /// Names that begin with a dot are refused (553). Pure-FTPd.
    NoDotFiles,
    /// HASH and its kin are offered, and REST before STOR is allowed. ProFTPD.
    Hashes,
    /// A file has its name when its transfer has ended, and a hidden one before. ProFTPD.
    HiddenStores,
    /// A file whose name is taken is stored as NAME.1, NAME.2 and so on, and 226 does not say so. Pure-FTPd.
    StoresAside,
    /// 2 MiB are the most: for a file with ProFTPD, for all files together with Pure-FTPd (552 in mid-transfer). It needs
    /// [`super::FtpServer::open_root`] with Pure-FTPd, which keeps account there.
    Quota,
    /// One session at a time. vsftpd and Pure-FTPd refuse the next one with 421 as a greeting, ProFTPD with 530 as the
    /// answer to the password.
    OneClient,
    /// The same for each user, in other words. ProFTPD.
    OneClientPerUser,
    /// The same for each address: 530 as a greeting. ProFTPD.
    OneConnectionPerAddress,
    /// The right password is answered by 500 OOPS, as the user's folder is missing. vsftpd.
    NoHome,
    /// One port for data connections, the first of [`super::FtpServer::passive_ports`]. vsftpd.
    OnePassivePort,
    /// Nothing is logged. vsftpd, which otherwise logs each connection with TLS.
    NoLog,
    /// Every file is stored whole, and this is the final reply all the same. pyftpdlib.
    FinalReply(&'static str),
}
