//! `cargo xtask test sandbox`: components that do what they should not, run by the real program, and a table of what was
//! tried, which wall stood in the way, and what was seen to come of it.
//!
//! The tests are `tests/sandbox/`; each writes its own line, and only when all that it claims holds.

use std::fs;

use xtask::cargo;
use xtask::target_dir;
use xtask::wasm_target;

/// `cargo xtask test sandbox`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let path = target_dir::target_dir()?.join("sandbox.tsv");
    // What is left of an earlier run is not to be taken for this one's.
    fs::write(&path, "").map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    let shown = path.display().to_string();
    cargo::run(TESTS, &[("FTP_UPLOADER_SANDBOX_TABLE", &shown)])?;
    let rows = fs::read_to_string(&path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let table = table(&rows)?;
    print!("{table}");
    Ok(())
}

const TESTS: &[&str] =
    &["test", "--package", "ftp-uploader-cli", "--features", "compiler", "--test", "all", "--", "sandbox::"];

/// The lines as a table of Markdown, those about one wall together.
fn table(rows: &str) -> Result<String, String> {
    let mut rows: Vec<[&str; 6]> = rows.lines().filter_map(cells).collect();
    if rows.is_empty() {
        return Err("the tests have passed, but said nothing; is the filter right?".to_owned());
    }
    rows.sort_by_key(|[attack, wall, ..]| (*wall, *attack));
    // The same with another option is another test, and no other attack.
    rows.dedup_by_key(|[attack, wall, ..]| (*wall, *attack));
    let mut text = format!("| attack | wall | exit | s | MiB | what was said |\n{}\n", "| --- ".repeat(6) + "|");
    for row in rows {
        text += &format!("| {} |\n", row.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    Ok(text)
}

fn cells(row: &str) -> Option<[&str; 6]> {
    row.split('\t').collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn rows_become_a_table_ordered_by_the_wall() {
        let rows = "b\tmemory\t1\t0.1\t24\tno|more\na\ttime\t1\t5.1\t24\tlate\na\tmemory\t1\t0.1\t24\tno\na\ttime\t1\t5.2\t24\tlate\n";
        let found = table(rows).unwrap_or_default();
        let lines: Vec<_> = found.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| a | memory | 1 | 0.1 | 24 | no |",
                "| b | memory | 1 | 0.1 | 24 | no\\|more |",
                "| a | time | 1 | 5.1 | 24 | late |"
            ]
        );
    }

    #[test]
    fn no_rows_are_no_success() {
        assert!(table("").is_err());
    }
}
