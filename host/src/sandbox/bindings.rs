//! The code that wasmtime's `bindgen!` generates from `wit/`, and nothing else.

/// Generates the code from the folder `$wit`, relative to the package. It is a macro, because `bindgen!` takes the path
/// only as a literal.
macro_rules! generate_from {
    ($wit:tt) => {
wasmtime::component::bindgen!({
    path: $wit,
    world: "uploader",
    with: {
        "ftp-uploader:upload/capabilities.control-connection": crate::sandbox::capabilities::control_connection::ControlConnection,
        "ftp-uploader:upload/capabilities.data-connection": crate::sandbox::capabilities::data_connection::DataConnection,
        "ftp-uploader:upload/capabilities.data-listener": crate::sandbox::capabilities::data_listener::DataListener,
        "ftp-uploader:upload/capabilities.listing-connection": crate::sandbox::capabilities::listing_connection::ListingConnection,
        "ftp-uploader:upload/capabilities.source-file": crate::sandbox::capabilities::source_file::SourceFile,
        "ftp-uploader:upload/capabilities.secret": crate::request::password::Password,
        "ftp-uploader:upload/capabilities.progress": crate::sandbox::capabilities::progress::ProgressHandle,
    },
    // A cancellation, or a handle that does not exist, ends the guest: the guest could not handle them as results.
    imports: { default: trappable },
    additional_derives: [PartialEq],
});
    };
}

#[cfg(not(packed_crate))]
generate_from!("../wit");

// A crate holds no file from outside of its folder: `cargo xtask package` copies wit/ into it.
#[cfg(packed_crate)]
generate_from!("wit");
