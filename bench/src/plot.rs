//! The plot for the README: a column for each network, in it a block for each row, and in that a bar for each client,
//! whose length is its time in relation to curl's.

use std::fmt::Write as _;

use crate::contest::Measured;
use crate::report::{Figures, figures};

/// The width in pixels of a bar for curl's own time.
const CURL: f64 = 170.0;
/// The maximum width of a bar, in pixels. The figure beside the bar is exact.
const LONGEST: f64 = 300.0;
const NAMES: f64 = 100.0;
const BAR: f64 = 14.0;
const COLUMN: f64 = NAMES + LONGEST + 60.0;
const TOP: f64 = 56.0;

/// Returns an SVG of all rows.
pub(crate) fn draw(measured: &[Measured]) -> String {
    let mut networks: Vec<&str> = measured.iter().map(|row| row.congestion_control.as_str()).collect();
    networks.dedup();
    let (mut body, mut height) = (String::new(), TOP);
    for (column, network) in networks.iter().enumerate() {
        let left = COLUMN * column as f64;
        // Writing into a String cannot fail, here and below.
        let _ = writeln!(body, r##"<text x="{}" y="40" class="bold">{network}</text>"##, left + 8.0);
        let rows = measured.iter().filter(|row| row.congestion_control == *network);
        height = rows.fold(TOP, |top, row| block(&mut body, row, left, top)).max(height);
    }
    let width = COLUMN * networks.len() as f64;
    let style = "text{font:12px sans-serif;fill:#444}.bold{font-weight:bold}.ours{fill:#c2410c}.other{fill:#9ca3af}";
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="18" class="bold">Time in relation to curl's, by congestion control (shorter is better)</text>
{body}</svg>"##
    )
}

/// Draws one row, and returns the top of the next one.
fn block(body: &mut String, row: &Measured, left: f64, top: f64) -> f64 {
    let _ = writeln!(body, r##"<text x="{}" y="{}">{}</text>"##, left + 8.0, top + 8.0, row.row);
    let mut y = top + 16.0;
    for figures in figures(row).iter().filter(|one| !one.client.starts_with("bare")) {
        bar(body, figures, left + NAMES, y);
        y += BAR + 3.0;
    }
    y + 16.0
}

fn bar(body: &mut String, figures: &Figures, x: f64, y: f64) {
    let width = (figures.wall_to_curl * CURL).clamp(1.0, LONGEST);
    let class = if figures.client == "ftp-uploader" { "ours" } else { "other" };
    let (names, middle, end) = (x - 6.0, y + BAR - 3.0, x + width + 6.0);
    let _ = writeln!(
        body,
        r##"<text x="{names}" y="{middle}" text-anchor="end">{}</text><rect x="{x}" y="{y}" width="{width:.1}" height="{BAR}" class="{class}"/><text x="{end:.1}" y="{middle}">{:.2}</text>"##,
        figures.client, figures.wall_to_curl
    );
}
