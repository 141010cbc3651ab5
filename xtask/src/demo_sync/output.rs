//! The output of the program, cut to a length that people read.

/// The lines at the beginning and at the end that are never cut.
const HEAD: usize = 4;
const TAIL: usize = 4;

/// The longest output that is not cut, in lines.
const WHOLE: usize = 30;

/// Returns the lines to print; a line of its own says how many are left out.
pub(super) fn cut(text: &str) -> Vec<String> {
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    if lines.len() <= WHOLE {
        return lines;
    }
    let left_out = format!("  … {} lines are left out here …", lines.len() - HEAD - TAIL);
    let (head, tail) = (&lines[..HEAD], &lines[lines.len() - TAIL..]);
    [head, &[left_out], tail].concat()
}

#[cfg(test)]
mod tests {
    use super::{HEAD, TAIL, WHOLE, cut};

    fn numbers(count: usize) -> String {
        (0..count).map(|number| format!("{number}\n")).collect()
    }

    #[test]
    fn a_short_output_is_whole() {
        assert_eq!(cut(&numbers(WHOLE)).len(), WHOLE);
        assert_eq!(cut(""), [""; 0]);
    }

    #[test]
    fn a_long_output_has_its_first_and_last_lines_and_their_distance() {
        let lines = cut(&numbers(300));
        assert_eq!(lines.len(), HEAD + 1 + TAIL);
        assert_eq!([&*lines[0], &*lines[HEAD - 1], &*lines[HEAD + TAIL]], ["0", "3", "299"]);
        assert_eq!(lines[HEAD], "  … 292 lines are left out here …");
    }
}
