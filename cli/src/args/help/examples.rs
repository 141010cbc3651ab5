//! The examples of each command, for both help texts and the manual page.

use crate::args::places::JobKind;

/// Three command lines.
pub(in crate::args) fn examples(kind: JobKind) -> [&'static str; 3] {
    match kind {
        JobKind::Upload => [
            "ftp-uploader ftp.example.com alice report.csv incoming",
            "ftp-uploader -r --atomic site index.html ftpes://alice@ftp.example.com/www",
            "pg_dump shop | ftp-uploader --from-stdin shop.sql ftp.example.com alice dumps",
        ],
        JobKind::Sync => [
            "ftp-uploader sync ftp.example.com alice public www",
            "ftp-uploader sync --dry-run --delete own ftp.example.com alice public www",
            "ftp-uploader sync --manifest public ftpes://alice@ftp.example.com/www",
        ],
        JobKind::Check => [
            "ftp-uploader check ftp.example.com alice incoming",
            "ftp-uploader check --read-only ftpes://alice@ftp.example.com/www",
            "ftp-uploader check --json --jobs 8 ftp.example.com alice incoming",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Invocation;
    use crate::args::invocation::read_words;

    #[test]
    fn every_example_is_a_command_line_with_all_places() {
        for kind in [JobKind::Upload, JobKind::Sync, JobKind::Check] {
            for example in examples(kind) {
                let line = example.rsplit("| ").next().unwrap_or_default();
                let Ok(Invocation::Run(args)) = read_words(line.split(' ').skip(1)) else { panic!("{example}") };
                assert!(args.kind() == kind && args.places().is_ok(), "{example}");
            }
        }
    }
}
