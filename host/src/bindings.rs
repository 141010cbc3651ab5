//! The `bindgen!` macro and nothing else: what wasmtime makes of `wit/`.

wasmtime::component::bindgen!({
    path: "../wit",
    world: "uploader",
    with: {
        "ftp-uploader:upload/capabilities.control-connection": crate::lent::ControlConnection,
        "ftp-uploader:upload/capabilities.data-connection": crate::lent::DataConnection,
        "ftp-uploader:upload/capabilities.data-listener": crate::lent::DataListener,
        "ftp-uploader:upload/capabilities.source-file": crate::lent::SourceFile,
        "ftp-uploader:upload/capabilities.secret": crate::password::Password,
        "ftp-uploader:upload/capabilities.progress": crate::lent::ProgressHandle,
    },
    // An interrupt, or a handle that does not exist, ends the guest: neither is an answer that it could handle.
    imports: { default: trappable },
    additional_derives: [PartialEq],
});
