//! The list of all parts of a program (SBOM), in the format CycloneDX 1.5, as JSON.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::crates::Crates;
use super::date;

/// Returns the list, with a line break at its end. `time` is in seconds since 1970.
pub(super) fn cyclonedx(crates: &Crates, triple: &str, rustc: &str, time: u64) -> Result<String, String> {
    let root = crates.by_name.keys().find(|(name, _)| name == "ftp-uploader").ok_or("cargo tree names no program")?;
    let others = crates.by_name.iter().filter(|(key, _)| *key != root);
    let mut components: Vec<_> = others.map(|(key, one)| component(key, &one.licence, &one.checksum)).collect();
    components.push(json!({ "type": "library", "bom-ref": "rust-std", "name": "rust-std", "version": rustc,
        "licenses": [{ "expression": "MIT OR Apache-2.0" }] }));
    let mut dependencies: Vec<_> = crates
        .by_name
        .iter()
        .map(|(key, one)| json!({ "ref": reference(key), "dependsOn": one.needs.iter().map(reference).collect::<Vec<_>>() }))
        .collect();
    dependencies.push(json!({ "ref": "rust-std", "dependsOn": [] }));
    let mut program = component(root, &crates.by_name[root].licence, "");
    program["type"] = json!("application");
    program["properties"] = json!([{ "name": "ftp-uploader:target", "value": triple }]);
    let mut list = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "timestamp": date::rfc_3339(time), "component": program },
        "components": components,
        "dependencies": dependencies,
    });
    // The same parts give the same number, so that a second build gives the same list.
    list["serialNumber"] = json!(format!("urn:uuid:{}", uuid(list.to_string().as_bytes())));
    let text = serde_json::to_string_pretty(&list).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn component(key: &(String, String), licence: &str, checksum: &str) -> Value {
    let (name, version) = key;
    let mut one = json!({ "type": "library", "bom-ref": reference(key), "name": name, "version": version,
        "licenses": [{ "expression": licence }] });
    // A crate of the workspace has no checksum, and is in no registry.
    if !checksum.is_empty() {
        one["purl"] = json!(format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")));
        one["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    one
}

fn reference((name, version): &(String, String)) -> String {
    format!("{name}@{version}")
}

/// Returns a UUID of version 8 (RFC 9562), made from a hash.
fn uuid(bytes: &[u8]) -> String {
    let mut hash: [u8; 32] = Sha256::digest(bytes).into();
    hash[6] = hash[6] & 0x0f | 0x80;
    hash[8] = hash[8] & 0x3f | 0x80;
    let digits = base16ct::lower::encode_string(&hash[..16]);
    let ends = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    ends.map(|(start, end)| digits.get(start..end).unwrap_or_default()).join("-")
}

#[cfg(test)]
mod tests {
    use super::{cyclonedx, uuid};
    use crate::dist::crates::tests::example;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn list() -> Value {
        let text = cyclonedx(&example(), "x86_64-unknown-linux-musl", "1.95.0", 1_700_000_000).unwrap();
        assert!(text.ends_with("}\n"));
        serde_json::from_str(&text).unwrap()
    }

    /// The rules of bom-1.5.schema.json for the fields that are used here.
    #[test]
    fn the_list_has_the_fields_that_cyclonedx_requires() {
        let list = list();
        assert_eq!(list["bomFormat"], "CycloneDX");
        assert_eq!(list["specVersion"], "1.5");
        assert_eq!(list["version"], 1);
        assert_eq!(list["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
        assert_eq!(list["metadata"]["component"]["type"], "application");
        let number = list["serialNumber"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap();
        assert_eq!(number.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        for one in list["components"].as_array().unwrap() {
            assert_eq!(one["type"], "library");
            assert!(one["name"].is_string() && one["version"].is_string() && one["licenses"].is_array(), "{one}");
        }
    }

    #[test]
    fn every_reference_is_unique_and_every_dependency_is_in_the_list() {
        let list = list();
        let mut names: Vec<_> =
            list["components"].as_array().unwrap().iter().map(|one| one["bom-ref"].as_str().unwrap()).collect();
        names.push(list["metadata"]["component"]["bom-ref"].as_str().unwrap());
        let known: BTreeSet<_> = names.iter().copied().collect();
        assert_eq!(known.len(), names.len());
        for entry in list["dependencies"].as_array().unwrap() {
            assert!(known.contains(entry["ref"].as_str().unwrap()), "{entry}");
            let needs = entry["dependsOn"].as_array().unwrap();
            assert!(needs.iter().all(|need| known.contains(need.as_str().unwrap())), "{entry}");
        }
        let program = list["dependencies"].as_array().unwrap().iter().find(|one| one["ref"] == "ftp-uploader@0.1.0");
        assert_eq!(program.unwrap()["dependsOn"], serde_json::json!(["one@1.0.0", "two@2.0.0"]));
    }

    #[test]
    fn the_number_of_the_list_depends_on_its_contents_alone() {
        assert_eq!(list(), list());
        assert_ne!(uuid(b"a"), uuid(b"b"));
        assert_eq!(uuid(b"a").as_bytes()[14], b'8');
    }
}
