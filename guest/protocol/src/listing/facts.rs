//! Lines of MLSD: `type=file;size=3;modify=20261128021000; name` (RFC 3659 §7.2).

use super::{Kind, Line, number};
use crate::timestamp::Timestamp;

/// The facts of one line that matter here.
#[derive(Default)]
struct Facts {
    kind: Option<Kind>,
    /// True for `cdir` and `pdir`: the directory itself and its parent.
    skipped: bool,
    size: Option<u64>,
    modified: Option<u64>,
}

/// RFC 3659 §7.2: the name is everything after the first space; blanks at its beginning belong to it. Each fact ends with
/// a semicolon. If the last one does not, the space was part of a fact, and it is unknown where the name begins.
pub(super) fn parse(line: &[u8]) -> Line {
    let Some(space) = line.iter().position(|&byte| byte == b' ') else { return Line::Ignored };
    let (told, name) = (&line[..space], &line[space + 1..]);
    match facts(told) {
        None => Line::Ignored,
        Some(facts) if facts.skipped => Line::Skipped,
        Some(facts) => Line::of(name, facts.kind.unwrap_or(Kind::Other), facts.size, facts.modified),
    }
}

fn facts(told: &[u8]) -> Option<Facts> {
    let mut facts = Facts::default();
    if told.is_empty() {
        return Some(facts);
    }
    for fact in told.strip_suffix(b";")?.split(|&byte| byte == b';') {
        let (name, value) = fact.split_at(fact.iter().position(|&byte| byte == b'=')?);
        facts.add(&name.to_ascii_lowercase(), &value[1..]);
    }
    Some(facts)
}

impl Facts {
    /// RFC 3659 §7.2: neither the case nor the order of facts matters, and unknown ones are ignored.
    fn add(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"type" => self.set_kind(&value.to_ascii_lowercase()),
            b"size" => self.size = number(value),
            b"modify" => self.modified = Timestamp::parse(value).map(Timestamp::to_unix),
            _ => {}
        }
    }

    /// RFC 3659 §7.5.1. Servers write links as `OS.unix=slink:TARGET`, `OS.unix=slink:` or `OS.unix=symlink`. The
    /// directory itself is also listed under its own path.
    fn set_kind(&mut self, value: &[u8]) {
        self.skipped = matches!(value, b"cdir" | b"pdir");
        self.kind = Some(match value {
            b"file" => Kind::File,
            b"dir" => Kind::Directory,
            _ if value.starts_with(b"os.unix=slink") || value.starts_with(b"os.unix=symlink") => Kind::Link,
            _ => Kind::Other,
        });
    }
}
