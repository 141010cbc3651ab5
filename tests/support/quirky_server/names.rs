//! Names in commands: those of temporary files, and times in front of a name.

/// The digits in a temporary name of the program, `.NAME.0123456789abcdef.part`.
const DIGITS: usize = 16;

/// Returns the path of the file that is stored under this temporary one. Other paths are returned unchanged.
pub(crate) fn plain(path: &str) -> String {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    own_name(&path[start..]).map_or_else(|| path.to_owned(), |own| format!("{}{own}", &path[..start]))
}

/// Returns true for the path of a temporary file.
pub(crate) fn is_temporary(path: &str) -> bool {
    own_name(path.rsplit('/').next().unwrap_or(path)).is_some()
}

fn own_name(name: &str) -> Option<&str> {
    // A server may refuse names that begin with a dot, and then gets the same name without it.
    let (own, digits) = name.strip_prefix('.').unwrap_or(name).strip_suffix(".part")?.rsplit_once('.')?;
    let all = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    (all && !own.is_empty()).then_some(own)
}

/// Returns true if an argument begins with a time and a space.
pub(super) fn is_time(argument: &str) -> bool {
    argument.split_once(' ').is_some_and(|(time, _)| time.len() == 14 && time.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn temporary_names_are_told_from_others() {
    assert_eq!(plain("/inbox/css/.a.css.0123456789abcdef.part"), "/inbox/css/a.css");
    for other in [".a.css.part", "/inbox/..0123456789abcdef.part", "/.a.012345.part"] {
        assert_eq!((&*plain(other), is_temporary(other)), (other, false));
    }
    assert!(is_temporary("a.css.0123456789abcdef.part"));
    assert!(is_temporary("..htaccess.0123456789abcdef.part"));
}
