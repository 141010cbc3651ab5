//! The component that `build.rs` has precompiled, as data of this binary, which no system executes.

/// `None`: the code must be copied to run.
pub(crate) const MAPPED_ALIGNMENT: Option<usize> = None;

/// Returns the precompiled component.
pub(crate) fn bytes() -> &'static [u8] {
    include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"))
}
