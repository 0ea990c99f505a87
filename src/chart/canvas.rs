//! The drawing surface: plotters in pixels with fractions.

use std::convert::Infallible;

use plotters::{
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{Drawable, PathElement, PointCollection, Rectangle, Text},
    style::{
        Color, FontStyle, IntoFont, RGBAColor, RGBColor, ShapeStyle,
        text_anchor::{Pos, VPos},
    },
};

/// Which point of a text stands at the given place.
pub use plotters::style::text_anchor::HPos as Anchor;

use super::{
    measure,
    svg::{Backend, Svg, units},
    theme::{Ink, Type},
};

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

/// Where a panel begins, and how wide it is; its height follows from what is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slot {
    pub x: f64,
    pub y: f64,
    pub w: f64,
}

impl Slot {
    pub fn right(&self) -> f64 {
        self.x + self.w
    }

    /// The slot with a height.
    pub fn frame(&self, h: f64) -> Frame {
        Frame { x: self.x, y: self.y, w: self.w, h }
    }
}

/// A drawing in the making. Places and sizes are in pixels from the upper left corner.
pub struct Canvas<'a> {
    area: DrawingArea<Backend<'a>, Shift>,
}

/// Draws a picture of a width in pixels, as high as it becomes; gives the drawing without its root element, and what
/// `picture` has to say about it.
pub fn draw<T>(width: f64, picture: impl FnOnce(&Canvas) -> T) -> (Svg, T) {
    /// Higher than any picture, in units.
    const HIGHEST: u32 = 1_000_000;
    let mut svg = Svg::default();
    let canvas =
        Canvas { area: Backend { svg: &mut svg, size: (units(width).unsigned_abs(), HIGHEST) }.into_drawing_area() };
    let said = picture(&canvas);
    drop(canvas);
    (svg, said)
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (units(x), units(y))
}

fn colour(ink: Ink, opacity: f64) -> RGBAColor {
    let [_, r, g, b] = ink.light.to_be_bytes();
    RGBColor(r, g, b).mix(opacity)
}

impl<'a> Canvas<'a> {
    fn put<E>(&self, element: &E)
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<Backend<'a>>,
    {
        let drawn: Result<(), DrawingAreaErrorKind<Infallible>> = self.area.draw(element);
        drawn.expect("drawing into a text in memory cannot fail");
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

    /// A line through points.
    pub fn path(&self, points: &[(f64, f64)], ink: Ink, width: f64) {
        let stroke = ShapeStyle { color: colour(ink, 1.0), filled: false, stroke_width: units(width).unsigned_abs() };
        self.put(&PathElement::new(points.iter().copied().map(point).collect::<Vec<_>>(), stroke));
    }

    /// A text on a baseline.
    pub fn text(&self, text: &str, (x, baseline): (f64, f64), style: Type, ink: Ink, anchor: Anchor) {
        if text.is_empty() {
            return;
        }
        let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
        let style = ("", f64::from(units(style.size)), weight)
            .into_font()
            .color(&colour(ink, 1.0))
            .pos(Pos::new(anchor, VPos::Top));
        self.put(&Text::new(text.to_owned(), point((x, baseline)), style));
    }

    /// A text over as many lines as it needs, at most so many; gives the lower edge.
    pub fn paragraph(&self, slot: Slot, text: &str, style: Type, ink: Ink, lines: usize) -> f64 {
        let mut y = slot.y;
        for line in measure::wrap(text, style, slot.w, lines) {
            self.text(&line, (slot.x, y + style.size), style, ink, Anchor::Left);
            y += style.leading();
        }
        y
    }

    /// A text on a baseline, shortened to `room` pixels; gives the width it has then.
    pub fn fitted(&self, text: &str, at: (f64, f64), style: Type, ink: Ink, anchor: Anchor, room: f64) -> f64 {
        let text = measure::shorten(text, style, room);
        self.text(&text, at, style, ink, anchor);
        measure::width(&text, style)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chart::theme::{GRID, TEXT},
        taxonomy::Lang,
    };

    fn picture(text: &str) -> String {
        let (svg, ()) = draw(100.0, |canvas| {
            canvas.text(text, (10.0, 20.0), Type::plain(15.0), TEXT, Anchor::Left);
            canvas.rect(Frame { x: 1.5, y: 2.0, w: 3.0, h: 4.0 }, GRID);
        });
        svg.close(Lang::En, (100.0, 50.0), text, &[("data-name", text.to_owned())]).to_string()
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
