//! Composes three components into one: the provider is instantiated once, and both the guest and the front use its
//! handles. The imports of the result are WASI's.
//!
//! The composition needs a graph. Tools that plug one component into another instantiate the provider twice, and one
//! instance does not accept the handles of the other. A `.wac` file could describe the graph, but it would have to
//! repeat the version of each interface, and needs a parser and a resolver in addition to the same graph.

use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

/// The three components.
pub(super) struct Parts {
    pub(super) provider: Vec<u8>,
    pub(super) guest: Vec<u8>,
    pub(super) front: Vec<u8>,
}

/// Returns the composed component. It imports the WASI interfaces that the provider and the front import.
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

/// The component under construction.
#[derive(Default)]
struct Whole {
    graph: CompositionGraph,
}

/// One instantiated component.
struct Part {
    package: PackageId,
    instance: NodeId,
}

/// An interface that a part exports.
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

    /// Finds an interface by the beginning of its name, because the version depends on the build of the part.
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
