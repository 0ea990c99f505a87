//! A chart as a picture of its own: title, scope, and the drawing below.

use super::{
    canvas::{Anchor, Canvas, Frame, Slot, draw},
    measure,
    scene::Scene,
    svg::Svg,
    theme::{Heading, MUTED, SURFACE, TEXT, Type},
};

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows: `timeline`, `strip`, `heatmap` …
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
}

impl Draft {
    /// A draft whose subtitle says whose errors it shows, and when.
    pub fn new(scene: &Scene, name: &'static str, title: String, alt: String) -> Draft {
        Draft { name, number: None, title, subtitle: scene.scope(), alt }
    }

    /// Draws title, subtitle and what `picture` puts below them; it gives its lower edge, and attributes of the root.
    pub fn finish(
        self,
        scene: &Scene,
        picture: impl FnOnce(&Canvas, Slot) -> (f64, Vec<(&'static str, String)>),
    ) -> Chart {
        let (look, margin, w) = (scene.look, scene.look.margin, scene.look.inner());
        let (svg, (bottom, data)) = draw(look.width, |canvas| {
            let mut y = margin;
            let lines =
                [(Heading::Title, &self.title, look.title, TEXT), (Heading::Scope, &self.subtitle, look.small, MUTED)];
            // A picture of another time than those around it says so, however small it is.
            let heading = if scene.is_part() { Heading::Scope } else { look.heading };
            for (_, text, style, ink) in lines.into_iter().filter(|(of, ..)| *of <= heading) {
                for line in measure::wrap(text, style, w, 2) {
                    canvas.text(&line, (margin, y + style.size), style, ink, Anchor::Left);
                    y += style.leading();
                }
            }
            let gap = if look.heading == Heading::Nothing { 0.0 } else { look.small.size };
            picture(canvas, Slot { x: margin, y: y + gap, w })
        });
        let svg = svg.close(scene.story.lang(), (look.width, bottom + margin), &self.alt, &data);
        Chart { name: self.name, number: self.number, title: self.title, alt: self.alt, svg }
    }
}

/// A sentence where a drawing would be, readable over lines.
pub fn instead(canvas: &Canvas, frame: Frame, sentence: &str, style: Type) {
    let (x, y) = (frame.x + frame.w / 2.0, frame.y + frame.h / 2.0 + style.size / 3.0);
    let sentence = measure::shorten(sentence, style, frame.w - 20.0);
    let w = measure::width(&sentence, style) + 20.0;
    canvas.rect(Frame { x: x - w / 2.0, y: y - style.size * 1.3, w, h: style.size * 1.9 }, SURFACE);
    canvas.text(&sentence, (x, y), style, MUTED, Anchor::Center);
}
