//! The tour: `docs/tour.sh` on a terminal, against the server of the demo. `docs/tour.txt` is the screen at its end, and
//! `docs/tour.svg`, which README shows, is its picture. Both are written anew with `FTP_UPLOADER_TOUR=write`.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use test_servers::DemoServer;

use crate::support::program::Program;
use crate::support::terminal::Terminal;

/// The columns of the terminal.
const COLUMNS: u16 = 120;

/// The address in the files of the tour. The server of a test has another port each time.
const ADDRESS: &str = "127.0.0.1:2121";

/// The sizes of the picture, in pixels.
const ROW: usize = 20;
const COLUMN: usize = 8;
const MARGIN: usize = 16;

#[test]
fn the_tour_shows_the_screen_that_the_readme_shows() {
    let served = tempfile::tempdir().expect("a folder");
    for directory in ["incoming", "www"] {
        fs::create_dir(served.path().join(directory)).expect("a directory");
    }
    let server = DemoServer::start(served.path()).expect("a server");
    let Some(rows) = screen(&server) else { return };
    assert_eq!(fs::read(served.path().join("incoming/report.csv")).expect("a file"), b"name;amount\nrent;1200\n");
    assert_eq!(fs::read(served.path().join("incoming/photos/2026/lake.jpg")).expect("a file"), [0; 300_000]);
    assert!(!served.path().join("incoming/photos/2026/beach.tmp").exists());
    assert_eq!(fs::read(served.path().join("www/css/main.css")).expect("a file"), b"h1 { color: teal }\n");

    let screen = rows.join("\n") + "\n";
    if is_recorded() {
        fs::write(docs("tour.txt"), &screen).expect("docs/tour.txt");
        fs::write(docs("tour.svg"), picture(&rows.iter().map(String::as_str).collect::<Vec<_>>()))
            .expect("docs/tour.svg");
    }
    let recorded = fs::read_to_string(docs("tour.txt")).expect("docs/tour.txt");
    assert_eq!(without_measures(&screen), without_measures(&recorded), "FTP_UPLOADER_TOUR=write records it anew");
}

#[test]
fn the_picture_of_the_tour_is_that_of_its_screen() {
    let screen = fs::read_to_string(docs("tour.txt")).expect("docs/tour.txt");
    let picture = picture(&screen.lines().collect::<Vec<_>>());
    assert_eq!(fs::read_to_string(docs("tour.svg")).expect("docs/tour.svg"), picture);
}

#[test]
fn measures_are_left_out_and_nothing_else_is() {
    let line = "Stored a1 in b: 10 bytes in 0.03 s (333 KiB/s), 2 s";
    assert_eq!(without_measures(line), ["Stored a1 in b: 10 bytes in N s, N s"]);
    assert_eq!(without_measures("z\nin 1 ms, 1.5 MiB/s; all"), ["in N s, N B/s; all", "z"]);
}

/// Returns true if the screen is to be recorded.
fn is_recorded() -> bool {
    std::env::var_os("FTP_UPLOADER_TOUR").is_some()
}

/// Runs the tour, and returns the rows of the screen at its end; `None` if there is no terminal.
fn screen(server: &DemoServer) -> Option<Vec<String>> {
    let program = Program::of_script(&docs("tour.sh"));
    let folder = program.path("tour");
    fs::create_dir(&folder).expect("a folder");
    let address = format!("127.0.0.1:{}", server.port);
    let program = program.arguments([&folder]).environment("SERVER", &address);
    let program = program.environment("FTP_PASSWORD", &server.password).environment("TERM", "xterm");
    let mut terminal = Terminal::run_on(program, COLUMNS)?;
    terminal.wait_for("Enter password for demo");
    terminal.wait_for_no_echo();
    terminal.types(&format!("{}\n", server.password));
    let code = terminal.wait();
    let shown = terminal.shown();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(&server.password), "the password shows:\n{shown}");
    Some(terminal.rows().iter().map(|row| row.replace(&address, ADDRESS)).collect())
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// Replaces times and removes speeds, which differ between two runs. The lines are sorted, because files that are sent at
/// the same time end in any order.
fn without_measures(text: &str) -> Vec<String> {
    let mut lines: Vec<_> = text.lines().map(|line| line_without_measures(line).replace(" (N B/s)", "")).collect();
    lines.sort();
    lines
}

fn line_without_measures(line: &str) -> String {
    let mut words = line.split(' ').peekable();
    let mut shown = Vec::new();
    while let Some(word) = words.next() {
        let number = word.trim_start_matches('(');
        match words.peek().and_then(|next| unit(number, next)) {
            Some(unit) => {
                shown.extend([word.replace(number, "N"), unit]);
                words.next();
            }
            None => shown.push(word.to_owned()),
        }
    }
    shown.join(" ")
}

/// Returns the word behind the number of a time or a speed, with one unit for all of them; `None` if it is neither.
fn unit(number: &str, next: &str) -> Option<String> {
    number.parse::<f64>().ok()?;
    let bare = next.trim_end_matches([',', ')', '.', ':', ';']);
    let unit = match bare {
        "s" | "ms" => "s",
        "B/s" | "KiB/s" | "MiB/s" | "GiB/s" => "B/s",
        _ => return None,
    };
    Some(unit.to_owned() + &next[bare.len()..])
}

/// Draws the rows of a terminal.
fn picture(rows: &[&str]) -> String {
    let (width, height) = (2 * MARGIN + COLUMN * usize::from(COLUMNS), 2 * MARGIN + ROW * rows.len());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-label=\"A tour of ftp-uploader on a terminal\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, monospace\" font-size=\"13.5\">\n"
    );
    for (i, row) in rows.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
        let (y, length) = (MARGIN + ROW * i + 14, COLUMN * row.chars().count());
        let colour = if row.starts_with("$ ") { "#7ee787" } else { "#d0d7de" };
        let text = row.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{colour}\" textLength=\"{length}\" style=\"white-space:pre\">{text}</text>"
        );
    }
    svg + "</g></svg>\n"
}
