//! One line for an error of the command line parser. Typed text is repeated only if it cannot be a password.

use clap::error::{ContextKind, ContextValue};
use ftp_uploader::Escaped;

/// Joins the lines of clap's explanation, because scripts and logs need one line.
pub fn one_line(error: &clap::Error) -> String {
    let text = without_secrets(error);
    // Split at the last `Usage:`, because the quoted typed text may contain one, too.
    let explanation = text.rsplit_once("\n\nUsage:").map_or(text.as_str(), |(explanation, _)| explanation);
    let explanation =
        explanation.trim_end().strip_suffix("\n\nFor more information, try '--help'.").unwrap_or(explanation);
    let words: Vec<_> = explanation.split_whitespace().collect();
    let line = words.join(" ");
    Escaped(line.strip_prefix("error: ").unwrap_or(&line).as_bytes()).to_string()
}

/// The text of clap. The value of `--password…` is masked: a user may have typed the password itself there.
fn without_secrets(error: &clap::Error) -> String {
    let text = error.to_string();
    match (error.get(ContextKind::InvalidArg), error.get(ContextKind::InvalidValue)) {
        (Some(ContextValue::String(option)), Some(ContextValue::String(value)))
            if option.starts_with("--password") && !value.is_empty() =>
        {
            text.replace(value.as_str(), "****")
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use clap::Parser;

    #[test]
    fn an_error_of_clap_becomes_one_line() {
        let error = Args::try_parse_from(["ftp-uploader", "host"]).err().unwrap();
        let line = one_line(&error);
        let value = Args::try_parse_from(["ftp-uploader", "--timeout", "x"]).err().unwrap();
        assert!(one_line(&value).ends_with("not a whole number of seconds from 1 to 86400"), "{}", one_line(&value));
        assert!(line.contains("REMOTEDIR") && !line.contains('\n') && !line.starts_with("error"), "{line}");
    }
}
