//! The WIT package as one page of Markdown, by wit-bindgen's own renderer.
//!
//! Around it, what the renderer leaves out: the package's own comment and that of an exported interface. Text in, text
//! out; files are `../wit_docs.rs`'s.

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{Docs, Resolve, WorldId, WorldItem};
use wit_bindgen_markdown::Opts;

use super::Package;

/// The page.
pub(super) fn page(package: &Package) -> Result<String, String> {
    let Package { resolve, id } = package;
    let world = resolve.select_world(&[*id], None).map_err(|error| format!("no world to render: {error:#}"))?;
    let body = nested(&with_export_docs(&rendered(resolve, world)?, resolve, world));
    let package = &resolve.packages[*id];
    let page = format!("{NOTE}\n# {}\n\n{}\n\n{body}", package.name, text(&package.docs));
    Ok(tidy(&page))
}

fn rendered(resolve: &Resolve, world: WorldId) -> Result<String, String> {
    let mut files = Files::default();
    let mut resolve = resolve.clone();
    let outcome = Opts::default().build().generate(&mut resolve, world, &mut files);
    outcome.map_err(|error| format!("the WIT cannot be rendered: {error:#}"))?;
    let page = files.iter().find(|(name, _)| name.ends_with(".md"));
    let (_, bytes) = page.ok_or("wit-bindgen-markdown rendered no Markdown")?;
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// The renderer prints the comment of an imported interface, and forgets that of an exported one.
fn with_export_docs(page: &str, resolve: &Resolve, world: WorldId) -> String {
    let mut page = page.to_owned();
    for (key, item) in &resolve.worlds[world].exports {
        if let WorldItem::Interface { id, .. } = item {
            let heading = format!("</a>Export interface {}\n", resolve.name_world_key(key));
            page = page.replace(&heading, &format!("{heading}\n{}\n", text(&resolve.interfaces[*id].docs)));
        }
    }
    page
}

/// One level below the page's title; a heading out of a comment goes below the function that it is about. Without the
/// bare `<p>`, after which Markdown would leave a comment's own backticks alone.
fn nested(page: &str) -> String {
    let line = |line: &str| match (line.strip_prefix("# "), line.trim_start().strip_prefix("<p>")) {
        (Some(title), _) if title.starts_with("<a id=") => format!("## {title}\n"),
        (Some(title), _) => format!("##### {title}\n"),
        (_, Some(comment)) => format!("\n  {comment}\n"),
        _ => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}

/// No spaces at line ends, no two blank lines in a row, and one around what is set apart: a `----` right below a
/// line would make a heading of it.
fn tidy(page: &str) -> String {
    let mut tidied = String::new();
    let mut apart = false;
    for line in page.lines().map(str::trim_end) {
        let set_apart = line.starts_with('#') || line == "----";
        if (line.is_empty() || set_apart || apart) && !tidied.ends_with("\n\n") {
            tidied.push('\n');
        }
        if !line.is_empty() {
            tidied.push_str(line);
            tidied.push('\n');
        }
        apart = set_apart;
    }
    tidied.truncate(tidied.trim_end().len());
    tidied + "\n"
}

fn text(docs: &Docs) -> &str {
    docs.contents.as_deref().unwrap_or_default().trim()
}

const NOTE: &str = "<!-- Written by `cargo xtask wit-docs` from wit/. Change it there; a test compares. -->\n";

#[cfg(test)]
mod tests {
    use super::super::Package;
    use super::{page, tidy};

    const WIT: &str = "\
/// About the package.
package a:b@1.0.0;

/// About i.
interface i {
  /// About f.
  ///
  /// # Typical errors
  /// - `none`: never.
  f: func(n: u32);
}

/// About j.
interface j { g: func(); }

/// About w.
world w { import i; export j; }
";

    #[test]
    fn every_comment_is_on_the_page_once() -> Result<(), String> {
        let page = page(&Package::parse(WIT)?)?;
        for comment in ["About the package.", "About i.", "About f.", "About j.", "About w."] {
            assert_eq!(page.matches(comment).count(), 1, "{comment} in:\n{page}");
        }
        Ok(())
    }

    #[test]
    fn there_is_one_title_and_comments_have_their_headings_below_it() -> Result<(), String> {
        let page = page(&Package::parse(WIT)?)?;
        let titles: Vec<_> = page.lines().filter(|line| line.starts_with("# ")).collect();
        assert_eq!(titles, ["# a:b@1.0.0"]);
        assert!(page.contains("\n##### Typical errors\n"), "{page}");
        Ok(())
    }

    #[test]
    fn a_rule_has_a_blank_line_on_both_sides() {
        assert_eq!(tidy("text  \n----\ntext\n\n\n# heading\n"), "text\n\n----\n\ntext\n\n# heading\n");
    }
}
