//! The imports and exports of a component, read from its bytes after validation.

use std::fmt;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The names of a component's imports and exports.
#[derive(Debug, PartialEq, Eq)]
pub struct Contents {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

impl Contents {
    /// Validates `component` as WebAssembly 3 with the component model, without other proposals, and reads its names.
    pub fn of(component: &[u8]) -> Result<Self, String> {
        let features = WasmFeatures::default();
        Validator::new_with_features(features).validate_all(component).map_err(|error| format!("invalid: {error}"))?;
        Self::read(component).map_err(|error| format!("cannot be read: {error}"))
    }

    fn read(component: &[u8]) -> wasmparser::Result<Self> {
        let mut contents = Self { imports: Vec::new(), exports: Vec::new() };
        let mut depth = 0;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                // The imports of nested components are satisfied within the outer one.
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                Payload::ComponentImportSection(section) if depth == 0 => {
                    for import in section {
                        contents.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    for export in section {
                        contents.exports.push(export?.name.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(contents)
    }
}

impl fmt::Display for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.imports {
            writeln!(f, "  imports {name}")?;
        }
        for name in &self.exports {
            writeln!(f, "  exports {name}")?;
        }
        Ok(())
    }
}
