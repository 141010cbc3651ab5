//! Sizes: files of at most 300 lines, functions of at most 40.

use crate::sources::Source;

/// The most lines of a file.
const FILE: usize = 300;

/// The most lines of a function, from the line with `fn` to its closing brace.
const FUNCTION: usize = 40;

/// One line for each file or function that is too long.
pub(crate) fn violations(sources: &[Source]) -> Vec<String> {
    let mut lines = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let count = source.text.lines().count();
        if count > FILE {
            lines.push(format!("{}: {count} lines, of at most {FILE}", source.path));
        }
        let long = functions(&source.text).into_iter().filter(|function| function.lines > FUNCTION);
        lines.extend(long.map(|Function { at, lines, .. }| {
            format!("{}:{at}: a function of {lines} lines, of at most {FUNCTION}", source.path)
        }));
    }
    lines
}

/// The averages, for people.
pub(crate) fn measure(sources: &[Source]) -> String {
    let rust: Vec<_> = sources.iter().filter(|source| source.is_rust()).collect();
    let lines: usize = rust.iter().map(|source| source.text.lines().count()).sum();
    let functions: Vec<_> = rust.iter().flat_map(|source| functions(&source.text)).collect();
    let in_functions: usize = functions.iter().map(|function| function.lines).sum();
    format!(
        "{} files of Rust, {lines} lines: {} a file; {} functions, {} lines each",
        rust.len(),
        lines / rust.len().max(1),
        functions.len(),
        in_functions / functions.len().max(1)
    )
}

struct Function {
    /// The number of its first line, from 1.
    at: usize,
    lines: usize,
}

/// The functions with a body. rustfmt puts the closing brace below the first letter of the line with `fn`.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<_> = text.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, line)| is_start(line));
    let measured = starts.filter_map(|(start, line)| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = lines[start..].iter().position(|line| {
            line.strip_prefix(indent)
                .is_some_and(|rest| rest == "}" || rest.starts_with("fn ") && rest.ends_with(['}', ';']))
        });
        let ends_at_once = line.ends_with('}') || line.ends_with(';');
        Some(Function { at: start + 1, lines: if ends_at_once { 1 } else { end? + 1 } })
    });
    measured.collect()
}

fn is_start(line: &str) -> bool {
    let mut words = line.trim_start().split(' ');
    let modifier = |word: &&str| {
        word.starts_with("pub") || ["async", "const", "unsafe", "extern", "\"C\"", "crate)"].contains(word)
    };
    words.by_ref().find(|word| !modifier(word)) == Some("fn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_measured_to_its_own_brace() {
        let text = "impl X {\n    pub(crate) fn a() {\n        if x {\n        }\n    }\n\n    fn b() {}\n}\n";
        let found: Vec<_> = functions(text).into_iter().map(|function| (function.at, function.lines)).collect();
        assert_eq!(found, [(2, 4), (7, 1)]);
    }

    #[test]
    fn a_long_function_and_a_long_file_are_named() {
        let text = format!("fn long() {{\n{}}}\n{}", "    x();\n".repeat(39), "\n".repeat(270));
        let found = violations(&[Source { path: "a.rs".to_owned(), text }]);
        assert_eq!(found, ["a.rs: 311 lines, of at most 300", "a.rs:1: a function of 41 lines, of at most 40"]);
    }
}
