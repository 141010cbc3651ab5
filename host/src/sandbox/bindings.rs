//! The code that wasmtime's `bindgen!` generates from `wit/`, and nothing else.

wasmtime::component::bindgen!({
    path: "../wit",
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
