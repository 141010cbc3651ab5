//! The user's options for the delivery, and the names and proofs that the rules use.

/// The options for the delivery of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// The file is stored under a temporary name, and renamed when it is complete.
    pub atomic: bool,
    /// With `atomic`: if the server does not rename over an existing file, that file is moved aside and removed at the
    /// end.
    pub replace: bool,
    /// The transfer may resume behind bytes that an earlier run left.
    pub resume: bool,
    /// The server chooses the name (STOU).
    pub unique: bool,
    /// The bytes can be sent only once, and their number is known only afterwards.
    pub stream: bool,
    /// Another try may follow a failed one.
    pub retried: bool,
    /// True if servers are known to change the file's own name: a renamed file is then queried once more.
    pub odd_name: bool,
    /// The proof that is required in addition to the server's final reply.
    pub verify: Verify,
}

/// The proof that is required in addition to the server's final reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// The best proof that the server offers; the reply alone is enough.
    #[default]
    Best,
    /// A hash.
    Hash,
    /// A size or a hash.
    Size,
    /// No proof.
    Nothing,
}

/// The proof that confirms the server's final reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// None: the server replied that the file is stored, and nothing contradicts it.
    Reply,
    /// The size matches, but the file there may have had the same size before.
    SameSize,
    /// The size matches, and it was different before.
    Size,
    /// A hash of the whole file.
    Hash,
}

/// The names on the server that a delivery may use. The caller maps them to the bytes of the paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Name {
    /// The file's own name.
    Own,
    /// The temporary name, hidden by a leading dot.
    Temporary,
    /// The temporary name without the dot, for servers that forbid names with one.
    PlainTemporary,
    /// The name for an old file that is moved aside. Nobody else uses it.
    Aside,
}

impl Verify {
    /// Returns true if `proof` is sufficient.
    pub(crate) fn is_met_by(self, proof: Proof) -> bool {
        match (self, proof) {
            (Self::Best | Self::Nothing, _) | (_, Proof::Hash) | (Self::Size, Proof::Size | Proof::SameSize) => true,
            (Self::Hash, Proof::Reply | Proof::SameSize | Proof::Size) | (Self::Size, Proof::Reply) => false,
        }
    }
}
