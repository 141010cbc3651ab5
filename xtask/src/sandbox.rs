//! `cargo xtask test sandbox`: runs the real program with hostile components, and prints a table of the attacks: the
//! wall that stopped each, the exit code, time and memory, and the message.
//!
//! The tests are in `tests/sandbox/`. Each writes its own row at its end, if it has passed.

use std::fs;

use xtask::cargo;
use xtask::target_dir;
use xtask::wasm_target;

const TESTS: &[&str] =
    &["test", "--package", "ftp-uploader", "--features", "compiler", "--test", "all", "--", "sandbox::"];

/// Runs `cargo xtask test sandbox`.
pub(crate) fn run() -> Result<(), String> {
    wasm_target::set_up()?;
    let path = target_dir::target_dir()?.join("sandbox.tsv");
    // Remove the lines of an earlier run.
    fs::write(&path, "").map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    let shown = path.display().to_string();
    cargo::run(TESTS, &[("FTP_UPLOADER_SANDBOX_TABLE", &shown)])?;
    let rows = fs::read_to_string(&path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let table = table(&rows)?;
    print!("{table}");
    Ok(())
}

/// Returns the rows as a Markdown table, ordered by the wall.
fn table(rows: &str) -> Result<String, String> {
    let mut rows: Vec<[&str; 6]> = rows.lines().filter_map(cells).collect();
    if rows.is_empty() {
        return Err("the tests have passed, but have written no rows; is the filter right?".to_owned());
    }
    rows.sort_by_key(|[attack, wall, ..]| (*wall, *attack));
    // The tests repeat some attacks with other options.
    rows.dedup_by_key(|[attack, wall, ..]| (*wall, *attack));
    let mut text = format!("| attack | wall | exit | s | MiB | message |\n{}\n", "| --- ".repeat(6) + "|");
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
    fn an_empty_table_is_an_error() {
        assert!(table("").is_err());
    }
}
