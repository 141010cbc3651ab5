//! Plans how to make a directory on an FTP server equal to a local one: values in, operations out.
//!
//! The input is the [local tree](local::LocalTree), the [listings](remote::RemoteTree) of the server, the
//! [manifest](manifest::Manifest) of an earlier run and the user's [rules](rules::Rules). The crate does no I/O and knows
//! no FTP command. The order of use:
//!
//! 1. [`directories_to_list`] says after each listing which directories to list next.
//! 2. [`questions()`] says which single files to ask the server about, until it returns none.
//! 3. [`plan`] returns the operations, or refuses.
//!
//! Listings and manifests are hostile input. A listing proves that an entry exists, and never by itself that an entry does
//! not: nothing is removed because it is absent somewhere. A mistake of the comparison may send a file again, but must
//! not leave an older version on the server.

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "tests"))]

extern crate alloc;

pub mod answers;
mod compare;
mod fold;
pub mod links;
pub mod local;
pub mod manifest;
pub mod operations;
pub mod path;
mod planning;
mod questions;
mod refusal;
pub mod remote;
pub mod rules;
mod temporary;
mod walk;

pub use planning::plan;
pub use questions::{Ask, Questions, questions};
pub use refusal::{Refusal, folding_refusal};
pub use walk::{Branch, directories_to_list};

/// Everything that a plan is made of.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The local tree.
    pub local: &'a local::LocalTree,
    /// The listings of the server.
    pub remote: &'a remote::RemoteTree,
    /// The manifest of an earlier run, if there is a usable one.
    pub manifest: Option<&'a manifest::Manifest>,
    /// The server's answers about single files.
    pub answers: &'a answers::Answers,
    /// The user's rules, and the abilities of the server.
    pub rules: &'a rules::Rules<'a>,
}

impl Inputs<'_> {
    /// Returns the manifest if the user trusts it, so that nothing was listed.
    fn trusted(&self) -> Option<&manifest::Manifest> {
        self.manifest.filter(|_| self.rules.trust_manifest)
    }
}
