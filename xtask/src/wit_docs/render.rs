//! Renders the WIT package as one page of Markdown, with wit-bindgen's own renderer.
//!
//! That renderer omits the comments of the package and of exported interfaces; they are added here.

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::{Docs, Resolve, WorldId, WorldItem};
use wit_bindgen_markdown::Opts;

use super::Package;

const NOTE: &str = "<!-- Written by `cargo xtask wit-docs` from wit/. Change it there; a test compares. -->\n";

/// Returns the page.
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

/// Adds the comments of exported interfaces. The renderer prints only those of imported ones.
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

/// Moves the headings one level below the page's title, and headings within a comment below the function. Removes the
/// bare `<p>`, after which Markdown would not interpret the backticks of a comment.
fn nested(page: &str) -> String {
    let line = |line: &str| match (line.strip_prefix("# "), line.trim_start().strip_prefix("<p>")) {
        (Some(title), _) if title.starts_with("<a id=") => format!("## {title}\n"),
        (Some(title), _) => format!("##### {title}\n"),
        (_, Some(comment)) => format!("\n  {comment}\n"),
        _ => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}

/// Removes spaces at line ends and repeated blank lines, and puts one blank line around headings and rules: a `----`
/// directly below a line of text would make it a heading.
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
    fn the_page_contains_every_comment_once() -> Result<(), String> {
        let page = page(&Package::parse(WIT)?)?;
        for comment in ["About the package.", "About i.", "About f.", "About j.", "About w."] {
            assert_eq!(page.matches(comment).count(), 1, "{comment} in:\n{page}");
        }
        Ok(())
    }

    #[test]
    fn headings_of_comments_are_below_the_title() -> Result<(), String> {
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
