//! Paths on the server, relative to the root of the synchronisation. They cannot lead out of it.

use alloc::sync::Arc;
use core::borrow::Borrow;
use core::fmt;

/// The longest path in bytes, which is the longest argument of an FTP command that `ftp-protocol` accepts.
pub const MAX_PATH: usize = 4096;

/// A path relative to the root: parts joined by `/`, or the root itself. No part is empty, `.` or `..`, or contains a control
/// byte or 0xff. Clones share their bytes. The order is that of the bytes, so a directory comes before its contents.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemotePath(Arc<[u8]>);

/// The reason why some bytes are no [`RemotePath`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    /// There are more than [`MAX_PATH`] bytes.
    TooLong,
    /// A part is empty: the path is empty, absolute, ends with `/` or contains `//`.
    EmptyPart,
    /// A part is `.` or `..`.
    Dots,
    /// It contains this byte: a control byte, or 0xff, with which a Telnet command begins (RFC 854).
    Byte(u8),
    /// A name contains `/`.
    Slash,
}

impl RemotePath {
    /// Returns the root, whose bytes are empty. In a command it is written as `.`.
    pub fn root() -> Self {
        Self(Arc::from(&[][..]))
    }

    /// Accepts a path that leads to a place below the root.
    ///
    /// # Errors
    /// [`BadPath`] says why not.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadPath> {
        if bytes.len() > MAX_PATH {
            return Err(BadPath::TooLong);
        }
        bytes.split(|&byte| byte == b'/').try_for_each(check_name)?;
        Ok(Self(Arc::from(bytes)))
    }

    /// Returns the bytes, parts joined by `/`; empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns true if this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the directory that contains this; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        (!self.is_root()).then(|| Self(Arc::from(self.parent_bytes())))
    }

    /// Returns the bytes of the directory that contains this; empty for the root and for its direct contents.
    pub fn parent_bytes(&self) -> &[u8] {
        parent_of(&self.0)
    }

    /// Returns the number of directories above this, up to the root.
    pub fn depth(&self) -> usize {
        self.0.iter().filter(|&&byte| byte == b'/').count()
    }

    /// Returns the last part; empty for the root.
    pub fn name(&self) -> &[u8] {
        name_of(&self.0)
    }

    /// Returns the path of the entry called `name` in this directory.
    ///
    /// # Errors
    /// [`BadPath`] if `name` cannot be one part of a path, or if the result is too long.
    pub fn join(&self, name: &[u8]) -> Result<Self, BadPath> {
        if name.contains(&b'/') {
            return Err(BadPath::Slash);
        }
        check_name(name)?;
        let bytes = if self.is_root() { name.to_vec() } else { [self.as_bytes(), b"/", name].concat() };
        if bytes.len() > MAX_PATH { Err(BadPath::TooLong) } else { Ok(Self(Arc::from(bytes))) }
    }

    /// Returns true if this is in `directory`, at any depth. Nothing is below itself.
    pub fn is_below(&self, directory: &Self) -> bool {
        is_below(&self.0, &directory.0)
    }

    /// Returns true if this is `directory`, or below it.
    pub fn starts_with(&self, directory: &Self) -> bool {
        self == directory || self.is_below(directory)
    }
}

/// Checks one part of a path.
pub(crate) fn check_name(name: &[u8]) -> Result<(), BadPath> {
    match name.iter().find(|byte| byte.is_ascii_control() || **byte == 0xff) {
        Some(&byte) => Err(BadPath::Byte(byte)),
        None if name.is_empty() => Err(BadPath::EmptyPart),
        None if name == b"." || name == b".." => Err(BadPath::Dots),
        None => Ok(()),
    }
}

/// Returns the directory of `path`; empty for the root.
pub(crate) fn parent_of(path: &[u8]) -> &[u8] {
    &path[..path.iter().rposition(|&byte| byte == b'/').unwrap_or(0)]
}

/// Returns the last part of `path`.
pub(crate) fn name_of(path: &[u8]) -> &[u8] {
    &path[path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1)..]
}

/// Returns true if `path` is in `directory`, at any depth.
pub(crate) fn is_below(path: &[u8], directory: &[u8]) -> bool {
    match path.strip_prefix(directory) {
        Some(rest) if directory.is_empty() => !rest.is_empty(),
        Some(rest) => rest.first() == Some(&b'/'),
        None => false,
    }
}

/// Returns `path` and the directories above it, from below, without the root.
pub(crate) fn upwards(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::successors(Some(path), |path| Some(parent_of(path))).take_while(|path| !path.is_empty())
}

impl Borrow<[u8]> for RemotePath {
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "is longer than {MAX_PATH} bytes"),
            Self::EmptyPart => write!(f, "is empty, or has an empty part"),
            Self::Dots => write!(f, "has a part that is . or .."),
            Self::Byte(byte) => write!(f, "contains the byte 0x{byte:02x}"),
            Self::Slash => write!(f, "contains a slash"),
        }
    }
}

impl core::error::Error for BadPath {}
