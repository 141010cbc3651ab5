//! The plot of `bench many`: a block for each row, and in that a bar for each client, whose length is its number of
//! files a second in relation to the fastest client of the row. A column for each number of connections.

use std::fmt::Write as _;

use super::clients::Client;
use super::contest::Measured;
use super::figures::{Figures, figures};

/// The width of the longest bar, in pixels.
const LONGEST: f64 = 240.0;
const NAMES: f64 = 180.0;
const BAR: f64 = 14.0;
const COLUMN: f64 = NAMES + LONGEST + 80.0;
const TOP: f64 = 56.0;

/// Returns an SVG of all rows whose server accepts every connection.
pub(super) fn draw(measured: &[Measured]) -> String {
    let (mut body, mut height) = (String::new(), TOP);
    let mut columns: Vec<&str> = measured.iter().map(|row| row.connections.as_str()).collect();
    columns.sort_unstable();
    columns.dedup();
    for (column, connections) in columns.iter().enumerate() {
        let left = COLUMN * column as f64;
        let rows = measured.iter().filter(|row| row.connections == *connections && !row.limited);
        height = rows.fold(TOP, |top, row| block(&mut body, row, left, top)).max(height);
    }
    let width = COLUMN * columns.len() as f64;
    let style = "text{font:12px sans-serif;fill:#444}.bold{font-weight:bold}.ours{fill:#c2410c}.other{fill:#9ca3af}";
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="18" class="bold">Files of 10 KiB a second (longer is better)</text>
{body}</svg>"##
    )
}

/// Draws one row, and returns the top of the next one.
fn block(body: &mut String, row: &Measured, left: f64, top: f64) -> f64 {
    let figures = figures(row);
    let fastest = figures.iter().map(|one| one.files_per_second).fold(0.0, f64::max);
    // Writing into a String cannot fail, here and below.
    let _ = writeln!(body, r##"<text x="{}" y="{}" class="bold">{}</text>"##, left + 8.0, top + 8.0, row.row);
    let mut y = top + 16.0;
    for one in &figures {
        bar(body, one, LONGEST * one.files_per_second / fastest, left + NAMES, y);
        y += BAR + 3.0;
    }
    y + 16.0
}

fn bar(body: &mut String, one: &Figures, width: f64, x: f64, y: f64) {
    let class = if one.client == Client::Ours.name() { "ours" } else { "other" };
    let (names, middle, end) = (x - 6.0, y + BAR - 3.0, x + width + 6.0);
    let _ = writeln!(
        body,
        r##"<text x="{names}" y="{middle}" text-anchor="end">{}</text><rect x="{x}" y="{y}" width="{width:.1}" height="{BAR}" class="{class}"/><text x="{end:.1}" y="{middle}">{:.0}</text>"##,
        one.client, one.files_per_second
    );
}
