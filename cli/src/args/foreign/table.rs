//! The table: options of curl, wput, ncftpput, lftp, rclone, rsync, scp and others, and the answers.
//!
//! A command needs no answer of its own: an answer that names options which it does not have is left out.

use super::Foreign;

pub(super) const TABLE: &[Foreign] = &[
    // The login.
    both(
        &["-u", "--user", "--username", "--ftp-user"],
        "curl, ncftpput, lftp, rclone",
        "write USERNAME after HOST; the password comes from FTP_PASSWORD, --password-file, or a prompt",
    ),
    both(
        &["--password", "--pass", "--passwd", "--ftp-pass"],
        "other programs",
        "every user of this machine could read it on the command line; set FTP_PASSWORD, use --password-file or \
         --password-stdin, or type it at the prompt",
    ),
    Foreign {
        names: &["-p"],
        programs: "ncftpput, lftp, scp",
        upload: "a password comes from FTP_PASSWORD, --password-file, or a prompt; a port is written as HOST:PORT; \
                 --preserve-time keeps the times of files",
        sync: Some(
            "a password comes from FTP_PASSWORD, --password-file, or a prompt; a port is written as HOST:PORT; times of \
             files are kept unless there is --no-preserve-time",
        ),
    },
    both(&["--port"], "other programs", "write HOST:PORT"),
    both(
        &["-P"],
        "scp, ncftpput, curl, lftp",
        "a port is written as HOST:PORT; --active lets the server open the data connections; --jobs N sends files at the \
         same time",
    ),
    both(
        &["--ftp-port"],
        "rclone, curl",
        "a port is written as HOST:PORT; --active lets the server open the data connections",
    ),
    both(
        &["--host", "--ftp-host", "--url"],
        "rclone, curl",
        "write HOST as the first word, such as ftp.example.com or ftps://ftp.example.com:990",
    ),
    both(&["--ftp-account"], "curl", "use --account TEXT, or set FTP_ACCOUNT"),
    // TLS.
    both(
        &["-k", "--no-check-certificate", "--ftp-no-check-certificate"],
        "curl, wput, rclone",
        "--pin PIN or --ca-file PATH trust one server whose certificate does not fit; --insecure trusts everybody who \
         poses as it",
    ),
    both(
        &["--cacert", "--capath", "--ca-cert", "--ca-certificate"],
        "curl, rclone, wget",
        "--ca-file PATH trusts the authorities in a PEM file",
    ),
    both(&["--pinnedpubkey"], "curl", "--pin PIN trusts one key"),
    both(&["-E", "--client-cert", "--client-key"], "curl, rclone", "use --cert PATH and --key PATH"),
    both(
        &[
            "--ssl",
            "--ssl-reqd",
            "--ftp-ssl",
            "--ftp-ssl-reqd",
            "--ftp-ssl-control",
            "--ftp-explicit-tls",
            "--force-tls",
        ],
        "curl, rclone, wput",
        "TLS is required already, unless HOST is this machine or begins with ftp://; --tls explicit requires it there, too",
    ),
    both(&["--ftp-tls"], "rclone", "use --tls implicit, or ftps://HOST"),
    both(
        &["-1", "--tlsv1", "--tlsv1.2", "--tlsv1.3", "--tls-max"],
        "curl",
        "only TLS 1.2 and 1.3 are used, the newest first",
    ),
    // Files.
    Foreign {
        names: &["-T", "--upload-file"],
        programs: "curl",
        upload: "write the files after USERNAME, and the directory on the server as the last word",
        sync: Some("write the local directory after USERNAME, and the directory on the server as the last word"),
    },
    both(&["--ftp-create-dirs", "--mkdir", "--parents"], "curl", "--create-dirs creates REMOTEDIR"),
    both(&["-m"], "ncftpput, curl", "--create-dirs creates REMOTEDIR; --max-time SECS limits the whole run"),
    Foreign {
        names: &["-R", "--reverse"],
        programs: "ncftpput, lftp",
        upload: "-r uploads directories; `ftp-uploader sync` makes a directory on the server hold what a local one holds",
        sync: Some("LOCALDIR is uploaded with everything in it"),
    },
    Foreign {
        names: &["-a", "--archive", "--append"],
        programs: "rsync, curl",
        upload: "-r uploads directories; --preserve-time keeps times; --resume continues an incomplete upload",
        sync: Some("LOCALDIR is uploaded with everything in it, and times are kept"),
    },
    Foreign {
        names: &["-C", "--continue", "--continue-at", "--reput", "--partial", "-z"],
        programs: "curl, lftp, wput, ncftpput, rsync",
        upload: "--resume continues an incomplete upload, after a proof that its bytes are the beginning of the file",
        sync: Some("run the same command again: only files that are new or differ are sent"),
    },
    Foreign {
        names: &["-c"],
        programs: "lftp, wput, ncftpput",
        upload: "--resume continues an incomplete upload; --from-stdin NAME uploads standard input",
        sync: Some("run the same command again: only files that are new or differ are sent"),
    },
    Foreign {
        names: &["--preserve", "--times", "--preserve-times", "--timestamping"],
        programs: "rsync, scp, wput",
        upload: "--preserve-time keeps the times of files",
        sync: Some("times of files are kept unless there is --no-preserve-time"),
    },
    Foreign {
        names: &["--exclude-glob", "--include-glob", "--filter", "-X"],
        programs: "lftp, rclone",
        upload: "with -r, use --exclude PATTERN and --include PATTERN",
        sync: Some("use --exclude PATTERN and --include PATTERN"),
    },
    Foreign {
        names: &["--include-from", "--exclude-glob-from", "--filter-from"],
        programs: "rclone, rsync, lftp",
        upload: "with -r, use --exclude-from PATH: a file of rules as .gitignore",
        sync: Some("use --exclude-from PATH: a file of rules as .gitignore"),
    },
    Foreign {
        names: &["-L", "--copy-links", "--dereference"],
        programs: "rclone, rsync, lftp",
        upload: "with -r, --links follow uploads the files that links lead to",
        sync: Some("--links follow uploads the files that links lead to"),
    },
    both(
        &["--ascii", "--use-ascii", "-B"],
        "ncftpput, curl, wput",
        "every byte is sent as it is; change the ends of lines before the upload",
    ),
    both(
        &["--remove-source-files", "--Remove-source-files", "--Move", "-D"],
        "rsync, lftp, ncftpput",
        "local files are never removed; remove them after an exit code of 0",
    ),
    both(
        &["-y", "-f", "--force", "--overwrite"],
        "other programs",
        "files on the server are replaced without a question",
    ),
    // The choice between an upload and sync.
    Foreign {
        names: &[
            "--ignore-existing",
            "--no-clobber",
            "-N",
            "--only-newer",
            "--newer-only",
            "--only-missing",
            "--update",
        ],
        programs: "rclone, wput, lftp, rsync",
        upload: "--skip-existing does not send files whose names are taken; `ftp-uploader sync` sends only files that are new \
                 or differ",
        sync: Some("only files that are new or differ are sent; --compare HOW says what counts as different"),
    },
    Foreign {
        names: &["--size-only", "--checksum", "--ignore-times", "--ignore-time"],
        programs: "rclone, rsync, lftp",
        upload: "`ftp-uploader sync --compare size` and `ftp-uploader sync --compare hash` send only files that differ",
        sync: Some("use --compare size, --compare hash, --compare time or --compare none"),
    },
    Foreign {
        names: &["--delete-after", "--delete-before", "--delete-during", "--delete-excluded", "--delete-first"],
        programs: "rclone, rsync, lftp",
        upload: "`ftp-uploader sync --delete own` and `ftp-uploader sync --delete extra` remove files on the server",
        sync: Some("--delete own and --delete extra remove files on the server, after everything is stored"),
    },
    Foreign {
        names: &["--dry-run", "-n", "--just-print", "--simulate"],
        programs: "rclone, rsync, lftp",
        upload: "--explain shows the files and everything that a run could do, and connects to nothing; `ftp-uploader sync \
                 --dry-run` asks the server, too",
        sync: Some("--dry-run says what would be done, and changes nothing"),
    },
    Foreign {
        names: &["-S", "--suffix", "--use-temp-file"],
        programs: "ncftpput, lftp",
        upload: "--atomic stores each file under a temporary name and renames it when it is complete",
        sync: Some("files are stored under temporary names and renamed at the end, unless there is --atomic off"),
    },
    both(
        &["-o", "--output", "-O", "--remote-name", "-I", "--head", "--list-only"],
        "curl",
        "this program only uploads; it neither downloads nor lists files",
    ),
    // The network.
    Foreign {
        names: &["--parallel", "-Z", "--parallel-max", "--transfers", "--checkers", "--use-pget-n"],
        programs: "lftp, curl, rclone",
        upload: "--jobs N sends up to N files at the same time",
        sync: None,
    },
    both(&["--retry", "--tries", "--low-level-retries", "--retry-all-errors"], "curl, wput, rclone", "use --retries N"),
    both(&["--fail-early"], "curl", "--fail-fast stops after the first file that cannot be stored"),
    both(&["--bwlimit", "-l"], "rclone, rsync, scp", "--limit-rate BYTES limits the rate, such as 500k or 2m"),
    both(
        &["--passive", "--ftp-pasv", "-F", "--disable-epsv", "--disable-eprt", "--no-passive"],
        "curl, ncftpput, wput",
        "passive mode is the default (EPSV, and PASV if that fails); --active lets the server open the data connections",
    ),
    both(
        &["-x", "--socks5", "--socks5-hostname", "--http-proxy", "--preproxy", "--proxytunnel"],
        "curl",
        "--proxy URL opens every connection through a proxy: socks5://, socks5h:// or http://HOST:PORT",
    ),
    both(&["-U", "--proxy-user"], "curl", "set FTP_PROXY_AUTH to USER:PASSWORD, beside --proxy URL"),
    both(
        &["-Q", "--quote", "-W", "--ftp-alternative-to-user"],
        "curl, ncftpput",
        "--site TEXT sends SITE with a text after each login; other commands cannot be added",
    ),
    both(
        &["-4", "-6", "--ipv4", "--ipv6"],
        "curl, rsync",
        "write the address of the server as HOST, such as [2001:db8::1], or use --source-address IP",
    ),
    both(&["--contimeout"], "rclone", "use --connect-timeout SECS"),
    both(
        &["--speed-limit", "--speed-time", "-Y"],
        "curl",
        "--timeout SECS is the longest time in which no data moves; --max-time SECS limits the whole run",
    ),
    // The output.
    both(
        &["-s", "--silent", "--show-error", "--no-progress-meter"],
        "curl, wput",
        "--quiet prints only errors, warnings and notes",
    ),
    both(
        &["-#", "--progress", "--progress-bar", "--stats"],
        "curl, rclone, rsync",
        "progress is shown unless there is --quiet",
    ),
    both(
        &["--trace", "--trace-ascii", "--debug", "--dump"],
        "curl, lftp, rclone",
        "--verbose prints the conversation with the server",
    ),
    both(&["--log-file", "--stderr"], "rclone, curl", "messages go to standard error; redirect it with 2>FILE"),
    // SSH.
    both(
        &["-i", "-J", "--ssh", "--sftp"],
        "scp, sftp",
        "this program speaks FTP and FTPS; SFTP is another protocol, for which scp and sftp exist",
    ),
];

/// An answer for uploads and for `sync`.
const fn both(names: &'static [&'static str], programs: &'static str, answer: &'static str) -> Foreign {
    Foreign { names, programs, upload: answer, sync: None }
}
