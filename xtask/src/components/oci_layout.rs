//! Both files as an OCI image layout, `<target>/components/oci/`, from which `skopeo copy` and similar programs push
//! them to a registry.
//!
//! The artifact is the one that wkg and wash write, with annotations, and with a constant in place of the time: the same
//! component of the same revision always has the same digest.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Components, Contents};
use crate::cargo;
use crate::target_dir;

/// The layout's folder in the target directory.
pub const FOLDER: &str = "components/oci";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";

/// The configuration requires a time.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// Writes the layout, and returns the name of each component in it with the digest of its manifest.
///
/// # Errors
///
/// If a component cannot be read, or the layout cannot be written.
pub fn write(components: &Components) -> Result<Vec<(String, String)>, String> {
    let folder = target_dir::target_dir()?.join(FOLDER);
    let revision = revision();
    let mut index = Vec::new();
    let mut written = Vec::new();
    for file in [&components.guest, &components.command] {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let component = fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let manifest = manifest(&folder, &component, &annotations(&name, revision.as_deref()))?;
        let named = format!("{{\"org.opencontainers.image.ref.name\":{}}}", quoted(&name));
        index.push(manifest.descriptor(MANIFEST, Some(&named)));
        written.push((name, manifest.digest));
    }
    let index = format!("{{\"schemaVersion\":2,\"manifests\":[{}]}}", index.join(","));
    write_file(&folder.join("index.json"), index.as_bytes())?;
    write_file(&folder.join("oci-layout"), b"{\"imageLayoutVersion\":\"1.0.0\"}")?;
    Ok(written)
}

/// Returns the usual annotations. A source tree without git has no revision.
#[must_use]
pub fn annotations(name: &str, revision: Option<&str>) -> Vec<(&'static str, String)> {
    [
        ("org.opencontainers.image.title", Some(name)),
        ("org.opencontainers.image.description", Some("One FTP upload, in a sandbox")),
        ("org.opencontainers.image.version", Some(env!("CARGO_PKG_VERSION"))),
        ("org.opencontainers.image.revision", revision),
        ("org.opencontainers.image.licenses", Some(env!("CARGO_PKG_LICENSE"))),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?.to_owned())))
    .collect()
}

fn revision() -> Option<String> {
    let output = cargo::tool("git").args(["rev-parse", "HEAD"]).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Writes the manifest of one component, and the two blobs that it names.
fn manifest(folder: &Path, component: &[u8], annotations: &[(&str, String)]) -> Result<Blob, String> {
    let layer = Blob::write(folder, component)?;
    let config = Blob::write(folder, config(component, &layer)?.as_bytes())?;
    let annotations: Vec<_> =
        annotations.iter().map(|(key, value)| format!("{}:{}", quoted(key), quoted(value))).collect();
    let manifest = format!(
        "{{\"schemaVersion\":2,\"mediaType\":{},\"config\":{},\"layers\":[{}],\"annotations\":{{{}}}}}",
        quoted(MANIFEST),
        config.descriptor(CONFIG, None),
        layer.descriptor(LAYER, None),
        annotations.join(",")
    );
    Blob::write(folder, manifest.as_bytes())
}

/// Lists the imports and exports, so that a reader of the registry sees them without the component.
fn config(component: &[u8], layer: &Blob) -> Result<String, String> {
    let contents = Contents::of(component)?;
    let list = |names: &[String]| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(",");
    Ok(format!(
        "{{\"created\":{},\"author\":null,\"architecture\":\"wasm\",\"os\":\"wasip2\",\"layerDigests\":[{}],\
         \"component\":{{\"exports\":[{}],\"imports\":[{}],\"target\":null}}}}",
        quoted(CREATED),
        quoted(&layer.digest),
        list(&contents.exports),
        list(&contents.imports)
    ))
}

/// A stored blob.
struct Blob {
    /// `sha256:` and 64 digits.
    digest: String,
    size: usize,
}

impl Blob {
    fn write(folder: &Path, bytes: &[u8]) -> Result<Self, String> {
        let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        write_file(&folder.join("blobs/sha256").join(&hex), bytes)?;
        Ok(Self { digest: format!("sha256:{hex}"), size: bytes.len() })
    }

    fn descriptor(&self, media_type: &str, annotations: Option<&str>) -> String {
        let annotations = annotations.map(|json| format!(",\"annotations\":{json}")).unwrap_or_default();
        let (media_type, digest, size) = (quoted(media_type), quoted(&self.digest), self.size);
        format!("{{\"mediaType\":{media_type},\"digest\":{digest},\"size\":{size}{annotations}}}")
    }
}

fn write_file(file: &Path, bytes: &[u8]) -> Result<(), String> {
    let written = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, bytes));
    written.map_err(|error| format!("cannot write {}: {error}", file.display()))
}

/// Returns a JSON string. None of our texts has a character that JSON escapes, except perhaps a quotation mark.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::{Blob, annotations};

    #[test]
    fn a_digest_is_that_of_the_bytes() -> Result<(), String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let blob = Blob::write(folder.path(), b"abc")?;
        let digest = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let descriptor = format!("{{\"mediaType\":\"text/plain\",\"digest\":\"{digest}\",\"size\":3}}");
        assert_eq!(blob.descriptor("text/plain", None), descriptor);
        Ok(())
    }

    #[test]
    fn a_tree_without_git_has_no_revision() {
        let keys = |revision| annotations("x", revision).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert!(keys(Some("abc")).contains(&"org.opencontainers.image.revision"));
        assert_eq!(keys(None).len(), keys(Some("abc")).len() - 1);
    }
}
