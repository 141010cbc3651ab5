//! What the user asked for, and the names and proofs that the rules speak of.

/// How one file is to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    /// The file is stored under a temporary name and renamed when it is whole.
    pub atomic: bool,
    /// With `atomic`: a file that the server will not rename over is moved aside and removed at the end.
    pub replace: bool,
    /// The transfer may go on behind bytes that an earlier run left.
    pub resume: bool,
    /// The server chooses the name (STOU).
    pub unique: bool,
    /// The bytes can be sent only once, and their number is known only afterwards.
    pub stream: bool,
    /// Another try may follow a failed one.
    pub retried: bool,
    /// The file's own name is one that servers are known to change: a renamed file is looked at once more.
    pub odd_name: bool,
    /// What has to back the server's final reply up.
    pub verify: Verify,
}

/// What has to back the server's final reply up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// The best that the server offers; the reply alone is good enough.
    #[default]
    Best,
    /// A hash, and nothing less.
    Hash,
    /// A size or a hash.
    Size,
    /// Nothing.
    Nothing,
}

/// What backs the server's final reply up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// Nothing: the server said that the file is stored, and nothing contradicts it.
    Reply,
    /// The size is ours; but it may have been the same before.
    SameSize,
    /// The size, which was not the same before.
    Size,
    /// A hash of the whole file.
    Hash,
}

/// The names on the server that a delivery may touch. Which bytes they stand for is the caller's affair.
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
    /// Whether `proof` is enough.
    pub(crate) fn is_met_by(self, proof: Proof) -> bool {
        match (self, proof) {
            (Self::Best | Self::Nothing, _) | (_, Proof::Hash) | (Self::Size, Proof::Size | Proof::SameSize) => true,
            (Self::Hash, Proof::Reply | Proof::SameSize | Proof::Size) | (Self::Size, Proof::Reply) => false,
        }
    }
}
