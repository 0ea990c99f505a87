//! What plotters draws, written as the SVG of pages and pictures.
//!
//! Coordinates are whole units of the view box, of which [`UNITS`] are a pixel. Elements carry the name of their ink as
//! a class (`f-…` for fill, `s-…` for stroke), so that a page can make them dark, and say nothing that holds anyway.

use std::{convert::Infallible, fmt, fmt::Write, ops::Range};

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    text_anchor::HPos,
};

use super::{
    fonts::needs_fallback,
    theme::{SURFACE, inks},
};
use crate::{model::disarmed, taxonomy::Lang};

/// plotters counts in whole units. Ten of them are a pixel here, so that thin bars and strokes have fractions, and the
/// SVG has short whole numbers.
pub(super) const UNITS: f64 = 10.0;

/// A drawing as SVG text. It remembers which of its texts need other fonts than the embedded one, so that nobody has to
/// look for them in the markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Svg {
    text: String,
    lang: Lang,
    foreign: Vec<(Range<usize>, Label)>,
}

impl Svg {
    /// One `svg` element, lines ended.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The texts with characters that the embedded font lacks.
    pub(super) fn foreign(&self) -> impl Iterator<Item = &str> {
        self.foreign.iter().map(|(_, label)| label.text.as_str())
    }

    /// The language, which decides between the forms of a Han character.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// The same drawing with each of those texts written by `write`.
    pub(super) fn rewritten(&self, write: impl Fn(&mut String, &Label)) -> String {
        let mut out = String::with_capacity(self.text.len() * 2);
        let mut done = 0;
        for (range, label) in &self.foreign {
            out.push_str(&self.text[done..range.start]);
            write(&mut out, label);
            done = range.end;
        }
        out.push_str(&self.text[done..]);
        out
    }

    /// Puts the drawing on its surface and into its root element: size in pixels, role and text alternative, and further
    /// attributes, such as `("data-plot", "…")`.
    pub(super) fn close(mut self, lang: Lang, (w, h): (f64, f64), alt: &str, data: &[(&str, String)]) -> Svg {
        self.lang = lang;
        let (width, height) = (units(w), units(h));
        let mut root = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"errstat-chart\" role=\"img\" aria-label=\"{}\" width=\"{w}\" \
             height=\"{h}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"Noto Sans, Segoe UI, Helvetica Neue, Arial, {}, sans-serif\"",
            escape(alt),
            lang.language().fonts.join(", "),
        );
        for (name, value) in data {
            let _ = write!(root, " {name}=\"{}\"", escape(value));
        }
        let [_, r, g, b] = SURFACE.light.to_be_bytes();
        let surface = paint("fill", BackendColor { alpha: 1.0, rgb: (r, g, b) });
        let _ = write!(root, ">\n<rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\"{surface}/>\n");
        for (range, _) in &mut self.foreign {
            *range = range.start + root.len()..range.end + root.len();
        }
        self.text.insert_str(0, &root);
        self.text.push_str("</svg>\n");
        self
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Pixels in units.
pub(super) fn units(pixels: f64) -> i32 {
    // A cast from a float saturates, so no number can do harm here.
    (pixels * UNITS).round() as i32
}

/// A text on a baseline, in units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub text: String,
    pub x: i32,
    pub baseline: i32,
    pub size: i32,
    pub bold: bool,
    pub anchor: Option<&'static str>,
    /// Attributes that give it its ink.
    paint: String,
}

impl Label {
    /// Writes a part of the text, or all of it, as an element.
    pub fn write(
        &self,
        out: &mut String,
        text: &str,
        x: impl fmt::Display,
        anchor: Option<&str>,
        family: Option<&str>,
    ) {
        let _ = write!(out, "<text x=\"{x}\" y=\"{}\"", self.baseline);
        if let Some(anchor) = anchor {
            let _ = write!(out, " text-anchor=\"{anchor}\"");
        }
        let _ = write!(out, " font-size=\"{}\"{}", self.size, self.paint);
        if self.bold {
            out.push_str(" font-weight=\"bold\"");
        }
        if let Some(family) = family {
            let _ = write!(out, " font-family=\"{family}\"");
        }
        let _ = writeln!(out, ">{}</text>", escape(text));
    }
}

/// Text inside an element or an attribute. A build's log obeys `##…[` in any line that is printed.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    disarmed(&text.replace('"', "&quot;").replace('\'', "&apos;"), "&#35;")
}

/// Attributes of a colour: how opaque it is, which ink it is, and the colour itself.
fn paint(attribute: &str, BackendColor { alpha, rgb: (r, g, b) }: BackendColor) -> String {
    let mut out = String::new();
    if alpha < 1.0 {
        let _ = write!(out, " opacity=\"{alpha}\"");
    }
    let light = u32::from_be_bytes([0, r, g, b]);
    if let Some(ink) = inks().find(|ink| ink.light == light) {
        let _ = write!(out, " class=\"{}-{}\"", &attribute[..1], ink.name);
    }
    let _ = write!(out, " {attribute}=\"#{light:06X}\"");
    out
}

/// Writes elements into an [`Svg`]. Drawing into a text in memory cannot fail.
pub(super) struct Backend<'a> {
    pub svg: &'a mut Svg,
    /// plotters keeps coordinates within this many units.
    pub size: (u32, u32),
}

impl Backend<'_> {
    fn element(&mut self, element: fmt::Arguments<'_>) -> Drawn {
        let _ = writeln!(self.svg.text, "{element}");
        Ok(())
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &color, true)
    }

    fn draw_rect<S: BackendStyle>(&mut self, (x, y): BackendCoord, to: BackendCoord, style: &S, _: bool) -> Drawn {
        let (w, h, paint) = (to.0 - x, to.1 - y, paint("fill", style.color()));
        self.element(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{paint}/>"))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let (paint, width) = (paint("stroke", style.color()), style.stroke_width());
        let points = path.into_iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
        self.element(format_args!("<polyline fill=\"none\"{paint} stroke-width=\"{width}\" points=\"{points}\"/>"))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, baseline): BackendCoord) -> Drawn {
        let label = Label {
            text: text.to_owned(),
            x,
            baseline,
            size: style.size().round() as i32,
            bold: matches!(style.style(), FontStyle::Bold),
            anchor: match style.anchor().h_pos {
                HPos::Left => None,
                HPos::Center => Some("middle"),
                HPos::Right => Some("end"),
            },
            paint: paint("fill", style.color()),
        };
        let start = self.svg.text.len();
        label.write(&mut self.svg.text, text, x, label.anchor, None);
        if text.chars().any(needs_fallback) {
            self.svg.foreign.push((start..self.svg.text.len(), label));
        }
        Ok(())
    }
}
