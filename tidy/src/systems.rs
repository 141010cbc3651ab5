//! Code asks for the operating system in one place of each crate: its platform layer, which has one file for each system.

use crate::sources::Source;

/// The folders with code that runs on several systems.
const PORTABLE: [&str; 4] = ["cli/", "crates/", "delivery/", "host/"];

/// The folders among them that may ask for the system. The matter of `confine` is Linux.
const PLACES: [&str; 3] = ["cli/src/platform/", "host/src/confine/", "host/src/platform/"];

/// The beginnings of a condition.
const CONDITIONS: [&str; 3] = ["cfg(", "cfg_attr(", "cfg!("];

/// The words of a condition that tell the system.
const WORDS: [&str; 6] = ["windows", "unix", "target_os", "target_family", "target_env", "target_vendor"];

/// Names of the system while the program runs.
const CONSTANTS: [&str; 2] = ["consts::OS", "consts::FAMILY"];

/// One line for each condition on the system in a file that must not ask for it.
pub(crate) fn violations(sources: &[Source]) -> Vec<String> {
    let starts = |source: &Source, folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
    let bound = |source: &&Source| source.is_rust() && starts(source, &PORTABLE) && !starts(source, &PLACES);
    sources.iter().filter(bound).flat_map(of_file).collect()
}

fn of_file(source: &Source) -> Vec<String> {
    let code = code(&source.text);
    let conditions = CONDITIONS.into_iter().flat_map(|begin| code.match_indices(begin));
    let asking = conditions.filter_map(|(at, begin)| {
        let condition = &code[at + begin.len()..];
        let word = words(&condition[..closed(condition)]).find(|word| WORDS.contains(word))?;
        Some((at, word))
    });
    let constants = CONSTANTS.into_iter().flat_map(|name| code.match_indices(name));
    let mut found: Vec<_> = asking.chain(constants).collect();
    found.sort_unstable();
    let line = |at: usize| code[..at].matches('\n').count() + 1;
    let shown = found.into_iter().map(|(at, word)| {
        format!("{}:{}: must not ask for the system ({word}); the platform layer may", source.path, line(at))
    });
    shown.collect()
}

/// Returns the text with the same lines, without those that are comments, and without what stands in quotation marks, if both
/// of them are in one line.
fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for line in text.lines() {
        if !line.trim_start().starts_with("//") {
            code.extend(line.split('"').step_by(2));
        }
        code.push('\n');
    }
    code
}

/// Returns the length of a text up to the bracket that closes one before it.
fn closed(text: &str) -> usize {
    let mut open = 1_u32;
    let end = text.char_indices().find(|(_, letter)| {
        match letter {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        open == 0
    });
    end.map_or(text.len(), |(at, _)| at)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        violations(&[Source { path: path.to_owned(), text: text.to_owned() }])
    }

    #[test]
    fn a_condition_on_the_system_is_found_in_every_form() {
        for condition in [
            "#[cfg(windows)]",
            "#[cfg(not(unix))]",
            "#![cfg(target_os = \"linux\")]",
            "#[cfg_attr(\n    all(test, target_family = \"unix\"),\n    ignore\n)]",
            "let x = cfg!(target_vendor = \"apple\");",
            "#[cfg(target_env = \"musl\")]",
            "let x = std::env::consts::OS;",
        ] {
            let found = found("host/src/run/mod.rs", &format!("//! Text\n{condition}\nfn f() {{}}\n"));
            assert_eq!(found.len(), 1, "{condition}: {found:?}");
            assert!(found[0].starts_with("host/src/run/mod.rs:2: must not ask for the system"), "{found:?}");
        }
    }

    #[test]
    fn the_platform_layer_may_ask_for_the_system_and_so_may_other_crates() {
        let text = "#[cfg(windows)]\nmod x;\n";
        for path in ["cli/src/platform/mod.rs", "host/src/platform/mod.rs", "host/src/confine/mod.rs", "tests/main.rs"]
        {
            assert!(found(path, text).is_empty(), "{path}");
        }
        for path in ["cli/src/main.rs", "crates/text/src/lib.rs", "delivery/src/lib.rs", "host/build.rs"] {
            assert_eq!(found(path, text).len(), 1, "{path}");
        }
    }

    #[test]
    fn other_conditions_comments_and_texts_are_no_question_for_the_system() {
        for text in [
            "#[cfg(test)]\nmod windows;\n",
            "// cfg(windows)\n",
            "x(\"cfg(windows)\");\n",
            "#[cfg(feature = \"unix\")]",
        ] {
            assert!(found("cli/src/main.rs", text).is_empty(), "{text}");
        }
    }
}
