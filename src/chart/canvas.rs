//! The drawing surface: plotters in pixels with fractions, and the SVG made ready for a page.

use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{Drawable, PathElement, PointCollection, Polygon, Rectangle, Text},
    style::{
        Color, FontStyle, IntoFont, RGBAColor, RGBColor, ShapeStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::model::disarmed;

use super::{
    measure,
    theme::{Ink, SURFACE, Type, inks},
};

/// plotters counts in whole units. Ten of them are a pixel here, so that thin bars and strokes have
/// fractions, and the SVG has short whole numbers.
pub const UNITS: f64 = 10.0;

/// What plotters divides a font's size by when it writes SVG.
const PLOTTERS_FONT_FACTOR: f64 = 1.24;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub w: f64,
    pub h: f64,
}

impl Frame {
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.h
    }
}

/// Which point of a text stands at the given place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// A drawing in the making. Places and sizes are in pixels from the upper left corner.
pub struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Draws a picture of `size` pixels with the given text alternative.
///
/// `data` are attributes of the root element, such as `("data-plot", "…")`.
pub fn draw(size: (f64, f64), alt: &str, data: &[(&str, String)], picture: impl FnOnce(&Canvas)) -> String {
    let mut raw = String::new();
    {
        let units = (units(size.0).unsigned_abs(), units(size.1).unsigned_abs());
        let canvas = Canvas { area: SVGBackend::with_string(&mut raw, units).into_drawing_area() };
        canvas.rect(Frame { x: 0.0, y: 0.0, w: size.0, h: size.1 }, SURFACE);
        picture(&canvas);
        canvas.done(canvas.area.present());
    }
    finish(&raw, size, alt, data)
}

fn units(pixels: f64) -> i32 {
    // A cast from a float saturates, so no number can do harm here.
    (pixels * UNITS).round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn colour(ink: Ink, opacity: f64) -> RGBAColor {
    let [_, r, g, b] = ink.light.to_be_bytes();
    RGBColor(r, g, b).mix(opacity)
}

impl<'a> Canvas<'a> {
    fn done(&self, result: Result<(), DrawingAreaErrorKind<std::io::Error>>) {
        result.expect("drawing into a text in memory cannot fail");
    }

    fn put<E>(&self, element: &E)
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<SVGBackend<'a>>,
    {
        self.done(self.area.draw(element));
    }

    pub fn rect(&self, frame: Frame, ink: Ink) {
        self.faded_rect(frame, ink, 1.0);
    }

    pub fn faded_rect(&self, frame: Frame, ink: Ink, opacity: f64) {
        let corners = [point((frame.x, frame.y)), point((frame.right(), frame.bottom()))];
        if corners[0].0 < corners[1].0 && corners[0].1 < corners[1].1 {
            self.put(&Rectangle::new(corners, colour(ink, opacity).filled()));
        }
    }

    pub fn line(&self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        self.path(&[from, to], ink, width);
    }

    pub fn path(&self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let stroke = ShapeStyle { color: colour(ink, 1.0), filled: false, stroke_width: units(width).unsigned_abs() };
        self.put(&PathElement::new(points.iter().copied().map(point).collect::<Vec<_>>(), stroke));
    }

    pub fn polygon(&self, points: &[(f64, f64)], ink: Ink) {
        self.put(&Polygon::new(points.iter().copied().map(point).collect::<Vec<_>>(), colour(ink, 1.0).filled()));
    }

    /// A text on a baseline.
    pub fn text(&self, text: &str, (x, baseline): (f64, f64), style: Type, ink: Ink, anchor: Anchor) {
        if text.is_empty() {
            return;
        }
        let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let style = ("", style.size * UNITS * PLOTTERS_FONT_FACTOR, weight)
            .into_font()
            .color(&colour(ink, 1.0))
            .pos(Pos::new(horizontal, VPos::Top));
        self.put(&Text::new(text.to_owned(), point((x, baseline)), style));
    }

    /// A text on a baseline, shortened to `room` pixels; gives the width it has then.
    pub fn fitted(&self, text: &str, at: (f64, f64), style: Type, ink: Ink, anchor: Anchor, room: f64) -> f64 {
        let text = measure::shorten(text, style, room);
        self.text(&text, at, style, ink, anchor);
        measure::width(&text, style)
    }

    /// A triangle that points up or down, in a square of `size` pixels whose lower left corner is given.
    pub fn triangle(&self, (x, bottom): (f64, f64), size: f64, up: bool, ink: Ink) {
        let (tip, base) = if up { (bottom - size, bottom) } else { (bottom, bottom - size) };
        self.polygon(&[(x, base), (x + size, base), (x + size / 2.0, tip)], ink);
    }
}

/// Makes plotters' SVG ready for a page.
///
/// - The root element gets its size in pixels, its role and its text alternative.
/// - Elements get their ink's name as a class (`f-…` for fill, `s-…` for stroke).
/// - A text's `y` is its baseline; plotters' own shift differs between renderers. The font family
///   stands once, on the root.
/// - Attributes that say what holds anyway are left out.
fn finish(raw: &str, size: (f64, f64), alt: &str, data: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(raw.len());
    let (w, h) = (units(size.0), units(size.1));
    out.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"errstat-chart\" role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\" \
         viewBox=\"0 0 {w} {h}\" font-family=\"Noto Sans, Segoe UI, Helvetica Neue, Arial, Noto Sans JP, sans-serif\"",
        escape(alt),
        size.0,
        size.1,
    ));
    for (name, value) in data {
        out.push_str(&format!(" {name}=\"{}\"", escape(value)));
    }
    out.push_str(">\n");
    // The first line is the root element as plotters writes it.
    for line in raw.lines().skip(1) {
        match line.strip_prefix('<').and_then(|tag| tag.split_once(' ')) {
            Some((name, attributes)) => element(&mut out, name, attributes),
            // An end tag, or a text, which plotters has escaped.
            None => {
                out.push_str(line);
                if line.starts_with("</") {
                    out.push('\n');
                }
            }
        }
    }
    // A build's log obeys `##…[` in any line that is printed.
    disarmed(&out, "&#35;")
}

fn element(out: &mut String, name: &str, attributes: &str) {
    out.push('<');
    out.push_str(name);
    let (attributes, end) = match attributes.strip_suffix("\"/>") {
        Some(attributes) => (attributes, "/>\n"),
        None => (attributes.trim_end_matches("\">"), ">"),
    };
    for attribute in attributes.split("\" ") {
        let (name, value) = attribute.split_once("=\"").unwrap_or((attribute, ""));
        match (name, value) {
            ("opacity", "1") | ("stroke", "none") | ("dy" | "font-family", _) | ("text-anchor", "start") => continue,
            ("font-size", _) => {
                let size: f64 = value.parse().unwrap_or(0.0);
                out.push_str(&format!(" font-size=\"{}\"", size.round()));
                continue;
            }
            ("points", _) => {
                out.push_str(&format!(" points=\"{}\"", value.trim_end()));
                continue;
            }
            ("fill" | "stroke", _) => {
                if let Some(ink) = inks().find(|ink| format!("#{:06X}", ink.light) == value) {
                    out.push_str(&format!(" class=\"{}-{}\"", &name[..1], ink.name));
                }
            }
            _ => {}
        }
        out.push_str(&format!(" {name}=\"{value}\""));
    }
    out.push_str(end);
}

/// Text inside an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&apos;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::theme::{GRID, TEXT};

    fn picture(text: &str) -> String {
        draw((100.0, 50.0), text, &[("data-name", text.to_owned())], |canvas| {
            canvas.text(text, (10.0, 20.0), Type::plain(15.0), TEXT, Anchor::Start);
            canvas.rect(Frame { x: 1.5, y: 2.0, w: 3.0, h: 4.0 }, GRID);
        })
    }

    #[test]
    fn elements_are_in_tenths_of_pixels_with_the_ink_as_class() {
        let svg = picture("502");
        assert!(svg.starts_with("<svg "), "{svg}");
        assert!(svg.contains("width=\"100\" height=\"50\" viewBox=\"0 0 1000 500\""), "{svg}");
        assert!(
            svg.contains("<text x=\"100\" y=\"200\" font-size=\"150\" class=\"f-text\" fill=\"#1B2027\">502</text>\n"),
            "{svg}"
        );
        assert!(
            svg.contains("<rect x=\"15\" y=\"20\" width=\"30\" height=\"40\" class=\"f-grid\" fill=\"#E3E7EC\"/>\n"),
            "{svg}"
        );
        assert!(svg.ends_with("</svg>\n"), "{svg}");
    }

    #[test]
    fn hostile_text_stays_text() {
        for text in [
            "<script>alert(1)</script>",
            "a & b",
            "\"quotes' \"/>",
            "]]>",
            "</text><image href=\"x\"/>",
            "<text x=\"1\">",
            "--> <!--",
            "&lt;",
            "a=\"b\" c",
        ] {
            let svg = picture(text);
            let tree = roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{text}: {error}\n{svg}"));
            let root = tree.root_element();
            let names: Vec<_> =
                root.children().filter(|node| node.is_element()).map(|node| node.tag_name().name()).collect();
            assert_eq!(names, ["rect", "text", "rect"], "{svg}");
            let drawn = root.children().find(|node| node.has_tag_name("text")).unwrap();
            assert_eq!(drawn.text(), Some(text));
            assert_eq!(root.attribute("aria-label"), Some(text));
            assert_eq!(root.attribute("data-name"), Some(text));
        }
    }
}
