//! The default limits of an upload, in one place for the host and for the command on WASI.

use core::num::NonZeroUsize;
use core::time::Duration;

/// The longest wait for a whole reply, and for data to move.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// The longest time for connecting.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The most retries of one file.
pub const RETRIES: u32 = 3;

/// The wait before the first retry.
pub const RETRY_DELAY: Duration = Duration::from_secs(1);

/// The most connections at the same time.
pub const JOBS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
