//! The component that `build.rs` has precompiled, as a part of this binary: in a section with code, which the system maps
//! readable and executable, and not writable.

/// The alignment of the code, because it can run where the system has mapped it.
pub(crate) const MAPPED_ALIGNMENT: Option<usize> = Some(align_of::<Image<()>>());

/// An image that begins at a page, as its code must. On aarch64, kernels have pages of 4, 16 or 64 KiB.
#[cfg_attr(target_arch = "aarch64", repr(C, align(65536)))]
#[cfg_attr(not(target_arch = "aarch64"), repr(C, align(4096)))]
struct Image<T>(T);

macro_rules! image {
    () => {
        include_bytes!(concat!(env!("OUT_DIR"), "/component.cwasm"))
    };
}

#[allow(unsafe_code, reason = "the code in the image must be executable")]
// SAFETY: no program relies on the content of the other code in this section.
#[unsafe(link_section = ".text.ftp_uploader_component")]
static IMAGE: Image<[u8; image!().len()]> = Image(*image!());

/// Returns the precompiled component.
pub(crate) fn bytes() -> &'static [u8] {
    &IMAGE.0
}
