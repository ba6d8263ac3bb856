//! A QR code, in a terminal or on a page: for whoever would rather scan than type.

use qrcode::{
    QrCode,
    render::{svg, unicode::Dense1x2},
};

/// The code, two modules a character. `painted` in black on white whatever the terminal's own colours; else light modules
/// are drawn, which is right on a dark terminal.
pub fn code(text: &str, painted: bool) -> String {
    let code = QrCode::new(text).expect("what heldspace prints fits a code");
    let mut renderer = code.render::<Dense1x2>();
    if !painted {
        renderer.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark);
    }
    let lines = renderer.build();
    let line = |line: &str| if painted { format!("  \u{1b}[30;47m{line}\u{1b}[0m") } else { format!("  {line}") };
    lines.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The code as SVG, to stand in a page: without the line that begins a file of its own.
///
/// # Panics
/// Never: what heldspace prints fits a code.
pub fn svg(text: &str) -> String {
    let code = QrCode::new(text).expect("what heldspace prints fits a code");
    let code = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    code.split_once("?>").map_or(code.as_str(), |(_, svg)| svg).to_owned()
}
