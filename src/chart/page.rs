//! A chart as a picture of its own: title, period, and the drawing below.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot, draw},
    measure,
    scene::Scene,
    svg::Svg,
    theme::{MUTED, PAGE, SURFACE, TEXT, Type},
};

/// Width of every chart but those of incidents and the overview, in pixels.
const WIDTH: f64 = 960.0;
pub const MARGIN: f64 = 24.0;

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows: `timeline`, `details`, `heatmap` …
    pub name: &'static str,
    /// From 1, where there are several of a kind (incidents).
    pub number: Option<usize>,
    pub title: String,
    /// What the picture says, for those who do not see it: its numbers in words. Not escaped.
    pub alt: String,
    pub svg: Svg,
}

impl Chart {
    /// The name of its files, without extension: `timeline`, `incident-1`.
    pub fn file_stem(&self) -> String {
        match self.number {
            Some(number) => format!("{}-{number}", self.name),
            None => self.name.to_owned(),
        }
    }
}

/// A chart before it is drawn.
pub struct Draft {
    pub name: &'static str,
    /// From 1, for charts of which there are several.
    pub number: Option<usize>,
    pub title: String,
    pub subtitle: String,
    pub alt: String,
    /// Width of the picture.
    pub width: f64,
}

impl Draft {
    /// A draft whose subtitle is the period, behind the filter.
    pub fn new(scene: &Scene, name: &'static str, title: String, alt: String) -> Draft {
        Draft { name, number: None, title, subtitle: scene.filtered(scene.period()), alt, width: WIDTH }
    }

    /// Draws title, subtitle and what `picture` puts below them; it gives its lower edge.
    pub fn finish(self, picture: impl FnOnce(&Canvas, Slot) -> f64) -> Chart {
        self.finish_with(|canvas, slot| (picture(canvas, slot), Vec::new()))
    }

    /// The same; `picture` also gives attributes of the root element.
    pub fn finish_with(self, picture: impl FnOnce(&Canvas, Slot) -> (f64, Vec<(&'static str, String)>)) -> Chart {
        let w = self.width - 2.0 * MARGIN;
        let (svg, (bottom, data)) = draw(self.width, |canvas| {
            let title = MARGIN + PAGE.title.size;
            canvas.fitted(&self.title, (MARGIN, title), PAGE.title, TEXT, Anchor::Start, w);
            let subtitle = title + PAGE.small.leading() + 4.0;
            canvas.fitted(&self.subtitle, (MARGIN, subtitle), PAGE.small, MUTED, Anchor::Start, w);
            picture(canvas, Slot { x: MARGIN, y: MARGIN + PAGE.title.leading() + PAGE.small.leading() + 14.0, w })
        });
        let svg = svg.close((self.width, bottom + MARGIN), &self.alt, &data);
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
