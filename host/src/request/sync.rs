//! The job `sync`: make a directory on the server hold what a local directory holds. `run/sync/` carries it out.

use std::path::{Path, PathBuf};

use ftp_plan::path::RemotePath;
use ftp_plan::rules::{Compare, Delete};

use crate::request::argument;
use crate::request::error::RequestError;
use crate::request::tree::TreeRules;
#[cfg(feature = "gitignore")]
use crate::request::tree::{Links, Rule};

/// The path of the manifest, relative to the directory of the job, unless another one is given.
pub const MANIFEST: &str = ".ftp-uploader.manifest";

/// The files that are switched last, unless others are given: those that name the other files of a web site.
const PAGES: [&str; 4] = ["html", "htm", "php", "xml"];

/// Makes a directory on the server hold what a local directory holds.
#[derive(Debug)]
pub struct Sync {
    pub(crate) local: PathBuf,
    pub(crate) directory: Vec<u8>,
    pub(crate) rules: TreeRules,
    pub(crate) options: SyncOptions,
}

/// The options of [`Sync`]. Build them from [`SyncOptions::default`] and set fields.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SyncOptions {
    /// The way in which files are compared. Default: [`Compare::Auto`].
    pub compare: Compare,
    /// The path of the manifest on the server, relative to the directory of the job. Default: no manifest is read or
    /// written.
    pub manifest: Option<Vec<u8>>,
    /// Take the manifest for the truth about the server, and list no directory. Default: false.
    pub trust_manifest: bool,
    /// What may be removed on the server. Default: [`Delete::Nothing`].
    pub delete: Delete,
    /// The most files that may be removed; if the local directory has no file, exactly the number that would be. Default: no
    /// more than half of those that are there.
    pub max_delete: Option<u64>,
    /// The moment at which a stored file gets its name. Default: [`Switch::AllAtTheEnd`].
    pub switch: Switch,
    /// The files that get their names after all others.
    pub last: Pages,
    /// Take a lock on the server before anything is changed. Default: true.
    pub lock: bool,
    /// Only ask, and change nothing. Default: false.
    pub dry_run: bool,
}

/// The moment at which a stored file gets its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Switch {
    /// All files are stored under temporary names, and get their names when all of them are there.
    #[default]
    AllAtTheEnd,
    /// Each file is stored under a temporary name, and gets its name when it is complete.
    EachWhenComplete,
    /// Each file is stored under its name.
    InPlace,
}

/// The files that get their names after all others, as patterns of gitignore(5).
#[derive(Clone, Debug)]
pub struct Pages(Choice);

#[derive(Clone, Debug, Default)]
enum Choice {
    /// By their extensions.
    #[default]
    Usual,
    /// By patterns.
    #[cfg(feature = "gitignore")]
    Matching(TreeRules),
}

impl Sync {
    /// A job that makes `directory` on the server hold what the directory `local` holds. `.` is the directory after
    /// login.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry `directory`.
    pub fn new(local: impl AsRef<Path>, directory: impl Into<Vec<u8>>) -> Result<Self, RequestError> {
        let directory = argument("the remote directory", directory.into())?;
        let (rules, options) = (TreeRules::default(), SyncOptions::default());
        Ok(Self { local: local.as_ref().to_owned(), directory, rules, options })
    }

    /// Sets the rules that leave files out, on both sides.
    pub fn rules(self, rules: TreeRules) -> Self {
        Self { rules, ..self }
    }

    /// Sets the options.
    ///
    /// # Errors
    /// [`RequestError::Argument`] if no FTP command can carry the path of the manifest;
    /// [`RequestError::NotBeneath`] if it does not lie in the directory of the job;
    /// [`RequestError::NoManifest`] if an option needs a manifest and there is none.
    pub fn options(self, options: SyncOptions) -> Result<Self, RequestError> {
        let needs = options.delete == Delete::Own || options.compare == Compare::Manifest || options.trust_manifest;
        match &options.manifest {
            None if needs => return Err(RequestError::NoManifest),
            None => {}
            Some(path) => {
                let path = argument("the path of the manifest", path.clone())?;
                if RemotePath::parse(&path).is_err() {
                    return Err(RequestError::NotBeneath { path });
                }
            }
        }
        Ok(Self { options, ..self })
    }
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            compare: Compare::Auto,
            manifest: None,
            trust_manifest: false,
            delete: Delete::Nothing,
            max_delete: None,
            switch: Switch::default(),
            last: Pages::default(),
            lock: true,
            dry_run: false,
        }
    }
}

impl Pages {
    /// The files that match one of `patterns`.
    ///
    /// # Errors
    /// [`RequestError::Rule`] for an empty or malformed pattern.
    #[cfg(feature = "gitignore")]
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Result<Self, RequestError> {
        let rules = TreeRules::new(patterns.into_iter().map(Rule::Exclude), Links::Skip)?;
        Ok(Self(Choice::Matching(rules)))
    }

    /// Returns true if the file `path`, relative to the directory of the job, is one of them.
    pub(crate) fn contains(&self, path: &Path) -> bool {
        match &self.0 {
            Choice::Usual => is_page(path),
            #[cfg(feature = "gitignore")]
            Choice::Matching(rules) => rules.excludes(path, false),
        }
    }
}

impl Default for Pages {
    /// Web pages and feeds: `*.html`, `*.htm`, `*.php` and `*.xml`.
    fn default() -> Self {
        Self(Choice::Usual)
    }
}

/// Returns true if the name of the file ends with one of the extensions. A name such as `.html` is an extension alone.
fn is_page(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let extension = name.iter().rposition(|&byte| byte == b'.').map(|dot| &name[dot + 1..]);
    extension.is_some_and(|extension| PAGES.iter().any(|page| page.as_bytes() == extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(options: SyncOptions) -> Result<Sync, RequestError> {
        Sync::new("site", "www").unwrap().options(options)
    }

    #[test]
    fn the_manifest_lies_in_the_directory_of_the_job() {
        let at = |path: &str| job(SyncOptions { manifest: Some(path.into()), ..SyncOptions::default() }).err();
        assert_eq!(at("state/manifest"), None);
        for path in ["../manifest", "/manifest", "a//b", "a/./b"] {
            assert_eq!(at(path), Some(RequestError::NotBeneath { path: path.into() }));
        }
        assert!(matches!(at("a\r\nDELE b"), Some(RequestError::Argument { .. })));
    }

    #[test]
    fn options_that_need_a_manifest_are_refused_without_one() {
        let own = SyncOptions { delete: Delete::Own, ..SyncOptions::default() };
        let compare = SyncOptions { compare: Compare::Manifest, ..SyncOptions::default() };
        let trust = SyncOptions { trust_manifest: true, ..SyncOptions::default() };
        for options in [own, compare, trust] {
            assert_eq!(job(options.clone()).err(), Some(RequestError::NoManifest));
            assert!(job(SyncOptions { manifest: Some(MANIFEST.into()), ..options }).is_ok());
        }
    }

    #[test]
    fn web_pages_are_last_at_any_depth() {
        let pages = Pages::default();
        for path in ["index.html", "a/b/index.php", "feed.xml"] {
            assert!(pages.contains(Path::new(path)), "{path}");
        }
        assert!(!pages.contains(Path::new("app.js")) && !pages.contains(Path::new("html/app.css")));
        assert!(Pages::new(["index.*".to_owned()]).unwrap().contains(Path::new("index.js")));
    }
}
