//! An upload for which everything is there that has to be opened, read or looked up, and of which nothing was sent: the
//! moment to see what it lends, and to put up the fence.
//!
//! Made by `uploader.rs`. What is lent is put into words by `grants.rs`; what comes next is `delivery/mod.rs`.

use std::sync::Arc;
use std::time::Instant;

use crate::delivery::Delivery;
use crate::fence::{self, Needs, Walls};
use crate::grants::Grants;
use crate::incomplete::Incomplete;
use crate::password::Password;
use crate::progress::Receipt;
use crate::source::Source;

/// An upload that is ready to begin. Made by [`Uploader::prepare`](crate::Uploader::prepare).
pub struct Prepared<'a> {
    delivery: Delivery<'a>,
    sources: Vec<Arc<Source>>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(delivery: Delivery<'a>, sources: Vec<Arc<Source>>) -> Self {
        Self { delivery, sources }
    }

    /// What the upload lends to the component, and what it will do with it at most.
    pub fn grants(&self) -> Grants<'_> {
        Grants::of(self.delivery.request, &self.delivery.destination, &self.sources)
    }

    /// Takes from **the whole process** all that this upload does not need, for good: it can open no file, run no program,
    /// and make no connection but by TCP. For programs that do nothing else afterwards; what they need has to be open.
    ///
    /// What the kernel does not have is missing from the fence, and said to be; the upload can begin all the same.
    pub fn fence(&self) -> Walls {
        fence::put_up(&Needs::of(self.delivery.request, &self.delivery.destination))
    }

    /// Takes the password that `ask` gives, in the place of the request's. The resolver, and whatever it loads, has done its
    /// work by now and never sees it. The time that `ask` takes does not count ([`Request::max_time`](crate::Request::max_time)).
    ///
    /// # Errors
    /// Those of `ask`.
    pub fn password_from<E>(&mut self, ask: impl FnOnce() -> Result<Password, E>) -> Result<(), E> {
        let began = Instant::now();
        self.delivery.request.password.set(ask()?);
        self.delivery.postpone(began.elapsed());
        Ok(())
    }

    /// Connects, and uploads the files: the second half of [`Uploader::upload`](crate::Uploader::upload).
    ///
    /// # Errors
    /// [`Incomplete`] unless the server has confirmed every file.
    pub fn upload(self) -> Result<Vec<Receipt>, Incomplete> {
        self.delivery.deliver(&self.sources)
    }
}
