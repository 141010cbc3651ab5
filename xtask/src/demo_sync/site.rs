//! The site of the demo: 300 small files, and the change between two deployments.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The number of files of the first version.
pub(super) const FILES: usize = 300;

/// The numbers of articles, pictures and style sheets; there is one more page.
const ARTICLES: usize = 200;
const PICTURES: usize = 79;
const STYLES: usize = 20;

/// The articles of one directory.
const PER_DIRECTORY: usize = 25;

/// The files whose contents change. The size of the first stays the same.
pub(super) const EDITED: [&str; 7] =
    ["css/1.css", "css/2.css", "img/1.png", "img/2.png", "articles/0/3.html", "articles/7/199.html", "index.html"];

/// The files that only the second version has. The last is large, so that its transfer takes some time.
pub(super) const NEW: [&str; 5] =
    ["css/new.css", "img/new.png", "articles/8/200.html", "articles/8/201.html", "media/film.bin"];

/// The size of the large file, in bytes.
pub(super) const LARGE: usize = 4 << 20;

/// The files that only the first version has.
pub(super) const REMOVED: [&str; 4] = ["css/20.css", "img/79.png", "articles/2/50.html", "articles/2/51.html"];

/// Makes the first version in `site`.
pub(super) fn make(site: &Path) -> io::Result<()> {
    for path in paths() {
        write(site, &path, &content(&path, 1))?;
    }
    Ok(())
}

/// Makes the second version of the first, and gives every file a new time, as a checkout does.
pub(super) fn change(site: &Path) -> io::Result<()> {
    for path in EDITED {
        let length = if path == EDITED[0] { 0 } else { 10 };
        write(site, path, &[content(path, 2), vec![b'+'; length]].concat())?;
    }
    for path in NEW {
        let content = if path == NEW[NEW.len() - 1] { vec![b'f'; LARGE] } else { content(path, 2) };
        write(site, path, &content)?;
    }
    for path in REMOVED {
        fs::remove_file(site.join(path))?;
    }
    let later = SystemTime::now() - Duration::from_secs(5);
    for path in paths().filter(|path| !REMOVED.contains(&&**path)) {
        File::options().append(true).open(site.join(path))?.set_modified(later)?;
    }
    Ok(())
}

fn paths() -> impl Iterator<Item = String> {
    let articles = (0..ARTICLES).map(|number| format!("articles/{}/{number}.html", number / PER_DIRECTORY));
    let pictures = (1..=PICTURES).map(|number| format!("img/{number}.png"));
    let styles = (1..=STYLES).map(|number| format!("css/{number}.css"));
    articles.chain(pictures).chain(styles).chain(["index.html".to_owned()])
}

/// Returns some hundred bytes that are different for each path and version; the size is that of the path alone.
fn content(path: &str, version: u8) -> Vec<u8> {
    format!("{path}, version {version}\n").repeat(10 + path.len()).into_bytes()
}

fn write(site: &Path, path: &str, content: &[u8]) -> io::Result<()> {
    let file = site.join(path);
    fs::create_dir_all(file.parent().unwrap_or(site))?;
    fs::write(file, content)
}

#[cfg(test)]
mod tests {
    use super::{EDITED, FILES, LARGE, NEW, REMOVED, change, make};
    use crate::demo_sync::trees::Tree;
    use std::io;

    #[test]
    fn the_change_edits_adds_and_removes_the_files_that_it_names_and_no_others() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        make(folder.path())?;
        let first = Tree::read(folder.path())?;
        assert_eq!(first.files(), FILES);
        change(folder.path())?;
        let second = Tree::read(folder.path())?;
        let mut differences = second.differences(&first, usize::MAX);
        let mut expected: Vec<_> = EDITED.iter().map(|path| format!("{path} differs")).collect();
        expected.extend(NEW.iter().map(|path| format!("{path} is not there")));
        expected.extend(REMOVED.iter().map(|path| format!("{path} is too many")));
        expected.extend(["articles/8 is not there", "media is not there"].map(str::to_owned));
        differences.sort();
        expected.sort();
        assert_eq!(differences, expected);
        Ok(())
    }

    #[test]
    fn one_edited_file_keeps_its_size_and_one_new_file_is_large() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        make(folder.path())?;
        let size = |path: &str| folder.path().join(path).metadata().map(|metadata| metadata.len());
        let before = EDITED.map(|path| size(path).unwrap_or_default());
        change(folder.path())?;
        let after = EDITED.map(|path| size(path).unwrap_or_default());
        assert_eq!(before[0], after[0]);
        assert!(before.iter().zip(&after).skip(1).all(|(before, after)| before < after));
        assert_eq!(size(NEW[4])?, LARGE as u64);
        Ok(())
    }
}
