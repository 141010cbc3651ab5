//! The picture for the README: for some rows a bar for each client, as long as its time is in relation to curl's.

use std::fmt::Write as _;

use crate::contest::Measured;
use crate::report::{Figures, figures};

/// The width of a bar that is as long as curl's, in pixels.
const CURL: f64 = 260.0;
/// Nothing is drawn longer than this, in pixels; its figure tells.
const LONGEST: f64 = 560.0;
const LEFT: f64 = 120.0;
const BAR: f64 = 16.0;
const WIDTH: f64 = LEFT + LONGEST + 90.0;

/// An SVG of all rows.
pub(crate) fn draw(measured: &[Measured]) -> String {
    let (mut body, mut y) = (String::new(), 40.0);
    for row in measured {
        let clients: Vec<_> = figures(row).into_iter().filter(|one| !one.client.starts_with("bare")).collect();
        // Writing into a String cannot fail, here and below.
        let _ = writeln!(body, r##"<text x="8" y="{y}" class="row">{} ({})</text>"##, row.row, row.congestion_control);
        y += 8.0;
        for figures in &clients {
            bar(&mut body, figures, y);
            y += BAR + 4.0;
        }
        y += 26.0;
    }
    let style =
        "text{font:13px sans-serif;fill:#444}.row,.title{font-weight:bold}.ours{fill:#c2410c}.other{fill:#9ca3af}";
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}">
<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="18" class="title">Time in relation to curl's (shorter is better)</text>
{body}</svg>"##
    )
}

fn bar(body: &mut String, figures: &Figures, y: f64) {
    let width = (figures.wall_to_curl * CURL).min(LONGEST);
    let class = if figures.client == "ftp-uploader" { "ours" } else { "other" };
    let (middle, end) = (y + BAR - 4.0, LEFT + width + 6.0);
    let _ = writeln!(
        body,
        r##"<text x="{}" y="{middle}" text-anchor="end">{}</text><rect x="{LEFT}" y="{y}" width="{width:.1}" height="{BAR}" class="{class}"/><text x="{end:.1}" y="{middle}">{:.2}</text>"##,
        LEFT - 6.0,
        figures.client,
        figures.wall_to_curl
    );
}
