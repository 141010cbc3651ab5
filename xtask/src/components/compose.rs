//! Three components become one: the provider is instantiated once, and its handles are those of the guest and of the
//! front alike. What is left open is WASI's.
//!
//! This takes a graph: tools that plug one component into the next make a provider for each, whose handles the other
//! does not know.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// The parts, as built.
pub(super) struct Parts {
    pub(super) provider: Vec<u8>,
    pub(super) guest: Vec<u8>,
    pub(super) front: Vec<u8>,
}

/// The bytes of the whole. Its imports are what the provider and the front import of WASI.
pub(super) fn compose(parts: &Parts) -> Result<Vec<u8>, String> {
    let mut whole = Whole::default();
    let provider = whole.add("ftp-uploader:provider", &parts.provider)?;
    let guest = whole.add("ftp-uploader:guest", &parts.guest)?;
    let front = whole.add("ftp-uploader:front", &parts.front)?;

    let capabilities = whole.export_of(&provider, "ftp-uploader:upload/capabilities@")?;
    let grants = whole.export_of(&provider, "ftp-uploader:wasi/grants@")?;
    whole.connect(&capabilities, &guest)?;
    let upload = whole.export_of(&guest, "ftp-uploader:upload/upload@")?;
    for interface in [&capabilities, &grants, &upload] {
        whole.connect(interface, &front)?;
    }
    let command = whole.export_of(&front, "wasi:cli/run@")?;
    whole.graph.export(command.node, command.name).map_err(failed)?;
    whole.graph.encode(EncodeOptions::default()).map_err(failed)
}

/// What is being put together.
#[derive(Default)]
struct Whole {
    graph: CompositionGraph,
}

/// One component, instantiated.
struct Part {
    package: PackageId,
    instance: NodeId,
}

/// One interface that a part exports.
struct Interface {
    name: String,
    node: NodeId,
}

impl Whole {
    fn add(&mut self, name: &str, component: &[u8]) -> Result<Part, String> {
        let package = Package::from_bytes(name, None, component, self.graph.types_mut());
        let package = package.map_err(|error| format!("{name} is no component: {error}"))?;
        let package = self.graph.register_package(package).map_err(failed)?;
        Ok(Part { package, instance: self.graph.instantiate(package) })
    }

    /// By the beginning of its name: the version is whatever the part was built with.
    fn export_of(&mut self, part: &Part, prefix: &str) -> Result<Interface, String> {
        let world = &self.graph.types()[self.graph[part.package].ty()];
        let found = world.exports.keys().find(|name| name.starts_with(prefix)).cloned();
        let name = found.ok_or_else(|| format!("cannot compose: nothing exports {prefix}"))?;
        let node = self.graph.alias_instance_export(part.instance, &name).map_err(failed)?;
        Ok(Interface { name, node })
    }

    fn connect(&mut self, interface: &Interface, to: &Part) -> Result<(), String> {
        self.graph.set_instantiation_argument(to.instance, &interface.name, interface.node).map_err(failed)
    }
}

fn failed(error: impl std::error::Error) -> String {
    let mut text = format!("cannot compose: {error}");
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text = format!("{text}: {deeper}");
        cause = deeper.source();
    }
    text
}
