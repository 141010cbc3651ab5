//! The host's own record of one file's transfer, against which the guest's report is checked.

use crate::files::source::Source;

/// The file of the current call.
#[derive(Default)]
pub(crate) struct FileTransfer {
    /// The bytes of the file that the server had before.
    offset: u64,
    /// The bytes that were moved, over the data connection that carries the file.
    delivered: Delivered,
    /// The bytes of the file that the guest was called to compare, if it was.
    compared: Option<u64>,
    /// The bytes of a file that was stored before, if the guest was called to check it.
    checked: Option<u64>,
}

/// The part of one file that the server should have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Delivered {
    /// The bytes that the server had before, and the bytes moved since, in order and none twice.
    pub(crate) bytes: u64,
    /// True if `finish` has declared the end of the file after them.
    pub(crate) finished: bool,
}

impl FileTransfer {
    /// Returns the transfer of a file of which the server has the first `offset` bytes.
    pub(super) fn starting_at(offset: u64) -> Self {
        Self { offset, delivered: Delivered { bytes: offset, finished: false }, ..Self::default() }
    }

    /// Returns the state for a call that compares the first `length` bytes, and transfers none.
    pub(super) fn comparing(length: u64) -> Self {
        Self { compared: Some(length), ..Self::starting_at(0) }
    }

    /// Returns the state for a call that checks a file of `length` bytes that was stored before, and transfers none.
    pub(super) fn checking(length: u64) -> Self {
        Self { checked: Some(length), ..Self::starting_at(0) }
    }

    /// Returns the number of bytes that the server had before.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the part of the file that the server should have.
    pub(crate) fn delivered(&self) -> Delivered {
        self.delivered
    }

    /// Records the part that was delivered over the data connection that carries the file.
    pub(crate) fn set_delivered(&mut self, delivered: Delivered) {
        self.delivered = delivered;
    }

    /// Returns the number of bytes that the server must read for a hash.
    pub(crate) fn bytes_to_hash(&self) -> u64 {
        self.compared.or(self.checked).unwrap_or(self.delivered.bytes)
    }

    /// Returns true if the guest may have the hash of the first `length` bytes: those of the whole file, or those that
    /// it was called to compare. From the hashes of all lengths the guest could compute the file.
    pub(crate) fn permits_digest(&self, source: &Source, length: u64) -> bool {
        source.left(length) == 0 || self.compared == Some(length)
    }
}
