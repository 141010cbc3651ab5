//! The prose of comments: two measures of how easily an engineer whose second language is English can read it. Sentences with
//! "what" as a subject or object, and lines that open with What, Whether, How or Who, avoid the noun that they are about.

use crate::sources::Source;

/// The most comment lines with the word "what", in tenths of a percent.
const WHAT: usize = 15;

/// The most comment lines that open with one of [`OPENERS`], in tenths of a percent.
const OPENING: usize = 20;

const OPENERS: [&str; 4] = ["What", "Whether", "How", "Who"];

/// The counts of one tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    lines: usize,
    what: usize,
    opening: usize,
}

/// One line for each measure that is exceeded.
pub(crate) fn violations(sources: &[Source]) -> Vec<String> {
    let counts = count(sources);
    let mut lines = Vec::new();
    if share(counts.what, counts) > WHAT {
        lines.push(format!("{} of {} comment lines have the word \"what\"", counts.what, counts.lines));
    }
    if share(counts.opening, counts) > OPENING {
        lines.push(format!("{} of {} comment lines open with {}", counts.opening, counts.lines, OPENERS.join(", ")));
    }
    lines
}

/// The two measures, for people.
pub(crate) fn measure(sources: &[Source]) -> String {
    let counts = count(sources);
    let percent = |part| share(part, counts) as f64 / 10.0;
    format!(
        "{} comment lines: {:.1} % with the word \"what\", {:.1} % that open with {}",
        counts.lines,
        percent(counts.what),
        percent(counts.opening),
        OPENERS.join(", ")
    )
}

/// In tenths of a percent.
fn share(part: usize, counts: Counts) -> usize {
    (part * 1000).div_ceil(counts.lines.max(1))
}

fn count(sources: &[Source]) -> Counts {
    let mut counts = Counts::default();
    for text in sources.iter().filter(|source| !source.path.starts_with("tidy/")).flat_map(comments) {
        let word = |wanted: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == wanted);
        counts.lines += 1;
        counts.what += usize::from(word("what") || word("What"));
        counts.opening += usize::from(text.split(' ').next().is_some_and(|first| OPENERS.contains(&first)));
    }
    counts
}

/// The text of each comment line.
fn comments(source: &Source) -> impl Iterator<Item = &str> {
    let python = source.path.ends_with(".py");
    let marks: &[&str] = if python { &["#"] } else { &["///", "//!", "//", "/**", "/*", "* "] };
    let lines = source.text.lines().filter(|line| !line.starts_with("#!")).map(str::trim_start);
    let texts = lines.filter_map(|line| marks.iter().find_map(|mark| line.strip_prefix(mark)));
    texts.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comment_lines_and_their_words_are_counted() {
        let text = "//! What it is.\n/// Whether so.\n// Somewhat, whatever.\nlet what = 1; // not counted\n//\n";
        let counts = count(&[Source { path: "a.rs".to_owned(), text: text.to_owned() }]);
        assert_eq!(counts, Counts { lines: 3, what: 1, opening: 2 });
    }

    #[test]
    fn too_many_are_a_violation() {
        let source = |text: &str| [Source { path: "a.rs".to_owned(), text: text.to_owned() }];
        assert_eq!(violations(&source("// what\n// x\n")).len(), 1);
        assert!(violations(&source("// x\n")).is_empty());
    }
}
