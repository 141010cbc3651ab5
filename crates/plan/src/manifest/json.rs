//! The JSON form of a manifest. Names are bytes: `%`, and bytes that are not UTF-8, are percent-encoded.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{MAX_BYTES, MAX_ENTRIES, Manifest, Remembered, Unusable};
use crate::path::RemotePath;

/// The version of the form.
const VERSION: u64 = 1;

/// The fields that every version has.
#[derive(Deserialize)]
struct Head {
    version: u64,
}

/// A manifest of [`VERSION`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(rename = "version")]
    _version: u64,
    target: String,
    files: Files,
    directories: Directories,
}

struct Files(BTreeMap<RemotePath, Remembered>);

struct Directories(BTreeSet<RemotePath>);

/// One file, with short names for its fields: there can be a hundred thousand of them.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<Sha256>,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server_size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server_modified: Option<u64>,
    stored: bool,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pending: bool,
}

struct Sha256([u8; 32]);

/// Reads the bytes of a manifest.
pub(super) fn parse(bytes: &[u8]) -> Result<Manifest, Unusable> {
    if bytes.is_empty() {
        return Err(Unusable::Empty);
    }
    if bytes.len() > MAX_BYTES {
        return Err(Unusable::TooLarge);
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|_| Unusable::Malformed)?;
    if head.version != VERSION {
        return Err(Unusable::Version(head.version));
    }
    let document: Document = serde_json::from_slice(bytes).map_err(|_| Unusable::Malformed)?;
    let (Files(files), Directories(directories)) = (document.files, document.directories);
    if files.len() + directories.len() > MAX_ENTRIES {
        return Err(Unusable::TooLarge);
    }
    Ok(Manifest { target: document.target, files, directories })
}

/// Passes the text of a manifest to `write`, file by file: the text of a hundred thousand files takes 20 MB.
pub(super) fn write(manifest: &Manifest, write: &mut dyn FnMut(&[u8])) {
    write(b"{\"version\":");
    write(&text(&VERSION));
    write(b",\"target\":");
    write(&text(&manifest.target));
    write(b",\"files\":{");
    for (index, (path, file)) in manifest.files.iter().enumerate() {
        write(if index == 0 { b"" } else { b"," });
        write(&text(&encode(path.as_bytes())));
        write(b":");
        write(&text(&File::from(file)));
    }
    write(b"},\"directories\":[");
    for (index, path) in manifest.directories.iter().enumerate() {
        write(if index == 0 { b"" } else { b"," });
        write(&text(&encode(path.as_bytes())));
    }
    write(b"]}");
}

fn text(value: &impl Serialize) -> Vec<u8> {
    #[allow(clippy::expect_used, reason = "numbers, strings and structures of them can always be written")]
    serde_json::to_vec(value).expect("the value has a JSON form")
}

/// Returns the text of a path.
fn encode(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        chunk.valid().chars().for_each(|letter| match letter {
            '%' => text.push_str("%25"),
            letter => text.push(letter),
        });
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("%{byte:02x}")));
    }
    text
}

/// Returns the path of a text.
fn decode(text: &str) -> Option<RemotePath> {
    if !text.contains('%') {
        return RemotePath::parse(text.as_bytes()).ok();
    }
    let mut parts = text.split('%');
    let mut path = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.as_bytes().split_at_checked(2)?;
        path.extend(base16ct::mixed::decode_vec(digits).ok()?);
        path.extend(rest);
    }
    RemotePath::parse(&path).ok()
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FilesVisitor)
    }
}

struct FilesVisitor;

impl<'de> Visitor<'de> for FilesVisitor {
    type Value = Files;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("files by path, each once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Files, A::Error> {
        let mut files = BTreeMap::new();
        while let Some((path, file)) = map.next_entry::<Cow<'de, str>, File>()? {
            let path = decode(&path).ok_or_else(|| A::Error::custom("no path"))?;
            if files.insert(path, file.into()).is_some() || files.len() > MAX_ENTRIES {
                return Err(A::Error::custom("a path twice, or too many"));
            }
        }
        Ok(Files(files))
    }
}

impl<'de> Deserialize<'de> for Directories {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(DirectoriesVisitor)
    }
}

struct DirectoriesVisitor;

impl<'de> Visitor<'de> for DirectoriesVisitor {
    type Value = Directories;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("paths, each once")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Directories, A::Error> {
        let mut directories = BTreeSet::new();
        while let Some(path) = sequence.next_element::<Cow<'de, str>>()? {
            let path = decode(&path).ok_or_else(|| A::Error::custom("no path"))?;
            if !directories.insert(path) || directories.len() > MAX_ENTRIES {
                return Err(A::Error::custom("a path twice, or too many"));
            }
        }
        Ok(Directories(directories))
    }
}

impl From<&Remembered> for File {
    fn from(file: &Remembered) -> Self {
        let Remembered { stored, pending, sha256, size, server_size, server_modified } = *file;
        Self { sha256: sha256.map(Sha256), size, server_size, server_modified, stored, pending }
    }
}

impl From<File> for Remembered {
    fn from(file: File) -> Self {
        let File { sha256, size, server_size, server_modified, stored, pending } = file;
        Self { stored, pending, sha256: sha256.map(|Sha256(hash)| hash), size, server_size, server_modified }
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base16ct::lower::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let mut hash = [0; 32];
        match base16ct::lower::decode(text.as_bytes(), &mut hash) {
            Ok(bytes) if bytes.len() == 32 => Ok(Self(hash)),
            Ok(_) | Err(_) => Err(D::Error::custom("no SHA-256")),
        }
    }
}
