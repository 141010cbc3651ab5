//! The command line that a check recommends, from its advice and from the options that were typed.

use ftp_uploader::Advice;

use crate::output::check::Checked;
use crate::output::shell_word;

/// Returns the options that are recommended, each with its value.
pub(super) fn options(advice: &[Advice]) -> Vec<String> {
    advice.iter().filter_map(option).collect()
}

fn option(advice: &Advice) -> Option<String> {
    Some(match advice {
        Advice::Pin(pin) => format!("--pin {pin}"),
        Advice::UseTls => "--tls explicit".to_owned(),
        Advice::Jobs(jobs) => format!("--jobs {jobs}"),
        Advice::Atomic => "--atomic".to_owned(),
        Advice::Resume => "--resume".to_owned(),
        Advice::VerifyHash => "--verify hash".to_owned(),
        Advice::VerifySize => "--verify size".to_owned(),
        Advice::PreserveTime => "--preserve-time".to_owned(),
        // The library may advise what this program has no option for.
        _ => return None,
    })
}

/// Returns the recommended command line of an upload; `None` if the check has found nothing to recommend.
pub(super) fn line(checked: &Checked<'_>, advice: &[Advice]) -> Option<String> {
    let recommended = options(advice);
    if recommended.is_empty() {
        return None;
    }
    let replaced = |typed: &&String| !replaces(advice, typed);
    let mut words = vec!["ftp-uploader".to_owned()];
    words.extend(checked.options.iter().filter(replaced).cloned());
    words.extend(recommended);
    words.extend([checked.host.as_bytes(), checked.user].map(shell_word::of));
    words.extend(["LOCALFILE...".to_owned(), shell_word::of(checked.directory)]);
    Some(words.join(" "))
}

/// Returns true if an advice takes the place of an option that was typed.
fn replaces(advice: &[Advice], typed: &str) -> bool {
    advice.iter().any(|advice| match advice {
        Advice::Pin(_) => ["--pin", "--insecure", "--ca-file"].iter().any(|option| typed.starts_with(option)),
        Advice::UseTls => typed.starts_with("--tls"),
        _ => false,
    })
}
