//! A chart as a picture of its own: title, period, and the drawing below.

use super::{
    Chart,
    canvas::{Anchor, Canvas, Frame, draw},
    measure,
    scene::Scene,
    theme::{MUTED, PAGE, SURFACE, TEXT, Type},
};

/// Width of every chart but the overview, in pixels.
pub const WIDTH: f64 = 960.0;
pub const MARGIN: f64 = 24.0;

/// A chart before it is drawn.
pub struct Draft<'a> {
    pub name: &'static str,
    /// From 1, for charts of which there are several.
    pub number: Option<usize>,
    pub title: String,
    pub subtitle: String,
    pub alt: String,
    /// Width of the picture.
    pub width: f64,
    /// Height of the drawing below the title.
    pub height: f64,
    /// Attributes of the root element.
    pub data: Vec<(&'a str, String)>,
}

/// Where a drawing of this height lies in a picture of this width.
pub fn body(width: f64, height: f64) -> Frame {
    Frame { x: MARGIN, y: head(), w: width - 2.0 * MARGIN, h: height }
}

fn head() -> f64 {
    MARGIN + PAGE.title.leading() + PAGE.small.leading() + 14.0
}

impl Draft<'_> {
    /// Draws title, subtitle and what `picture` puts into the frame that it is given.
    pub fn finish(self, picture: impl FnOnce(&Canvas, Frame)) -> Chart {
        let frame = body(self.width, self.height);
        let svg = draw((self.width, frame.bottom() + MARGIN), &self.alt, &self.data, |canvas| {
            let title = MARGIN + PAGE.title.size;
            canvas.fitted(&self.title, (MARGIN, title), PAGE.title, TEXT, Anchor::Start, frame.w);
            let subtitle = title + PAGE.small.leading() + 4.0;
            canvas.fitted(&self.subtitle, (MARGIN, subtitle), PAGE.small, MUTED, Anchor::Start, frame.w);
            picture(canvas, frame);
        });
        Chart { name: self.name, number: self.number, title: self.title, alt: self.alt, svg }
    }
}

/// A sentence where a drawing would be, readable over lines.
pub fn instead(canvas: &Canvas, frame: Frame, sentence: &str, style: Type) {
    let (x, y) = (frame.x + frame.w / 2.0, frame.y + frame.h / 2.0 + style.size / 3.0);
    let sentence = measure::shorten(sentence, style, frame.w - 20.0);
    let w = measure::width(&sentence, style) + 20.0;
    canvas.rect(Frame { x: x - w / 2.0, y: y - style.size * 1.3, w, h: style.size * 1.9 }, SURFACE);
    canvas.text(&sentence, (x, y), style, MUTED, Anchor::Middle);
}

/// A draft whose subtitle is the period, behind the filter.
pub fn draft<'a>(scene: &Scene, name: &'static str, title: String, alt: String, height: f64) -> Draft<'a> {
    Draft {
        name,
        number: None,
        title,
        subtitle: scene.filtered(scene.period()),
        alt,
        width: WIDTH,
        height,
        data: Vec::new(),
    }
}
