//! What a component asks for and what it offers, read from its bytes after they were validated.

use std::fmt;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

/// The names at the outside of a component.
#[derive(Debug, PartialEq, Eq)]
pub struct Contents {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

impl Contents {
    /// Validates `component` as WebAssembly 3 with components, without any proposal, and reads its names.
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
                // What stands deeper is wired up within the component.
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
