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
    /// A chart that says whose errors it shows, and when. `picture` draws it below that, and gives its lower edge.
    pub fn new(
        scene: &Scene,
        name: &'static str,
        title: String,
        alt: String,
        picture: impl FnOnce(&Canvas, Slot) -> f64,
    ) -> Chart {
        let picture = |canvas: &Canvas, slot| (picture(canvas, slot), Vec::new());
        Chart::drawn(scene, (name, None), (title, &scene.scope()), alt, picture)
    }

    /// A chart with a subtitle of its own; `picture` also gives attributes of the root.
    pub fn drawn(
        scene: &Scene,
        (name, number): (&'static str, Option<usize>),
        (title, subtitle): (String, &str),
        alt: String,
        picture: impl FnOnce(&Canvas, Slot) -> (f64, Vec<(&'static str, String)>),
    ) -> Chart {
        let (look, x, w) = (scene.look, scene.look.margin, scene.look.inner());
        let (svg, (bottom, data)) = draw(look.width, |canvas| {
            let mut y = look.margin;
            let lines = [(Heading::Title, &*title, look.title, TEXT), (Heading::Scope, subtitle, look.small, MUTED)];
            // A picture of another time than those around it says so, however small it is.
            let heading = if scene.is_part() { Heading::Scope } else { look.heading };
            for (_, text, style, ink) in lines.into_iter().filter(|(of, ..)| *of <= heading) {
                y = canvas.paragraph(Slot { x, y, w }, text, style, ink, 2);
            }
            let gap = if look.heading == Heading::Nothing { 0.0 } else { look.small.size };
            picture(canvas, Slot { x, y: y + gap, w })
        });
        let svg = svg.close(scene.story.lang(), (look.width, bottom + look.margin), &alt, &data);
        Chart { name, number, title, alt, svg }
    }

    /// The name of its files, without extension: `timeline`, `incident-1`.
    pub fn file_stem(&self) -> String {
        match self.number {
            Some(number) => format!("{}-{number}", self.name),
            None => self.name.to_owned(),
        }
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
